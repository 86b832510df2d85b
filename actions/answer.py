"""Answer a topic from the curated content, once for each condition named."""

from __future__ import annotations

from dataclasses import replace

from actions.clarify import NOT_OFFERED
from actions.guide_action import GuideAction, Response, remember
from actions.turn import Turn
from knowledge.replies.compose import SAFETY_TOPICS
from knowledge.replies.reply import Reply

#: How many conditions of one message are answered one by one.
MOST_CONDITIONS = 4

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
        if turn.under_card and topic in SAID_BY_THE_CARD:
            return Response()
        if topic == "not_understood":
            named = turn.named[0] if turn.named else None
            reply = turn.guide.composer.not_understood(turn.setting, turn.misses > 0, named)
            return Response([reply], missed=True)
        replies = answers(turn, topic)
        replies[-1] = _with_runners_up(turn, topic, replies[-1])
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


def _by_condition(turn: Turn, topic: str) -> bool:
    """Several conditions get a reply each, unless the topic has nothing to do with the disease."""
    return _about_therapy(turn, topic) or bool(turn.guide.curated.content().topics[topic].variants)


def _about_therapy(turn: Turn, topic: str) -> bool:
    known = turn.guide.curated.content().topics.get(topic)
    return known is not None and known.about_therapy
