"""The table of fit checks under way."""

from __future__ import annotations

from sqlalchemy import JSON, Column, String

from knowledge.database import Base


class FitCheckRow(Base):
    """A fit check that goes on. The row goes, answers and all, when the check ends.

    condition: {"id", "name"} or None. trials: NCT numbers in view, in the listing's order.
    asking: id of the fact asked for, None before the first question. facts: value by id, in the
    order told. skipped: ids of facts not known or not to be told.
    """

    __tablename__ = "fit_checks"
    conversation = Column(String(64), primary_key=True)
    condition = Column(JSON)
    trials = Column(JSON, nullable=False)
    asking = Column(String(64))
    facts = Column(JSON, nullable=False)
    skipped = Column(JSON, nullable=False)
