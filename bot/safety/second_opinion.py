"""A second opinion on what the gate's rules saw: does the meaning of the message bear it out?

Rules see words: "a stroke nine years back", "suicide gene", "drowning in forms" all hold a sign.
The danger classifier hears meaning. So a rule is doubted where the classifier hears next to no
danger, neither in the whole message nor in any piece of it, neither at its quick look nor at the
second. What is doubted is still met with the number to call, above the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.nlu.danger_classifier import MOST_DANGER
from bot.safety.gate import Kind

logger = logging.getLogger(__name__)

#: The probability of danger below which a message is calm, by what a rule saw in it. Of messages
#: of 20 characters or more, cross-validated: 3 of 2,308 learnt emergencies that a rule sees are
#: calmer ("anaphylaxis, epipen used"), none of 1,153 crises, and of look-alikes 46 of 134 and 12 of
#: 61. To the second look alone "I feel suicidal after the bad news from the lab" was calm.
_CALM = {"emergency": 0.05, "crisis": 0.01}
#: Fewer characters ("sos", "spo2 79") say too little to doubt a rule by.
_LEAST_CHARACTERS = 20
#: Of a longer story the pieces that are read are longer, and tell less.
_MOST_CHARACTERS = 700

#: What the NLU pipeline makes of a text.
Parse = Callable[[str], Awaitable[Mapping[str, Any]]]


class SecondOpinion:
    """Doubts what rules saw, or not."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse

    async def doubts(self, text: str, kind: Kind) -> bool:
        """Does nothing in this text sound of danger, in which a rule saw one of this kind? Never
        raises: what can't be read is not doubted."""
        if not _LEAST_CHARACTERS <= len(text) <= _MOST_CHARACTERS:
            return False
        try:
            return bool((await self._parse(text))[MOST_DANGER] < _CALM[kind])
        except Exception as error:
            # The kind of failure only: a message could hold the person's words.
            logger.error("safety.no_second_opinion: %s", type(error).__name__)
            return False
