"""Conversations (`talks.yml`), written to develop the dialogue with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Chat

TALKS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("talks.yml").read_text(encoding="utf-8")
)


def right(replies: list[dict[str, Any]], topics: str, condition: str) -> bool:
    """Whether the replies are of the topics, and one of them of the condition."""
    told = {reply["topic"] for reply in replies}
    choices = [choice["value"] for reply in replies for choice in reply.get("choices", ())]
    offered = {value.removeprefix("ask/").split("?")[0] for value in choices}
    about = {reply.get("condition") for reply in replies}
    wanted = {"*": True, "-": about == {None}}.get(condition, condition in about)
    return wanted and any(
        first in told and set(more) <= told | offered
        for first, *more in (each.split("+") for each in topics.split("|"))
    )


@pytest.mark.parametrize("talk", TALKS, ids=[talk["name"] for talk in TALKS])
def test_a_conversation_goes_where_the_person_wants(chat: Chat, talk: dict[str, Any]) -> None:
    wrong = []
    for text, topics, condition in talk["turns"]:
        replies = chat.say(text)
        if not right(replies, topics, condition):
            got = [(reply["topic"], reply.get("condition")) for reply in replies]
            wrong.append(f"{text!r}: {got}, not {topics} of {condition}")
    assert wrong == []
