"""The store serves just what the files say, on SQLite and on PostgreSQL."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.engine import Engine

from knowledge.curated.reading import read_content
from knowledge.curated.store import CuratedStore, load
from knowledge.database import Base, create_tables, open_engine
from tests.conftest import POSTGRES, needs


def _postgres_answers() -> bool:
    try:
        with sqlalchemy.create_engine(POSTGRES).connect():
            return True
    except sqlalchemy.exc.SQLAlchemyError:
        return False


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'knowledge.sqlite'}")
        create_tables(engine)
        yield engine
        return
    needs(_postgres_answers(), "PostgreSQL")
    engine = open_engine(POSTGRES)
    create_tables(engine)
    yield engine
    Base.metadata.drop_all(engine)


def test_what_is_served_is_what_the_files_say(engine: Engine) -> None:
    content = read_content()
    load(engine, content)
    served = CuratedStore(engine).content()
    without_questions = {
        id_: dataclasses.replace(topic, questions={}) for id_, topic in content.topics.items()
    }
    assert served.topics == without_questions
    assert served.sources == content.sources
    assert list(served.conditions) == list(content.conditions)
    assert served.conditions == content.conditions
    assert served.phrases == content.phrases
    assert served.glossary == content.glossary
    assert served.status == content.status
    assert served.status_wording == content.status_wording
    assert served.jurisdictions == content.jurisdictions


def test_loading_the_same_content_again_changes_nothing(engine: Engine) -> None:
    content = read_content()
    load(engine, content)
    assert load(engine, content) is False


def test_changed_content_is_served_without_a_restart(engine: Engine) -> None:
    content = read_content()
    load(engine, content)
    store = CuratedStore(engine, look_every=0)
    store.content()
    fewer = {id_: topic for id_, topic in content.topics.items() if id_ != "crs"}
    assert load(engine, dataclasses.replace(content, topics=fewer, hash="another")) is True
    assert "crs" not in store.content().topics


def test_an_empty_store_says_so(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    create_tables(engine)
    with pytest.raises(LookupError):
        CuratedStore(engine).content()
