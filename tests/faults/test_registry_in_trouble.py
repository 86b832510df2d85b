"""Whatever the registry does, a person gets trial data in time, with the day that they are of."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.conftest import Guide, start_guide, stop_guide
from tests.registry import Fault, ReplayRegistry

#: Longest wait for an answer, in seconds.
ANSWERED_WITHIN = 8
FAULTS: list[Fault] = [
    "429", "429_bare", "429_for_long", "500", "502", "503", "403", "refuse", "silence", "drip",
    "drip_headers", "truncated", "wrong_shape", "html", "not_utf8", "empty", "huge", "gzip_bomb",
    "redirect_elsewhere", "redirect_loop", "token_loop", "renamed_enum", "nameless", "twice",
    "dates_ahead",
]  # fmt: skip


@dataclass
class Field:
    """A guide, and the registry that it asks."""

    guide: Guide
    registry: ReplayRegistry


@pytest.fixture(scope="module")
def field(model: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A guide whose mirror is filled, with a registry to break."""
    with ReplayRegistry() as registry:
        guide = start_guide(
            tmp_path_factory.mktemp("trouble"), REGISTRY="", REGISTRY_URL=registry.url
        )
        patient = guide.open()
        deadline = time.monotonic() + 60
        while not patient.say("trials for lupus")[0].get("listing", {}).get("live"):
            assert time.monotonic() < deadline, guide.log.read_text()
            time.sleep(0.5)
        yield Field(guide, registry)
        stop_guide(guide)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_answered_in_time_with_dated_data(field: Field, fault: Fault) -> None:
    patient = field.guide.open()
    field.registry.fault = fault
    try:
        for question in ("tell me about NCT06193889", "trials for lupus in Germany"):
            answer = requests.post(
                f"{field.guide.url}/webhooks/web/message",
                json={"id": str(uuid.uuid4()), "text": question},
                headers={"Authorization": f"Bearer {patient.token}"},
                timeout=ANSWERED_WITHIN,
            )
            assert answer.status_code == 200
            reply = answer.json()["messages"][0]
            assert reply["kind"] in {"trial", "trials"}
            assert reply["trials"]
            assert reply["listing"]["checked_at"]
            assert reply["experimental"]
    finally:
        field.registry.fault = ""
