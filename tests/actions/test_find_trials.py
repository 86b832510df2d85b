"""A search for trials over the turns of a conversation: what is asked, kept in mind, let go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.answering import said_again
from actions.find_trials import listings
from actions.guide_action import Response
from actions.trial_details import details
from actions.turn import Turn
from bot.nlu.conditions import ConditionMatcher, aliases_of
from bot.nlu.meaning import named_in
from knowledge.curated.reading import read_content
from knowledge.guide import guide
from knowledge.trials.search import search
from tests.registry import ReplayRegistry

CONTENT = read_content()
MATCHER = ConditionMatcher(aliases_of(CONTENT.conditions, CONTENT.diseases))


@pytest.fixture(scope="module", autouse=True)
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A guide whose mirror holds the recorded registry."""
    with pytest.MonkeyPatch.context() as patch, ReplayRegistry() as registry:
        folder = tmp_path_factory.mktemp("actions")
        patch.setenv("DATABASE_URL", f"sqlite:///{folder}/knowledge.sqlite")
        patch.setenv("REGISTRY_URL", registry.url)
        guide.cache_clear()
        guide().mirror.refresh()
        yield
    guide.cache_clear()


class Talk:
    """A conversation about trials: each message as the NLU reads it, slots as actions set them."""

    def __init__(self) -> None:
        self.slots: dict[str, Any] = {"topic": None}

    def turn(self, text: str) -> Turn:
        message = {"text": text, "entities": named_in(text, MATCHER)[0]}
        events = [{"event": "user", "metadata": {}}]
        return Turn.of(Tracker("talk", self.slots, message, events, False, None, {}, None))

    def say(self, text: str, follow_up: bool = False) -> Response:
        turn = self.turn(text)
        response = said_again(turn) if follow_up else listings(turn)
        assert response is not None, "not taken as a follow-up"
        for event in response.events:
            self.slots[event["name"]] = event["value"]
        if response.replies:
            self.slots["topic"] = response.replies[-1].topic
        return response

    def hear(self, text: str, follow_up: bool = False) -> str:
        return "\n".join(reply.text for reply in self.say(text, follow_up).replies)


def test_near_me_asks_for_a_city_and_the_answer_goes_on_with_the_search() -> None:
    talk = Talk()
    (asked,) = talk.say("lupus trials near me within 100 miles").replies
    assert (asked.kind, asked.condition) == ("question", "lupus")
    assert "for lupus within 100 miles of Leeds" in talk.hear("Leeds", follow_up=True)


def test_a_place_known_already_is_not_asked_for_again() -> None:
    talk = Talk()
    talk.hear("lupus trials in Leeds")
    assert "multiple sclerosis within 50 km of Leeds" in talk.hear("MS trials near me within 50 km")


def test_an_unknown_postal_code_is_said_so_and_the_city_asked_for() -> None:
    talk = Talk()
    talk.hear("lupus trials near me")
    (asked,) = talk.say("[postcode]", follow_up=True).replies
    assert asked.kind == "question"
    assert "don't know that postal code" in asked.text
    assert "near Leeds" in talk.hear("Leeds", follow_up=True)


def test_a_search_is_narrowed_step_by_step() -> None:
    talk = Talk()
    talk.hear("lupus trials within 500 km of Leeds")
    assert "500 km of Leeds, in phase 2" in talk.hear("only phase 2", follow_up=True)
    narrowed = talk.hear("I'm 43", follow_up=True)
    assert "include 43, in phase 2" in narrowed


def test_of_another_search_only_the_age_is_kept_in_mind() -> None:
    talk = Talk()
    talk.hear("I'm 16, lupus trials near Leeds within 500 km in phase 1")
    first = talk.hear("show me trials for myositis").splitlines()[0]
    assert "include 16" in first
    assert "500 km" not in first
    assert "phase 1" not in first


def test_a_status_asked_for_goes_on_to_the_next_disease_and_hides_no_recruiting_trial() -> None:
    talk = Talk()
    talk.hear("completed trials for lupus")
    text = talk.hear("and MS?", follow_up=True)
    assert 'multiple sclerosis that the registry lists as "Completed": 0.' in text
    recruiting = search(guide().engine, conditions=["multiple_sclerosis"]).total
    assert f'Listed as recruiting: {recruiting}. Ask for "recruiting trials"' in text
    asked = talk.hear("recruiting trials")
    assert f"I found {recruiting} trials for multiple sclerosis" in asked
    assert "Listed as recruiting" not in asked


def test_a_status_asked_for_does_not_go_on_to_a_new_question() -> None:
    talk = Talk()
    talk.hear("completed trials for lupus")
    assert "that are listed as recruiting" in talk.hear("show me trials for MS")


def test_what_changed_is_told_for_each_disease() -> None:
    replies = Talk().say("what's new in lupus and MS trials since March?").replies
    assert [reply.condition for reply in replies] == ["lupus", "multiple_sclerosis"]
    assert all("no change" in reply.text for reply in replies)


def test_a_date_after_a_listing_asks_what_changed() -> None:
    talk = Talk()
    talk.hear("lupus trials")
    assert "no change among CAR-T trials for lupus" in talk.hear("since March?", follow_up=True)


def test_a_number_from_a_clinic_is_compared_with_the_registry() -> None:
    turn = Talk().turn("a clinic says it offers NCT06193889")
    assert "Kyverna Therapeutics runs it" in details(turn, turn.nct_ids[0]).text
    plain = Talk().turn("tell me about NCT06193889")
    assert "Kyverna Therapeutics runs it" not in details(plain, plain.nct_ids[0]).text
