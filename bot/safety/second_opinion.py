"""A second opinion on what the gate's rules saw: does the meaning of the message bear it out?

Rules see words: "a stroke nine years back", "suicide gene", "drowning in forms" all hold a sign.
The danger classifier hears meaning, and is deaf where a calm story hides one sentence of danger. So
a rule is doubted only where the classifier hears next to no danger in the whole message, nor in any
piece of it. What is doubted is still met with the number to call, above the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from bot.nlu.danger_classifier import DANGER
from bot.nlu.parts import sentences

logger = logging.getLogger(__name__)

#: The probability of danger below which a message is calm, and that below which a piece of it is.
#: Cross-validated, of 3,377 learnt dangers that a rule sees 3 are calmer than the first, one of
#: them "sos". Of 808 in the held-out sets none is doubted; of 30 look-alikes there, 18 are.
_CALM_MESSAGE = 0.01
_CALM_PIECE = 0.05
#: Fewer characters ("sos", "spo2 79") say too little to doubt a rule by.
_LEAST_CHARACTERS = 20
#: More pieces take too long to read while somebody waits.
_MOST_PIECES = 16
#: A sentence of more words than a piece may have is read in pieces, each half in the next.
_WORDS = 18

#: What the NLU pipeline makes of a text.
Parse = Callable[[str], Awaitable[Mapping[str, Any]]]


class SecondOpinion:
    """Doubts what rules saw, or not."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse

    async def doubts(self, text: str) -> bool:
        """Does nothing in this text sound of danger? Never raises: what can't be read is not
        doubted."""
        if len(text) < _LEAST_CHARACTERS:
            return False
        try:
            if await self._danger(text) >= _CALM_MESSAGE:
                return False
            pieces = list(_pieces(text))
            if len(pieces) > _MOST_PIECES:
                return False
            for piece in pieces:
                if await self._danger(piece) >= _CALM_PIECE:
                    return False
        except Exception as error:
            # The kind of failure only: a message could hold the person's words.
            logger.error("safety.no_second_opinion: %s", type(error).__name__)
            return False
        return True

    async def _danger(self, text: str) -> float:
        """The probability of any danger. Raises KeyError where the pipeline tells none."""
        return float(sum((await self._parse(text))[DANGER].values()))


def _pieces(text: str) -> Iterator[str]:
    for sentence in sentences(text):
        words = sentence.split()
        for start in range(0, max(len(words) - _WORDS // 2, 1), _WORDS // 2):
            yield " ".join(words[start : start + _WORDS])
