"""Keeps questions that were not answered well: while their conversation lives under a pseudonym,
afterwards as unlinked text, and only where several people asked for the same."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.database import transaction
from knowledge.review.clusters import Encode, clustered
from knowledge.review.tables import ReviewRow

#: Why a question is here.
REASONS = ("fallback", "clarification", "unsure", "thumbs_down")
#: Text without a living conversation stays only in clusters of at least this many people.
FEWEST = 5


@dataclass(frozen=True)
class Question:
    """A question to review. person: the conversation's pseudonym, None once that has ended.

    topic: what it was answered with or taken for.
    """

    id: int
    person: str | None
    text: str
    reason: str
    topic: str | None
    language: str


class ReviewQueue:
    """The queue, in the knowledge database."""

    def __init__(
        self, engine: Engine, today: Callable[[], datetime.date] = datetime.date.today
    ) -> None:
        self._engine = engine
        self._today = today

    def add(
        self, person: str, text: str, reason: str, topic: str | None, language: str = "en"
    ) -> None:
        """Keep a redacted question; a person's same text once, with the last reason."""
        if reason not in REASONS:
            raise ValueError(f"unknown reason '{reason}'")
        with transaction(self._engine) as session:
            known = session.execute(
                select(ReviewRow).where(ReviewRow.pseudonym == person, ReviewRow.text == text)
            ).scalar()
            if known is not None:
                known.reason = reason
            else:
                session.add(
                    ReviewRow(
                        pseudonym=person,
                        text=text,
                        reason=reason,
                        topic=topic,
                        language=language,
                        day=self._today(),
                    )
                )

    def questions(self) -> list[Question]:
        """All that is in the queue, oldest first."""
        with Session(self._engine, future=True) as session:
            rows = session.execute(select(ReviewRow).order_by(ReviewRow.id)).scalars()
            return [_question(row) for row in rows]

    def remove(self, ids: Collection[int]) -> None:
        """Take questions out: they were dealt with."""
        with transaction(self._engine) as session:
            session.execute(delete(ReviewRow).where(ReviewRow.id.in_(list(ids))))

    def forget(self, person: str) -> None:
        """Remove all of a person who deleted the conversation."""
        with transaction(self._engine) as session:
            session.execute(delete(ReviewRow).where(ReviewRow.pseudonym == person))

    def end(self, living: Collection[str], encode: Encode) -> None:
        """Unlink what enough people asked whose conversations have ended, and remove the rest.

        living: the pseudonyms of the conversations that go on; every other one has ended. A person
        counts once in a cluster, so of several texts of one person one is kept.
        """
        questions = self.questions()
        if all(each.person in living for each in questions):
            return
        unlinked: list[int] = []
        removed: list[int] = []
        for rows in clustered(encode([question.text for question in questions])):
            kept, doubles = _one_each([questions[row] for row in rows])
            removed += [each.id for each in doubles if each.person not in living]
            left = [each.id for each in kept if each.person not in living]
            (unlinked if len(kept) >= FEWEST else removed).extend(left)
        with transaction(self._engine) as session:
            session.execute(delete(ReviewRow).where(ReviewRow.id.in_(removed)))
            session.execute(
                update(ReviewRow).where(ReviewRow.id.in_(unlinked)).values(pseudonym=None)
            )


def _one_each(members: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """One question of each person, and the further ones. Unlinked ones are a person each."""
    seen: set[str] = set()
    kept, doubles = [], []
    for each in members:
        if each.person is not None and each.person in seen:
            doubles.append(each)
            continue
        if each.person is not None:
            seen.add(each.person)
        kept.append(each)
    return kept, doubles


def _question(row: ReviewRow) -> Question:
    return Question(row.id, row.pseudonym, row.text, row.reason, row.topic, row.language)
