"""Tell about one trial: by its NCT number, or by its place in the list just shown."""

from __future__ import annotations

import re

from actions.guide_action import GuideAction, Response, remember
from actions.turn import Turn
from knowledge.replies.reply import Reply
from knowledge.trials.lookup import lookup

#: Somebody who offers treatment gave the number, so that it is to be compared with the registry.
_FROM_CLINIC = re.compile(r"\bclinics?\b|\bcl[ií]nicas?\b", re.IGNORECASE)
CLINIC_TOPICS = frozenset({"clinic_offers", "buying_treatment"})


class ActionTrialDetails(GuideAction):
    """Replies with what the registry says of a trial."""

    def name(self) -> str:
        return "action_trial_details"

    def respond(self, turn: Turn) -> Response:
        wanted = turn.nct_ids or _by_position(turn)
        if not wanted:
            return Response([turn.guide.trial_replies.which(turn.setting)])
        named = turn.named[0] if turn.named else turn.carried
        # One trial a turn: each may cost a call to the registry, within the turn's time.
        reply = details(turn, wanted[0])
        return Response([reply], remember(named, turn.place or turn.carried_place))


def details(turn: Turn, nct_id: str) -> Reply:
    """What the registry says of one trial, checked now."""
    knowledge = turn.guide
    where = turn.place or turn.carried_place
    found = lookup(
        knowledge.engine, knowledge.registry, nct_id, place=where, recorded=knowledge.recorded
    )
    return knowledge.trial_replies.details(
        found,
        turn.setting,
        turn.named[0] if turn.named else turn.carried,
        where,
        from_clinic=turn.topic in CLINIC_TOPICS or bool(_FROM_CLINIC.search(turn.text)),
    )


def _by_position(turn: Turn) -> list[str]:
    if not turn.shown_trials:
        return []
    if turn.ordinal is None:
        return turn.shown_trials if len(turn.shown_trials) == 1 else []
    index = len(turn.shown_trials) - 1 if turn.ordinal == -1 else turn.ordinal - 1
    return turn.shown_trials[index : index + 1]
