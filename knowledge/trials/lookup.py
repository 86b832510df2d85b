"""One study by its number: live where the registry can be reached, else from the mirror."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge.places import Place
from knowledge.trials.cards import STUDY_URL, card, known_trial
from knowledge.trials.cells import cell_sources
from knowledge.trials.checked import checked_at, is_bundled, is_live, iso, state_of
from knowledge.trials.client import RegistryClient, RegistryError
from knowledge.trials.records import RecordRejected, Trial, nct_number, parse
from knowledge.trials.relevance import ProductKind, is_in_cancer, product_kind
from knowledge.trials.search import SEARCH_URL
from knowledge.trials.sites import sites_near
from knowledge.trials.tables import SyncStateRow, TrialRow

Outcome = Literal["found_live", "found_recorded", "not_found", "not_cart", "unavailable"]
#: How many sites near a place are named.
_MOST_SITES = 3


@dataclass(frozen=True)
class TrialLookup:
    """What is known of one study.

    outcome: `found_live` from the registry now, `found_recorded` from the mirror; `not_cart`: a
    study of something else (card and product say what); `unavailable`: neither registry nor mirror
    could say. nct_id: as the registry writes it; another than asked for where that one was merged.
    checked_at: ISO, UTC. cells: where its cells come from (`cells.CellSource`). sites: those that
    count nearest to the place, or of each country the first. bundled: from the recorded data that
    came with the product.
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
    cells: frozenset[str] = frozenset()
    sites: tuple[dict[str, Any], ...] = ()
    countries: tuple[str, ...] = ()
    bundled: bool = False


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
        return TrialLookup("not_found", nct_id, SEARCH_URL.format(urlencode({"term": nct_id})))
    try:
        fetched = client.fetched(number, budget_s=budget_s)
        trial = parse(fetched.record) if fetched.record is not None else None
    except (RegistryError, RecordRejected):
        return _from_mirror(engine, number, place, recorded, now)
    state = state_of(engine) if recorded else None
    at = checked_at(state, recorded) if state else iso(fetched.at)
    if trial is None:
        return TrialLookup(
            "not_found", number, STUDY_URL.format(number), checked_at=at, live=not recorded
        )
    return _told(trial, "found_live", place, at, live=not recorded)


def _from_mirror(
    engine: Engine, number: str, place: Place | None, recorded: bool, now: datetime | None
) -> TrialLookup:
    url = STUDY_URL.format(number)
    try:
        with Session(engine, future=True) as session:
            state = session.get(SyncStateRow, 1)
            row = session.get(TrialRow, number)
    except SQLAlchemyError:
        return TrialLookup("unavailable", number, url)
    if state is None or state.checked_at is None or row is None:
        return TrialLookup("unavailable", number, url)
    live = row.gone_at is None and is_live(state, recorded, now)
    at = iso(row.gone_at) if row.gone_at else checked_at(state, recorded)
    return _told(parse(row.record), "found_recorded", place, at, live, is_bundled(state))


def _told(
    trial: Trial,
    found: Outcome,
    place: Place | None,
    at: str | None,
    live: bool,
    bundled: bool = False,
) -> TrialLookup:
    product = product_kind(trial)
    open_sites = known_trial(trial).sites
    near = sites_near(open_sites, place, _MOST_SITES) if place is not None else []
    return TrialLookup(
        # Of a product that we can't tell we don't say that it is no CAR-T.
        outcome=found if product in {"car_t", "unclear"} else "not_cart",
        nct_id=trial.nct_id,
        url=STUDY_URL.format(trial.nct_id),
        card=card(trial, place),
        summary=trial.summary,
        interventions=tuple(name for _, name in trial.interventions if name),
        checked_at=at,
        live=live,
        product=product,
        in_cancer=is_in_cancer(trial),
        why_stopped=trial.why_stopped,
        cells=cell_sources(trial),
        sites=tuple(site.as_json(place) for site in near) if place is not None else (),
        countries=tuple(dict.fromkeys(site.country for site in open_sites if site.country)),
        bundled=bundled,
    )
