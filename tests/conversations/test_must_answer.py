"""What a person who read of CAR-T in the news can ask, and is told, with sources."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Chat

MUST: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("must_answer.yml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("must", MUST, ids=[must["says"] for must in MUST])
def test_it_is_said_and_sourced(chat: Chat, must: dict[str, Any]) -> None:
    replies = chat.say(must["ask"])
    told = "\n".join(reply["text"] for reply in replies)
    assert [w for w in must["words"] if not re.search(w, told, re.IGNORECASE)] == [], told
    sources = [source for reply in replies for source in reply.get("sources", ())]
    assert all(source["url"].startswith("https://") for source in sources)
    assert sources or {reply["topic"] for reply in replies} <= {"sources", "clinic_offers"}
