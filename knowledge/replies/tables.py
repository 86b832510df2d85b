"""Tables of the replies given, kept no longer than the conversation they belong to."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Index, String, Text

from knowledge.database import Base


class GivenReply(Base):
    """A reply as it was given. `conversation` is the channel's id, never a person's."""

    __tablename__ = "reply_given"
    id = Column(String(40), primary_key=True)
    conversation = Column(String(64), nullable=False)
    given_at = Column(Float, nullable=False)
    reply = Column(JSON, nullable=False)

    __table_args__ = (Index("reply_given_by_conversation", "conversation", "given_at"),)


class AnsweredMessage(Base):
    """A client's message that was answered: the same id gets the same replies, no second turn.

    fingerprint: keyed hash of the message's body, so that the words are not kept.
    """

    __tablename__ = "reply_to_message"
    conversation = Column(String(64), primary_key=True)
    message_id = Column(String(80), primary_key=True)
    fingerprint = Column(String(64), nullable=False)
    answered_at = Column(Float, nullable=False)
    reply_ids = Column(JSON, nullable=False)


class RunningTurn(Base):
    """A conversation whose turn is being worked on: no other process begins another one meanwhile.

    until: when the claim lapses by itself, in seconds since 1970, should its process have died.
    """

    __tablename__ = "reply_running"
    conversation = Column(String(64), primary_key=True)
    until = Column(Float, nullable=False)


class Feedback(Base):
    """Whether a reply helped."""

    __tablename__ = "reply_feedback"
    reply_id = Column(String(40), primary_key=True)
    conversation = Column(String(64), nullable=False, index=True)
    topic = Column(String(64), nullable=False)
    helpful = Column(Boolean, nullable=False)
    why = Column(Text)


class OpenSession(Base):
    """A conversation that may go on. Its token is valid only while this row is there."""

    __tablename__ = "reply_session"
    conversation = Column(String(64), primary_key=True)
    clinic = Column(String(64), nullable=False)
    locale = Column(String(8), nullable=False)
    expires_at = Column(Float, nullable=False, index=True)
