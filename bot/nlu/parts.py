"""What a message is made of, each read by itself as well.

"How long would I be in hospital, and who pays?" asks two things: its parts, the questions and
sentences in it. A long story tells its danger in one clause: its pieces, some twenty words each.
Both are messages of their own (attributes `parts` and `pieces`), read by the quick components.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from rasa.shared.nlu.training_data.message import Message

#: The message attributes that hold the parts and the pieces, lists of messages.
PARTS = "parts"
PIECES = "pieces"

#: At most so many are read: each costs about 3 ms.
MOST_PARTS = 4
#: A part of fewer words says little by itself; a script without spaces counts characters.
_LEAST_WORDS = 3
_LEAST_CHARACTERS = 12
#: A longer sentence is read in pieces of so many words, each half in the next.
_WORDS = 18
#: No more pieces than this are read: those of a longer text are read together with the next.
_MOST_PIECES = 16

_SENTENCE_END = re.compile(r"(?<=[.?!;…。？！؟])\s*|\n+")
_ASKING = (
    "what|how|when|where|who|whom|which|why|can|could|do|does|did|is|are|will|would|should|may|"
    "qué|cómo|cuándo|dónde|quién|cuál|cuáles|cuánto|cuánta|por qué|puedo|puede|hay|es|"
    "was|wie|wann|wo|wer|welche|welcher|warum|kann|gibt|muss|darf|"
    "quoi|quel|quelle|quels|comment|quand|où|qui|combien|pourquoi|est-ce|peut"
)
_SECOND_QUESTION = re.compile(
    rf"(?i),?\s+(?:and|also|plus|or|y|und|et|oder|ou)\s+(?:also\s+|then\s+)?(?=(?:{_ASKING})\b)"
)
_QUESTION = re.compile(rf"(?i)[?？؟]|^\W*(?:(?:and|but|so|y|und|et)\s+)?(?:{_ASKING})\b")

#: A part that leans on the rest ("is there a cure for it?") can't be read by itself.
_LEANING = re.compile(
    r"(?i)\b(it|its|that|this|those|these|they|them|there|others?|he|she|one|ones|much|my|me|i|"
    r"es|das|dies|dafür|dazu|mir|eso|esto|ello|lo|la|me|ça|cela|en|y|isso|isto|ci|ne)\b"
)


def is_question(part: str) -> bool:
    """Whether it is written as a question."""
    return bool(_QUESTION.search(part))


def stands_alone(part: str) -> bool:
    """Whether it can be understood without the rest of the message."""
    return not _LEANING.search(part)


def sentences(text: str) -> list[str]:
    """The sentences in order."""
    return [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]


def split(text: str) -> list[str]:
    """The parts in order, at most MOST_PARTS, questions first to be kept; none for one sentence."""
    parts = [p.strip() for s in sentences(text) for p in _SECOND_QUESTION.split(s)]
    telling = [p for p in parts if len(p.split()) >= _LEAST_WORDS or _dense(p)]
    if len(telling) < 2:
        return []
    ranked = sorted(range(len(telling)), key=lambda i: (not is_question(telling[i]), -i))
    return [telling[i] for i in sorted(ranked[:MOST_PARTS])]


def pieces(text: str) -> list[str]:
    """The whole text in pieces of about a sentence, in order; none for a text of one piece."""
    found = [piece for sentence in sentences(text) for piece in _windows(sentence)]
    together = math.ceil(len(found) / _MOST_PIECES)
    if len(found) < 2:
        return []
    return [" ".join(found[i : i + together]) for i in range(0, len(found), together)]


def _windows(sentence: str) -> list[str]:
    words, step = sentence.split(), _WORDS // 2
    starts = range(0, max(len(words) - step, 1), step)
    return [" ".join(words[start : start + _WORDS]) for start in starts]


def _dense(part: str) -> bool:
    return not part.isascii() and " " not in part and len(part) >= _LEAST_CHARACTERS


def with_parts(messages: Sequence[Message]) -> list[Message]:
    """The messages, all their parts and all their pieces; what is both stands there once."""
    found = [
        each
        for message in messages
        for each in (message, *message.get(PARTS, []), *message.get(PIECES, []))
    ]
    return list({id(each): each for each in found}.values())
