"""A listing tells the registry's facts, and only of sites that take people now."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from knowledge.places import Place, cities, country_code, distance_km, place
from knowledge.trials.cards import card
from knowledge.trials.checked import LIVE_FOR
from knowledge.trials.client import RegistryClient
from knowledge.trials.filters import Filters
from knowledge.trials.lookup import lookup
from knowledge.trials.mirror import Mirror
from knowledge.trials.records import parse
from knowledge.trials.search import Relaxed, search, search_url
from knowledge.trials.tables import SyncStateRow, TrialRow
from tests.conftest import free_port
from tests.knowledge.trials.conftest import comes_back, impatient
from tests.registry import Fault, ReplayRegistry, recorded_studies

MG = "NCT06193889"
BOSTON = place("city/4930956")
GERMANY = place("country/DE")
WAITING = Filters(statuses=("NOT_YET_RECRUITING",))
CARD = {
    "nct_id", "title", "status", "phases", "conditions", "min_age_years", "max_age_years", "sex",
    "sponsor", "nearest_site", "site_count", "contact", "url", "last_update",
}  # fmt: skip


def places_of_the_world() -> list[Place]:
    """Two hundred cities of all sizes and continents, always the same."""
    known = cities()
    large = sorted(known, key=lambda each: -each.population)[:60]
    others = sorted(known, key=lambda each: each.key[::-1])[:: len(known) // 150]
    return list(dict.fromkeys([*large, *others]))[:200]


def recruiting_sites(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Straight from a record: the sites that take people now."""
    protocol = record["protocolSection"]
    if protocol["statusModule"]["overallStatus"] != "RECRUITING":
        return []
    sites: list[dict[str, Any]] = protocol.get("contactsLocationsModule", {}).get("locations", [])
    if not any("status" in site for site in sites):
        return sites
    return [site for site in sites if site.get("status") == "RECRUITING"]


def listed_ids(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(
            connection.execute(
                select(TrialRow.nct_id).where(
                    TrialRow.product == "car_t", TrialRow.status == "RECRUITING",
                    TrialRow.autoimmune,
                )
            ).scalars()
        )  # fmt: skip


# -- order and sites


@pytest.mark.parametrize("here", places_of_the_world(), ids=lambda each: each.name)
def test_the_nearest_recruiting_site_comes_first_everywhere(filled: Engine, here: Place) -> None:
    """Order, sites and distances equal brute force over the records."""
    expected = []
    for nct_id in listed_ids(filled):
        record = recorded_studies()[nct_id]
        distances = [
            distance_km(
                here.latitude or 0, here.longitude or 0, s["geoPoint"]["lat"], s["geoPoint"]["lon"]
            )
            for s in recruiting_sites(record)
            if "geoPoint" in s
        ]
        updated = record["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"]
        nearest = min(distances) if distances else None
        newest = -int(updated.replace("-", ""))
        order = (float("inf") if nearest is None else round(nearest, 6), newest, nct_id)
        expected.append((order, nearest))
    expected.sort()
    listing = search(filled, conditions=[], place=here, limit=1000)
    assert [card["nct_id"] for card in listing.trials] == [order[2] for order, _ in expected]
    for shown, (_, nearest) in zip(listing.trials, expected):
        site = shown["nearest_site"]
        open_there = recruiting_sites(recorded_studies()[shown["nct_id"]])
        if site is None:
            assert not open_there
            continue
        assert site["status"] == "RECRUITING"
        assert (site["facility"], site["city"]) in {(s["facility"], s["city"]) for s in open_there}
        assert site["distance_km"] == (None if nearest is None else round(nearest, 1))


@pytest.mark.parametrize(
    "key", ["country/US", "country/DE", "country/CN", "state/US/MA", "state/CA/08"]
)
def test_a_country_or_state_lists_only_trials_with_an_open_site_there(
    filled: Engine, key: str
) -> None:
    there = place(key)
    assert there is not None

    def inside(site: dict[str, Any]) -> bool:
        if country_code(site["country"]) != there.country:
            return False
        return there.kind == "country" or site.get("state") == there.name

    expected = {
        nct_id
        for nct_id in listed_ids(filled)
        if any(inside(site) for site in recruiting_sites(recorded_studies()[nct_id]))
    }
    listing = search(filled, conditions=[], place=there, limit=1000)
    assert {card["nct_id"] for card in listing.trials} == expected
    assert listing.total == len(expected) == listing.in_country or there.kind == "state"
    for shown in listing.trials:
        site = shown["nearest_site"]
        assert country_code(site["country"]) == there.country
        assert site["status"] == "RECRUITING"
        assert site["distance_km"] is None


def test_without_a_place_the_newest_comes_first_and_no_site_is_named(filled: Engine) -> None:
    listing = search(filled, conditions=["lupus"], limit=1000)
    keys = [(-int(c["last_update"].replace("-", "")), c["nct_id"]) for c in listing.trials]
    assert keys == sorted(keys)
    assert all(card["nearest_site"] is None for card in listing.trials)


def test_nothing_in_a_country_says_how_many_there_are_elsewhere(filled: Engine) -> None:
    listing = search(filled, conditions=["graves"], place=place("country/US"))
    assert (listing.total, listing.trials) == (0, [])
    everywhere = search(filled, conditions=["graves"]).total
    assert everywhere > 0
    assert listing.relaxed == (Relaxed("place", everywhere),)


# -- what is listed


def test_only_recruiting_car_t_studies_are_listed(filled: Engine) -> None:
    listing = search(filled, conditions=[], limit=1000)
    assert {card["status"] for card in listing.trials} == {"RECRUITING"}
    shown = {card["nct_id"] for card in listing.trials}
    assert shown == listed_ids(filled)
    # CAR-NK, follow-up only, unclear, and UNKNOWN with sites that still say RECRUITING
    assert not shown & {"NCT06010472", "NCT07403188", "NCT06980597", "NCT05085418"}
    assert listing.total == len(shown)


def test_at_most_ten_cards_are_shown_of_all_that_match(filled: Engine) -> None:
    listing = search(filled, conditions=["lupus"])
    assert len(listing.trials) == 10 < listing.total


def test_conditions_are_alternatives(filled: Engine) -> None:
    def found(*conditions: str) -> set[str]:
        listing = search(filled, conditions=conditions, limit=1000)
        return {card["nct_id"] for card in listing.trials}

    both = found("lupus", "multiple_sclerosis")
    assert both == found("lupus") | found("multiple_sclerosis")
    assert MG in found("myasthenia_gravis") - found("multiple_sclerosis")
    assert found("no_such_condition") == set()


def test_trials_not_yet_recruiting_are_counted_apart_and_listed_if_asked(filled: Engine) -> None:
    listing = search(filled, conditions=["lupus"])
    waiting = search(filled, conditions=["lupus"], filters=WAITING, limit=1000)
    assert listing.not_yet_recruiting == waiting.total > 0
    near = search(filled, conditions=["lupus"], place=BOSTON, filters=WAITING)
    assert near.trials[0]["nearest_site"]["status"] == "NOT_YET_RECRUITING"


def test_countries_are_counted(filled: Engine) -> None:
    listing = search(filled, conditions=["multiple_sclerosis"], limit=1000)
    for country, number in listing.countries.items():
        there = [
            card["nct_id"]
            for card in listing.trials
            if country
            in {site["country"] for site in recruiting_sites(recorded_studies()[card["nct_id"]])}
        ]
        assert len(there) == number, country


# -- cards


@pytest.mark.parametrize("nct_id", sorted(recorded_studies()))
def test_a_cards_facts_are_the_records_own(nct_id: str) -> None:
    record = recorded_studies()[nct_id]
    protocol = record["protocolSection"]
    eligibility = protocol.get("eligibilityModule", {})
    sites = protocol.get("contactsLocationsModule", {}).get("locations", [])
    shown = card(parse(record), None)
    assert set(shown) == CARD
    assert shown["nct_id"] == nct_id
    assert shown["title"] == protocol["identificationModule"]["briefTitle"]
    assert shown["status"] == protocol["statusModule"]["overallStatus"]
    assert shown["phases"] == protocol.get("designModule", {}).get("phases", [])
    assert shown["conditions"] == protocol.get("conditionsModule", {}).get("conditions", [])
    for key, field in (("min_age_years", "minimumAge"), ("max_age_years", "maximumAge")):
        told = eligibility.get(field)
        if told is None:
            assert shown[key] is None
        elif told.endswith(("Year", "Years")):
            assert shown[key] == int(told.split()[0])
        else:
            assert 0 < shown[key] < 20
    assert shown["sex"] == eligibility.get("sex")
    assert shown["sponsor"] == protocol["sponsorCollaboratorsModule"]["leadSponsor"]["name"]
    assert shown["site_count"] == len(sites)
    assert shown["url"] == f"https://clinicaltrials.gov/study/{nct_id}"
    assert shown["last_update"] == protocol["statusModule"]["lastUpdatePostDateStruct"]["date"]
    assert shown["nearest_site"] is None
    central = protocol.get("contactsLocationsModule", {}).get("centralContacts", [])
    if any(contact.get("phone") or contact.get("email") for contact in central):
        assert (shown["contact"]["phone"] or shown["contact"]["email"]) is not None


def test_a_card_in_a_listing_is_the_card_of_its_record(filled: Engine) -> None:
    for shown in search(filled, conditions=[], place=BOSTON, limit=1000).trials:
        assert shown == card(parse(recorded_studies()[shown["nct_id"]]), BOSTON)


def test_without_a_central_contact_an_open_sites_contact_is_given() -> None:
    record = copy.deepcopy(recorded_studies()[MG])
    module = record["protocolSection"]["contactsLocationsModule"]
    del module["centralContacts"]
    closed, opened = module["locations"][:2]
    closed.update(status="WITHDRAWN", contacts=[{"name": "Old", "phone": "555-0100"}])
    opened.update(status="RECRUITING", contacts=[{"name": "New", "email": "new@example.org"}])
    assert card(parse(record), None)["contact"] == {
        "name": "New", "phone": None, "email": "new@example.org",
    }  # fmt: skip


def test_a_card_given_away_is_nobody_elses(filled: Engine) -> None:
    search(filled, conditions=["lupus"]).trials[0]["conditions"].append("changed")
    assert "changed" not in search(filled, conditions=["lupus"]).trials[0]["conditions"]


def test_the_search_link_asks_the_registry_the_same() -> None:
    url = search_url(["myasthenia_gravis"])
    assert url.startswith("https://clinicaltrials.gov/search?")
    assert parse_qs(urlsplit(url).query) == {
        "cond": ["myasthenia gravis"], "intr": ["CAR-T"], "aggFilters": ["status:rec"],
    }  # fmt: skip


# -- how fresh


def test_a_listing_is_live_for_six_hours_after_the_check(filled: Engine) -> None:
    checked_at = search(filled, conditions=["lupus"]).checked_at
    assert checked_at is not None
    checked = datetime.fromisoformat(checked_at.replace("Z", "+00:00"))
    for age, live in ((timedelta(0), True), (LIVE_FOR, True), (timedelta(hours=7), False)):
        assert search(filled, conditions=["lupus"], now=checked + age).live is live
    late = search(filled, conditions=["lupus"], now=checked + timedelta(days=7))
    assert late.total == search(filled, conditions=["lupus"]).total


def test_a_recorded_listing_is_of_its_day_and_never_live(filled: Engine) -> None:
    listing = search(filled, conditions=["lupus"], recorded=True)
    assert (listing.checked_at, listing.live) == ("2026-08-22T00:00:00Z", False)


def test_a_sync_shows_at_once_in_the_next_search(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    mirror.refresh()
    before = search(engine, conditions=["myasthenia_gravis"]).total
    closed = copy.deepcopy(registry.studies[MG])
    closed["protocolSection"]["statusModule"]["overallStatus"] = "COMPLETED"
    closed["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"] = "2026-08-23"
    registry.studies[MG] = closed
    registry.data_timestamp = "2026-08-24T00:00:00"
    mirror.refresh()
    assert search(engine, conditions=["myasthenia_gravis"]).total == before - 1


# -- one study


def test_a_study_is_looked_up_live(engine: Engine, client: RegistryClient) -> None:
    found = lookup(engine, client, MG, BOSTON)
    assert (found.outcome, found.nct_id, found.live, found.product) == (
        "found_live", MG, True, "car_t",
    )  # fmt: skip
    assert found.card is not None
    assert found.card["nearest_site"]["city"] == "Philadelphia"
    assert found.interventions
    assert found.summary


@pytest.mark.parametrize(
    ("typed", "outcome", "product"),
    [
        ("NCT99999999", "not_found", None),
        ("no number", "not_found", None),
        ("NCT06010472", "not_cart", "car_nk"),
        ("NCT07403188", "not_cart", "follow_up_only"),
        ("NCT05843643", "not_cart", "not_cell_therapy"),
        ("nct 6193889", "found_live", "car_t"),
        ("NCT06980597", "found_live", "unclear"),
    ],
)
def test_a_number_that_is_no_car_t_study_is_said_to_be_so(
    engine: Engine, client: RegistryClient, typed: str, outcome: str, product: str | None
) -> None:
    found = lookup(engine, client, typed)
    assert (found.outcome, found.product) == (outcome, product)


def test_a_merged_number_leads_to_the_study_that_it_is_now(
    engine: Engine, client: RegistryClient
) -> None:
    found = lookup(engine, client, "NCT02769533")
    assert found.nct_id == "NCT02629549"
    assert found.url.endswith("NCT02629549")


FAULTS: list[Fault] = [
    "503", "502", "429", "429_bare", "403", "refuse", "silence", "drip", "drip_headers", "truncated", "wrong_shape",
    "html", "html_404", "not_utf8", "huge", "gzip_bomb", "redirect_elsewhere", "redirect_loop",
    "nameless",
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_in_trouble_a_study_is_told_from_the_mirror_with_its_date(
    filled: Engine, fault: Fault
) -> None:
    with ReplayRegistry(fault=fault) as registry:
        client = impatient(registry)
        found = comes_back(lambda: lookup(filled, client, MG, BOSTON, budget_s=1.5))
        unknown = comes_back(lambda: lookup(filled, client, "NCT05843643", budget_s=1.5))
    assert (found.outcome, found.nct_id) == ("found_recorded", MG)
    with filled.connect() as connection:
        checked = connection.execute(select(SyncStateRow.checked_at)).scalar_one()
    assert found.checked_at == checked.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert found.card is not None
    assert unknown.outcome == "unavailable"


def test_without_registry_and_mirror_a_study_is_unavailable(engine: Engine) -> None:
    client = RegistryClient(f"http://127.0.0.1:{free_port()}/api/v2", pause_s=0)
    found = lookup(engine, client, MG, budget_s=1.5)
    assert (found.outcome, found.card, found.checked_at) == ("unavailable", None, None)
    assert found.url == f"https://clinicaltrials.gov/study/{MG}"


def test_an_old_mirror_does_not_pass_for_live(filled: Engine) -> None:
    client = RegistryClient(f"http://127.0.0.1:{free_port()}/api/v2", pause_s=0)
    later = datetime.now(timezone.utc) + timedelta(days=3)
    assert lookup(filled, client, MG, budget_s=1.0, now=later).live is False


def test_of_a_study_that_is_closed_no_site_looks_open(
    engine: Engine, client: RegistryClient
) -> None:
    """Sites of an UNKNOWN study still say RECRUITING; the card says what the study says."""
    record = recorded_studies()["NCT05085418"]
    sites = record["protocolSection"]["contactsLocationsModule"]["locations"]
    assert {site["status"] for site in sites} == {"RECRUITING"}
    found = lookup(engine, client, "NCT05085418", place("country/CN"))
    assert found.card is not None
    assert found.card["status"] == found.card["nearest_site"]["status"] == "UNKNOWN"
