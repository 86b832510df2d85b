"""Tables of the mirror: trials, their sites and conditions, what changed, and when we checked."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, DateTime, Float, ForeignKey, Integer, String, Text

from knowledge.database import Base


class TrialRow(Base):
    """A study. `gone`: no longer in a full answer of the registry."""

    __tablename__ = "trial"
    nct_id = Column(String(11), primary_key=True)
    title = Column(Text, nullable=False)
    official_title = Column(Text)
    status = Column(String(40), nullable=False, index=True)
    why_stopped = Column(Text)
    product = Column(String(20), nullable=False)
    phases = Column(JSON, nullable=False)
    conditions = Column(JSON, nullable=False)
    interventions = Column(JSON, nullable=False)
    min_age_years = Column(Float)
    max_age_years = Column(Float)
    sex = Column(String(10))
    sponsor = Column(Text)
    summary = Column(Text)
    eligibility = Column(Text)
    start = Column(String(10))
    last_update = Column(String(10))
    contact = Column(JSON)
    fingerprint = Column(String(64), nullable=False)
    seen_at = Column(DateTime, nullable=False)
    gone = Column(Boolean, nullable=False, default=False)


class SiteRow(Base):
    """A site of a study."""

    __tablename__ = "trial_site"
    nct_id = Column(String(11), ForeignKey("trial.nct_id", ondelete="CASCADE"), primary_key=True)
    position = Column(Integer, primary_key=True)
    facility = Column(Text)
    city = Column(Text)
    state = Column(Text)
    country = Column(Text)
    status = Column(String(40))
    latitude = Column(Float)
    longitude = Column(Float)
    contact = Column(JSON)


class TrialCondition(Base):
    """A condition of ours that a study takes."""

    __tablename__ = "trial_condition"
    nct_id = Column(String(11), ForeignKey("trial.nct_id", ondelete="CASCADE"), primary_key=True)
    condition = Column(String(64), primary_key=True)


class StatusChange(Base):
    """A status that we saw for the first time. `before` is None for a study that was new."""

    __tablename__ = "trial_status_change"
    id = Column(Integer, primary_key=True, autoincrement=True)
    nct_id = Column(String(11), nullable=False, index=True)
    seen_at = Column(DateTime, nullable=False, index=True)
    before = Column(String(40))
    after = Column(String(40), nullable=False)


class SyncState(Base):
    """One row: when the mirror was last checked against the registry, and of which day it is.

    data_timestamp: the registry's own (`/version`), UTC. fingerprint changes with every sync.
    """

    __tablename__ = "trial_sync"
    id = Column(Integer, primary_key=True)
    checked_at = Column(DateTime, nullable=False)
    full_at = Column(DateTime, nullable=False)
    data_timestamp = Column(String(32))
    generation = Column(Integer, nullable=False)
