"""Where Rasa keeps its conversations: SQL, tuned for SQLite, and erasable to the byte."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Asked:
    """A message as Rasa keeps it, redacted. replies: ids of the replies to it.

    replied_before: ids of the replies to the message before. under_card: beneath a safety card.
    """

    text: str
    under_card: bool
    replies: tuple[str, ...]
    replied_before: tuple[str, ...]


def asked_for(engine: Engine, conversation: str, reply_id: str) -> Asked | None:
    """The message that a reply was given to, None where Rasa has none (a safety card's)."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT type_name, data FROM events WHERE sender_id = :id "
                "AND type_name IN ('user', 'bot') ORDER BY id"
            ),
            {"id": conversation},
        )
        turns: list[tuple[dict[str, Any], list[str]]] = [({}, [])]
        for kind, data in rows:
            event = json.loads(data)
            if kind == "user":
                turns.append((event, []))
            elif reply := ((event.get("data") or {}).get("custom") or {}).get("reply"):
                turns[-1][1].append(reply)
    for (_, before), (message, replies) in zip(turns, turns[1:]):
        if reply_id in replies:
            under_card = bool((message.get("metadata") or {}).get("under_card"))
            return Asked(message.get("text") or "", under_card, tuple(replies), tuple(before))
    return None


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
