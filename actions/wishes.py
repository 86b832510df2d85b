"""What a person wants a search for trials narrowed to, over the turns of a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from actions.turn import Turn
from knowledge.trials.filters import KM_PER_MILE, Filters
from knowledge.trials.records import RECRUITING

Named = dict[str, list[str]]
#: Of a new search only who it is for is kept in mind; of one that is only refined, all of it.
_LASTING = ("age", "sex")


@dataclass(frozen=True)
class Wishes:
    """Limits of a search. named: as the entities of `bot/nlu/search_filters.py` have them, to be
    remembered. since: the person asks what changed from that day on.
    """

    filters: Filters
    in_miles: bool
    near_me: bool
    unknown_postcode: bool
    since: date | None
    named: Named

    @classmethod
    def of(cls, turn: Turn) -> Wishes:
        """This turn's, and those of the search before that still hold."""
        now, before = turn.limits, turn.last_limits
        kept = before if turn.bare else {k: v for k, v in before.items() if k in _LASTING}
        merged = {**kept, **now}
        radius_km, in_miles = _radius(_first(merged, "radius"))
        return cls(
            filters=Filters(
                radius_km=radius_km,
                age_years=_number(_first(merged, "age")),
                sex=_first(merged, "sex"),
                cells=_first(merged, "cells"),
                phases=tuple(merged.get("phase", ())),
                statuses=tuple(merged.get("status") or (RECRUITING,)),
            ),
            in_miles=in_miles,
            near_me="near_me" in now or radius_km is not None,
            unknown_postcode="postcode" in now,
            since=_day(_first(now, "since")),
            named={k: v for k, v in merged.items() if k not in {"near_me", "postcode", "since"}},
        )


def _first(named: Named, kind: str) -> Any:
    return next(iter(named.get(kind, ())), None)


def _radius(written: str | None) -> tuple[float | None, bool]:
    """ "100 mi" as kilometres, and whether it was miles."""
    if written is None:
        return None, False
    amount, unit = written.split()
    miles = unit == "mi"
    return float(amount) * (KM_PER_MILE if miles else 1.0), miles


def _number(written: str | None) -> float | None:
    return None if written is None else float(written)


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)
