"""A recorded registry, and mirrors of it on real databases."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from knowledge.database import Base, open_engine
from knowledge.trials import tables
from knowledge.trials.client import CircuitBreaker, RegistryClient
from knowledge.trials.mirror import Mirror
from tests.conftest import POSTGRES, PROJECT, needs
from tests.registry import ReplayRegistry

Found = TypeVar("Found")
#: Far beyond any budget: whatever is not back by then hangs.
HANGS_AFTER = 30


@pytest.fixture(scope="session")
def names() -> dict[str, Sequence[str]]:
    """The registry's words for our conditions."""
    path = PROJECT / "knowledge/curated/content/conditions.yml"
    conditions = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        id_: [*each.get("registry", []), *each.get("mesh", [])] for id_, each in conditions.items()
    }


@pytest.fixture
def registry() -> Iterator[ReplayRegistry]:
    with ReplayRegistry() as running:
        yield running


def impatient(registry: ReplayRegistry, **settings: Any) -> RegistryClient:
    """A client that does not pause between requests, and remembers nothing."""
    usual = {"pause_s": 0.0, "remember_s": 0.0, "breaker": CircuitBreaker(failures=1000)}
    return RegistryClient(registry.url, **{**usual, **settings})


@pytest.fixture
def client(registry: ReplayRegistry) -> RegistryClient:
    return impatient(registry)


def postgres_answers() -> bool:
    try:
        open_engine(f"{POSTGRES}?connect_timeout=2").connect().close()
    except OperationalError:
        return False
    return True


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind that we run on."""
    assert tables
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'knowledge.sqlite'}")
        Base.metadata.create_all(engine)
        yield engine
        engine.dispose()
        return
    needs(postgres_answers(), "PostgreSQL")
    schema = f"trials_{uuid.uuid4().hex[:12]}"
    admin = open_engine(POSTGRES)
    with admin.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    engine = open_engine(f"{POSTGRES}?options=-csearch_path%3D{schema}")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
    with admin.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def mirror(engine: Engine, client: RegistryClient, names: dict[str, Sequence[str]]) -> Mirror:
    return Mirror(engine, client, names)


@pytest.fixture(scope="session")
def filled(
    tmp_path_factory: pytest.TempPathFactory, names: dict[str, Sequence[str]]
) -> Iterator[Engine]:
    """A mirror of the whole recorded registry."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('mirror') / 'knowledge.sqlite'}")
    Base.metadata.create_all(engine)
    with ReplayRegistry() as registry:
        Mirror(engine, impatient(registry), names).refresh()
    yield engine
    engine.dispose()


def comes_back(call: Callable[[], Found]) -> Found:
    """What a call gives or raises; a failure if it hangs."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((True, call()))
        except Exception as error:
            outcome.append((False, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(HANGS_AFTER)
    assert outcome, "hangs"
    done, value = outcome[0]
    if not done:
        raise value
    found: Found = value
    return found
