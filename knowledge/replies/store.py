"""Keeps what was replied for as long as the conversation lives: to repeat, to check a choice, to
answer the same message twice alike, and to erase it all at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from knowledge.database import transaction
from knowledge.fit_check.tables import FitCheckRow
from knowledge.replies.reply import Reply
from knowledge.replies.tables import (
    AnsweredMessage,
    Feedback,
    GivenReply,
    OpenSession,
    RunningTurn,
)
from knowledge.visit_sheet.tables import SheetChoiceRow

_TABLES = (
    GivenReply,
    AnsweredMessage,
    RunningTurn,
    Feedback,
    FitCheckRow,
    SheetChoiceRow,
    OpenSession,
)


@dataclass(frozen=True)
class Answered:
    """What was answered to a message: its body's fingerprint and the replies as JSON."""

    fingerprint: str
    replies: list[dict[str, Any]]


class ReplyStore:
    """Replies by conversation, in the knowledge database."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock

    # -- sessions

    def open(self, conversation: str, clinic: str, locale: str, expires_at: float) -> None:
        """Begin a conversation. expires_at: seconds since 1970."""
        with transaction(self._engine) as session:
            session.add(
                OpenSession(
                    conversation=conversation, clinic=clinic, locale=locale, expires_at=expires_at
                )
            )

    def session(self, conversation: str) -> OpenSession | None:
        """The conversation, None where it has ended, was deleted or never was."""
        with Session(self._engine, future=True) as session:
            row = session.get(OpenSession, conversation)
            return row if row is not None and row.expires_at > self._clock() else None

    def living(self) -> list[str]:
        """The conversations that go on."""
        with Session(self._engine, future=True) as session:
            return list(
                session.execute(
                    select(OpenSession.conversation).where(OpenSession.expires_at > self._clock())
                ).scalars()
            )

    # -- replies

    def add(self, conversation: str, replies: Sequence[Reply]) -> list[str]:
        """Keep replies; returns their ids."""
        now = self._clock()
        with transaction(self._engine) as session:
            for number, reply in enumerate(replies):
                session.add(
                    GivenReply(
                        id=reply.id,
                        conversation=conversation,
                        given_at=now + number * 1e-6,
                        reply=reply.as_json(),
                    )
                )
        return [reply.id for reply in replies]

    def get(self, conversation: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        """The replies of those ids, in that order; ids of other conversations find nothing."""
        with Session(self._engine, future=True) as session:
            rows = session.execute(
                select(GivenReply).where(
                    GivenReply.id.in_(list(ids)), GivenReply.conversation == conversation
                )
            ).scalars()
            found = {row.id: row.reply for row in rows}
        return [found[id_] for id_ in ids if id_ in found]

    def last(self, conversation: str, number: int = 1) -> list[dict[str, Any]]:
        """The last replies of a conversation, oldest first."""
        with Session(self._engine, future=True) as session:
            rows = session.execute(
                select(GivenReply.reply)
                .where(GivenReply.conversation == conversation)
                .order_by(GivenReply.given_at.desc())
                .limit(number)
            ).scalars()
            return list(rows)[::-1]

    def given(self, conversation: str) -> list[tuple[float, dict[str, Any]]]:
        """All replies of a conversation with their times (seconds since 1970), oldest first."""
        with Session(self._engine, future=True) as session:
            rows = session.execute(
                select(GivenReply.given_at, GivenReply.reply)
                .where(GivenReply.conversation == conversation)
                .order_by(GivenReply.given_at)
            )
            return [(at, reply) for at, reply in rows]

    def offered(self, conversation: str) -> set[str]:
        """The values of all choices offered in a conversation."""
        with Session(self._engine, future=True) as session:
            replies = session.execute(
                select(GivenReply.reply).where(GivenReply.conversation == conversation)
            ).scalars()
            return {choice["value"] for reply in replies for choice in reply.get("choices", ())}

    # -- one turn at a time, and the same message twice

    def claim(self, conversation: str, seconds: float) -> bool:
        """Begin a turn; False while another process is at one of this conversation.

        seconds: how long the claim holds where it is never released.
        """
        now = self._clock()
        try:
            with transaction(self._engine) as session:
                session.execute(
                    delete(RunningTurn).where(
                        RunningTurn.conversation == conversation, RunningTurn.until <= now
                    )
                )
                session.add(RunningTurn(conversation=conversation, until=now + seconds))
        except IntegrityError:
            return False
        return True

    def release(self, conversation: str) -> None:
        """End the turn."""
        with transaction(self._engine) as session:
            _release(session, conversation)

    def remember(
        self, conversation: str, message_id: str, fingerprint: str, reply_ids: list[str]
    ) -> None:
        """Note that a message was answered, and with which replies; this ends the turn."""
        with transaction(self._engine) as session:
            _release(session, conversation)
            session.merge(
                AnsweredMessage(
                    conversation=conversation,
                    message_id=message_id,
                    fingerprint=fingerprint,
                    answered_at=self._clock(),
                    reply_ids=reply_ids,
                )
            )

    def answered(self, conversation: str, message_id: str) -> Answered | None:
        """What was answered to that message, None if it is new."""
        with Session(self._engine, future=True) as session:
            row = session.get(AnsweredMessage, (conversation, message_id))
            if row is None:
                return None
            fingerprint, ids = row.fingerprint, row.reply_ids
        return Answered(fingerprint, self.get(conversation, ids))

    # -- feedback and erasure

    def rate(self, conversation: str, reply_id: str, helpful: bool, why: str | None) -> bool:
        """Note whether a reply helped. False where that reply is not of this conversation."""
        with transaction(self._engine) as session:
            row = session.get(GivenReply, reply_id)
            if row is None or row.conversation != conversation:
                return False
            session.merge(
                Feedback(
                    reply_id=reply_id,
                    conversation=conversation,
                    topic=row.reply["topic"],
                    helpful=helpful,
                    why=why,
                )
            )
            return True

    def erase(self, conversation: str) -> None:
        """Remove everything of a conversation."""
        with transaction(self._engine) as session:
            for table in _TABLES:
                session.execute(delete(table).where(table.conversation == conversation))

    def purge(self) -> list[str]:
        """Remove every conversation past its time; returns their ids."""
        with Session(self._engine, future=True) as session:
            ended = list(
                session.execute(
                    select(OpenSession.conversation).where(OpenSession.expires_at <= self._clock())
                ).scalars()
            )
        for conversation in ended:
            self.erase(conversation)
        return ended


def _release(session: Session, conversation: str) -> None:
    session.execute(delete(RunningTurn).where(RunningTurn.conversation == conversation))
