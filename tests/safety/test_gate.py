"""The safety gate: danger is seen in any wording, and what only looks like it is not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.gate import CARDS, SafetyGate
from knowledge.curated.reading import read_content
from knowledge.settings import PROJECT

#: What the danger classifier learns from; a part of it is what the rules were made with.
EXAMPLES = PROJECT / "data" / "danger.tsv"
#: What neither has seen.
HELD_BACK = Path(__file__).parent / "held_back.tsv"
GATE = SafetyGate()


def _rows(file: Path, kind: str) -> list[str]:
    with file.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row["text"] for row in rows if row["danger"] == kind]


def _kinds(file: Path, kind: str) -> list[tuple[str, str]]:
    """Each text of a kind, and what the gate takes it for."""
    return [(text, GATE.assess(text).kind) for text in _rows(file, kind)]


def _development(kind: str) -> list[tuple[str, str]]:
    """As `_kinds`, of the examples that the rules were made with."""
    with EXAMPLES.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        mine = [r["text"] for r in rows if r["danger"] == kind and r["made_for"] == "rules"]
    return [(text, GATE.assess(text).kind) for text in mine]


# a despair that is only hinted at is left to the classifier, which hears the message after the gate
@pytest.mark.parametrize(("expected", "share"), [("emergency", 0.01), ("crisis", 0.02)])
def test_almost_no_danger_of_the_development_set_is_missed(expected: str, share: float) -> None:
    found = _development(expected)
    missed = [text for text, kind in found if kind == "none"]
    assert len(found) >= 400
    assert len(missed) <= share * len(found), missed


@pytest.mark.parametrize(("expected", "share"), [("emergency", 0.08), ("crisis", 0.12)])
def test_little_danger_is_missed_that_no_rule_was_made_for(expected: str, share: float) -> None:
    found = [kind for _, kind in _kinds(HELD_BACK, expected)]
    assert len(found) >= 70
    assert found.count("none") <= share * len(found)


def test_few_traps_fire_that_no_rule_was_made_for() -> None:
    found = [kind for _, kind in _kinds(HELD_BACK, "none")]
    assert len(found) >= 60
    assert sum(kind != "none" for kind in found) <= 0.05 * len(found)


def test_questions_for_training_seldom_fire_outside_the_topics_of_danger() -> None:
    """The example questions of all other topics are ordinary messages, and there are thousands."""
    asked = [
        question
        for topic in read_content().topics.values()
        if topic.group != "safety"
        for questions in topic.questions.values()
        for question in questions
    ]
    fired = [question for question in asked if GATE.assess(question).kind != "none"]
    assert len(asked) >= 5000
    assert len(fired) <= 0.005 * len(asked), fired


def test_ordinary_messages_of_the_development_set_seldom_fire() -> None:
    found = _development("none")
    fired = [text for text, kind in found if kind != "none"]
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
        # what is denied ends where a statement of its own begins
        "isn't answering and my fever is 38.9 on day 5",
        "no fever and is coughing blood",
        "she has no pain and can't move her right side",
        "熱はないけど息ができない",
        # what was once, and is again
        "last year she had a seizure, and she's having another one",
        # pressure in centimetres of mercury, and in words
        "sclérodermie, tension 20/12 et vision trouble",
        "bp seventy over forty",
        "Is 39 normal on day 5?",
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
        "my head is exploding with acronyms",
        "I'm breathless with hope",
        "it takes my breath away",
        "me muero de miedo",
        "is 39 a high age for joining",
    ],
)
def test_what_only_looks_like_danger_does_not_fire(text: str) -> None:
    assert GATE.assess(text).kind == "none"


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("it would be easier for everyone if I didn't wake up", "crisis_self"),
        ("everyone would breathe easier without me", "crisis_self"),
        ("might as well be dead", "crisis_self"),
        ("if CAR-T doesn't work I'll kill myself", "crisis_self"),
        ("meine Schwester hat gesagt, sie bringt sich um", "crisis_other"),
        ("my son has a plan to hang himself", "crisis_other"),
        ("my brother hits me", "crisis_abuse"),
    ],
)
def test_a_crisis_gets_the_card_for_whom_it_is_about(text: str, card: str) -> None:
    assert GATE.assess(text).card == card


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
@given(st.sampled_from([text for text, _ in _development("emergency")]), st.text(max_size=60))
def test_what_fired_is_not_left_in_the_remainder(danger: str, other: str) -> None:
    verdict = GATE.assess(f"{other}. {danger}")
    if verdict.remainder:
        assert GATE.assess(verdict.remainder).kind == "none"
