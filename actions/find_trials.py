"""List the trials that are recruiting, for a condition and near a place."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.guide_action import GuideAction, Response, remember
from actions.turn import Turn
from knowledge.places import Place
from knowledge.replies.compose import Named
from knowledge.replies.reply import Reply
from knowledge.trials.search import search

#: How many conditions of one message are answered one by one.
MOST_CONDITIONS = 4


class ActionFindTrials(GuideAction):
    """Replies with a listing for each condition named."""

    def name(self) -> str:
        return "action_find_trials"

    def respond(self, turn: Turn) -> Response:
        return listings(turn)


def listings(turn: Turn) -> Response:
    """A listing for each condition named, else for the one talked about before."""
    where = turn.place or turn.carried_place
    conditions: list[Named | None] = [*turn.named[:MOST_CONDITIONS]] or [turn.carried]
    replies = [_listing(turn, named, where) for named in conditions]
    shown = [trial["nct_id"] for reply in replies for trial in reply.trials or []]
    return Response(replies, [SlotSet("shown_trials", shown), *remember(conditions[-1], where)])


def _listing(turn: Turn, named: Named | None, where: Place | None) -> Reply:
    knowledge = turn.guide
    if named is not None and named.id == "other":
        # Our mirror knows the conditions of our list only; a listing would mislead.
        return knowledge.composer.answer("find_trials", turn.setting, named)
    found = search(
        knowledge.engine,
        conditions=[named.id] if named else [],
        place=where,
        recorded=knowledge.recorded,
    )
    return knowledge.trial_replies.listing(found, turn.setting, named, where)
