"""Conversations are erased to the byte: at once when their person says so, else when they ended."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.web.review import ReviewNotes
from bot.web.tracker_store import erase_conversations, truncate_log
from knowledge.guide import Guide

logger = logging.getLogger(__name__)

#: How often ended conversations are purged, in seconds.
_PURGE_EVERY = 600


class Erasure:
    """Erases conversations: those that are given up, and in the background those that ended."""

    def __init__(self, guide: Guide, tracker: Engine, notes: ReviewNotes) -> None:
        self._guide = guide
        self._tracker = tracker
        self._notes = notes

    def given_up(self, conversation: str) -> None:
        """Erase a conversation that its person deletes, its rows in the review queue too."""
        self._notes.forget(conversation)
        self.erase([conversation])

    def erase(self, conversations: list[str]) -> None:
        """Erase conversations from replies, tracker and logs of the databases."""
        for conversation in conversations:
            self._guide.replies.erase(conversation)
        truncate_log(self._guide.engine)
        erase_conversations(self._tracker, conversations)

    async def start(self, app: Sanic, loop: Any) -> None:
        """Purge ended conversations in the background, as long as the server runs."""
        self._purging = loop.create_task(self._purge())

    async def stop(self, _app: Sanic, _loop: Any) -> None:
        """End it with the server."""
        self._purging.cancel()

    async def _purge(self) -> None:
        await asyncio.to_thread(self._notes.warm_up)
        while True:
            try:
                ended = await asyncio.to_thread(self._guide.replies.purge)
                await asyncio.to_thread(self.erase, ended)
                await asyncio.to_thread(self._notes.end)
            except Exception as error:
                logger.error("purge.failed: %s", type(error).__name__)
            await asyncio.sleep(_PURGE_EVERY)
