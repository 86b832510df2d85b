"""The safety gate: danger is seen in any wording, and what only looks like it is not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.gate import CARDS, SafetyGate
from knowledge.curated.reading import read_content

HERE = Path(__file__).parent
GATE = SafetyGate()


def _rows(name: str) -> list[tuple[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["text"], row["expected"]) for row in rows]


def _kinds(name: str) -> list[tuple[str, str, str]]:
    return [(text, expected, GATE.assess(text).kind) for text, expected in _rows(name)]


@pytest.mark.parametrize("name", ["dev_emergency.tsv", "dev_crisis.tsv"])
def test_almost_no_danger_of_the_development_set_is_missed(name: str) -> None:
    found = _kinds(name)
    missed = [text for text, _, kind in found if kind == "none"]
    assert len(found) >= 400
    assert len(missed) <= 0.01 * len(found), missed


def test_ordinary_messages_of_the_development_set_seldom_fire() -> None:
    found = _kinds("dev_ordinary.tsv")
    fired = [text for text, _, kind in found if kind != "none"]
    assert len(found) >= 1000
    assert len(fired) <= 0.01 * len(found), fired


@pytest.mark.parametrize(
    "text",
    [
        "no fever but I can't breathe",
        "I CANT BREATHE!!!!",
        "i c a n t b r e a t h e",
        "I can\u200b't brea\u200bthe",
        "temperature 38,6 on day 6 after car t",
        "Is a fever of 38.5 normal three days after the infusion?",
        "my husband had CAR-T ten days ago and he can't write his name today",
    ],
)
def test_danger_is_seen_through_wording_and_spelling(text: str) -> None:
    assert GATE.assess(text).kind == "emergency"


@pytest.mark.parametrize(
    "text",
    [
        "I do not have a fever",
        "What should I do if I get a fever after CAR-T?",
        "I'm 39 and have had lupus since I was 20",
        "my temp is 36.8 five days after the infusion",
        "what is a suicide gene in CAR-T cells?",
        "the wait is killing me, any news on trials?",
        "I have hay fever, am I excluded?",
    ],
)
def test_what_only_looks_like_danger_does_not_fire(text: str) -> None:
    assert GATE.assess(text).kind == "none"


def test_the_question_beside_the_danger_is_kept_for_an_answer() -> None:
    verdict = GATE.assess("My chest hurts badly right now. Which trials for lupus are in Boston?")
    assert verdict.kind == "emergency"
    assert "Boston" in verdict.remainder
    assert "chest" not in verdict.remainder


def test_reasons_are_names_of_rules_never_words_of_the_message() -> None:
    verdict = GATE.assess("xyzzy I can't breathe xyzzy")
    assert verdict.reasons
    assert not any("xyzzy" in reason for reason in verdict.reasons)


def test_every_card_exists_in_every_language_that_the_gate_reads() -> None:
    cards = read_content().cards
    for card in CARDS:
        for language in ("en", "es", "de", "fr", "it", "pt", "ar", "hi", "ru", "zh"):
            assert cards[card][language].strip()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text: str) -> None:
    assert GATE.assess(text).kind in {"none", "emergency", "crisis"}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([t for t, _ in _rows("dev_emergency.tsv")]), st.text(max_size=60))
def test_what_fired_is_not_left_in_the_remainder(danger: str, other: str) -> None:
    verdict = GATE.assess(f"{other}. {danger}")
    if verdict.remainder:
        assert GATE.assess(verdict.remainder).kind == "none"
