"""What an action makes of the danger that was heard: a card, a line above the answer, or nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.guide_action import GuideAction, Response
from actions.turn import Turn
from knowledge.clinics import DEMO
from knowledge.guide import guide
from knowledge.replies.reply import Reply
from knowledge.replies.setting import Setting
from tests.conftest import wait_for

CALM = {"emergency": 0.001, "crisis": 0.001}
SPOKEN = {"event": "bot", "text": "an answer"}


def tracker(danger: dict[str, float] | None, *said: dict[str, Any], **metadata: Any) -> Tracker:
    """That of a message in which this much danger was heard, and what was said to it since."""
    message = {"text": "hello", "danger": danger, "topic_ranking": []}
    event = {"event": "user", "text": "hello", "metadata": {"clinic": "demo", **metadata}}
    return Tracker("one", {}, message, [event, *said], False, None, {}, "action_listen")


def turn(danger: dict[str, float] | None, **metadata: Any) -> Turn:
    return Turn.of(tracker(danger, **metadata))


class Saying:
    """An action that gives one response, whatever the turn. No subclass: the SDK would serve it."""

    run = GuideAction.run
    _run = GuideAction._run

    def __init__(self, response: Response) -> None:
        self._response = response

    def respond(self, turn: Turn) -> Response:
        return self._response


def told(response: Response, heard: Tracker) -> list[dict[str, Any]]:
    """What an action with that response tells of its own, in order."""
    guide().replies.erase("one")
    guide().replies.open("one", "demo", "en", time.time() + 60)
    dispatcher = CollectingDispatcher()
    wait_for(Saying(response).run(dispatcher, heard, {}))
    ids = [message["custom"]["reply"] for message in dispatcher.messages]
    return guide().replies.get("one", [id_ for id_ in ids if id_ not in response.repeated])


def answer() -> Reply:
    return guide().composer.answer("crs", Setting(DEMO))


def test_the_line_stands_above_the_first_reply_only() -> None:
    first, second = told(Response([answer(), answer()]), tracker(CALM, doubted="crisis"))
    assert "988" in first["text"].splitlines()[0]
    assert "988" not in second["text"]


def test_where_an_answer_is_only_repeated_the_card_comes_before_it() -> None:
    (card,) = told(Response(repeated=["earlier"]), tracker(CALM, doubted="emergency"))
    assert (card["kind"], card["topic"]) == ("safety", "emergency")


@pytest.mark.parametrize("danger", [CALM, {"emergency": 0.9, "crisis": 0.01}])
def test_a_second_action_of_a_turn_says_it_no_second_time(danger: dict[str, float]) -> None:
    (reply,) = told(Response([answer()]), tracker(danger, SPOKEN, doubted="crisis"))
    assert reply["kind"] == "answer"
    assert "988" not in reply["text"]


@pytest.mark.parametrize(
    ("danger", "card", "line"),
    [
        ({"emergency": 0.01, "crisis": 0.01}, None, None),
        ({"emergency": 0.15, "crisis": 0.01}, None, "emergency"),
        ({"emergency": 0.01, "crisis": 0.06}, None, "crisis"),
        ({"emergency": 0.50, "crisis": 0.01}, "emergency", "emergency"),
        ({"emergency": 0.02, "crisis": 0.20}, "crisis", "crisis"),
        (None, None, None),
    ],
)
def test_the_surer_the_danger_the_more_is_shown(
    danger: dict[str, float] | None, card: str | None, line: str | None
) -> None:
    heard = turn(danger)
    assert (heard.danger, heard.hint) == (card, line)


def test_what_rules_saw_and_nothing_bears_out_is_a_line() -> None:
    heard = turn({"emergency": 0.001, "crisis": 0.001}, doubted="crisis")
    assert (heard.danger, heard.hint) == (None, "crisis")


@pytest.mark.parametrize("doubted", ["none", "welcome", None])
def test_nothing_doubted_is_no_line(doubted: str | None) -> None:
    assert turn({"emergency": 0.001, "crisis": 0.001}, doubted=doubted).hint is None
