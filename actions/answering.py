"""Answers by condition, and a bare "what about MS?" read as the last question again."""

from __future__ import annotations

import re

from rasa_sdk.events import FollowupAction

from actions.find_trials import MOST_CONDITIONS, listings
from actions.guide_action import Response, remember
from actions.turn import Turn
from knowledge.replies.reply import Reply

#: With a word for trials, a date asks what changed among them ("what is new since March?").
_WORDS_FOR_TRIALS = re.compile(r"\b(?:trial|stud(?:y|ies)|ensayo|estudio)", re.IGNORECASE)
_ABOUT_TRIALS = frozenset({"find_trials", "trial_details"})

#: A disease's name by itself, with nothing before it, is no question outside what we cover ...
_UNASKED = frozenset({"out_of_scope", "not_understood", "other_therapy"})
#: ... but asks for these to choose from.
FIRST_OFFERED = ("availability", "find_trials", "disease_info")


def answers(turn: Turn, topic: str) -> list[Reply]:
    """One answer for each condition named; else for the one talked about before; else for none."""
    compose = turn.guide.composer.answer
    if turn.named and _by_condition(turn, topic):
        return [compose(topic, turn.setting, named) for named in turn.named[:MOST_CONDITIONS]]
    if turn.named:
        return [compose(topic, turn.setting, turn.named[0])]
    if turn.carried and _about_therapy(turn, topic):
        return [compose(topic, turn.setting, turn.carried, carried_over=True)]
    return [compose(topic, turn.setting)]


def said_again(turn: Turn) -> Response | None:
    """The last topic, for the disease or place that a bare message names; None for another one."""
    of_trials = turn.last_topic in _ABOUT_TRIALS
    if "since" in turn.limits and (of_trials or _WORDS_FOR_TRIALS.search(turn.text)):
        return listings(turn)
    if "postcode" in turn.limits and of_trials:
        return listings(turn)
    if not turn.bare:
        return None
    if (turn.place and not turn.named) or turn.last_topic in _ABOUT_TRIALS:
        return listings(turn)
    if turn.in_fit_check:
        return Response()
    if turn.last_topic == "am_i_eligible" and turn.named:
        return Response(events=[*remember(turn.named[0]), FollowupAction("action_fit_start")])
    if turn.last_topic and turn.named and _about_therapy(turn, turn.last_topic):
        return Response(answers(turn, turn.last_topic), remember(turn.named[-1]))
    if turn.topic in _UNASKED and turn.named and turn.named[0].id != "other":
        asked_back = turn.guide.composer.clarify(FIRST_OFFERED, turn.setting, turn.named[0])
        return Response([asked_back], remember(turn.named[0]))
    return None


def _by_condition(turn: Turn, topic: str) -> bool:
    """Several conditions get a reply each, unless the topic has nothing to do with the disease."""
    return _about_therapy(turn, topic) or bool(turn.guide.curated.content().topics[topic].variants)


def _about_therapy(turn: Turn, topic: str) -> bool:
    known = turn.guide.curated.content().topics.get(topic)
    return known is not None and known.about_therapy
