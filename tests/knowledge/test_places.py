"""The places that a person names are understood, and ordinary words are no places."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.places import country_code, country_name, distance_km, find_places, place
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
    assert country_name("DE") == "Germany"


@given(st.text(max_size=200))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read(text: str) -> None:
    for mention in find_places(text):
        assert 0 <= mention.start < mention.end <= len(text)
