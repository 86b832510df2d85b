"""What goes into the review queue, and when it leaves: questions that were not answered well.

Only the strictly redacted text is kept (`keeping.py`), under a keyed hash of the conversation's id.
Safety turns and answers of the fit check never go in: they are about a person's health, and say
nothing of what our content lacks.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Engine

from bot.nlu.language import language_of
from bot.subjects import encode
from bot.web.keeping import keepable
from bot.web.tracker_store import asked_for
from knowledge.guide import Guide
from knowledge.review.store import ReviewQueue

logger = logging.getLogger(__name__)

#: Below this probability of its topic an answer is wrong too often to be taken for a good one: of
#: the held-out questions every second one below 0.6, every fourth from 0.6 to 0.8, and 3 % above.
UNSURE = 0.8
#: Kinds of reply whose turns are never kept, nor the message that answers one of them.
_PRIVATE = frozenset({"safety", "fit", "question"})
#: Fewer words than this ask nothing that could be answered.
_FEWEST_WORDS = 2


class ReviewNotes:
    """Notes questions for review, from the channel. Its failures never fail a turn."""

    def __init__(self, guide: Guide, tracker: Engine, secret: str) -> None:
        self._queue = ReviewQueue(guide.engine)
        self._replies = guide.replies
        self._tracker = tracker
        self._secret = secret.encode()

    def warm_up(self) -> None:
        """Load words and names now, where the first unsure turn would otherwise wait for them."""
        keepable("Warm up.")

    def answered(
        self,
        conversation: str,
        text: str,
        replies: Sequence[dict[str, Any]],
        certainty: float | None,
    ) -> None:
        """Keep a question, where its answer shows that it was not understood.

        text: as redacted for the turn. certainty: the probability of the topic answered.
        """
        reason = _reason(replies, certainty)
        if reason is None:
            return
        before = self._replies.last(conversation, len(replies) + 1)[: -len(replies)]
        if any(reply["kind"] in _PRIVATE for reply in before):
            return
        self._note(conversation, text, reason, replies[-1])

    def rated_down(self, conversation: str, reply_id: str) -> None:
        """Keep the question of a reply that did not help."""
        asked = asked_for(self._tracker, conversation, reply_id)
        if asked is None or asked.under_card or asked.text.startswith("/"):
            return
        around = self._replies.get(conversation, [*asked.replied_before, *asked.replies])
        if any(reply["kind"] in _PRIVATE for reply in around):
            return
        (reply,) = self._replies.get(conversation, [reply_id])
        self._note(conversation, asked.text, "thumbs_down", reply)

    def forget(self, conversation: str) -> None:
        """Remove all of a conversation that was deleted."""
        self._queue.forget(self._pseudonym(conversation))

    def end(self) -> None:
        """Unlink or remove what conversations left that have ended meanwhile."""
        living = {self._pseudonym(each) for each in self._replies.living()}
        self._queue.end(living, encode)

    def _note(self, conversation: str, text: str, reason: str, reply: dict[str, Any]) -> None:
        try:
            language = language_of(text, default=reply["locale"])
            kept = keepable(text, language)
            if len(kept.split()) >= _FEWEST_WORDS:
                person = self._pseudonym(conversation)
                self._queue.add(person, kept, reason, reply["topic"], language)
        except Exception as error:
            # The kind of failure only: the text is a person's.
            logger.error("review.failed: %s", type(error).__name__)

    def _pseudonym(self, conversation: str) -> str:
        return hmac.new(
            self._secret, f"review\0{conversation}".encode(), hashlib.sha256
        ).hexdigest()


def _reason(replies: Sequence[dict[str, Any]], certainty: float | None) -> str | None:
    if not replies or any(reply["kind"] in _PRIVATE for reply in replies):
        return None
    kind = replies[-1]["kind"]
    if kind == "clarify":
        return "clarification"
    if kind == "fallback":
        return "fallback"
    return "unsure" if certainty is not None and certainty < UNSURE else None
