"""One process syncs the mirror at a time, and writes only while it is the one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from knowledge.database import transaction
from knowledge.trials.client import RegistryUnavailable
from knowledge.trials.tables import SyncStateRow

#: A process that has not renewed its lease for this long is taken to be dead, in seconds. Longer
#: than a page may take; renewed between pages.
_LEASE_SECONDS = 90.0
#: How often a holder renews, in seconds.
RENEW_SECONDS = 20.0


def take(engine: Engine, owner: str) -> bool:
    """Become the one that syncs; False while another process is."""
    with transaction(engine) as session:
        exists = session.execute(select(SyncStateRow.id)).first()
    if exists is None:
        try:
            with transaction(engine) as session:
                session.add(SyncStateRow(id=1, revision=0))
        except IntegrityError:
            pass  # another process made it just now
    free = or_(SyncStateRow.lease_until.is_(None), SyncStateRow.lease_until < time.time())
    with transaction(engine) as session:
        taken = session.execute(
            update(SyncStateRow)
            .where(SyncStateRow.id == 1, free)
            .values(lease_owner=owner, lease_until=time.time() + _LEASE_SECONDS)
            .execution_options(synchronize_session=False)
        )
        return bool(taken.rowcount)


@contextmanager
def held(engine: Engine, owner: str) -> Iterator[None]:
    """Give the lease back at the end, whatever happens."""
    try:
        yield
    finally:
        with transaction(engine) as session:
            session.execute(
                update(SyncStateRow)
                .where(SyncStateRow.lease_owner == owner)
                .values(lease_owner=None, lease_until=None)
            )


def renew(engine: Engine, owner: str) -> None:
    """Hold it for longer. Raises RegistryUnavailable if it is lost."""
    with transaction(engine) as session:
        sign(session, owner, lease_until=time.time() + _LEASE_SECONDS)


def sign(session: Session, owner: str, **values: Any) -> None:
    """Write the state as the holder of the lease. Raises RegistryUnavailable if it is lost."""
    done = session.execute(
        update(SyncStateRow).where(SyncStateRow.lease_owner == owner).values(**values)
    )
    if done.rowcount != 1:
        raise RegistryUnavailable("too slow: another process has taken over")
