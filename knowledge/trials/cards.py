"""Trial cards in the shape of contract.md: the registry's own facts, nothing else."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.places import Place
from knowledge.trials.records import RECRUITING, Trial
from knowledge.trials.sites import KnownSite, sites_near, status_of

STUDY_URL = "https://clinicaltrials.gov/study/{}"


def base_card(
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
    """A card before a place is known."""
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
        "url": STUDY_URL.format(nct_id),
        "last_update": last_update,
    }


@dataclass(frozen=True)
class KnownTrial:
    """A trial with what search needs at hand. sites: those to which its status applies.

    cells: where its cells come from (`cells.CellSource`), as far as its record says. countries: of
    those sites, as alpha-2 codes; country_names: in the registry's words.
    """

    base: dict[str, Any]
    product: str
    autoimmune: bool
    conditions: frozenset[str]
    cells: frozenset[str]
    status: str
    sites: tuple[KnownSite, ...]
    countries: frozenset[str]
    country_names: frozenset[str]
    newest_first: tuple[int, str]

    @classmethod
    def of(
        cls,
        base: dict[str, Any],
        product: str,
        autoimmune: bool,
        conditions: frozenset[str],
        cells: frozenset[str],
        sites: Sequence[KnownSite],
    ) -> KnownTrial:
        """With its own sites sorted out, and a site's contact where the study has none."""
        status = base["status"]
        at = tuple(site for site in sites if site.status == status)
        if base["contact"] is None and status == RECRUITING:
            base["contact"] = next((site.contact for site in at if site.contact), None)
        return cls(
            base=base,
            product=product,
            autoimmune=autoimmune,
            conditions=conditions,
            cells=cells,
            status=status,
            sites=at,
            countries=frozenset(site.country_code for site in at if site.country_code),
            country_names=frozenset(site.country for site in at if site.country),
            newest_first=(
                -int((base["last_update"] or "0").replace("-", "").ljust(8, "0")),
                base["nct_id"],
            ),
        )

    def card(self, place: Place | None, site: KnownSite | None) -> dict[str, Any]:
        """Its card, with the site to show for a place."""
        found = copy.deepcopy(self.base)
        if place is not None and site is not None:
            found["nearest_site"] = site.as_json(place)
        return found


def known_trial(trial: Trial) -> KnownTrial:
    """A record by itself as search sees it."""
    own = [site.status for site in trial.sites]
    sites = [KnownSite.of(site, status_of(site.status, trial.status, own)) for site in trial.sites]
    base = base_card(
        trial.nct_id, trial.title, trial.status, trial.phases, trial.conditions,
        trial.min_age_years, trial.max_age_years, trial.sex, trial.sponsor, trial.last_update,
        trial.contacts[0].as_json() if trial.contacts else None, len(trial.sites),
    )  # fmt: skip
    return KnownTrial.of(base, "car_t", True, frozenset(), frozenset(), sites)


def card(trial: Trial, place: Place | None) -> dict[str, Any]:
    """The card of a record, with its nearest site that counts where a place is named."""
    known = known_trial(trial)
    near = sites_near(known.sites, place, 1) if place is not None else []
    if place is not None and not near and place.kind == "city":
        near = list(known.sites[:1])
    return known.card(place, near[0] if near else None)


def _number(value: float | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == int(value) else value
