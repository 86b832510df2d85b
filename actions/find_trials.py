"""List the trials for a condition and near a place, or what changed among them."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.guide_action import GuideAction, Response, remember
from actions.turn import Turn
from actions.wishes import Wishes
from knowledge.places import Place
from knowledge.replies.reply import Reply
from knowledge.replies.setting import Named
from knowledge.trials.news import news
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
    """A listing for each condition named, else for the one talked about before.

    Asks for a city first where the search is to be near the person, and none is known.
    """
    wishes = Wishes.of(turn)
    where = turn.place or turn.carried_place
    conditions: list[Named | None] = [*turn.named[:MOST_CONDITIONS]] or [turn.carried]
    kept = [SlotSet("search", wishes.named), *remember(conditions[-1], where)]
    if wishes.since is not None:
        return Response([_news(turn, named, wishes) for named in conditions], kept)
    unknown = wishes.unknown_postcode and turn.place is None
    if unknown or (wishes.near_me and where is None):
        asked = turn.guide.trial_replies.where(turn.setting, conditions[0], unknown)
        return Response([asked], kept)
    replies = [_listing(turn, named, where, wishes) for named in conditions]
    shown = [trial["nct_id"] for reply in replies for trial in reply.trials or []]
    return Response(replies, [SlotSet("shown_trials", shown), *kept])


def _listing(turn: Turn, named: Named | None, where: Place | None, wishes: Wishes) -> Reply:
    knowledge = turn.guide
    if named is not None and named.id == "other":
        # Our mirror knows the conditions of our list only; a listing would mislead.
        return knowledge.composer.answer("find_trials", turn.setting, named)
    found = search(
        knowledge.engine,
        conditions=[named.id] if named else [],
        place=where,
        filters=wishes.filters,
        recorded=knowledge.recorded,
        in_miles=wishes.in_miles,
    )
    return knowledge.trial_replies.listing(found, turn.setting, named, where)


def _news(turn: Turn, named: Named | None, wishes: Wishes) -> Reply:
    knowledge = turn.guide
    if wishes.since is None or (named is not None and named.id == "other"):
        return knowledge.composer.answer("find_trials", turn.setting, named)
    found = news(
        knowledge.engine,
        wishes.since,
        conditions=[named.id] if named else [],
        place=turn.place,
        recorded=knowledge.recorded,
    )
    return knowledge.trial_replies.news(found, turn.setting, named, turn.place)
