"""The table of what people chose for their visit sheets."""

from __future__ import annotations

from sqlalchemy import JSON, Column, String

from knowledge.database import Base


class SheetChoiceRow(Base):
    """What one conversation's sheet is to hold: names only, the content is what the chat showed.

    parts: of `choices.PARTS`. trials: NCT numbers, in the order chosen.
    """

    __tablename__ = "visit_sheets"
    conversation = Column(String(64), primary_key=True)
    parts = Column(JSON, nullable=False)
    trials = Column(JSON, nullable=False)
