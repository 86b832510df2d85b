"""Questions that were not answered well reach the maintainer; the people who asked them do not."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.engine import Engine

from bot.subjects import encode
from bot.web.keeping import keepable
from knowledge.database import create_tables, open_engine
from knowledge.review.clusters import clustered
from knowledge.review.store import ReviewQueue
from tests.knowledge.review.planted import SUBJECTS, planted, traces


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    opened = open_engine(f"sqlite:///{tmp_path / 'review.sqlite'}")
    create_tables(opened)
    return opened


@pytest.fixture
def queue(engine: Engine) -> ReviewQueue:
    return ReviewQueue(engine, today=lambda: datetime.date(2026, 11, 21))


def surfaced(queue: ReviewQueue) -> set[str]:
    """The subjects of which a cluster of at least three questions, and little else, is shown."""
    subject = {keepable(each.text): each.subject for each in planted()}
    questions = queue.questions()
    found = set()
    for rows in clustered(encode([question.text for question in questions])):
        subjects = [subject[questions[row].text] for row in rows]
        first = max(set(subjects), key=subjects.count)
        if subjects.count(first) >= 3 and subjects.count(first) / len(rows) > 0.6:
            found.add(first)
    return found


def test_two_hundred_identifiers_are_planted() -> None:
    assert len(planted()) == 40
    assert len(SUBJECTS) == 8
    told = [(each.text, identifier) for each in planted() for identifier in each.identifiers]
    assert len(told) == 200
    assert all(identifier.casefold() in text.casefold() for text, identifier in told)


@pytest.mark.parametrize("each", planted(), ids=lambda each: each.identifiers[0])
def test_no_identifier_survives(each: object) -> None:
    kept = keepable(each.text).casefold()  # type: ignore[attr-defined]
    left = [t for identifier in each.identifiers for t in traces(identifier) if t in kept]  # type: ignore[attr-defined]
    assert left == []


def test_new_subjects_surface_as_clusters(queue: ReviewQueue, tmp_path: Path) -> None:
    for number, each in enumerate(planted()):
        queue.add(f"person-{number}", keepable(each.text), "clarification", "recovery")
    assert len(surfaced(queue)) >= 7
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("review.sqlite*"))
    for each in planted():
        assert not any(identifier.encode() in stored for identifier in each.identifiers)


@pytest.mark.parametrize(
    "written",
    [
        "do I need 20 mg prednisone for Graves' disease",
        "is Sjögren's or Still's disease studied in NCT06193889",
        "I'm 43 and had a fever of 38.5 for 3 days",
        "may I swim with a line in my chest",
        "can I do yoga after the cells",
        "can I fast during Ramadan with low counts",
        "is fasting for ramadan all right",
    ],
)
def test_what_was_asked_stays_readable(written: str) -> None:
    assert keepable(written) == written


@pytest.mark.parametrize(
    "written",
    ["when do Ramadan's cells come back", "I'm ramadan and I have lupus", "ask yoga about the drip",
     "doing my name is Anna Kowalska well", "may Anna Easter come along"],
)  # fmt: skip
def test_what_is_a_thing_elsewhere_is_a_name_where_a_name_stands(written: str) -> None:
    assert not re.search("(?i)ramadan|yoga|anna|kowalska|easter", keepable(written))


def toy(texts: object) -> np.ndarray:  # type: ignore[type-arg]
    """One direction for each first word."""
    firsts = [text.split()[0] for text in texts]  # type: ignore[attr-defined]
    return np.array([np.eye(20)[sorted(set(firsts)).index(first)] for first in firsts])


def test_a_conversation_that_is_deleted_takes_its_questions_along(queue: ReviewQueue) -> None:
    queue.add("anna", "tattoo allowed", "fallback", None)
    queue.add("ben", "tattoo risky", "fallback", None)
    queue.forget("anna")
    assert [question.person for question in queue.questions()] == ["ben"]


def test_after_a_conversation_only_text_that_five_people_asked_stays_unlinked(
    queue: ReviewQueue,
) -> None:
    for number in range(5):
        queue.add(f"person-{number}", f"tattoo question {number}", "fallback", None)
    queue.add("person-0", "swim alone", "fallback", None)
    queue.add("living", "swim too", "fallback", None)
    queue.end({"living"}, toy)
    left = {(question.text, question.person) for question in queue.questions()}
    assert left == {(f"tattoo question {n}", None) for n in range(5)} | {("swim too", "living")}


def test_one_person_asking_five_times_is_one_person(queue: ReviewQueue) -> None:
    for number in range(5):
        queue.add("anna", f"tattoo question {number}", "fallback", None)
    queue.end(set(), toy)
    assert queue.questions() == []


def test_unlinked_text_goes_when_its_cluster_falls_below_five(queue: ReviewQueue) -> None:
    for number in range(4):
        queue.add(f"person-{number}", f"tattoo question {number}", "fallback", None)
    queue.add("living", "tattoo mine", "fallback", None)
    queue.end({"living"}, toy)
    assert len(queue.questions()) == 5
    queue.forget("living")
    queue.end(set(), toy)
    assert queue.questions() == []


def test_the_same_text_of_a_person_is_kept_once(queue: ReviewQueue) -> None:
    for _ in range(2):
        queue.add("anna", "tattoo allowed", "fallback", None)
    assert len(queue.questions()) == 1


def test_dropped_questions_are_gone(queue: ReviewQueue) -> None:
    queue.add("anna", "tattoo allowed", "fallback", None)
    queue.remove([question.id for question in queue.questions()])
    assert queue.questions() == []
