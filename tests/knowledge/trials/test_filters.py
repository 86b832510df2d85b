"""A search narrowed down finds what passes every limit, and says what letting go would give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from knowledge.places import Place, distance_km, find_places, place
from knowledge.trials.cards import card
from knowledge.trials.cells import cell_sources
from knowledge.trials.filters import Filters, wider
from knowledge.trials.records import parse
from knowledge.trials.relevance import product_kind
from knowledge.trials.search import Listing, Relaxed, search
from tests.registry import recorded_studies


def city(name: str) -> Place:
    (mention,) = find_places(name)
    return mention.place


LEEDS, OMAHA, WUHAN = city("Leeds"), city("Omaha"), city("Wuhan")


def ids(listing: Listing) -> list[str]:
    return [shown["nct_id"] for shown in listing.trials]


def all_of(engine: Engine, filters: Filters, **where: Any) -> Listing:
    return search(engine, conditions=[], filters=filters, limit=1000, **where)


# -- radius


@pytest.mark.parametrize("here", [LEEDS, OMAHA, WUHAN], ids=lambda each: each.name)
@pytest.mark.parametrize("radius_km", [10.0, 50.0, 300.0, 1500.0, 20_000.0])
def test_within_a_radius_are_those_whose_nearest_open_site_is(
    filled: Engine, here: Place, radius_km: float
) -> None:
    everywhere = all_of(filled, Filters(), place=here)
    within = all_of(filled, Filters(radius_km=radius_km), place=here)
    expected = [
        shown["nct_id"]
        for shown in everywhere.trials
        if (site := shown["nearest_site"]) is not None
        and site["distance_km"] is not None
        and site["distance_km"] <= radius_km
    ]
    assert ids(within) == expected
    assert within.total == len(expected)


def test_a_radius_needs_a_city(filled: Engine) -> None:
    texas = place("state/US/TX")
    listing = all_of(filled, Filters(radius_km=10), place=texas)
    assert ids(listing) == ids(all_of(filled, Filters(), place=texas))
    assert listing.filters.radius_km is None


def test_none_within_a_radius_says_which_wider_one_holds_the_nearest(filled: Engine) -> None:
    """ "None within 50 km; 3 within 300 km"."""
    narrow = Filters(radius_km=1.0)
    listing = search(filled, conditions=["lupus"], place=LEEDS, filters=narrow)
    (offer,) = listing.relaxed
    assert (listing.total, offer.limit) == (0, "radius_km")
    nearest = search(filled, conditions=["lupus"], place=LEEDS).trials[0]["nearest_site"]
    assert offer.radius_km is not None and offer.radius_km >= nearest["distance_km"]
    promised = search(
        filled, conditions=["lupus"], place=LEEDS, filters=Filters(radius_km=offer.radius_km)
    )
    assert promised.total == offer.total > 0


@given(st.floats(1, 20_000), st.floats(0, 20_015), st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_wider_radius_always_reaches_the_nearest(
    radius_km: float, nearest_km: float, in_miles: bool
) -> None:
    assert wider(radius_km, nearest_km, in_miles) >= nearest_km


# -- age, sex, cells, phase, status


@pytest.mark.parametrize("sex", ["FEMALE", "MALE"])
def test_a_sex_leaves_the_trials_that_take_it(filled: Engine, sex: str) -> None:
    found = set(ids(all_of(filled, Filters(sex=sex))))
    for shown in all_of(filled, Filters()).trials:
        assert (shown["nct_id"] in found) == (shown["sex"] in (sex, "ALL", None))


@pytest.mark.parametrize("sex", ["FEMALE", "MALE"])
def test_a_trial_for_one_sex_is_shown_to_no_other(sex: str) -> None:
    card = {"sex": "FEMALE", "phases": [], "min_age_years": None, "max_age_years": None}
    assert Filters(sex=sex).take(card, frozenset()) == (sex == "FEMALE")


@pytest.mark.parametrize("age", [0.5, 9, 16, 17.5, 18, 43, 70, 75, 75.5, 90])
def test_an_age_leaves_the_trials_whose_limits_hold_it(filled: Engine, age: float) -> None:
    found = set(ids(all_of(filled, Filters(age_years=age))))
    for shown in all_of(filled, Filters()).trials:
        low, high = shown["min_age_years"], shown["max_age_years"]
        # up to "75 years" takes those who are 75, until their next birthday
        holds = (low is None or low <= age) and (high is None or age < high + 1)
        assert (shown["nct_id"] in found) == holds, shown["nct_id"]


@pytest.mark.parametrize("phase", ["EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE3"])
def test_a_phase_leaves_the_trials_of_that_phase(filled: Engine, phase: str) -> None:
    found = set(ids(all_of(filled, Filters(phases=(phase,)))))
    for shown in all_of(filled, Filters()).trials:
        assert (shown["nct_id"] in found) == (phase in shown["phases"])


@pytest.mark.parametrize("cells", ["own", "donor", "in_body"])
def test_whose_cells_leaves_the_trials_whose_records_say_so(filled: Engine, cells: str) -> None:
    everything = all_of(filled, Filters())
    listing = all_of(filled, Filters(cells=cells))
    told = {each: cell_sources(parse(recorded_studies()[each])) for each in ids(everything)}
    assert set(ids(listing)) == {each for each, sources in told.items() if cells in sources}
    assert listing.total > 0
    assert listing.cells_unsaid == sum(not sources for sources in told.values())


def test_a_status_lists_the_trials_of_that_status(filled: Engine) -> None:
    listing = all_of(filled, Filters(statuses=("COMPLETED", "WITHDRAWN")))
    assert {shown["status"] for shown in listing.trials} == {"COMPLETED", "WITHDRAWN"}


def test_limits_together_are_all_kept(filled: Engine) -> None:
    filters = Filters(radius_km=2000, age_years=20, cells="donor", phases=("PHASE1", "PHASE2"))
    alone = [
        set(ids(all_of(filled, each, place=WUHAN)))
        for each in (
            Filters(radius_km=2000),
            Filters(age_years=20),
            Filters(cells="donor"),
            Filters(phases=("PHASE1", "PHASE2")),
        )
    ]
    assert set(ids(all_of(filled, filters, place=WUHAN))) == set.intersection(*alone) != set()


# -- nothing found


def test_what_is_offered_is_what_letting_go_gives(filled: Engine) -> None:
    filters = Filters(age_years=3, phases=("PHASE3",))
    listing = search(filled, conditions=["lupus"], filters=filters)
    assert listing.total == 0
    assert listing.relaxed == tuple(
        Relaxed(name, total)
        for name in ("phases", "age_years")
        if (total := search(filled, conditions=["lupus"], filters=filters.without(name)).total)
    )


def test_where_no_single_limit_is_in_the_way_all_of_them_are_named(filled: Engine) -> None:
    filters = Filters(age_years=3, cells="in_body", phases=("PHASE4",))
    listing = search(filled, conditions=["lupus"], filters=filters)
    everything = search(filled, conditions=["lupus"]).total
    assert listing.relaxed == (Relaxed("all", everything),)


def test_where_something_is_found_nothing_is_offered(filled: Engine) -> None:
    assert search(filled, conditions=["lupus"], place=LEEDS).relaxed == ()


# -- apart


def test_what_is_not_car_t_to_join_is_named_apart_and_never_listed(filled: Engine) -> None:
    listing = search(filled, conditions=["lupus"], limit=1000)
    apart = {number for numbers in listing.apart.values() for number in numbers}
    assert {"NCT06010472", "NCT07403188", "NCT06980597"} <= apart
    assert not apart & set(ids(listing))
    for product, numbers in listing.apart.items():
        for number in numbers:
            trial = parse(recorded_studies()[number])
            assert (product_kind(trial), trial.status) == (product, "RECRUITING")


def test_apart_are_those_of_the_country_asked_for(filled: Engine) -> None:
    here = search(filled, conditions=["lupus"], place=place("country/US"))
    for number in {number for numbers in here.apart.values() for number in numbers}:
        assert "United States" in str(recorded_studies()[number])


def test_trials_that_name_no_disease_are_named_for_each(filled: Engine) -> None:
    listing = search(filled, conditions=["lupus"], limit=1000)
    assert listing.unnamed
    assert not set(listing.unnamed) & set(ids(listing))
    assert set(listing.unnamed) <= set(ids(all_of(filled, Filters())))


# -- where the cells come from


@pytest.mark.parametrize(
    ("nct_id", "sources"),
    [
        ("NCT06193889", {"own"}),
        ("NCT07570862", {"donor"}),
        ("NCT06965309", {"in_body"}),
        ("NCT05030779", set()),
    ],
)
def test_cells_are_told_as_far_as_the_record_tells(nct_id: str, sources: set[str]) -> None:
    assert cell_sources(parse(recorded_studies()[nct_id])) == sources


def test_a_card_shows_the_site_that_search_found_nearest(filled: Engine) -> None:
    shown = search(filled, conditions=["myasthenia_gravis"], place=LEEDS).trials[0]
    again = card(parse(recorded_studies()[shown["nct_id"]]), LEEDS)["nearest_site"]
    assert shown["nearest_site"] == again
    sites = recorded_studies()[shown["nct_id"]]["protocolSection"]["contactsLocationsModule"]
    nearest = min(
        distance_km(LEEDS.latitude or 0, LEEDS.longitude or 0, at["lat"], at["lon"])
        for site in sites["locations"]
        if (at := site.get("geoPoint")) and site.get("status", "RECRUITING") == "RECRUITING"
    )
    assert again["distance_km"] == round(nearest, 1)
