"""Which diseases a message is about: names in sixteen languages, misspellings, and words that only
look like one.

The questions of `conditions.tsv` were written to develop the matcher with, so they show that it
keeps what it could; how it does on unseen ones is what `evaluate` measures.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from actions.turn import PROBLEMS_OF, Turn
from bot.nlu.conditions import ConditionMatcher, aliases_of
from knowledge.curated.reading import read_content

with Path(__file__).with_name("conditions.tsv").open(encoding="utf-8") as _stream:
    ROWS = list(csv.DictReader(_stream, delimiter="\t", quoting=csv.QUOTE_NONE))
LANGUAGES = sorted({row["language"] for row in ROWS})


@pytest.fixture(scope="module")
def matcher() -> ConditionMatcher:
    content = read_content()
    return ConditionMatcher(aliases_of(content.conditions, content.diseases))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_is_about_the_diseases_that_it_names(
    matcher: ConditionMatcher, language: str
) -> None:
    wrong = []
    for row in ROWS:
        if row["language"] != language:
            continue
        expected = {id_ for id_ in row["conditions"].split(",") if id_ != "-"}
        # A common health problem counts or not by what is asked: the next test.
        found = {m.id for m in matcher.find(row["text"]) if not (m.problem and not expected)}
        if found != expected:
            wrong.append((row["text"], found))
    assert wrong == []


@pytest.mark.parametrize(
    "text", ["what is MG-ADL?", "what is the MG composite", "MG-ADL meaning", "¿qué es MG-ADL?"]
)
def test_a_score_that_is_asked_about_is_no_disease(matcher: ConditionMatcher, text: str) -> None:
    assert matcher.find(text) == []


@pytest.mark.parametrize(
    "text", ["my MG-ADL is 8, can I join", "it was MG-ADL 8 last week", "what trials take MG-ADL 5"]
)
def test_a_score_that_somebody_has_tells_of_the_disease(
    matcher: ConditionMatcher, text: str
) -> None:
    assert [mention.id for mention in matcher.find(text)] == ["myasthenia_gravis"]


class Asked:
    """A tracker after one message, as the actions see it."""

    sender_id = "somebody"
    events: list[Any] = []
    active_loop: dict[str, Any] = {}

    def __init__(self, text: str, topic: str, matcher: ConditionMatcher) -> None:
        entities = [
            {"entity": "condition", "value": m.id, "name": m.name, "problem": m.problem}
            for m in matcher.find(text)
        ]
        self.latest_message = {
            "text": "/ask",
            "entities": entities,
            "topic_ranking": [{"topic": topic, "confidence": 0.9}],
        }

    def get_slot(self, name: str) -> None:
        return None


@pytest.mark.parametrize(
    ("text", "topic", "named"),
    [
        ("does CAR-T work for asthma?", "availability", ["other"]),
        ("can I join with asthma?", "other_health_problems", []),
        ("can it give me a stroke?", "side_effects", []),
        ("could shingles come back?", "infection_risk", []),
        ("can I join with lupus?", "other_health_problems", ["lupus"]),
        ("does Crohn's rule me out?", "other_health_problems", ["other"]),
    ],
)
def test_a_health_problem_is_asked_about_or_a_bar_or_an_effect(
    matcher: ConditionMatcher, text: str, topic: str, named: list[str]
) -> None:
    assert (topic in PROBLEMS_OF) == (topic != "availability")
    turn = Turn.of(Asked(text, topic, matcher))  # type: ignore[arg-type]
    assert [each.id for each in turn.named] == named
