"""Tables of the mirror: trials, their sites and conditions, what changed, and when we checked."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    String,
    Text,
)

from knowledge.database import Base


class TrialRow(Base):
    """A study. Times are UTC without zone; `last_update` is as the registry writes it.

    product: what it gives (`relevance.ProductKind`). autoimmune: is it in autoimmune disease.
    record: the registry's own JSON, for what has no column. gone_at: when a full answer of the
    registry no longer held it.
    """

    __tablename__ = "trials"
    nct_id = Column(String(11), primary_key=True)
    status = Column(String(300), nullable=False, index=True)
    title = Column(Text, nullable=False)
    product = Column(String(20), nullable=False)
    autoimmune = Column(Boolean, nullable=False)
    phases = Column(JSON, nullable=False)
    conditions = Column(JSON, nullable=False)
    min_age_years = Column(Float)
    max_age_years = Column(Float)
    sex = Column(String(300))
    sponsor = Column(Text)
    contact = Column(JSON)
    last_update = Column(String(10))
    record = Column(JSON, nullable=False)
    fingerprint = Column(String(64), nullable=False)
    first_seen_at = Column(DateTime, nullable=False)
    changed_at = Column(DateTime, nullable=False)
    gone_at = Column(DateTime)


class SiteRow(Base):
    """A site of a study, in the registry's order. latitude, longitude: degrees."""

    __tablename__ = "trial_sites"
    nct_id = Column(String(11), ForeignKey("trials.nct_id", ondelete="CASCADE"), primary_key=True)
    position = Column(Integer, primary_key=True)
    facility = Column(Text)
    city = Column(Text)
    state = Column(Text)
    zip = Column(Text)
    country = Column(Text)
    status = Column(String(300))
    latitude = Column(Float)
    longitude = Column(Float)
    contact = Column(JSON)


class TrialConditionRow(Base):
    """A condition of ours that a study takes."""

    __tablename__ = "trial_conditions"
    nct_id = Column(String(11), ForeignKey("trials.nct_id", ondelete="CASCADE"), primary_key=True)
    condition = Column(String(64), primary_key=True)


class TrialCellsRow(Base):
    """Where the cells of a study come from (`cells.CellSource`), as far as its record says."""

    __tablename__ = "trial_cells"
    nct_id = Column(String(11), ForeignKey("trials.nct_id", ondelete="CASCADE"), primary_key=True)
    source = Column(String(10), primary_key=True)


class StatusChangeRow(Base):
    """A status that we saw for the first time. before: None for a study that was new to us.

    registry_date: the day that the registry posted it.
    """

    __tablename__ = "trial_status_changes"
    id = Column(Integer, primary_key=True, autoincrement=True)
    nct_id = Column(String(11), nullable=False, index=True)
    seen_at = Column(DateTime, nullable=False, index=True)
    registry_date = Column(String(10))
    before = Column(String(300))
    after = Column(String(300), nullable=False)


class SyncStateRow(Base):
    """One row: of which day the mirror is, when it was checked, and who is syncing now.

    data_timestamp: the registry's own (`/version`), UTC; None while the mirror holds the recorded
    data that came with the product. revision: goes up when trials change. names: fingerprint of the
    condition names, and of the way of reading, that the trials were mapped with. lease_until:
    seconds since 1970; after it, the lease of a process that died is anybody's.
    """

    __tablename__ = "trial_sync_state"
    id = Column(Integer, primary_key=True)
    revision = Column(Integer, nullable=False)
    data_timestamp = Column(String(40))
    checked_at = Column(DateTime)
    full_at = Column(DateTime)
    names = Column(String(64))
    lease_owner = Column(String(40))
    lease_until = Column(Float)


#: What the next sync fetches again. The statuses that we saw are nowhere else.
COPIES = tuple(
    row.__table__ for row in (TrialCellsRow, TrialConditionRow, SiteRow, TrialRow, SyncStateRow)
)
