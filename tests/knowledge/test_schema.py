"""A database that an earlier version made is served, and nothing that people told it is lost."""

from __future__ import annotations

import datetime
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine

from knowledge.curated import reading
from knowledge.curated.reading import read_content
from knowledge.curated.store import CuratedStore, load
from knowledge.database import create_tables, open_engine
from knowledge.guide import guide
from knowledge.replies.store import ReplyStore
from knowledge.review.store import ReviewQueue
from knowledge.schema import CannotMove
from knowledge.trials.news import news
from knowledge.trials.search import search
from tests.conftest import POSTGRES, needs
from tests.knowledge.trials.conftest import postgres_answers
from tests.registry import ReplayRegistry

#: Tables as an earlier version made them, with a row each. {number}: counts up by itself.
EARLIER = """
CREATE TABLE curated_loaded (id INTEGER PRIMARY KEY, content_hash VARCHAR(64) NOT NULL);
CREATE TABLE curated_answer (topic_id VARCHAR(64), locale VARCHAR(8), text TEXT NOT NULL,
  PRIMARY KEY (topic_id, locale));
INSERT INTO curated_answer VALUES ('crs', 'en', 'An answer of last year.');
CREATE TABLE trials (nct_id VARCHAR(11) PRIMARY KEY, status VARCHAR(40) NOT NULL);
CREATE INDEX ix_trials_status ON trials (status);
CREATE TABLE trial_sites (nct_id VARCHAR(11) REFERENCES trials (nct_id), position INTEGER,
  PRIMARY KEY (nct_id, position));
INSERT INTO trials VALUES ('NCT06193889', 'RECRUITING');
INSERT INTO trial_sites VALUES ('NCT06193889', 0);
CREATE TABLE trial_sync_state (id INTEGER PRIMARY KEY, checked_at TIMESTAMP);
INSERT INTO trial_sync_state VALUES (1, '2026-11-01 12:00:00');
CREATE TABLE trial_status_changes (id {number}, nct_id VARCHAR(11) NOT NULL,
  seen_at TIMESTAMP NOT NULL, before VARCHAR(40), after VARCHAR(40) NOT NULL);
CREATE INDEX ix_trial_status_changes_nct_id ON trial_status_changes (nct_id);
INSERT INTO trial_status_changes (nct_id, seen_at, after)
  VALUES ('NCT06193889', '2026-10-01 12:00:00.000000', 'RECRUITING');
CREATE TABLE reply_session (conversation VARCHAR(64) PRIMARY KEY, clinic VARCHAR(64) NOT NULL,
  locale VARCHAR(8) NOT NULL, expires_at FLOAT NOT NULL, theme VARCHAR(8) NOT NULL);
CREATE INDEX ix_reply_session_expires_at ON reply_session (expires_at);
INSERT INTO reply_session VALUES ('anna', 'demo', 'es', 99999999999, 'dark');
CREATE TABLE review_question (id {number}, pseudonym VARCHAR(64), text TEXT NOT NULL,
  reason VARCHAR(16) NOT NULL, topic VARCHAR(64), language VARCHAR(8) NOT NULL, day DATE NOT NULL,
  mark INTEGER);
INSERT INTO review_question (pseudonym, text, reason, language, day)
  VALUES (NULL, 'may I get a tattoo', 'fallback', 'en', '2026-11-01');
CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(64));
INSERT INTO events VALUES (1, 'anna')
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind that we run on."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'knowledge.sqlite'}"
        return
    needs(postgres_answers(), "PostgreSQL")
    schema = f"schema_{uuid.uuid4().hex[:12]}"
    with open_engine(POSTGRES).begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
    open_engine(f"{POSTGRES}?options=-csearch_path%3D{schema}").dispose()
    with open_engine(POSTGRES).begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def engine(url: str) -> Engine:
    return open_engine(url)


@pytest.fixture
def earlier(engine: Engine) -> Engine:
    """A database of an earlier version."""
    number = "INTEGER PRIMARY KEY" if engine.dialect.name == "sqlite" else "SERIAL PRIMARY KEY"
    with engine.begin() as connection:
        for statement in EARLIER.format(number=number).split(";"):
            connection.exec_driver_sql(statement)
    return engine


def names(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_a_database_of_an_earlier_version_is_served(
    earlier: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ReplayRegistry() as registry:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("REGISTRY_URL", registry.url)
        guide.cache_clear()
        opened = guide()
        guide.cache_clear()
        assert opened.mirror.refresh().kind == "full"
    assert opened.curated.content().topics.keys() == read_content().topics.keys()
    assert search(earlier, conditions=["lupus"]).total > 10
    # What had its status already when an earlier version looked is no news now.
    seen_since = news(earlier, datetime.date(2000, 1, 1))
    assert seen_since.followed_from == datetime.date(2026, 10, 1)
    ids = {change.nct_id for change in seen_since.changes}
    assert len(ids) > 100
    assert "NCT06193889" not in ids
    with earlier.connect() as connection:
        known = connection.execute(text("SELECT status FROM trials WHERE nct_id = 'NCT06193889'"))
        assert known.scalar_one() == "RECRUITING"


def test_conversations_go_on_and_the_review_queue_is_kept(earlier: Engine) -> None:
    create_tables(earlier)
    replies = ReplyStore(earlier)
    session = replies.session("anna")
    assert session is not None
    assert (session.clinic, session.locale) == ("demo", "es")
    replies.open("ben", "demo", "en", time.time() + 60)
    queue = ReviewQueue(earlier)
    queue.add("ben", "may I swim", "fallback", None)
    first, second = queue.questions()
    assert (first.text, second.text) == ("may I get a tattoo", "may I swim")
    assert second.id > first.id


def test_tables_of_others_stay_and_our_own_that_are_no_longer_known_go(earlier: Engine) -> None:
    create_tables(earlier)
    with earlier.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE of_yesterday (id INTEGER)")
        connection.exec_driver_sql("INSERT INTO table_shape VALUES ('of_yesterday', 'x')")
    create_tables(earlier)
    assert "of_yesterday" not in names(earlier)
    with earlier.connect() as connection:
        assert connection.execute(text("SELECT sender_id FROM events")).scalar_one() == "anna"


def test_a_second_start_leaves_everything_as_it_is(engine: Engine) -> None:
    create_tables(engine)
    content = read_content()
    load(engine, content)
    create_tables(engine)
    assert load(engine, content) is False


def test_rows_that_have_no_value_for_a_new_column_are_named_and_left(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE reply_session (conversation VARCHAR(64))")
        connection.exec_driver_sql("INSERT INTO reply_session VALUES ('anna')")
    with pytest.raises(CannotMove, match="reply_session"):
        create_tables(engine)
    assert names(engine) == {"reply_session"}
    with engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM reply_session")).scalar_one() == "anna"


def test_processes_that_start_together_do_not_get_into_each_others_way(earlier: Engine) -> None:
    failed: list[BaseException] = []

    def start() -> None:
        try:
            create_tables(earlier)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [question.text for question in ReviewQueue(earlier).questions()] == [
        "may I get a tattoo"
    ]


def test_content_that_another_version_of_the_code_stored_is_stored_anew(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_tables(engine)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "_code", lambda: b"an earlier version")
        load(engine, read_content())
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE curated_answer SET paragraphs = '[\"as it was\"]'")
    assert load(engine, read_content()) is True
    assert CuratedStore(engine).content().topics["crs"].answer is not None
