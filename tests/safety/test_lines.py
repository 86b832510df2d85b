"""The safety cards of a country: its own numbers, each with a source, and nothing invented."""

from __future__ import annotations

import re

import pytest

from bot.safety.gate import CARDS
from knowledge.curated.reading import read_content
from knowledge.curated.safety_lines import country_card, safety_lines

LANGUAGES = (
    "en", "es", "de", "fr", "it", "pt", "nl", "pl", "tr", "ru", "ar", "hi", "zh", "ja", "ko", "th",
)  # fmt: skip
COUNTRIES = (
    "US", "CA", "GB", "IE", "AU", "NZ", "DE", "AT", "CH", "FR", "ES", "IT", "PT", "BR", "MX", "AR",
    "NL", "PL", "TR", "RU", "EG", "SA", "IN", "CN", "TW", "JP", "KR", "TH",
)  # fmt: skip


@pytest.mark.parametrize(
    ("country", "call", "text"),
    [
        ("US", "988", "text 988"),
        ("CA", "988", "text 988"),
        ("GB", "116 123", "SHOUT to 85258"),
        ("AU", "13 11 14", "0477 13 11 14"),
        ("NZ", "1737", "text 1737"),
        ("KR", "109", "text 109"),
    ],
)
def test_a_crisis_card_names_whom_to_call_and_whom_to_text(
    country: str, call: str, text: str
) -> None:
    said = country_card("crisis_self", country, "en")
    assert said is not None
    assert call in said
    assert text in said


def test_a_crisis_card_says_what_the_call_is_like_and_that_the_chat_goes_on() -> None:
    for country in COUNTRIES:
        said = country_card("crisis_self", country, "en")
        assert said is not None
        assert "A trained person will listen." in said
        assert "You can keep writing here." in said


def test_a_card_of_a_country_names_no_number_but_its_own() -> None:
    for country in COUNTRIES:
        own = " ".join(
            f"{line.number} {line.text or ''} {line.hours}" for line in safety_lines(country)
        )
        for language in LANGUAGES:
            for card in CARDS:
                said = country_card(card, country, language)
                assert said is not None, (card, country, language)
                for number in re.findall(r"\d[\d -]*\d", said):
                    assert number in own, (said, number)


def test_a_card_of_a_country_stays_short() -> None:
    for country in COUNTRIES:
        for card in CARDS:
            for language in ("en", "es"):
                said = country_card(card, country, language)
                assert said is not None
                assert len(said.split()) <= 40, said


def test_where_we_know_no_line_the_general_card_is_left_to_stand() -> None:
    assert country_card("crisis_self", None, "en") is None
    assert country_card("crisis_self", "ZZ", "en") is None
    assert country_card("crisis_self", "US", "xx") is None


@pytest.mark.parametrize("country", ["RU", "TR", "SA"])
def test_where_a_country_has_no_line_that_we_know_a_directory_is_named(country: str) -> None:
    for language in LANGUAGES:
        said = country_card("crisis_self", country, language)
        assert said is not None
        assert "findahelpline.com" in said
        # a line for the young only is no line for everybody
        assert "2000-122" not in said


def test_in_the_european_union_112_is_known_even_where_no_other_number_is() -> None:
    said = country_card("emergency_general", "SE", "en")
    assert said is not None
    assert "112" in said


def test_each_line_carries_its_source_and_when_it_was_read() -> None:
    for country in COUNTRIES:
        lines = safety_lines(country)
        assert lines
        for line in lines:
            assert line.source_url.startswith("http")
            assert line.checked.year >= 2026


def test_general_crisis_cards_keep_the_chat_open_in_every_language() -> None:
    cards = read_content().cards
    for card in ("crisis_self", "crisis_other", "crisis_abuse"):
        assert "You can keep writing here." in cards[card]["en"]
        assert "Puedes seguir escribiendo aquí." in cards[card]["es"]
