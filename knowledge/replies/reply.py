"""The shape of a reply (contract.md). Only `compose` makes one."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

KINDS = (
    "answer",
    "trials",
    "trial",
    "fit",
    "question",
    "safety",
    "clarify",
    "fallback",
    "chat",
)

#: Kinds that owe the experimental and the specialist sentence where the topic is about the therapy.
KINDS_THAT_INFORM = frozenset({"answer", "trials", "trial", "fit"})


@dataclass(frozen=True)
class Choice:
    """A button: what it says, and the value that the channel accepts back."""

    title: str
    value: str


@dataclass(frozen=True)
class Reply:
    """One message to the person, complete by itself in `text`. See contract.md for the fields."""

    id: str
    kind: str
    topic: str
    text: str
    locale: str
    condition: str | None = None
    condition_name: str | None = None
    experimental: str | None = None
    specialist: dict[str, str] | None = None
    evidence: dict[str, str] | None = None
    sources: list[dict[str, str]] = field(default_factory=list)
    as_of: str | None = None
    review: dict[str, str | None] | None = None
    trials: list[dict[str, Any]] | None = None
    listing: dict[str, Any] | None = None
    criteria: list[dict[str, Any]] | None = None
    choices: list[Choice] = field(default_factory=list)
    sheet: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """A JSON-ready dict in the contract's shape; empty fields are left out."""
        shown: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "choices":
                value = [vars(choice) for choice in value]
            if value is not None and value != []:
                shown[each.name] = value
        return shown


def choice_value(topic: str, condition: str | None = None) -> str:
    """The value of a choice that leads to a topic: "ask/crs?condition=lupus"."""
    return f"ask/{topic}" + (f"?condition={condition}" if condition else "")
