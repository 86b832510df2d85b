"""Answer a topic from the curated content, once for each condition named."""

from __future__ import annotations

from dataclasses import replace

from actions.answering import answers, said_again
from actions.guide_action import GuideAction, Response, remember
from actions.trial_details import CLINIC_TOPICS, details
from actions.turn import NOT_OFFERED, Turn, is_unclear
from knowledge.replies.compose import SAFETY_TOPICS
from knowledge.replies.reply import Reply

#: A topic at least this likely beside the one answered is offered as a choice.
RUNNER_UP = 0.05

#: Below a safety card these add nothing: the card has said it.
SAID_BY_THE_CARD = frozenset(
    {*SAFETY_TOPICS, "symptom_question", "not_understood", "out_of_scope", "emotional_support"}
)


class ActionAnswer(GuideAction):
    """Replies with the answer to the message's topic."""

    def name(self) -> str:
        return "action_answer"

    def respond(self, turn: Turn) -> Response:
        topic = turn.topic or "not_understood"
        named = turn.named[0] if turn.named else None
        if turn.under_card and topic in SAID_BY_THE_CARD:
            return Response()
        again = said_again(turn)
        if again is not None:
            return again
        if is_unclear(turn):
            return Response()  # the question that was asked comes again, with a word on answering
        if topic == "not_understood":
            reply = turn.guide.composer.not_understood(turn.setting, turn.misses > 0, named)
            return Response([reply], missed=True)
        if topic == "glossary_term":
            meant = turn.guide.composer.term(turn.text, turn.setting, named)
            if meant is not None:
                return Response([meant], remember(named))
        replies = answers(turn, topic)
        replies[-1] = _with_runners_up(turn, topic, replies[-1])
        if topic in CLINIC_TOPICS and turn.nct_ids:
            replies.append(details(turn, turn.nct_ids[0]))
        return Response(replies, remember(turn.named[-1] if turn.named else None))


def _with_runners_up(turn: Turn, topic: str, reply: Reply) -> Reply:
    """Offer what else may have been meant, so that a misunderstanding is one tap away."""
    others = [
        other
        for other, probability in turn.ranking
        if probability >= RUNNER_UP and other != topic and other not in NOT_OFFERED
    ][:2]
    named = turn.named[0] if turn.named else turn.carried
    offered = turn.guide.composer.choices(others, turn.setting, named)
    known = {choice.value for choice in offered}
    return replace(reply, choices=[*offered, *(c for c in reply.choices if c.value not in known)])
