"""Small talk that needs the conversation: repeat, start over, yes and no."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.events import ActiveLoop, AllSlotsReset

from actions.answering import said_again
from actions.guide_action import GuideAction, Response
from actions.turn import Turn
from knowledge.replies.compose import MENU
from knowledge.replies.reply import Choice


class ActionRepeat(GuideAction):
    """Says the last reply again."""

    def name(self) -> str:
        return "action_repeat"

    def respond(self, turn: Turn) -> Response:
        last = turn.guide.replies.last(turn.conversation)
        if not last or last[-1]["topic"] == "greet":
            say = turn.guide.composer.say
            return Response([say("repeat", "nothing_to_repeat", turn.setting, MENU)])
        return Response(repeated=[last[-1]["id"]])


class ActionStartOver(GuideAction):
    """Forgets what was talked about, and ends the fit check."""

    def name(self) -> str:
        return "action_start_over"

    def respond(self, turn: Turn) -> Response:
        turn.guide.fit_checks.end(turn.conversation)
        said = turn.guide.composer.say("start_over", "start_over", turn.setting, MENU)
        return Response([said], [ActiveLoop(None), AllSlotsReset()])


class ActionAffirm(GuideAction):
    """Yes: offers again what the last reply offered, since a yes does not say which."""

    def name(self) -> str:
        return "action_affirm"

    def respond(self, turn: Turn) -> Response:
        reply = turn.guide.composer.say("affirm", "which_one", turn.setting, MENU)
        last = turn.guide.replies.last(turn.conversation)
        offered = [Choice(**choice) for choice in last[-1].get("choices", [])] if last else []
        return Response([replace(reply, choices=offered or reply.choices)])


class ActionDeny(GuideAction):
    """No: says that this is fine and what else there is; "no, I meant MS" asks again about MS."""

    def name(self) -> str:
        return "action_deny"

    def respond(self, turn: Turn) -> Response:
        again = said_again(turn)
        if again is not None:
            return again
        return Response([turn.guide.composer.say("deny", "all_right", turn.setting, MENU)])
