"""The visit sheet: put on it what the person chooses, take it out, say what it holds."""

from __future__ import annotations

from actions.guide_action import GuideAction, Response, remember
from actions.turn import Turn
from knowledge.visit_sheet.choices import PICK, UNPICK


class ActionDoctorSummary(GuideAction):
    """Offers what can go on the sheet; where a choice was pressed, does as it says."""

    def name(self) -> str:
        return "action_doctor_summary"

    def respond(self, turn: Turn) -> Response:
        sheets, replies = turn.guide.visit_sheets, turn.guide.sheet_replies
        named = turn.named[0] if turn.named else turn.carried
        seen = sheets.seen(turn.conversation)
        chosen = sheets.chosen(turn.conversation)
        if turn.sheet == PICK:
            return Response([replies.pick(chosen, seen, turn.setting, named)])
        if turn.sheet == UNPICK:
            return Response([replies.unpick(chosen, seen, turn.setting, named)])
        if turn.sheet is not None:
            chosen = sheets.choose(turn.conversation, turn.sheet, seen)
            return Response([replies.status(chosen, seen, turn.setting, named)])
        if chosen.empty:
            reply = replies.offer(chosen, seen, turn.setting, named)
        else:
            reply = replies.status(chosen, seen, turn.setting, named)
        return Response([reply], remember(named))
