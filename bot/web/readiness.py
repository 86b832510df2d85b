"""Ready means: a real turn was answered rightly, through NLU, policy, action server and store."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable

from bot.web.turn import Incoming, Person, TurnFailed
from bot.web.turns import Turns
from knowledge.clinics import DEMO
from knowledge.guide import Guide

#: A question that every model must answer, and what a right answer holds.
_QUESTION, _TOPIC, _CONDITION = "Can I get CAR-T for lupus?", "availability", "lupus"
#: An emergency that must be met with the card.
_EMERGENCY = "I have chest pain and I can't breathe"
#: How long a result stands, in seconds, so that probes cost little.
_STANDS = 5.0


class Readiness:
    """Runs canary turns in a conversation of their own, which is erased afterwards."""

    def __init__(self, turns: Turns, guide: Guide, erase: Callable[[list[str]], None]) -> None:
        self._turns = turns
        self._guide = guide
        self._erase = erase
        self._lock = asyncio.Lock()
        self._checked_at = float("-inf")
        self._wrong: list[str] = []

    async def what_is_wrong(self) -> list[str]:
        """What stops us from helping people now, in words; [] where all is well."""
        async with self._lock:
            if time.monotonic() - self._checked_at > _STANDS:
                self._wrong = await self._check()
                self._checked_at = time.monotonic()
            return self._wrong

    async def _check(self) -> list[str]:
        person = Person(f"canary-{secrets.token_hex(8)}", DEMO.id, "en")
        try:
            return [
                *await self._wrong_with(person, _EMERGENCY, "emergency", None),
                *await self._wrong_with(person, _QUESTION, _TOPIC, _CONDITION),
            ]
        except TurnFailed:
            return ["a canary turn was not answered: see the log of this process"]
        finally:
            await asyncio.to_thread(self._erase, [person.conversation])

    async def _wrong_with(
        self, person: Person, text: str, topic: str, condition: str | None
    ) -> list[str]:
        replies = await self._turns.answer(person, Incoming(secrets.token_hex(8), text=text))
        first = replies[0]
        if first["topic"] == topic and first.get("condition") == condition:
            return []
        return [f"a canary turn about '{topic}' was answered as '{first['topic']}'"]
