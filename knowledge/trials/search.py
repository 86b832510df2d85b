"""Search the mirror: by condition, place and status; and look up one study, live where it can be.

A listing holds CAR-T studies that people can join. Distances are great-circle, from the centre of
the city asked for to that of the nearest site's city, over sites that take people now. Order is
neutral and said in the reply: by distance where a city was named, else by the registry's last
update, newest first; then by NCT number.
"""

from __future__ import annotations

import copy
import math
import threading
import weakref
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge.places import Place, country_code, distance_km
from knowledge.trials.client import RegistryClient, RegistryError
from knowledge.trials.records import (
    NOT_YET_RECRUITING,
    RECRUITING,
    RecordRejected,
    Site,
    Trial,
    nct_number,
    parse,
)
from knowledge.trials.relevance import ProductKind, is_in_cancer, product_kind
from knowledge.trials.tables import SiteRow, SyncStateRow, TrialConditionRow, TrialRow

#: A listing counts as live when it was checked against the registry this recently (contract.md).
LIVE_FOR = timedelta(hours=6)
_STUDY_URL = "https://clinicaltrials.gov/study/{}"
_SEARCH_URL = "https://clinicaltrials.gov/search?{}"
#: What the registry's own search calls the statuses.
_STATUS_FILTERS = {RECRUITING: "rec", NOT_YET_RECRUITING: "not"}

Outcome = Literal["found_live", "found_recorded", "not_found", "not_cart", "unavailable"]


@dataclass(frozen=True)
class Listing:
    """Trials found. `trials` are cards in the shape of contract.md, at most `limit`.

    checked_at: ISO, UTC; None where the mirror has never been filled. live: checked against the
    registry within six hours, and not recorded data. total: all matches. not_yet_recruiting: how
    many more, there, have not opened. countries: matches by the country's name, most first.
    in_country: matches in the country of the place. elsewhere_total: matches anywhere, where a
    state or country gave none. search_url: the registry's own page for such a search.
    """

    trials: list[dict[str, Any]]
    checked_at: str | None
    live: bool
    total: int
    not_yet_recruiting: int
    elsewhere_total: int
    search_url: str
    countries: dict[str, int] = field(default_factory=dict)
    in_country: int | None = None


@dataclass(frozen=True)
class TrialLookup:
    """What is known of one study.

    outcome: `found_live` from the registry now, `found_recorded` from the mirror; `not_cart`: a
    study of something else (card and product say what); `unavailable`: neither registry nor mirror
    could say. nct_id: as the registry writes it; another than asked for where that one was merged.
    checked_at: ISO, UTC.
    """

    outcome: Outcome
    nct_id: str
    url: str
    card: dict[str, Any] | None = None
    summary: str | None = None
    interventions: tuple[str, ...] = ()
    checked_at: str | None = None
    live: bool = False
    product: ProductKind | None = None
    in_cancer: bool = False
    why_stopped: str | None = None


def search(
    engine: Engine,
    *,
    conditions: Sequence[str],
    place: Place | None = None,
    statuses: Sequence[str] = (RECRUITING,),
    limit: int = 10,
    recorded: bool = False,
    now: datetime | None = None,
) -> Listing:
    """CAR-T trials of the mirror for any of the conditions.

    conditions: ids; where none is given, all trials in autoimmune disease. place: a city orders by
    distance; a state or country keeps only trials with an open site there. recorded: the registry
    is a replay, so the listing is of the day that it was recorded.
    """
    url = search_url(conditions, statuses)
    state = _state(engine)
    if state is None or state.checked_at is None:
        return Listing([], None, False, 0, 0, 0, url)
    matching = _snapshot(engine, state.revision).matching(conditions)
    wanted = [known for known in matching if known.status in statuses]
    placed = _placed(wanted, place)
    placed.sort(key=lambda each: each.order)
    waiting = [known for known in matching if known.status == NOT_YET_RECRUITING]
    nothing_here = place is not None and place.kind != "city" and not placed
    return Listing(
        trials=[each.card(place) for each in placed[:limit]],
        checked_at=_checked_at(state, recorded),
        live=not recorded and _is_fresh(state, now),
        total=len(placed),
        not_yet_recruiting=len(_placed(waiting, place))
        if NOT_YET_RECRUITING not in statuses
        else 0,
        elsewhere_total=len(wanted) if nothing_here else 0,
        search_url=url,
        countries=_countries(each.known for each in placed),
        in_country=sum(place.country in each.known.countries for each in placed) if place else None,
    )


def lookup(
    engine: Engine,
    client: RegistryClient,
    nct_id: str,
    place: Place | None = None,
    recorded: bool = False,
    now: datetime | None = None,
    budget_s: float = 6.0,
) -> TrialLookup:
    """One study: from the registry now; in trouble, from the mirror, dated.

    budget_s: the registry gets no longer than this. Never raises RegistryError.
    """
    number = nct_number(nct_id)
    if number is None:
        return TrialLookup("not_found", nct_id, _SEARCH_URL.format(urlencode({"term": nct_id})))
    try:
        fetched = client.fetched(number, budget_s=budget_s)
        trial = parse(fetched.record) if fetched.record is not None else None
    except (RegistryError, RecordRejected):
        return _from_mirror(engine, number, place, recorded, now)
    state = _state(engine) if recorded else None
    checked_at = _checked_at(state, recorded) if state else _iso(fetched.at)
    if trial is None:
        return TrialLookup(
            "not_found", number, _STUDY_URL.format(number), checked_at=checked_at, live=not recorded
        )
    return _told(trial, "found_live", place, checked_at, live=not recorded)


def search_url(conditions: Sequence[str], statuses: Sequence[str] = (RECRUITING,)) -> str:
    """The registry's own page for such a search, for people to look themselves."""
    named = [each.replace("_", " ") for each in conditions] or ["autoimmune diseases"]
    query = {"cond": " OR ".join(named), "intr": "CAR-T"}
    filters = [_STATUS_FILTERS[status] for status in statuses if status in _STATUS_FILTERS]
    if filters:
        query["aggFilters"] = "status:" + " ".join(filters)
    return _SEARCH_URL.format(urlencode(query))


# -- one study


def _from_mirror(
    engine: Engine, number: str, place: Place | None, recorded: bool, now: datetime | None
) -> TrialLookup:
    url = _STUDY_URL.format(number)
    try:
        with Session(engine, future=True) as session:
            state = session.get(SyncStateRow, 1)
            row = session.get(TrialRow, number)
    except SQLAlchemyError:
        return TrialLookup("unavailable", number, url)
    if state is None or state.checked_at is None or row is None:
        return TrialLookup("unavailable", number, url)
    live = not recorded and row.gone_at is None and _is_fresh(state, now)
    checked_at = _iso(row.gone_at) if row.gone_at else _checked_at(state, recorded)
    return _told(parse(row.record), "found_recorded", place, checked_at, live)


def _told(
    trial: Trial, found: Outcome, place: Place | None, checked_at: str | None, live: bool
) -> TrialLookup:
    product = product_kind(trial)
    return TrialLookup(
        # Of a product that we can't tell we don't say that it is no CAR-T.
        outcome=found if product in {"car_t", "unclear"} else "not_cart",
        nct_id=trial.nct_id,
        url=_STUDY_URL.format(trial.nct_id),
        card=card(trial, place),
        summary=trial.summary,
        interventions=tuple(name for _, name in trial.interventions if name),
        checked_at=checked_at,
        live=live,
        product=product,
        in_cancer=is_in_cancer(trial),
        why_stopped=trial.why_stopped,
    )


def card(trial: Trial, place: Place | None) -> dict[str, Any]:
    """A trial card: the registry's own facts, in the shape of contract.md."""
    own = [site.status for site in trial.sites]
    sites = [
        _KnownSite.of(site, _status_of(site.status, trial.status, own)) for site in trial.sites
    ]
    base = _base_card(
        trial.nct_id, trial.title, trial.status, trial.phases, trial.conditions,
        trial.min_age_years, trial.max_age_years, trial.sex, trial.sponsor, trial.last_update,
        trial.contacts[0].as_json() if trial.contacts else None, len(trial.sites),
    )  # fmt: skip
    known = _Known.of(base, "car_t", True, frozenset(), sites)
    placed = _place_one(known, place)
    return (placed or _Placed(known, None, None)).card(place)


def _base_card(
    nct_id: str,
    title: str,
    status: str,
    phases: Iterable[str],
    conditions: Iterable[str],
    min_age_years: float | None,
    max_age_years: float | None,
    sex: str | None,
    sponsor: str | None,
    last_update: str | None,
    contact: dict[str, Any] | None,
    site_count: int,
) -> dict[str, Any]:
    return {
        "nct_id": nct_id,
        "title": title,
        "status": status,
        "phases": list(phases),
        "conditions": list(conditions),
        "min_age_years": _number(min_age_years),
        "max_age_years": _number(max_age_years),
        "sex": sex,
        "sponsor": sponsor,
        "nearest_site": None,
        "site_count": site_count,
        "contact": contact,
        "url": _STUDY_URL.format(nct_id),
        "last_update": last_update,
    }


# -- sites and distance


def _status_of(site: str | None, trial: str, all_sites: Iterable[str | None]) -> str | None:
    """What a site's status amounts to.

    Only a recruiting study's sites have a say: those of an UNKNOWN one still say RECRUITING years
    later. Where the registry gives none of them a status, the study's own counts for all.
    """
    if trial != RECRUITING or all(each is None for each in all_sites):
        return trial
    return site


@dataclass(frozen=True)
class _KnownSite:
    facility: str | None
    city: str | None
    state: str | None
    country: str | None
    country_code: str | None
    status: str | None
    latitude: float | None
    longitude: float | None
    #: The point on the unit sphere, so that nearness is a product of vectors.
    x: float
    y: float
    z: float
    contact: dict[str, Any] | None

    @classmethod
    def of(cls, site: Site | SiteRow, status: str | None) -> _KnownSite:
        latitude, longitude = site.latitude, site.longitude
        x, y, z = (0.0, 0.0, 0.0)
        if latitude is not None and longitude is not None:
            x, y, z = _unit(latitude, longitude)
        if isinstance(site, Site):
            contact = site.contacts[0].as_json() if site.contacts else None
        else:
            contact = site.contact
        return cls(
            site.facility,
            site.city,
            site.state,
            site.country,
            country_code(site.country) if site.country else None,
            status,
            latitude,
            longitude,
            x,
            y,
            z,
            contact,
        )

    def inside(self, place: Place) -> bool:
        if self.country_code != place.country:
            return False
        if place.kind == "country":
            return True
        names = {place.name.casefold(), (place.admin1 or "").casefold()}
        return (self.state or "").casefold() in names

    def as_json(self, place: Place) -> dict[str, Any]:
        far = None
        here = (place.latitude, place.longitude)
        if place.kind == "city" and None not in (*here, self.latitude, self.longitude):
            far = distance_km(*here, self.latitude, self.longitude)  # type: ignore[arg-type]
        return {
            "facility": self.facility,
            "city": self.city,
            "country": self.country,
            "distance_km": None if far is None else round(far, 1),
            "status": self.status,
        }


@dataclass(frozen=True)
class _Known:
    """A trial with what search needs at hand. sites: those to which its status applies."""

    base: dict[str, Any]
    product: str
    autoimmune: bool
    conditions: frozenset[str]
    status: str
    sites: tuple[_KnownSite, ...]
    located: tuple[tuple[float, float, float, _KnownSite], ...]
    countries: frozenset[str]
    newest_first: tuple[Any, ...]

    @classmethod
    def of(
        cls,
        base: dict[str, Any],
        product: str,
        autoimmune: bool,
        conditions: frozenset[str],
        sites: Sequence[_KnownSite],
    ) -> _Known:
        status = base["status"]
        at = tuple(site for site in sites if site.status == status)
        if base["contact"] is None and status == RECRUITING:
            base["contact"] = next((site.contact for site in at if site.contact), None)
        return cls(
            base=base,
            product=product,
            autoimmune=autoimmune,
            conditions=conditions,
            status=status,
            sites=at,
            located=tuple((s.x, s.y, s.z, s) for s in at if s.latitude is not None),
            countries=frozenset(site.country_code for site in at if site.country_code),
            newest_first=(
                -int((base["last_update"] or "0").replace("-", "").ljust(8, "0")),
                base["nct_id"],
            ),
        )


@dataclass(frozen=True)
class _Placed:
    """A trial with its site for a place. nearness: cosine of the angle between them."""

    known: _Known
    site: _KnownSite | None
    nearness: float | None

    @property
    def order(self) -> tuple[Any, ...]:
        far = 3.0 if self.nearness is None else -self.nearness
        return (far, *self.known.newest_first)

    def card(self, place: Place | None) -> dict[str, Any]:
        found = copy.deepcopy(self.known.base)
        if place is not None and self.site is not None:
            found["nearest_site"] = self.site.as_json(place)
        return found


def _placed(trials: Iterable[_Known], place: Place | None) -> list[_Placed]:
    """The trials for a place: all for a city, those with a site there for a state or country."""
    return [placed for known in trials if (placed := _place_one(known, place)) is not None]


def _place_one(known: _Known, place: Place | None) -> _Placed | None:
    if place is None:
        return _Placed(known, None, None)
    if place.kind != "city" or place.latitude is None or place.longitude is None:
        if place.country not in known.countries:
            return None
        site = next((site for site in known.sites if site.inside(place)), None)
        return _Placed(known, site, None) if site is not None else None
    x, y, z = _unit(place.latitude, place.longitude)
    best, nearest = -2.0, None
    for a, b, c, site in known.located:
        nearness = a * x + b * y + c * z
        if nearness > best:
            best, nearest = nearness, site
    if nearest is None:
        return _Placed(known, known.sites[0] if known.sites else None, None)
    return _Placed(known, nearest, best)


def _unit(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, theta = math.radians(latitude), math.radians(longitude)
    return math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)


def _countries(trials: Iterable[_Known]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for known in trials:
        counted.update({site.country for site in known.sites if site.country})
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


# -- the mirror in memory


@dataclass(frozen=True)
class _Snapshot:
    """The CAR-T trials of the mirror at a revision."""

    revision: int
    trials: tuple[_Known, ...]

    def matching(self, conditions: Sequence[str]) -> list[_Known]:
        if not conditions:
            return [known for known in self.trials if known.autoimmune]
        wanted = set(conditions)
        return [known for known in self.trials if known.conditions & wanted]


_snapshots: weakref.WeakKeyDictionary[Engine, _Snapshot] = weakref.WeakKeyDictionary()
_snapshots_lock = threading.Lock()


def _state(engine: Engine) -> SyncStateRow | None:
    with Session(engine, future=True) as session:
        state: SyncStateRow | None = session.get(SyncStateRow, 1)
    return state


def _snapshot(engine: Engine, revision: int) -> _Snapshot:
    """All trials, read anew only when a sync has changed them."""
    with _snapshots_lock:
        known = _snapshots.get(engine)
        if known is None or known.revision != revision:
            known = _Snapshot(revision, tuple(_read(engine)))
            _snapshots[engine] = known
        return known


def _read(engine: Engine) -> list[_Known]:
    columns = [column for column in TrialRow.__table__.columns if column.name != "record"]
    listed = [TrialRow.product == "car_t", TrialRow.gone_at.is_(None)]
    with engine.connect() as connection:
        sites: dict[str, list[Any]] = {}
        for site in connection.execute(
            select(SiteRow.__table__)
            .join(TrialRow, TrialRow.nct_id == SiteRow.nct_id)
            .where(*listed)
            .order_by(SiteRow.nct_id, SiteRow.position)
        ):
            sites.setdefault(site.nct_id, []).append(site)
        conditions: dict[str, set[str]] = {}
        for nct_id, condition in connection.execute(select(TrialConditionRow.__table__)):
            conditions.setdefault(nct_id, set()).add(condition)
        return [
            _known(row, sites.get(row.nct_id, []), frozenset(conditions.get(row.nct_id, ())))
            for row in connection.execute(select(*columns).where(*listed))
        ]


def _known(row: Any, sites: Sequence[Any], conditions: frozenset[str]) -> _Known:
    own = [site.status for site in sites]
    base = _base_card(
        row.nct_id, row.title, row.status, row.phases, row.conditions, row.min_age_years,
        row.max_age_years, row.sex, row.sponsor, row.last_update, row.contact, len(sites),
    )  # fmt: skip
    at = [_KnownSite.of(site, _status_of(site.status, row.status, own)) for site in sites]
    return _Known.of(base, row.product, row.autoimmune, conditions, at)


# -- times and numbers


def _checked_at(state: SyncStateRow, recorded: bool) -> str | None:
    if recorded and state.data_timestamp:
        return f"{state.data_timestamp[:19].rstrip('Z')}Z"
    return _iso(state.checked_at) if state.checked_at else None


def _is_fresh(state: SyncStateRow, now: datetime | None) -> bool:
    if state.checked_at is None:
        return False
    checked: datetime = state.checked_at.replace(tzinfo=timezone.utc)
    return (now or datetime.now(timezone.utc)) - checked <= LIVE_FOR


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(value: float | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == int(value) else value
