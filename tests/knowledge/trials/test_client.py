"""The registry's client: polite, bounded, and plain about what went wrong."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from knowledge.trials.client import (
    CircuitBreaker,
    RegistryClient,
    RegistryDrift,
    RegistryError,
    RegistryRejected,
    RegistryUnavailable,
)
from tests.conftest import free_port, needs
from tests.knowledge.trials.conftest import comes_back, impatient
from tests.registry import Fault, ReplayRegistry

MG = "NCT06193889"
#: What each fault is to us, for a study that a patient asked for.
OUTCOMES: dict[Fault, type[RegistryError]] = {
    "503": RegistryUnavailable,
    "500": RegistryUnavailable,
    "502": RegistryUnavailable,
    "429_bare": RegistryUnavailable,
    "429": RegistryUnavailable,
    "429_for_long": RegistryUnavailable,
    "403": RegistryUnavailable,
    "refuse": RegistryUnavailable,
    "silence": RegistryUnavailable,
    "drip": RegistryUnavailable,
    "drip_headers": RegistryUnavailable,
    "truncated": RegistryDrift,
    "wrong_shape": RegistryDrift,
    "html": RegistryDrift,
    "html_404": RegistryDrift,
    "not_utf8": RegistryDrift,
    "huge": RegistryDrift,
    "gzip_bomb": RegistryDrift,
    "redirect_elsewhere": RegistryDrift,
    "redirect_loop": RegistryDrift,
}


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key."""
    needs(shutil.which("openssl") is not None, "openssl")
    pem = folder / "self-signed.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        + ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True,
        capture_output=True,
    )
    pem.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return pem


def test_a_study_is_found_by_its_number(client: RegistryClient) -> None:
    found = client.study(MG)
    assert found is not None
    assert found["protocolSection"]["identificationModule"]["nctId"] == MG


@pytest.mark.parametrize("typed", ["nct06193889", " NCT 06193889", "NCT6193889", "NCT0006193889"])
def test_a_number_may_be_typed_in_many_ways(client: RegistryClient, typed: str) -> None:
    assert client.study(typed) == client.study(MG)


def test_a_number_that_the_registry_does_not_have_is_none(client: RegistryClient) -> None:
    assert client.study("NCT99999999") is None


def test_a_merged_study_is_found_under_its_new_number(client: RegistryClient) -> None:
    found = client.study("NCT02769533")
    assert found is not None
    assert found["protocolSection"]["identificationModule"]["nctId"] == "NCT02629549"


@pytest.mark.parametrize(
    "text", ["", "NCT", "NCT00000000", "NCT123456789", "../version", "NCT1&a=b"]
)
def test_what_is_no_number_is_never_sent(
    registry: ReplayRegistry, client: RegistryClient, text: str
) -> None:
    with pytest.raises(RegistryRejected):
        client.study(text)
    assert registry.requests == []


@pytest.mark.parametrize("fault", OUTCOMES)
def test_a_fault_ends_within_the_budget_and_the_next_try_works(
    registry: ReplayRegistry, fault: Fault
) -> None:
    client = impatient(registry)
    registry.fault = fault
    with pytest.raises(OUTCOMES[fault]):
        comes_back(lambda: client.study(MG, budget_s=2.0))
    registry.fault = ""
    assert client.study(MG) is not None


def test_a_registry_that_nobody_runs_is_unavailable() -> None:
    client = RegistryClient(f"http://127.0.0.1:{free_port()}/api/v2", pause_s=0)
    with pytest.raises(RegistryUnavailable):
        comes_back(lambda: client.study(MG, budget_s=2.0))


def test_a_name_that_does_not_resolve_is_unavailable() -> None:
    client = RegistryClient("http://registry.invalid/api/v2", pause_s=0)
    with pytest.raises(RegistryUnavailable):
        comes_back(lambda: client.study(MG, budget_s=2.0))


def test_no_other_host_is_ever_asked(
    registry: ReplayRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    from urllib3.connection import HTTPConnection

    asked = set()
    connect = HTTPConnection.connect

    def watched(self: HTTPConnection) -> None:
        asked.add(self.host)
        connect(self)

    monkeypatch.setattr(HTTPConnection, "connect", watched)
    registry.fault = "redirect_elsewhere"
    with pytest.raises(RegistryDrift):
        impatient(registry).study(MG)
    assert asked == {"127.0.0.1"}


def test_what_may_pass_is_tried_three_times_and_a_wall_once(registry: ReplayRegistry) -> None:
    client = impatient(registry)
    for fault, tries in (("503", 3), ("403", 1), ("429_for_long", 1), ("html", 1)):
        registry.fault = fault  # type: ignore[assignment]
        registry.requests.clear()
        with pytest.raises(RegistryError):
            client.study(MG)
        assert len(registry.requests) == tries, fault


def test_a_long_retry_after_is_passed_on(registry: ReplayRegistry) -> None:
    registry.fault = "429_for_long"
    with pytest.raises(RegistryUnavailable) as caught:
        impatient(registry).version()
    assert caught.value.retry_after == 3600


def test_a_refusal_keeps_the_registrys_own_sentence(client: RegistryClient) -> None:
    with pytest.raises(RegistryRejected) as caught:
        list(client.studies({"filter.phase": "PHASE3"}))
    assert caught.value.text == "`filter.phase` is unknown parameter"
    assert "phase" not in str(caught.value)


def test_all_pages_are_read(registry: ReplayRegistry, client: RegistryClient) -> None:
    found = list(client.studies({"query.cond": "lupus"}, page_size=7))
    numbers = [s["protocolSection"]["identificationModule"]["nctId"] for s in found]
    assert len(numbers) == len(set(numbers)) > 100
    assert len(registry.requests) == -(-len(numbers) // 7)


@pytest.mark.parametrize("fault", ["token_loop", "fewer"])
def test_pages_that_do_not_add_up_are_drift(registry: ReplayRegistry, fault: Fault) -> None:
    registry.fault = fault
    with pytest.raises(RegistryDrift):
        comes_back(lambda: list(impatient(registry).studies({"query.cond": "lupus"})))


def test_data_that_change_from_page_to_page_are_drift(registry: ReplayRegistry) -> None:
    registry.fault = "shifted"
    with pytest.raises(RegistryDrift):
        list(impatient(registry).studies({"query.cond": "lupus"}, page_size=50))


def test_a_server_that_can_not_prove_its_name_is_not_believed(tmp_path: Path) -> None:
    with ReplayRegistry(certificate=self_signed(tmp_path)) as registry:
        with pytest.raises(RegistryUnavailable):
            comes_back(lambda: impatient(registry).study(MG, budget_s=3.0))
        assert registry.requests == []


def test_a_server_without_tls_where_there_should_be_is_not_believed(
    registry: ReplayRegistry,
) -> None:
    client = RegistryClient(registry.url.replace("http:", "https:"), pause_s=0)
    with pytest.raises(RegistryUnavailable):
        comes_back(lambda: client.study(MG, budget_s=3.0))


def test_requests_keep_a_second_between_them(
    registry: ReplayRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a clock that stands still, each request waits a second longer than the one before."""
    slept: list[float] = []
    start = time.monotonic()
    stopped = SimpleNamespace(monotonic=lambda: start, sleep=slept.append)
    monkeypatch.setattr("knowledge.trials.client.time", stopped)
    client = RegistryClient(registry.url, remember_s=0)
    client.version()
    client.study(MG)
    list(client.studies({"query.cond": "lupus"}, page_size=100))
    assert slept == [float(n) for n in range(len(registry.requests))]


def test_who_would_wait_too_long_for_a_turn_is_told_so(registry: ReplayRegistry) -> None:
    client = RegistryClient(registry.url, pause_s=60, remember_s=0)
    client.version()
    with pytest.raises(RegistryUnavailable):
        client.study(MG, budget_s=2.0)
    assert len(registry.requests) == 1


def test_the_client_says_who_it_is(registry: ReplayRegistry, client: RegistryClient) -> None:
    client.version()
    assert all("Cartographer" in agent for agent in registry.user_agents)


def test_a_study_asked_for_by_many_at_once_is_fetched_once(registry: ReplayRegistry) -> None:
    client = RegistryClient(registry.url, pause_s=0)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(client.fetched(MG))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(registry.requests) == 1
    assert len({each.at for each in found}) == 1


def test_after_five_failures_the_registry_is_left_alone_for_a_while(
    registry: ReplayRegistry,
) -> None:
    now = [0.0]
    client = impatient(registry, breaker=CircuitBreaker(clock=lambda: now[0]))
    registry.fault = "403"
    for _ in range(5):
        with pytest.raises(RegistryUnavailable):
            client.study(MG)
    registry.fault = ""
    asked = len(registry.requests)
    with pytest.raises(RegistryUnavailable):
        client.study(MG)
    assert len(registry.requests) == asked
    now[0] = 31.0
    assert client.study(MG) is not None


def test_an_open_circuit_lets_one_through_to_try() -> None:
    now = [0.0]
    breaker = CircuitBreaker(failures=1, clock=lambda: now[0])
    breaker.note(ok=False)
    now[0] = 31.0
    breaker.check()
    with pytest.raises(RegistryUnavailable):
        breaker.check()
    breaker.note(ok=True)
    breaker.check()


def test_a_dead_connection_leaves_no_thread_behind(registry: ReplayRegistry) -> None:
    registry.fault = "drip_headers"
    with pytest.raises(RegistryUnavailable):
        impatient(registry).study(MG, budget_s=0.7)
    left = [thread for thread in threading.enumerate() if thread.name == "registry"]
    for thread in left:
        thread.join(10)
    assert not any(thread.is_alive() for thread in left)
