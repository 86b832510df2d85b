"""Everyday words in many languages are not taken for a misspelt disease."""

from __future__ import annotations

import pytest

from bot.nlu.conditions import ConditionMatcher, aliases_of
from bot.nlu.real_words import LIST, near_names
from knowledge.curated.reading import read_content


@pytest.fixture(scope="module")
def matcher() -> ConditionMatcher:
    content = read_content()
    return ConditionMatcher(aliases_of(content.conditions, content.diseases))


@pytest.mark.parametrize(
    "text",
    [
        "is it true that it cures it",
        "what types of CAR-T are there",
        "is it based on my own cells",
        "hace seis meses que espero",
        "o que é baseado em células",
        "wegen der Kosten mache ich mir Sorgen",
        "le verre et les mères",
    ],
)
def test_an_everyday_word_is_no_disease(matcher: ConditionMatcher, text: str) -> None:
    assert matcher.find(text) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [("lupis", "lupus"), ("sjorgens", "sjogren"), ("miastenia grabis", "myasthenia_gravis")],
)
def test_a_misspelt_name_is_still_read(matcher: ConditionMatcher, text: str, named: str) -> None:
    assert [mention.id for mention in matcher.find(text)] == [named]


def test_the_list_holds_nothing_that_the_matcher_would_pass_by_itself() -> None:
    kept = LIST.read_text("utf-8").split()
    assert near_names(kept) == kept
