"""What a person narrows a search down to, beside disease and place."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from knowledge.trials.records import RECRUITING


@dataclass(frozen=True)
class Filters:
    """Limits of a search; None or empty where there is none.

    radius_km: around a city. age_years, sex ("FEMALE", "MALE"): the person's. cells: one of
    `cells.CellSource`. phases: any of them ("PHASE1"). statuses: any of them, of the study.
    """

    radius_km: float | None = None
    age_years: float | None = None
    sex: str | None = None
    cells: str | None = None
    phases: tuple[str, ...] = ()
    statuses: tuple[str, ...] = (RECRUITING,)

    def take(self, base: dict[str, Any], cells: frozenset[str]) -> bool:
        """Does a trial (its card, and where its cells come from) pass all but status and radius?

        An age or sex that the record doesn't limit is open. A trial whose cells the record doesn't
        tell of passes no limit on them.
        """
        if self.phases and not set(self.phases) & set(base["phases"]):
            return False
        if self.cells is not None and self.cells not in cells:
            return False
        if self.sex is not None and base["sex"] not in (self.sex, "ALL", None):
            return False
        return self.age_years is None or _open_to(base, self.age_years)

    def without(self, name: str) -> Filters:
        """The same without one of `LIMITS`."""
        return replace(self, **{name: getattr(Filters(), name)})

    def limits(self) -> list[str]:
        """The names of the limits set, in the order in which one would let go of them."""
        return [name for name in LIMITS if getattr(self, name)]


#: What can be let go of when nothing is found; the radius is widened, not dropped.
LIMITS = ("phases", "cells", "age_years", "sex")

#: Steps by which a radius is widened, in kilometres; in miles for those who count in them.
STEPS_KM = (50.0, 100.0, 200.0, 300.0, 500.0, 1000.0, 2000.0, 5000.0)
KM_PER_MILE = 1.609344
STEPS_MILES = tuple(step * KM_PER_MILE for step in STEPS_KM)


def wider(radius_km: float, nearest_km: float, in_miles: bool) -> float:
    """The first step beyond a radius that reaches the nearest; else the next whole kilometre."""
    for step in STEPS_MILES if in_miles else STEPS_KM:
        if step > radius_km and step >= nearest_km:
            return step
    return float(math.floor(nearest_km) + 1)


def _open_to(base: dict[str, Any], age: float) -> bool:
    low, high = base["min_age_years"], base["max_age_years"]
    if low is not None and age < low:
        return False
    # Up to "75 years" takes those who are 75, until their next birthday.
    return high is None or age <= high or (high >= 1 and age < high + 1)
