"""The places that a person names are understood, and ordinary words are no places."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.places import (
    country_code,
    distance_km,
    find_places,
    place,
    postal_codes_resolved,
)
from knowledge.places.postal import _by_prefix
from tests.conftest import PROJECT
from tests.registry import recorded_studies


def named(text: str) -> list[str]:
    """What the places of a text are, as "Name CC" or a key for a state or country."""
    return [
        f"{m.place.name} {m.place.country}" if m.place.kind == "city" else m.place.key
        for m in find_places(text)
    ]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("trials near Boston", "Boston US"),
        ("lupus trials boston", "Boston US"),
        ("TRIALS NEAR BOSTON", "Boston US"),
        ("Boston", "Boston US"),
        ("Boston Massachusetts", "Boston US"),
        ("any in Cambridge, MA?", "Cambridge US"),
        ("trials in cambridge", "Cambridge GB"),
        ("birmingham alabama", "Birmingham US"),
        ("birmingham", "Birmingham GB"),
        ("Portland in Maine", "Portland US"),
        ("Paris Texas", "Paris US"),
        ("Paris", "Paris FR"),
        ("London Ontario", "London CA"),
        ("Toronto, ON", "Toronto CA"),
        ("Vancouver BC", "Vancouver CA"),
        ("Jackson, MS", "Jackson US"),
        ("Minneapolis, MN 55414", "Minneapolis US"),
        ("saint louis missouri", "St. Louis US"),
        ("I live close to Ann Arbor, Michigan", "Ann Arbor US"),
        ("in LA", "Los Angeles US"),
        ("nyc", "New York City US"),
        ("in New York", "New York City US"),
        ("Washington DC", "Washington US"),
        ("from Omaha", "Omaha US"),
        ("Santiago de Chile", "Santiago CL"),
        ("¿hay ensayos cerca de Madrid?", "Madrid ES"),
        ("ensayos en Granada", "Granada ES"),
        ("vivo en Burdeos", "Bordeaux FR"),
        ("cerca de Fráncfort", "Frankfurt am Main DE"),
        ("Studien in der Nähe von Köln", "Köln DE"),
        ("gibt es Studien in München?", "Munich DE"),
        ("Muenchen", "Munich DE"),
        ("études près de Lyon", "Lyon FR"),
        ("studi vicino a Roma", "Rome IT"),
        ("Wien", "Vienna AT"),
        ("badania w Warszawa", "Warsaw PL"),
        ("İstanbul'da", "Istanbul TR"),
        ("в Москве", "Moscow RU"),
        ("我在上海", "Shanghai CN"),
        ("東京の近く", "Tokyo JP"),
        ("서울에서", "Seoul KR"),
        ("Leeds's hospital", "Leeds GB"),
    ],
)  # fmt: skip
def test_a_city_is_understood(text: str, there: str) -> None:
    assert named(text) == [there]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("are there trials in the UK?", "country/GB"),
        ("in uk", "country/GB"),
        ("England", "country/GB"),
        ("in Scotland", "country/GB"),
        ("anything in the U.S.?", "country/US"),
        ("in the US", "country/US"),
        ("in the us", "country/US"),
        ("i live in brazil, can i join in usa", "country/BR country/US"),
        ("in the States", "country/US"),
        ("en Estados Unidos", "country/US"),
        ("Studien in Deutschland", "country/DE"),
        ("en México", "country/MX"),
        ("ensayos en el Reino Unido", "country/GB"),
        ("¿y en Eslovenia?", "country/SI"),
        ("vivo en Carolina del Norte", "state/US/NC"),
        ("à la France", "country/FR"),
        ("the Netherlands", "country/NL"),
        ("South Korea", "country/KR"),
        ("in Turkey", "country/TR"),
        ("Texas", "state/US/TX"),
        ("trials in TX", "state/US/TX"),
        ("in New York State", "state/US/NY"),
        ("Georgia", "state/US/GA"),
        ("Quebec", "state/CA/10"),
    ],
)
def test_a_state_or_country_is_understood(text: str, there: str) -> None:
    assert named(text) == there.split()


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("I live in Nice", "Nice FR"),
        ("trials in Nice, France", "Nice FR"),
        ("I live in Reading", "Reading GB"),
        ("near Mobile, AL", "Mobile US"),
        ("near Charlotte", "Charlotte US"),
        ("in Essen", "Essen DE"),
        ("in Lincoln, Nebraska", "Lincoln US"),
    ],
)
def test_an_everyday_word_is_a_place_where_the_sentence_says_so(text: str, there: str) -> None:
    assert named(text) == [there]


@pytest.mark.parametrize(
    "text",
    [
        "what is a nice way to join", "I was reading about CAR-T", "IN READING ABOUT THIS",
        "of course, most people", "mobile phone", "male patients only", "can you help us",
        "my daughter Charlotte has lupus", "my son Jordan", "is it like a reunion", "near me",
        "Is Graves disease treated?", "graves", "Kawasaki disease", "Evans syndrome", "Hashimoto",
        "Bristol Myers Squibb", "MS trials", "is RA covered", "how is MG treated", "I had crs in march",
        "I have been on oral steroids since spring", "date of my next visit to the hospital",
        "¿Como estas?", "Hola", "tell us more", "please help us understand", "beim Essen",
        "I want to be normal again", "what is phase 1", "I take it to the top", "my genes", "",
        "a house in order", "in or out", "OK", "HI", "IN", "I'm from time to time dizzy",
    ],
)  # fmt: skip
def test_ordinary_words_and_diseases_are_no_places(text: str) -> None:
    assert named(text) == []


def test_several_places_come_in_their_order() -> None:
    assert named("Boston or Chicago, else in Germany") == ["Boston US", "Chicago US", "country/DE"]


def test_a_mention_says_where_it_stands() -> None:
    text = "I'm in Cambridge, MA, near the river"
    (mention,) = find_places(text)
    assert text[mention.start : mention.end] == "Cambridge, MA"


def test_a_place_is_found_again_by_its_key() -> None:
    for text in ("Boston", "Texas", "Canada", "Ontario"):
        (mention,) = find_places(text)
        assert place(mention.place.key) == mention.place
    assert place("city/0") is None
    assert place("") is None


def test_distances_are_great_circle() -> None:
    boston, london = place("city/4930956"), place("city/2643743")
    assert boston is not None and london is not None
    across = distance_km(
        boston.latitude or 0, boston.longitude or 0, london.latitude or 0, london.longitude or 0
    )
    assert across == pytest.approx(5265, abs=15)
    assert distance_km(10, 20, 10, 20) == 0
    assert distance_km(0, 179.9, 0, -179.9) == pytest.approx(22.2, abs=0.1)
    assert distance_km(90, 0, -90, 0) == pytest.approx(20015, abs=1)


def test_every_country_of_the_registry_is_known() -> None:
    countries = {
        site["country"]
        for study in recorded_studies().values()
        for site in study["protocolSection"].get("contactsLocationsModule", {}).get("locations", [])
        if site.get("country")
    }
    assert {name for name in countries if country_code(name) is None} == set()
    assert country_code("Turkey (Türkiye)") == country_code("Turkey") == "TR"
    assert country_code("Korea, Republic of") == "KR"
    assert country_code("Atlantis") is None


@given(st.text(max_size=200))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read(text: str) -> None:
    for mention in find_places(text):
        assert 0 <= mention.start < mention.end <= len(text)


# -- postal codes


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("33101", "Miami US"),
        ("trials near 10001 for MS", "New York City US"),
        ("my zip is 77030", "Houston US"),
        ("zip code: 02115-1234", "Boston US"),
        ("M5V 2T6", "Toronto CA"),
        ("h3a1b1", "Montréal CA"),
        ("K0A 1A0", "state/CA/08"),
        ("LS1 4AP", "Leeds GB"),
        ("ls1 4ap", "Leeds GB"),
        ("I live in SW1A 1AA", "London GB"),
        ("10115 Berlin", "Berlin DE"),
        ("D-80331", "Munich DE"),
        ("PLZ 50667", "Köln DE"),
        ("código postal 28001, España", "Madrid ES country/ES"),
        ("28001 Madrid", "Madrid ES"),
    ],
)
def test_a_postal_code_leads_to_its_city(text: str, there: str) -> None:
    assert " ".join(named(text)) == there


@pytest.mark.parametrize(
    "text",
    [
        "00000", "zip 00001", "código postal 28001", "in 20000 patients", "from 12000 to 15000",
        "it costs 90210 dollars", "CD19 and BCMA", "B12 5 mg", "IL2", "IL-6", "NCT06193889",
        "platelets 50000", "10 000 steps",
    ],
)  # fmt: skip
def test_other_figures_are_no_postal_codes(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("trials near 33101 please", "trials near Miami, FL please"),
        ("I live in SW1A 1AA", "I live in London, United Kingdom"),
        ("M5V 2T6", "Toronto, Ontario"),
        ("10115 Berlin", "Berlin"),
        ("Boston, MA 02115", "Boston, MA"),
        ("my zip is 00001", "my zip is [postcode]"),
        ("20000 patients, NCT06193889, 38.5 C", "20000 patients, NCT06193889, 38.5 C"),
    ],
)
def test_a_postal_code_is_resolved_and_dropped(text: str, kept: str) -> None:
    assert postal_codes_resolved(text) == kept


def test_what_a_postal_code_became_is_read_as_the_same_place() -> None:
    for code in (
        "33101",
        "77030",
        "M5V 2T6",
        "T2P 1A1",
        "LS1 4AP",
        "CB2 1TN",
        "SW1A 1AA",
        "D-80331",
    ):
        (before,) = find_places(code)
        assert [each.place for each in find_places(postal_codes_resolved(code))] == [before.place]


def test_every_beginning_of_the_postal_lists_has_its_place() -> None:
    lists = yaml.safe_load((PROJECT / "knowledge/places/postal.yml").read_text(encoding="utf-8"))
    for country, beginnings in lists.items():
        for beginning in beginnings:
            found = _by_prefix(country, beginning)
            assert found is not None and found.country == country, (country, beginning)


@given(st.text(max_size=100))
@settings(max_examples=300, deadline=None)
def test_any_text_keeps_its_other_words(text: str) -> None:
    if not any(ch.isdigit() for ch in text):
        assert postal_codes_resolved(text) == text
