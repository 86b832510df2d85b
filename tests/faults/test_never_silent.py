"""Whatever breaks, the person gets words, the emergency line, and the right status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from bot.models import ModelUnusable, current, verified_path
from tests.conftest import PROJECT, Guide, free_port, start_guide, stop_guide


@pytest.fixture
def guide(model: None, tmp_path: Path) -> Iterator[Guide]:
    """A guide of our own, to break."""
    started = start_guide(tmp_path)
    yield started
    stop_guide(started)


def child(guide: Guide, module: str) -> psutil.Process:
    """The server process of that module."""
    for process in psutil.Process(guide.process.pid).children(recursive=True):
        if module in " ".join(process.cmdline()):
            return process
    raise AssertionError(f"{module} is not running")


def failed_turn(guide: Guide) -> requests.Response:
    return guide.open().post({"id": str(uuid.uuid4()), "text": "what are the risks?"})


def test_a_dead_action_server_is_told_kindly_and_comes_back(guide: Guide) -> None:
    patient = guide.open()
    child(guide, "bot.action_server").send_signal(signal.SIGKILL)
    body = {"id": str(uuid.uuid4()), "text": "can I get CAR-T for lupus?"}
    answer = patient.post(body)
    assert answer.status_code == 503
    assert "112" in answer.json()["messages"][0]["text"]
    deadline = time.monotonic() + 30
    while patient.post(body).status_code != 200 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert patient.post(body).json()["messages"][0]["topic"] == "availability"


def test_an_emergency_is_met_with_the_card_while_the_action_server_is_dead(guide: Guide) -> None:
    patient = guide.open()
    server = child(guide, "bot.action_server")
    server.suspend()
    try:
        reply = patient.post({"id": str(uuid.uuid4()), "text": "I have chest pain, can't breathe"})
        assert reply.status_code == 200
        assert reply.json()["messages"][0]["kind"] == "safety"
        # who looks after the guide hears that the rest failed, and no word of the message
        log = guide.log.read_text()
        assert "turn.failed_below_card: TimeoutError" in log
        assert "chest pain" not in log
    finally:
        server.resume()


def test_a_hanging_action_server_is_given_up_within_the_time_of_a_turn(guide: Guide) -> None:
    server = child(guide, "bot.action_server")
    server.suspend()
    try:
        answer = failed_turn(guide)
        assert answer.status_code == 503
        assert guide.get("/readyz").status_code == 503
        assert guide.get("/healthz").status_code == 200
    finally:
        server.resume()


def test_a_session_outlives_a_restart(model: None, tmp_path: Path) -> None:
    first = start_guide(tmp_path)
    patient = first.open()
    patient.say("can I get CAR-T for lupus?")
    stop_guide(first)
    second = start_guide(tmp_path)
    try:
        patient.guide = second
        assert patient.say("and the risks?")[0]["condition"] == "lupus"
    finally:
        stop_guide(second)


def run_bot(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot", *command],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_taken_port_is_said_plainly(server: Guide) -> None:
    port = server.url.rsplit(":", 1)[1]
    ran = run_bot("run", PORT=port, ACTION_PORT=str(free_port()))
    assert ran.returncode == 1
    assert f"port {port} is taken" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "http"), ("PORT", "99999"), ("SECRET_KEY", "short")]
)
def test_a_wrong_setting_is_said_plainly(name: str, value: str) -> None:
    ran = run_bot("run", **{name: value})
    assert ran.returncode == 1
    assert name in ran.stderr
    assert "Traceback" not in ran.stderr


def test_production_demands_a_secret_of_its_own() -> None:
    ran = run_bot("run", ENVIRONMENT="production", SECRET_KEY="")
    assert ran.returncode == 1
    assert "SECRET_KEY" in ran.stderr


def test_a_model_that_was_cut_short_or_changed_is_never_loaded(own_models: Path) -> None:
    manifest = current()
    path = verified_path(manifest)
    assert path.parent == own_models
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelUnusable):
        verified_path(manifest)
