"""The frame of every action: read the turn, work in a thread, keep and utter the replies."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.second_question import second_question
from actions.turn import NOT_OFFERED, Turn
from knowledge.replies.reply import Reply


@dataclass(frozen=True)
class Response:
    """What an action wants said and remembered.

    repeated: ids of replies given before, to be said again. missed: the message was not understood.
    """

    replies: Sequence[Reply] = ()
    events: list[EventType] = field(default_factory=list)
    repeated: Sequence[str] = ()
    missed: bool = False


class GuideAction(Action, ABC):
    """An action of the guide. Subclasses give `name` and `respond`.

    Where the classifier hears danger that the channel's gate did not see, the safety card comes
    first, in whatever state the dialogue is. Where there is no more than a hint of it, one line
    above the answer says whom to call.

    Runs in a thread, so that a slow registry or a locked database holds up nobody else's turn.
    """

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        return await asyncio.to_thread(self._run, dispatcher, tracker)

    def _run(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        turn = Turn.of(tracker)
        cards: list[Reply] = []
        if turn.danger and not turn.under_card and not turn.answered:
            named = turn.named[0] if turn.named else None
            cards = [turn.guide.composer.answer(turn.danger, turn.setting, named)]
            turn = replace(turn, under_card=True)
        response = _with_second_question(turn, self.respond(turn))
        given = turn.guide.replies.add(turn.conversation, [*cards, *_with_line(turn, response)])
        for id_ in (*given, *response.repeated):
            # Only a reference goes into the tracker, which travels here with every turn.
            certainty = turn.ranking[0][1] if turn.ranking else None
            dispatcher.utter_message(json_message={"reply": id_, "certainty": certainty})
        events: list[EventType] = [SlotSet("misses", turn.misses + 1 if response.missed else 0)]
        if response.replies and _can_be_asked_again(turn, response.replies[0]):
            events.append(SlotSet("topic", response.replies[0].topic))
        return events + response.events

    @abstractmethod
    def name(self) -> str:
        """The action's name in `domain.yml`."""

    @abstractmethod
    def respond(self, turn: Turn) -> Response:
        """What to say to this turn."""


def _with_line(turn: Turn, response: Response) -> Sequence[Reply]:
    """The replies, with whom to call above the first; a card where there is none to put it above,
    since what was said before is said again."""
    if not turn.hint or turn.under_card or turn.answered:
        return response.replies
    composer = turn.guide.composer
    if not response.replies:
        return [composer.answer(turn.hint, turn.setting)] if response.repeated else []
    first, *others = response.replies
    return [composer.in_case_of(turn.hint, first, turn.setting), *others]


def _can_be_asked_again(turn: Turn, reply: Reply) -> bool:
    """Whether "what about MS?" means this one: thanks and asides leave the last question be."""
    topic = turn.guide.curated.content().topics.get(reply.topic)
    return topic is not None and topic.about_therapy


def _with_second_question(turn: Turn, response: Response) -> Response:
    """The second question of a message, answered where that is sure, else the first choice."""
    second = second_question(turn.parts, turn.topic, NOT_OFFERED)
    told = {reply.topic for reply in response.replies}
    if second is None or not told or response.missed or second.topic in told:
        return response
    named = turn.named[0] if turn.named else turn.carried
    topic = turn.guide.curated.content().topics[second.topic]
    if second.sure and topic.answer and len(response.replies) == 1:
        other = turn.guide.composer.answer(topic.id, turn.setting, named)
        return replace(response, replies=[*response.replies, other])
    offered = turn.guide.composer.choices([topic.id], turn.setting, named)
    last = response.replies[-1]
    choices = [*offered, *(c for c in last.choices if c not in offered)]
    return replace(response, replies=[*response.replies[:-1], replace(last, choices=choices)])


def remember(named: Any, where: Any = None) -> list[EventType]:
    """Keep in mind the condition and the place that were talked about, where there are any."""
    events: list[EventType] = []
    if named is not None:
        events.append(SlotSet("condition", {"id": named.id, "name": named.name}))
    if where is not None:
        events.append(SlotSet("place", where.key))
    return events
