"""Search the mirror: by condition, place and what else a person narrows it down to.

A listing holds CAR-T studies that people can join; what else the registry files under CAR-T is
counted apart. Distances are great-circle, from the centre of the city asked for to that of the
nearest site's city, over sites that take people now. Order is neutral and said in the reply: by
distance where a city was named, else by the registry's last update, newest first; then by NCT
number.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import numpy as np
from sqlalchemy.engine import Engine

from knowledge.places import EARTH_RADIUS_KM, Place
from knowledge.trials.cards import KnownTrial
from knowledge.trials.checked import checked_at, is_bundled, is_live, state_of
from knowledge.trials.filters import Filters, wider
from knowledge.trials.records import NOT_YET_RECRUITING, RECRUITING
from knowledge.trials.sites import sites_near
from knowledge.trials.snapshot import NO_CONDITION, NOWHERE, Snapshot, snapshot

SEARCH_URL = "https://clinicaltrials.gov/search?{}"
#: What the registry's own search calls the statuses.
_STATUS_FILTERS = {RECRUITING: "rec", NOT_YET_RECRUITING: "not"}
#: Statuses under which other studies are worth naming apart.
_OPEN = frozenset([RECRUITING, "AVAILABLE"])
_RECRUITING_ONLY = Filters()


@dataclass(frozen=True)
class Relaxed:
    """What letting go of a limit would give.

    limit: "radius_km", "place", one of `filters.LIMITS`, or "all". total: trials then. radius_km:
    of the wider circle.
    """

    limit: str
    total: int
    radius_km: float | None = None


@dataclass(frozen=True)
class Listing:
    """Trials found. `trials` are cards in the shape of contract.md, at most `limit`.

    checked_at: ISO, UTC; None where the mirror has never been filled. live: checked against the
    registry within six hours, and not recorded data. bundled: the registry was never reached, and
    these are the recorded data that came with the product. total: all matches. not_yet_recruiting:
    how many more, there, have not opened. recruiting: where another status was asked for, how many
    recruit there. countries: matches by the country's name, most first.
    in_country: matches in the country of the place. relaxed: where nothing was found, what would
    give something. apart: open studies there that are not CAR-T to join, NCT numbers by
    `ProductKind`. unnamed: trials there that are in autoimmune disease but name none, so that they
    may or may not take these. cells_unsaid: where whose cells was asked, how many more don't say.
    in_miles: a radius is said in miles. search_url: the registry's own page for such a search.
    """

    trials: list[dict[str, Any]]
    checked_at: str | None
    live: bool
    total: int
    not_yet_recruiting: int
    search_url: str
    filters: Filters = _RECRUITING_ONLY
    countries: dict[str, int] = field(default_factory=dict)
    in_country: int | None = None
    relaxed: tuple[Relaxed, ...] = ()
    apart: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unnamed: tuple[str, ...] = ()
    cells_unsaid: int = 0
    bundled: bool = False
    in_miles: bool = False
    recruiting: int = 0


def search(
    engine: Engine,
    *,
    conditions: Sequence[str],
    place: Place | None = None,
    filters: Filters = _RECRUITING_ONLY,
    limit: int = 10,
    recorded: bool = False,
    in_miles: bool = False,
    now: datetime | None = None,
) -> Listing:
    """CAR-T trials of the mirror for any of the conditions.

    conditions: ids; where none is given, all trials in autoimmune disease. place: a city orders by
    distance; a state or country keeps only trials with an open site there. recorded: the registry
    is a replay, so the listing is of the day that it was recorded. in_miles: a radius is widened in
    steps of miles, and said so.
    """
    url = search_url(conditions, filters.statuses)
    state = state_of(engine)
    if state is None:
        return Listing([], None, False, 0, 0, url, filters)
    if place is None or place.kind != "city":
        filters = replace(filters, radius_km=None)
    within = _Search(snapshot(engine, state.revision), conditions, place, in_miles)
    found = within.found(filters)

    def apart(status: str) -> int:
        if status in filters.statuses:
            return 0
        return len(within.found(replace(filters, statuses=(status,))))

    return Listing(
        trials=[within.card(index) for index in found[:limit]],
        checked_at=checked_at(state, recorded),
        live=is_live(state, recorded, now),
        total=len(found),
        not_yet_recruiting=apart(NOT_YET_RECRUITING),
        search_url=url,
        filters=filters,
        countries=_countries(within.trial(index) for index in found),
        in_country=sum(place.country in within.trial(index).countries for index in found)
        if place
        else None,
        relaxed=() if len(found) else tuple(within.relaxed(filters)),
        apart=within.apart(),
        unnamed=within.unnamed(filters),
        cells_unsaid=within.cells_unsaid(filters),
        bundled=is_bundled(state),
        in_miles=in_miles,
        recruiting=apart(RECRUITING),
    )


def search_url(conditions: Sequence[str], statuses: Sequence[str] = (RECRUITING,)) -> str:
    """The registry's own page for such a search, for people to look themselves."""
    named = [each.replace("_", " ") for each in conditions] or ["autoimmune diseases"]
    query = {"cond": " OR ".join(named), "intr": "CAR-T"}
    filters = [_STATUS_FILTERS[status] for status in statuses if status in _STATUS_FILTERS]
    if filters:
        query["aggFilters"] = "status:" + " ".join(filters)
    return SEARCH_URL.format(urlencode(query))


class _Search:
    """The trials for a disease and a place, whatever else is asked."""

    def __init__(
        self, known: Snapshot, conditions: Sequence[str], place: Place | None, in_miles: bool
    ) -> None:
        self._known = known
        self._conditions = conditions
        self._place = place
        self._in_miles = in_miles
        by_distance = place is not None and place.kind == "city" and place.latitude is not None
        self._nearness = known.nearness(place) if place is not None and by_distance else None

    def trial(self, index: int) -> KnownTrial:
        return self._known.trials[index]

    def found(self, filters: Filters) -> list[int]:
        """Positions of the trials that pass, in the order to show them."""
        passed = self._anywhere(filters)
        if self._nearness is None:
            place = self._place
            inside = [at for at in passed if place is None or self._is_in(at, place)]
            return sorted(inside, key=self._known.rank.__getitem__)
        there = np.array(passed, dtype=int)
        if filters.radius_km is not None:
            there = there[self._nearness[there] >= _cosine(filters.radius_km)]
        order = np.lexsort((self._known.rank[there], -self._nearness[there]))
        return [int(index) for index in there[order]]

    def card(self, index: int) -> dict[str, Any]:
        known, place = self.trial(index), self._place
        if place is None:
            return known.card(None, None)
        near = sites_near(known.sites, place, 1) or known.sites[:1]
        return known.card(place, near[0] if near else None)

    def relaxed(self, filters: Filters) -> list[Relaxed]:
        """What would give something: a wider circle, then each other limit let go of alone."""
        offers = []
        if filters.radius_km is not None:
            offers += self._wider(filters)
        offers += [
            Relaxed(name, len(self.found(filters.without(name)))) for name in filters.limits()
        ]
        if self._place is not None and self._place.kind != "city":
            offers.append(Relaxed("place", len(self._anywhere(filters))))
        offers = [offer for offer in offers if offer.total]
        if offers or not filters.limits():
            return offers
        everything = self._anywhere(Filters(statuses=filters.statuses))
        return [Relaxed("all", len(everything))] if everything else []

    def apart(self) -> dict[str, tuple[str, ...]]:
        """Open studies of the same diseases that are not CAR-T to join, by what they give."""
        found: dict[str, list[str]] = {}
        for known in self._known.others_matching(self._conditions):
            there = self._place is None or self._place.country in known.countries
            if known.status in _OPEN and there:
                found.setdefault(known.product, []).append(known.base["nct_id"])
        return {product: tuple(sorted(numbers)) for product, numbers in sorted(found.items())}

    def unnamed(self, filters: Filters) -> tuple[str, ...]:
        """Numbers of the trials that name no disease, in the order of `found`."""
        if not self._conditions:
            return ()
        basket = _Search(self._known, [NO_CONDITION], self._place, self._in_miles)
        return tuple(basket.trial(index).base["nct_id"] for index in basket.found(filters))

    def cells_unsaid(self, filters: Filters) -> int:
        """How many trials would pass but for whose cells they use, which they don't say."""
        if filters.cells is None:
            return 0
        others = self.found(filters.without("cells"))
        return sum(not self.trial(index).cells for index in others)

    def _anywhere(self, filters: Filters) -> Sequence[int]:
        matching = self._known.matching(self._conditions, filters.statuses)
        if not filters.limits():
            return matching
        trials = self._known.trials
        return [at for at in matching if filters.take(trials[at].base, trials[at].cells)]

    def _is_in(self, index: int, place: Place) -> bool:
        known = self.trial(index)
        return place.country in known.countries and (
            place.kind == "country" or any(site.inside(place) for site in known.sites)
        )

    def _wider(self, filters: Filters) -> list[Relaxed]:
        everywhere = self.found(replace(filters, radius_km=None))
        if not everywhere or self._nearness is None or filters.radius_km is None:
            return []
        best = float(self._nearness[everywhere[0]])
        if best == NOWHERE:
            return []
        nearest_km = math.acos(min(1.0, best)) * EARTH_RADIUS_KM
        radius_km = wider(filters.radius_km, nearest_km, self._in_miles)
        total = len(self.found(replace(filters, radius_km=radius_km)))
        return [Relaxed("radius_km", total, radius_km)]


def _cosine(radius_km: float) -> float:
    return math.cos(min(math.pi, radius_km / EARTH_RADIUS_KM))


def _countries(trials: Iterable[KnownTrial]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for known in trials:
        counted.update(known.country_names)
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
