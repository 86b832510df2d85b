"""Which item of a list a message points at: "the second one", "number 3", "el último"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = {
    1: r"first|1st|primer[oa]?|number one|erste[nrs]?|premi(?:er|ère)",
    2: r"second|2nd|segund[oa]|number two|zweite[nrs]?|deuxième",
    3: r"third|3rd|tercer[oa]?|number three|dritte[nrs]?|troisième",
    4: r"fourth|4th|cuart[oa]|number four|vierte[nrs]?|quatrième",
    5: r"fifth|5th|quint[oa]|number five|fünfte[nrs]?|cinquième",
    6: r"sixth|6th|sext[oa]",
    7: r"seventh|7th|séptim[oa]",
    8: r"eighth|8th|octav[oa]",
    9: r"ninth|9th|noven[oa]",
    10: r"tenth|10th|décim[oa]",
    -1: r"last|últim[oa]|letzte[nrs]?|dernier|dernière",
}
#: An ordinal counts only where it points at a list: "the second one", "trial number 2", "#3".
_POINTING = [
    (
        position,
        re.compile(
            rf"(?i)\b(?:the|el|la|del|den|die|das|le|du|about|trial|number|no\.?)\s+(?:{words})\s*"
            rf"(?:one|trial|study|ensayo|estudio|studie|option|in the list|on the list)?\s*[?.!]*$"
            rf"|\b(?:{words})\s+(?:one|trial|study|in the list|on the list|ensayo|estudio|studie)\b"
            rf"|^\s*(?:{words})\s*[?.!]*$"
        ),
    )
    for position, words in _WORDS.items()
]
_NUMBER = re.compile(
    r"(?i)(?:\b(?:number|no\.?|nr\.?|número|trial|study|option)\s*#?|#)\s*(\d{1,2})\b"
)


@dataclass(frozen=True)
class Ordinal:
    """A position in a list, counted from 1; -1 is the last."""

    position: int
    start: int
    end: int


def ordinal_in(text: str) -> Ordinal | None:
    """The list position that a text points at, None where it points at none."""
    number = _NUMBER.search(text)
    if number and 1 <= int(number.group(1)) <= 10:
        return Ordinal(int(number.group(1)), number.start(), number.end())
    for position, pattern in _POINTING:
        match = pattern.search(text)
        if match:
            return Ordinal(position, match.start(), match.end())
    return None
