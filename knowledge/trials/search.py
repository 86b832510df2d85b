"""Search the mirror: by condition, place and status; and look up one study, live where it can be.

Distances are great-circle, from the city asked for to the nearest site that is recruiting. Order is
neutral and said in the reply: by distance where a city was named, else by the registry's last
update, newest first.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.places import Place, country_code, country_name, distance_km
from knowledge.trials.client import RegistryClient, RegistryError
from knowledge.trials.records import Contact, RecordRejected, Site, Trial, parse
from knowledge.trials.relevance import product_kind
from knowledge.trials.tables import SiteRow, SyncState, TrialCondition, TrialRow

#: A listing counts as live when it was checked against the registry this recently (contract.md).
LIVE_FOR = timedelta(hours=6)
_STUDY_URL = "https://clinicaltrials.gov/study/{}"
_OPEN = "RECRUITING"

Outcome = Literal["found", "not_found", "not_cart", "unavailable"]


@dataclass(frozen=True)
class Listing:
    """Trials found. `trials` are cards in the shape of contract.md, at most `limit`.

    total: all matches. not_yet_recruiting: further matches that have not opened. countries: matches
    by ISO code. elsewhere_total: matches without the place. checked_at: ISO, UTC; None where the
    mirror has never been filled.
    """

    trials: list[dict[str, Any]]
    checked_at: str | None
    live: bool
    total: int
    not_yet_recruiting: int
    elsewhere_total: int
    search_url: str
    countries: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TrialLookup:
    """What is known of one study."""

    outcome: Outcome
    nct_id: str
    url: str
    card: dict[str, Any] | None = None
    summary: str | None = None
    interventions: tuple[str, ...] = ()
    checked_at: str | None = None
    live: bool = False


@dataclass(frozen=True)
class _Known:
    """A trial of the mirror, with what search needs at hand."""

    trial: Trial
    product: str
    conditions: frozenset[str]
    gone: bool


@dataclass(frozen=True)
class _Snapshot:
    generation: int
    trials: tuple[_Known, ...]


_snapshots: dict[str, _Snapshot] = {}
_snapshot_lock = threading.Lock()


def search(
    engine: Engine,
    *,
    conditions: Sequence[str],
    place: Place | None,
    statuses: Sequence[str] = (_OPEN,),
    limit: int = 10,
    recorded: bool = False,
    now: datetime | None = None,
) -> Listing:
    """CAR-T trials of the mirror for any of the conditions (all conditions where none is given)."""
    state = _state(engine)
    url = search_url(conditions, place)
    if state is None:
        return Listing([], None, False, 0, 0, 0, url)
    matching = [
        known
        for known in _snapshot(engine, state.generation).trials
        if known.product == "car_t"
        and not known.gone
        and (not conditions or known.conditions & set(conditions))
    ]
    open_now = [known for known in matching if known.trial.status in statuses]
    placed = [(known, _nearest(known.trial, place)) for known in open_now]
    if place is not None and place.kind != "city":
        placed = [(known, site) for known, site in placed if site is not None]
    placed.sort(key=lambda pair: _order(pair[0].trial, pair[1], place))
    checked = _checked(state, recorded)
    return Listing(
        trials=[card(known.trial, site, place) for known, site in placed[:limit]],
        checked_at=_iso(checked),
        live=not recorded and (now or _now()) - checked <= LIVE_FOR,
        total=len(placed),
        not_yet_recruiting=sum(k.trial.status == "NOT_YET_RECRUITING" for k in matching),
        elsewhere_total=len(open_now),
        search_url=url,
        countries=_countries(known.trial for known, _ in placed),
    )


def lookup(
    engine: Engine,
    client: RegistryClient,
    nct_id: str,
    place: Place | None = None,
    recorded: bool = False,
    now: datetime | None = None,
    budget_s: float = 5.0,
) -> TrialLookup:
    """One study: from the registry now; in trouble, from the mirror, dated."""
    url = _STUDY_URL.format(nct_id)
    try:
        record = client.study(nct_id, budget_s=budget_s)
        state = _state(engine) if recorded else None
        checked = _iso(_checked(state, recorded) if state else now or _now())
        if record is None:
            return TrialLookup("not_found", nct_id, url, checked_at=checked, live=not recorded)
        trial = parse(record)
        return _told(trial, product_kind(trial), place, checked, live=not recorded)
    except (RegistryError, RecordRejected):
        return _from_mirror(engine, nct_id, place, url, recorded)


def _from_mirror(
    engine: Engine, nct_id: str, place: Place | None, url: str, recorded: bool
) -> TrialLookup:
    state = _state(engine)
    if state is not None:
        for known in _snapshot(engine, state.generation).trials:
            if known.trial.nct_id == nct_id:
                checked = _iso(_checked(state, recorded))
                return _told(known.trial, known.product, place, checked, live=False)
    return TrialLookup("unavailable", nct_id, url)


def _told(
    trial: Trial, product: str, place: Place | None, checked_at: str, live: bool
) -> TrialLookup:
    return TrialLookup(
        outcome="found" if product == "car_t" else "not_cart",
        nct_id=trial.nct_id,
        url=_STUDY_URL.format(trial.nct_id),
        card=card(trial, _nearest(trial, place), place),
        summary=trial.summary,
        interventions=tuple(name for _, name in trial.interventions if name),
        checked_at=checked_at,
        live=live,
    )


def card(trial: Trial, site: Site | None, place: Place | None) -> dict[str, Any]:
    """A trial card: the registry's own facts, in the shape of contract.md."""
    return {
        "nct_id": trial.nct_id,
        "title": trial.title,
        "status": trial.status,
        "phases": list(trial.phases),
        "conditions": list(trial.conditions),
        "min_age_years": _number(trial.min_age_years),
        "max_age_years": _number(trial.max_age_years),
        "sex": trial.sex,
        "sponsor": trial.sponsor,
        "nearest_site": _site_json(site, place) if place is not None and site else None,
        "site_count": len(trial.sites),
        "contact": _contact(trial),
        "url": _STUDY_URL.format(trial.nct_id),
        "last_update": trial.last_update,
    }


def search_url(conditions: Sequence[str], place: Place | None) -> str:
    """The registry's own page for such a search, for people to look themselves."""
    query = {"intr": "CAR-T", "aggFilters": "status:rec"}
    if conditions:
        query["cond"] = " OR ".join(each.replace("_", " ") for each in conditions)
    if place is not None:
        query["locStr"] = place.name
    return f"https://clinicaltrials.gov/search?{urlencode(query)}"


# -- sites


def _open_sites(trial: Trial) -> list[Site]:
    """Sites that take people now: of a recruiting study, those that are recruiting themselves.

    Where the registry gives no site a status, the study's own counts for all.
    """
    if trial.status != _OPEN:
        return list(trial.sites)
    if all(site.status is None for site in trial.sites):
        return list(trial.sites)
    return [site for site in trial.sites if site.status == _OPEN]


def _nearest(trial: Trial, place: Place | None) -> Site | None:
    """The open site nearest to a city, or any within a state or country; None where none is."""
    if place is None:
        return None
    sites = _open_sites(trial)
    if place.kind != "city":
        return next((site for site in sites if _inside(site, place)), None)
    located = [site for site in sites if _distance(site, place) is not None]
    if not located:
        return sites[0] if sites else None
    return min(located, key=lambda site: _distance(site, place) or 0.0)


def _inside(site: Site, place: Place) -> bool:
    if site.country is None or country_code(site.country) != place.country:
        return False
    if place.kind == "country":
        return True
    return (site.state or "").casefold() in {place.name.casefold(), (place.admin1 or "").casefold()}


def _distance(site: Site, place: Place) -> float | None:
    if None in (site.latitude, site.longitude, place.latitude, place.longitude):
        return None
    return distance_km(
        place.latitude or 0.0, place.longitude or 0.0, site.latitude or 0.0, site.longitude or 0.0
    )


def _order(trial: Trial, site: Site | None, place: Place | None) -> tuple[Any, ...]:
    newest_first = tuple(-ord(ch) for ch in trial.last_update or "0")
    if place is None or place.kind != "city":
        return (newest_first, trial.nct_id)
    far = _distance(site, place) if site else None
    return (far is None, far or 0.0, newest_first, trial.nct_id)


def _site_json(site: Site, place: Place) -> dict[str, Any]:
    far = _distance(site, place) if place.kind == "city" else None
    return {
        "facility": site.facility,
        "city": site.city,
        "country": site.country,
        "distance_km": None if far is None else round(far, 1),
        "status": site.status,
    }


def _contact(trial: Trial) -> dict[str, Any] | None:
    if trial.contact is not None:
        return trial.contact.as_json()
    for site in _open_sites(trial):
        if site.contact is not None:
            return site.contact.as_json()
    return None


def _countries(trials: Any) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for trial in trials:
        codes = {country_code(site.country) for site in _open_sites(trial) if site.country}
        counted.update(code for code in codes if code)
    return {country_name(code): number for code, number in counted.most_common()}


def _checked(state: SyncState, recorded: bool) -> datetime:
    """When the mirror was last checked; for recorded data, the day of which they are."""
    if recorded and state.data_timestamp:
        return datetime.fromisoformat(state.data_timestamp).replace(tzinfo=timezone.utc)
    return state.checked_at.replace(tzinfo=timezone.utc)


# -- the mirror in memory


def _state(engine: Engine) -> SyncState | None:
    with Session(engine, future=True) as session:
        return session.get(SyncState, 1)


def _snapshot(engine: Engine, generation: int) -> _Snapshot:
    """All trials, read anew only when a sync has changed them."""
    key = str(engine.url)
    with _snapshot_lock:
        known = _snapshots.get(key)
        if known is None or known.generation != generation:
            known = _Snapshot(generation, tuple(_read(engine)))
            _snapshots[key] = known
        return known


def _read(engine: Engine) -> list[_Known]:
    with Session(engine, future=True) as session:
        sites: dict[str, list[SiteRow]] = {}
        for site in session.execute(
            select(SiteRow).order_by(SiteRow.nct_id, SiteRow.position)
        ).scalars():
            sites.setdefault(site.nct_id, []).append(site)
        conditions: dict[str, set[str]] = {}
        for row in session.execute(select(TrialCondition)).scalars():
            conditions.setdefault(row.nct_id, set()).add(row.condition)
        return [
            _Known(
                trial=_trial(row, sites.get(row.nct_id, [])),
                product=row.product,
                conditions=frozenset(conditions.get(row.nct_id, ())),
                gone=row.gone,
            )
            for row in session.execute(select(TrialRow)).scalars()
        ]


def _trial(row: TrialRow, sites: list[SiteRow]) -> Trial:
    def contact(value: dict[str, Any] | None) -> Contact | None:
        return Contact(**value) if value else None

    return Trial(
        nct_id=row.nct_id,
        title=row.title,
        official_title=row.official_title,
        status=row.status,
        why_stopped=row.why_stopped,
        study_type=None,
        phases=tuple(row.phases),
        conditions=tuple(row.conditions),
        mesh=(),
        keywords=(),
        interventions=tuple(("", name) for name in row.interventions),
        arms=(),
        min_age_years=row.min_age_years,
        max_age_years=row.max_age_years,
        sex=row.sex,
        sponsor=row.sponsor,
        summary=row.summary,
        eligibility=row.eligibility,
        start=row.start,
        last_update=row.last_update,
        enrollment=None,
        contact=contact(row.contact),
        sites=tuple(
            Site(
                site.facility,
                site.city,
                site.state,
                site.country,
                site.status,
                site.latitude,
                site.longitude,
                contact(site.contact),
            )
            for site in sites
        ),
        fingerprint=row.fingerprint,
    )


def _number(value: float | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == int(value) else value


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
