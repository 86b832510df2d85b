"""The plain questions of the fit check, from questions.yml, in each language that we write."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

_FILE = Path(__file__).parent / "questions.yml"
_ANTIBODY = "antibody:"


@dataclass(frozen=True)
class Option:
    """One choice. words: what a person may type for it, lower case."""

    value: str
    label: dict[str, str]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A plain question about one fact.

    ask, why, short: by locale. type: what is stored; a number is in `unit`, from `lowest` to
    `highest`. sensitive: deleted first, and never to be shown again unasked. after: the yes-or-no
    question that must have been answered "yes" before this one makes sense. if_known: asked as "do
    you know ...?", so that a plain "no" is not knowing. order: where two
    questions settle as much, the lower comes first.
    """

    id: str
    ask: dict[str, str]
    why: dict[str, str]
    short: dict[str, str]
    type: Literal["yes_no", "number", "choice"]
    unit: str | None
    lowest: float | None
    highest: float | None
    options: tuple[Option, ...]
    sensitive: bool
    after: str | None
    if_known: bool
    order: int


@lru_cache(maxsize=1)
def questions() -> dict[str, Question]:
    """All questions by the id of their fact, the antibodies' made from their names."""
    raw: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    nodes: dict[str, Any] = dict(raw["questions"])
    template = raw["antibody_question"]
    for name, spelled in raw["antibodies"].items():
        nodes[f"{_ANTIBODY}{name}"] = _filled(template, spelled)
    return {id_: _question(id_, node, order) for order, (id_, node) in enumerate(nodes.items())}


def short_name(id_: str, locale: str) -> str:
    """What a fact is called inside a sentence ("your age")."""
    return questions()[id_].short[locale]


def _filled(template: dict[str, Any], spelled: str) -> dict[str, Any]:
    filled = dict(template)
    for key in ("ask", "why", "short"):
        filled[key] = {
            locale: words.format(name=spelled) for locale, words in template[key].items()
        }
    return filled


def _question(id_: str, node: dict[str, Any], order: int) -> Question:
    lowest, highest = node.get("range", (None, None))
    return Question(
        id=id_,
        ask=node["ask"],
        why=node["why"],
        short=node["short"],
        type=node["type"],
        unit=node.get("unit"),
        lowest=lowest,
        highest=highest,
        options=tuple(
            Option(value, each["label"], tuple(map(str, each["words"])))
            for value, each in node.get("options", {}).items()
        ),
        sensitive=bool(node.get("sensitive", False)),
        after=node.get("after"),
        if_known=bool(node.get("if_known", False)),
        order=order,
    )
