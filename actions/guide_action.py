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

from actions.turn import Turn
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
    first, in whatever state the dialogue is.

    Runs in a thread, so that a slow registry or a locked database holds up nobody else's turn.
    """

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        return await asyncio.to_thread(self._run, dispatcher, tracker)

    def _run(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        turn = Turn.of(tracker)
        cards: list[Reply] = []
        if turn.danger and not turn.under_card:
            named = turn.named[0] if turn.named else None
            cards = [turn.guide.composer.answer(turn.danger, turn.setting, named)]
            turn = replace(turn, under_card=True)
        response = self.respond(turn)
        given = turn.guide.replies.add(turn.conversation, [*cards, *response.replies])
        for id_ in (*given, *response.repeated):
            # Only a reference goes into the tracker, which travels here with every turn.
            dispatcher.utter_message(json_message={"reply": id_})
        events: list[EventType] = [SlotSet("misses", turn.misses + 1 if response.missed else 0)]
        if response.replies:
            events.append(SlotSet("topic", response.replies[-1].topic))
        return events + response.events

    @abstractmethod
    def name(self) -> str:
        """The action's name in `domain.yml`."""

    @abstractmethod
    def respond(self, turn: Turn) -> Response:
        """What to say to this turn."""


def remember(named: Any, where: Any = None) -> list[EventType]:
    """Keep in mind the condition and the place that were talked about, where there are any."""
    events: list[EventType] = []
    if named is not None:
        events.append(SlotSet("condition", {"id": named.id, "name": named.name}))
    if where is not None:
        events.append(SlotSet("place", where.key))
    return events
