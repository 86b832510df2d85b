"""The table of the review queue."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, String, Text

from knowledge.database import Base


class ReviewRow(Base):
    """A question that was not answered well, redacted.

    pseudonym: keyed hash of the conversation; None once that has ended, and then nothing links the
    text to a person, nor one text to another. day: no finer time is kept.
    """

    __tablename__ = "review_question"
    id = Column(Integer, primary_key=True, autoincrement=True)
    pseudonym = Column(String(64), index=True)
    text = Column(Text, nullable=False)
    reason = Column(String(16), nullable=False)
    topic = Column(String(64))
    language = Column(String(8), nullable=False)
    day = Column(Date, nullable=False)
