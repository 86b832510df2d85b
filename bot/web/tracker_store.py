"""Where Rasa keeps its conversations: SQL, tuned for SQLite, and erasable to the byte."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy
from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy import text
from sqlalchemy.engine import Engine

from bot.settings import service_settings
from knowledge.database import open_engine


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL tracker store on our engine: WAL, busy timeout, secure delete for SQLite."""

    def __init__(self, domain: Any = None, event_broker: Any = None, **kwargs: Any) -> None:
        self.engine = open_engine(service_settings().tracker_url)
        self.Base.metadata.create_all(self.engine)
        self.sessionmaker = sqlalchemy.orm.sessionmaker(bind=self.engine)
        # SQLTrackerStore's own __init__ would open another engine, without these settings.
        super(SQLTrackerStore, self).__init__(domain, event_broker, **kwargs)


def erase_conversations(engine: Engine, conversations: Iterable[str]) -> None:
    """Delete conversations from the tracker, so that no byte of them stays in an SQLite file."""
    ids = list(conversations)
    if not ids:
        return
    with engine.begin() as connection:
        if not sqlalchemy.inspect(connection).has_table("events"):
            return
        for conversation in ids:
            connection.execute(
                text("DELETE FROM events WHERE sender_id = :id"), {"id": conversation}
            )
    truncate_log(engine)


def truncate_log(engine: Engine) -> None:
    """Empty SQLite's write-ahead log, which still holds what was deleted."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
