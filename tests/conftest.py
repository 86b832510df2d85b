"""Real parts for all tests: one trained model, one running guide, one in-process service."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests

from tests.model import ensure_model

T = TypeVar("T")
PROJECT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/5")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def needs(answers: bool, what: str) -> None:
    """Leave the test out, plainly, where a service does not answer; fail where it is required."""
    if not answers:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(f"{what} does not answer, and REQUIRE_SERVICES=1 asks for it")
        pytest.skip(f"left out: {what} does not answer here")


@dataclass
class Guide:
    """A running guide and how to talk to it."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    folder: Path

    def open(self, **body: Any) -> Patient:
        """A new session."""
        answer = requests.post(f"{self.url}/webhooks/web/session", json=body, timeout=10)
        assert answer.status_code == 201, answer.text
        return Patient(self, answer.json()["token"], answer.json()["messages"])

    def get(self, path: str, **kwargs: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=30, **kwargs)


@dataclass
class Patient:
    """Somebody in a session."""

    guide: Guide
    token: str
    welcome: list[dict[str, Any]]

    def post(self, body: Any, path: str = "message", **headers: str) -> requests.Response:
        return requests.post(
            f"{self.guide.url}/webhooks/web/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}", **headers},
            timeout=20,
        )

    def say(self, text: str) -> list[dict[str, Any]]:
        answer = self.post({"id": str(uuid.uuid4()), "text": text})
        assert answer.status_code == 200, answer.text
        replies: list[dict[str, Any]] = answer.json()["messages"]
        return replies

    def choose(self, value: str) -> list[dict[str, Any]]:
        answer = self.post({"id": str(uuid.uuid4()), "choice": value})
        assert answer.status_code == 200, answer.text
        replies: list[dict[str, Any]] = answer.json()["messages"]
        return replies


def start_guide(folder: Path, **settings: str) -> Guide:
    """Start `python -m bot run` with databases of its own, and wait until it is ready."""
    port = free_port()
    log = folder / "guide.log"
    environment = {
        **os.environ,
        "PORT": str(port),
        "ACTION_PORT": str(free_port()),
        "REGISTRY": "replay",
        "RATE_LIMIT": "off",
        "DATABASE_URL": f"sqlite:///{folder / 'knowledge.sqlite'}",
        "TRACKER_DATABASE_URL": f"sqlite:///{folder / 'tracker.sqlite'}",
        "SECRET_KEY": "a secret for tests that is long enough",
        **settings,
    }
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "bot", "run"],
            cwd=PROJECT,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + 300
    while b"Ready:" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"the guide did not start:\n{log.read_text()}")
        time.sleep(0.2)
    return Guide(f"http://127.0.0.1:{port}", process, log, folder)


def stop_guide(guide: Guide) -> None:
    """Ctrl-C."""
    guide.process.send_signal(signal.SIGINT)
    guide.process.wait(timeout=30)


@pytest.fixture(scope="session")
def model() -> None:
    """A current model, trained where there is none that fits the content and data."""
    ensure_model()


@pytest.fixture
def own_models(model: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models of the test's own, to break, with a copy of the one that is served."""
    import bot.models

    folder = tmp_path / "models"
    folder.mkdir()
    served = bot.models.MODELS.glob(f"{bot.models.current().name}.*")
    for file in (bot.models.CURRENT, *served):
        shutil.copy(file, folder)
    monkeypatch.setenv("MODELS_PATH", str(folder))
    monkeypatch.setattr("bot.models.MODELS", folder)
    monkeypatch.setattr("bot.models.CURRENT", folder / "current.json")
    return folder


@pytest.fixture(scope="session")
def server(model: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guide]:
    """The whole guide, running, with recorded registry data already listed."""
    guide = start_guide(tmp_path_factory.mktemp("guide"))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        reply = guide.open().say("Which trials are recruiting for lupus?")[0]
        if reply.get("trials"):
            break
        time.sleep(0.5)
    yield guide
    stop_guide(guide)


@pytest.fixture
def patient(server: Guide) -> Patient:
    """Somebody who has just opened the chat."""
    return server.open()


_LOOP = asyncio.new_event_loop()


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, run in a loop of its own thread: the browser's tests hold ours."""
    if not _LOOP.is_running():
        threading.Thread(target=_LOOP.run_forever, daemon=True).start()
    return asyncio.run_coroutine_threadsafe(work, _LOOP).result()


class Chat:
    """A conversation with the in-process service."""

    def __init__(self, service: Any, locale: str = "en") -> None:
        from bot.service import someone

        self._service = service
        self._person = someone(locale)

    def say(self, text: str) -> list[dict[str, Any]]:
        """The replies to a text."""
        replies: list[dict[str, Any]] = wait_for(self._service.ask(text, self._person))
        return replies

    def choose(self, value: str) -> list[dict[str, Any]]:
        """The replies to a choice."""
        replies: list[dict[str, Any]] = wait_for(self._service.choose(value, self._person))
        return replies


@pytest.fixture(scope="session")
def service(model: None, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The guide in this process, on a database of its own with the recorded trials."""
    from tests.registry import ReplayRegistry

    folder = tmp_path_factory.mktemp("service")
    with pytest.MonkeyPatch.context() as patch, ReplayRegistry() as registry:
        patch.setenv("DATABASE_URL", f"sqlite:///{folder / 'knowledge.sqlite'}")
        patch.setenv("REGISTRY_URL", registry.url)
        patch.setenv("REGISTRY", "replay")
        from knowledge.guide import guide

        guide.cache_clear()
        guide().mirror.refresh()
        from bot.service import Service

        yield Service()
        guide.cache_clear()


@pytest.fixture
def chat(service: Any) -> Chat:
    """A fresh conversation."""
    return Chat(service)
