"""When the mirror was checked against the registry, and whether that is recent enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.trials.tables import SyncStateRow

#: A listing counts as live when it was checked against the registry this recently (contract.md).
LIVE_FOR = timedelta(hours=6)


@dataclass(frozen=True)
class Checked:
    """When the mirror was last checked. at: ISO in UTC; see contract.md for `live`."""

    at: str
    live: bool
    bundled: bool


def last_check(engine: Engine, recorded: bool, now: datetime | None = None) -> Checked | None:
    """The last check, None where the mirror has never been filled."""
    state = state_of(engine)
    if state is None:
        return None
    return Checked(checked_at(state, recorded), is_live(state, recorded, now), is_bundled(state))


def state_of(engine: Engine) -> SyncStateRow | None:
    """The mirror's state, None where it has never been filled."""
    with Session(engine, future=True) as session:
        state: SyncStateRow | None = session.get(SyncStateRow, 1)
    return None if state is None or state.checked_at is None else state


def is_bundled(state: SyncStateRow) -> bool:
    """Is the mirror what came with the product, since the registry was never reached?"""
    return state.data_timestamp is None


def checked_at(state: SyncStateRow, recorded: bool) -> str:
    """When, as ISO in UTC; of a replayed registry the day of the recording."""
    if recorded and state.data_timestamp:
        return f"{state.data_timestamp[:19].rstrip('Z')}Z"
    return iso(state.checked_at)


def is_live(state: SyncStateRow, recorded: bool, now: datetime | None) -> bool:
    """Was it checked against the registry itself within six hours?"""
    if recorded or is_bundled(state):
        return False
    checked: datetime = state.checked_at.replace(tzinfo=timezone.utc)
    return (now or datetime.now(timezone.utc)) - checked <= LIVE_FOR


def iso(at: datetime) -> str:
    """A time in UTC as "2026-11-21T08:00:00Z"."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
