"""Messages of a conversation: each answered once, one after the other, in time."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage

from bot.safety.gate import SafetyGate
from bot.safety.second_opinion import Parse
from bot.settings import TURN_SECONDS
from bot.web.turn import ChoiceUnknown, Incoming, Note, Person, Replies, Turn, TurnFailed
from knowledge.guide import Guide
from knowledge.replies.store import Answered

logger = logging.getLogger(__name__)

#: A turn claimed by a process that died is free again this long (seconds) after its time was up.
_CLAIM_AFTER = 2.0
#: How often (seconds) it is asked whether another process has finished its turn.
_LOOK_AGAIN = 0.05


class Conflict(Exception):
    """The same message id came with another body."""


class Turns:
    """Answers messages, one at a time for each conversation.

    tell: hands a message to Rasa and returns when its actions have run. parse: what Rasa's NLU
    pipeline makes of a text. secret: keys the fingerprints by which a repeated message is known.
    note: is told how a text was answered.
    """

    def __init__(
        self,
        guide: Guide,
        gate: SafetyGate,
        tell: Callable[[UserMessage], Awaitable[Any]],
        parse: Parse,
        secret: str,
        seconds: float = TURN_SECONDS,
        note: Note | None = None,
    ) -> None:
        self._turn = Turn(guide, gate, tell, parse, note)
        self._replies = guide.replies
        self._secret = secret.encode()
        self._seconds = seconds
        self._running: dict[tuple[str, str], tuple[str, asyncio.Task[Replies]]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def answer(self, person: Person, incoming: Incoming) -> Replies:
        """The replies to a message, the same ones where it was answered before.

        Raises Conflict, ChoiceUnknown, TurnFailed.
        """
        fingerprint = self._fingerprint(incoming)
        key = (person.conversation, incoming.id)
        if key in self._running:
            known, task = self._running[key]
            if known != fingerprint:
                raise Conflict
            return await asyncio.shield(task)
        task = asyncio.create_task(self._once(person, incoming, fingerprint))
        self._running[key] = (fingerprint, task)
        task.add_done_callback(lambda _task: self._running.pop(key, None))
        # Shielded: a client that hangs up does not take the turn from the one that asks again.
        return await asyncio.shield(task)

    async def _once(self, person: Person, incoming: Incoming, fingerprint: str) -> Replies:
        try:
            return await asyncio.wait_for(
                self._in_order(person, incoming, fingerprint), self._seconds
            )
        except (Conflict, ChoiceUnknown, TurnFailed):
            raise
        except asyncio.TimeoutError:
            logger.error("turn.late", extra={"seconds": self._seconds})
            raise TurnFailed from None
        except Exception as error:
            # The kind of failure only: a message could hold the person's words.
            logger.error("turn.failed: %s", type(error).__name__)
            raise TurnFailed from error

    async def _in_order(self, person: Person, incoming: Incoming, fingerprint: str) -> Replies:
        lock = self._locks[person.conversation]
        try:
            async with lock:
                await self._claim(person.conversation)
                try:
                    return await self._claimed(person, incoming, fingerprint)
                except (Exception, asyncio.CancelledError):
                    # Out of time is cancelled: the next try must not wait for this one's claim.
                    await asyncio.to_thread(self._replies.release, person.conversation)
                    raise
        finally:
            if not lock.locked():
                self._locks.pop(person.conversation, None)

    async def _claim(self, conversation: str) -> None:
        """Wait for a turn that another process is at: while one drains, two of us accept."""
        while not await asyncio.to_thread(
            self._replies.claim, conversation, self._seconds + _CLAIM_AFTER
        ):
            await asyncio.sleep(_LOOK_AGAIN)

    async def _claimed(self, person: Person, incoming: Incoming, fingerprint: str) -> Replies:
        known = await self._known(person.conversation, incoming.id, fingerprint)
        if known is not None:
            await asyncio.to_thread(self._replies.release, person.conversation)
            return known
        replies = await self._turn.answer(person, incoming)
        await asyncio.to_thread(
            self._replies.remember,
            person.conversation,
            incoming.id,
            fingerprint,
            [reply["id"] for reply in replies],
        )
        return replies

    async def _known(self, conversation: str, id_: str, fingerprint: str) -> Replies | None:
        answered: Answered | None = await asyncio.to_thread(
            self._replies.answered, conversation, id_
        )
        if answered is None:
            return None
        if answered.fingerprint != fingerprint:
            raise Conflict
        return answered.replies

    def _fingerprint(self, incoming: Incoming) -> str:
        body = json.dumps([incoming.text, incoming.choice]).encode()
        return hmac.new(self._secret, body, hashlib.sha256).hexdigest()
