"""One way to open the knowledge database (SQLite by default, PostgreSQL by `DATABASE_URL`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.orm import Session, declarative_base, sessionmaker
from sqlalchemy.pool import QueuePool

#: Every table of `knowledge` hangs on this base; `create_tables` makes them all (`schema`).
Base: Any = declarative_base()

#: How long a writer waits for another one, in milliseconds, before SQLite says "locked".
SQLITE_BUSY_TIMEOUT_MS = 4000


@lru_cache(maxsize=8)
def open_engine(url: str) -> Engine:
    """The engine for a database URL, made once per process.

    SQLite runs in WAL mode, so that a reader never waits for a writer, with `secure_delete`, so
    that a deleted conversation is gone to the byte.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, future=True, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # A pool: opening the file for each query would cost more than the query.
    engine = create_engine(
        url,
        future=True,
        connect_args={"check_same_thread": False},
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=40,
    )

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def create_tables(engine: Engine) -> None:
    """Make the tables that are missing, and bring those of an earlier version up to date.

    Safe to call at every start. Raises `schema.CannotMove`.
    """
    from knowledge.curated import tables as curated
    from knowledge.fit_check import tables as _fit_check  # noqa: F401  (registers its tables)
    from knowledge.replies import tables as _replies  # noqa: F401
    from knowledge.review import tables as _review  # noqa: F401
    from knowledge.schema import bring_up_to_date
    from knowledge.trials import tables as trials
    from knowledge.visit_sheet import tables as _visit_sheet  # noqa: F401

    bring_up_to_date(engine, [curated.COPIES, trials.COPIES])


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session whose work is committed as one, or not at all."""
    with sessionmaker(engine, future=True, expire_on_commit=False).begin() as session:
        yield session
