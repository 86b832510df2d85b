"""The fit check: a Rasa form whose one slot is asked for again with each plain question.

The answers never come this way: the channel reads them and keeps them in `knowledge/fit_check`,
and what Rasa is told is only that there was one (intent `fit_answer`). See the rules in `data`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

from actions.guide_action import GuideAction, Response, remember
from actions.turn import FIT_CHECK, Turn, is_unclear
from knowledge.fit_check.checks import FitCheck
from knowledge.guide import guide
from knowledge.places import Place
from knowledge.replies.fit import Manner
from knowledge.replies.setting import Named
from knowledge.trials.checked import last_check
from knowledge.trials.search import search

#: So many trials, nearest or newest first, are looked at for criteria to go through: all there are.
_LOOKED_AT = 1000


class ActionFitStart(GuideAction):
    """Answers "could I join?", and begins to ask where a condition is known."""

    def name(self) -> str:
        return "action_fit_start"

    def respond(self, turn: Turn) -> Response:
        knowledge = turn.guide
        named = turn.named[0] if turn.named else turn.carried
        answer = knowledge.composer.answer(
            "am_i_eligible", turn.setting, named, carried_over=not turn.named and bool(named)
        )
        if turn.under_card or (turn.in_fit_check and not turn.named):
            return Response([answer], remember(named))
        if named is None:
            return Response([answer, knowledge.fit_replies.which_condition(turn.setting)])
        check, cards = _begin(turn, named)
        if check is None:
            nothing = knowledge.fit_replies.nothing_to_check(
                turn.setting, named, cards, last_check(knowledge.engine, knowledge.recorded)
            )
            return Response([answer, nothing], remember(named))
        # In the form already, Rasa goes back to it by itself.
        begin = [] if turn.in_fit_check else [FollowupAction(FIT_CHECK)]
        return Response([answer], [*remember(named), *begin])


class ActionAskFitAnswer(GuideAction):
    """Asks the question that settles most of what is open; the same again after an interruption."""

    def name(self) -> str:
        return "action_ask_fit_answer"

    def respond(self, turn: Turn) -> Response:
        before = turn.guide.fit_checks.of(turn.conversation)
        check = turn.guide.fit_checks.ask_next(turn.conversation)
        if before is None or check is None or check.asking is None:
            return Response(events=[ActiveLoop(None), SlotSet("requested_slot", None)])
        if turn.under_card:
            return Response()
        named = Named(**check.condition) if check.condition else None
        manner = _manner(turn) if check.asking == before.asking else "next"
        return Response([turn.guide.fit_replies.question(check, turn.setting, named, manner)])


class ValidateFitCheck(FormValidationAction):
    """Ends the form once no answer would settle anything more; else its slot is empty again."""

    def name(self) -> str:
        return f"validate_{FIT_CHECK}"

    async def validate_fit_answer(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],
    ) -> dict[str, Any]:
        """`fit_answer` is True when all is asked, None while a question is left."""
        check = await asyncio.to_thread(guide().fit_checks.of, tracker.sender_id)
        left = check is not None and check.next is not None
        return {"fit_answer": None if left else True}


class ActionFitResult(GuideAction):
    """Shows how the trials' criteria stand, and forgets the answers."""

    def name(self) -> str:
        return "action_fit_result"

    def respond(self, turn: Turn) -> Response:
        check = turn.guide.fit_checks.of(turn.conversation)
        if check is None:
            return Response([turn.guide.fit_replies.which_condition(turn.setting)])
        named = Named(**check.condition) if check.condition else None
        checked = last_check(turn.guide.engine, turn.guide.recorded)
        reply = turn.guide.fit_replies.result(check, turn.setting, named, checked)
        turn.guide.fit_checks.end(turn.conversation)
        return Response([reply], [*remember(named)])


class ActionFitStop(GuideAction):
    """Ends the check without a result, and forgets the answers."""

    def name(self) -> str:
        return "action_fit_stop"

    def respond(self, turn: Turn) -> Response:
        turn.guide.fit_checks.end(turn.conversation)
        return Response([turn.guide.fit_replies.stopped(turn.setting, turn.carried)])


def _manner(turn: Turn) -> Manner:
    """How the same question comes again."""
    if turn.intent == "fit_answer":
        return "noted"
    return "unclear" if is_unclear(turn) else "back"


def _begin(turn: Turn, named: Named) -> tuple[FitCheck | None, list[dict[str, Any]]]:
    """A fit check for the trials of the place talked about, else for those of anywhere.

    Also gives the cards of the trials looked at.
    """
    cards: list[dict[str, Any]] = []
    for where in dict.fromkeys((turn.place or turn.carried_place, None)):
        cards = _open_trials(turn, named, where)
        ids = [card["nct_id"] for card in cards]
        if check := turn.guide.fit_checks.begin(turn.conversation, vars(named), ids):
            return check, cards
    return None, cards


def _open_trials(turn: Turn, named: Named, where: Place | None) -> list[dict[str, Any]]:
    """Recruiting trials for a condition: those just listed first, else the nearest or newest."""
    found = search(
        turn.guide.engine,
        conditions=[named.id],
        place=where,
        recorded=turn.guide.recorded,
        limit=_LOOKED_AT,
    )
    shown = turn.shown_trials
    places = {nct_id: place for place, nct_id in enumerate(shown)}
    return sorted(found.trials, key=lambda card: places.get(card["nct_id"], len(shown)))
