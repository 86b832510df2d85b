"""Tell about one trial: by its NCT number, or by its place in the list just shown."""

from __future__ import annotations

from actions.guide_action import GuideAction, Response, remember
from actions.turn import Turn
from knowledge.trials.search import lookup


class ActionTrialDetails(GuideAction):
    """Replies with what the registry says of a trial."""

    def name(self) -> str:
        return "action_trial_details"

    def respond(self, turn: Turn) -> Response:
        wanted = turn.nct_ids or _by_position(turn)
        if not wanted:
            return Response([turn.guide.trial_replies.which(turn.setting)])
        knowledge = turn.guide
        where = turn.place or turn.carried_place
        named = turn.named[0] if turn.named else turn.carried
        # One trial a turn: each may cost a call to the registry, within the turn's time.
        found = lookup(
            knowledge.engine,
            knowledge.registry,
            wanted[0],
            place=where,
            recorded=knowledge.recorded,
        )
        reply = knowledge.trial_replies.details(found, turn.setting, named, where)
        return Response([reply], remember(named, where))


def _by_position(turn: Turn) -> list[str]:
    if not turn.shown_trials:
        return []
    if turn.ordinal is None:
        return turn.shown_trials if len(turn.shown_trials) == 1 else []
    index = len(turn.shown_trials) - 1 if turn.ordinal == -1 else turn.ordinal - 1
    return turn.shown_trials[index : index + 1]
