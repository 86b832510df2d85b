"""The trials that a conversation was about, and how the criteria stood, from its own replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any


@dataclass(frozen=True)
class Seen:
    """A trial as the chat showed it. card: contract.md's; None for one seen in a fit check only.

    checked_at: ISO, when its data were checked; live: against the registry itself. condition: of
    the reply, as {"id", "name"}.
    """

    nct_id: str
    title: str | None = None
    card: Mapping[str, Any] | None = None
    checked_at: str | None = None
    live: bool = False
    condition: tuple[str, str | None] | None = None


@dataclass(frozen=True)
class Discussed:
    """trials: by NCT number, in the order seen. marks: contract.md's `criteria` rows of the last
    fit check's result, by NCT number. marked_on: the day of that result (UTC)."""

    trials: Mapping[str, Seen]
    marks: Mapping[str, Sequence[Mapping[str, Any]]]
    marked_on: date | None = None


def discussed(given: Sequence[tuple[float, Mapping[str, Any]]]) -> Discussed:
    """What was shown. given: (seconds since 1970, reply as JSON), oldest first."""
    trials: dict[str, Seen] = {}
    marks: dict[str, list[Mapping[str, Any]]] = {}
    marked_on = None
    for at, reply in given:
        for card in reply.get("trials") or ():
            trials[card["nct_id"]] = _seen(card, reply, trials.get(card["nct_id"]))
        if rows := reply.get("criteria"):
            marks = {}
            marked_on = datetime.fromtimestamp(at, timezone.utc).date()
            for row in rows:
                marks.setdefault(row["nct_id"], []).append(row)
                trials.setdefault(row["nct_id"], Seen(row["nct_id"], condition=_condition(reply)))
    return Discussed(trials, marks, marked_on)


def _seen(card: Mapping[str, Any], reply: Mapping[str, Any], before: Seen | None) -> Seen:
    listing = reply.get("listing") or {}
    known = (before.card or {}) if before else {}
    if card.get("nearest_site") is None and known.get("nearest_site"):
        card = {**card, "nearest_site": known["nearest_site"]}
    return Seen(
        nct_id=card["nct_id"],
        title=card.get("title"),
        card=card,
        checked_at=listing.get("checked_at"),
        live=bool(listing.get("live")),
        condition=_condition(reply) or (before.condition if before else None),
    )


def _condition(reply: Mapping[str, Any]) -> tuple[str, str | None] | None:
    id_ = reply.get("condition")
    return (id_, reply.get("condition_name")) if id_ else None
