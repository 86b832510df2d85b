"""The acceptance questions and conversations, written blind: by somebody who saw no training ones.

Floors lie a little below what was measured. `acceptance/` is never trained or tuned on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.evaluation.measures import measure, read_rows
from bot.service import someone
from tests.conftest import wait_for

FOLDER = Path(__file__).parent / "acceptance"
FLOORS = {
    "hard_en": 0.90,
    "hard_es": 0.84,
    "hard_de": 0.80,
    "hard_fr": 0.84,
    "hard_other": 0.84,
    "ordinary": 0.95,
    "out_of_scope": 0.88,
    "emergencies": 0.98,
    "crises": 0.94,
}


@pytest.fixture(scope="module")
def figures(service: Any) -> dict[str, Any]:
    """The figures of all acceptance questions, each asked in a fresh conversation."""
    rows = [row for file in sorted(FOLDER.glob("*.tsv")) for row in read_rows(file)]

    async def ask_all() -> list[list[dict[str, Any]]]:
        return [await service.ask(row.text, someone(row.locale)) for row in rows]

    return measure(rows, wait_for(ask_all()))


@pytest.mark.parametrize("name", FLOORS)
def test_the_topic_is_understood(figures: dict[str, Any], name: str) -> None:
    assert figures["by_set"][name]["share"] >= FLOORS[name]


def test_the_right_topic_is_answered_or_one_tap_away(figures: dict[str, Any]) -> None:
    assert figures["right_or_offered"]["share"] >= 0.94


def test_ordinary_questions_get_no_safety_card(service: Any) -> None:
    rows = read_rows(FOLDER / "ordinary.tsv")

    async def fired() -> list[str]:
        asked = [(row.text, await service.ask(row.text, someone(row.locale))) for row in rows]
        return [text for text, replies in asked if replies[0]["kind"] == "safety"]

    assert len(wait_for(fired())) <= 0.01 * len(rows)


def test_covered_questions_are_not_refused(figures: dict[str, Any]) -> None:
    assert figures["refused"]["share"] <= 0.03


def test_the_diseases_named_are_known(figures: dict[str, Any]) -> None:
    assert figures["conditions"]["f1"] >= 0.95


def conversations() -> list[dict[str, Any]]:
    """Conversations of several turns, with what each turn should be answered with."""
    loaded = yaml.safe_load((FOLDER / "conversations.yml").read_text(encoding="utf-8"))
    return list(loaded["conversations"] if isinstance(loaded, dict) else loaded)


def is_right(expected: dict[str, Any], replies: list[dict[str, Any]]) -> bool:
    """Whether any reply has one of the topics, and the condition where one is asked for."""
    topics = set(str(expected["topic"]).split("|"))
    fitting = [reply for reply in replies if reply["topic"] in topics]
    if expected.get("kind"):
        fitting = [reply for reply in fitting if reply["kind"] == expected["kind"]]
    if "condition" in expected:
        wanted = expected["condition"]
        fitting = [reply for reply in fitting if reply.get("condition") == wanted]
    return bool(fitting)


def test_conversations_are_followed(service: Any) -> None:
    async def held() -> list[bool]:
        right = []
        for each in conversations():
            person = someone(each.get("locale", "en"))
            for turn in each["turns"]:
                replies = await service.ask(turn["say"], person)
                right.append(is_right(turn["expect"], replies))
        return right

    turns = wait_for(held())
    assert sum(turns) / len(turns) >= 0.85
