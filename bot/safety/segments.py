"""A message cut into sentences and clauses that remember where they stood."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A full stop between digits (38.5) or single letters (s.o.s) ends nothing.
_SENTENCE_END = re.compile(r"(?:(?<!\d)(?<!\b[^\W\d_])[.]|[.](?![^\W_])|[!?…。！？؟।¡¿\n\r])+")
_CLAUSE_END = re.compile(
    r"(?:(?<!\d),|,(?!\d)|[;:—–()\[\]\"“”«»，、；：،؛]|\s-+\s)+"
    r"|\s(?=(?:but|however|although|though|pero|aunque|aber|però|но|maar|ale)\s)",
    re.IGNORECASE,
)
#: Abbreviations whose full stop ends no sentence.
_ABBREVIATION = re.compile(
    r"\b(?:dr|mr|mrs|ms|st|vs|e\.g|i\.e|a\.m|p\.m|approx|no|temp|sr|sra)$", re.I
)


@dataclass(frozen=True)
class Clause:
    """A piece of the message between commas, dashes and the like.

    start, end: where it stands in the message, in code points. sentence: number of its sentence.
    asked: the sentence ends with a question mark.
    """

    start: int
    end: int
    sentence: int
    asked: bool


def clauses_of(text: str) -> list[Clause]:
    """The clauses of `text` in order; blank ones are left out."""
    found: list[Clause] = []
    start = 0
    number = 0
    for match in _SENTENCE_END.finditer(text):
        if match.group() == "." and _ABBREVIATION.search(text, max(0, start), match.start()):
            continue
        if _cut(
            text,
            start,
            match.start(),
            number,
            "?" in match.group() or "؟" in match.group() or "？" in match.group(),
            found,
        ):
            number += 1
        start = match.end()
    _cut(text, start, len(text), number, False, found)
    return found


def _cut(text: str, start: int, end: int, sentence: int, asked: bool, found: list[Clause]) -> bool:
    before = len(found)
    at = start
    for match in _CLAUSE_END.finditer(text, start, end):
        if text[at : match.start()].strip():
            found.append(Clause(at, match.start(), sentence, asked))
        at = match.end()
    if text[at:end].strip():
        found.append(Clause(at, end, sentence, asked))
    return len(found) > before
