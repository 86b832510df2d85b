"""The signs of a text in a script that is searched letter by letter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.safety.lexicon import Script
from bot.safety.limits import names_of
from bot.safety.normalise import fold
from bot.safety.numbers import Numbers
from bot.safety.segments import Clause
from bot.safety.signs import CRISIS, Sign, is_background

#: How near to a sign its denial stands, in letters.
_NEAR = 8
_CART = re.compile(r"(?<![a-z])car[ -]?t(?![a-z])")


def signs_of_script(
    script: Script,
    text: str,
    clauses: Sequence[Clause],
    by_clause: Sequence[Sequence[str]],
    numbers: Numbers,
) -> list[Sign]:
    """The signs of a text in a script that is searched letter by letter."""
    joined = [_CART.sub("cart", fold(text[each.start : each.end])) for each in clauses]
    found: list[Sign] = []
    for index, said in enumerate(joined):
        if not said:
            continue
        sentence = " ".join(
            joined[k] for k in range(len(clauses)) if clauses[k].sentence == clauses[index].sentence
        )
        # "now" may be a part of what is masked, as it is of the Arabic "suicide"
        certain = _there(script, "certain", _without(script, "masks", said))
        for name, expression in script.signs.items():
            match = expression.search(said)
            if match is None:
                continue
            background = is_background(name)
            before = said[: match.start()]
            if not background:
                if _there(script, "masks", said) and not certain:
                    continue
                if _there(script, "negation", before[-_NEAR:]):
                    continue
                if name not in CRISIS and _denied_after(script, said, match.end()):
                    continue
                if _there(script, "past", said) and not certain:
                    continue
                asked = ("reported",) if name in CRISIS else ("hypothetical", "info", "reported")
                if not certain and any(_there(script, cue, sentence) for cue in asked):
                    continue
            found.append(Sign(name, index, clauses[index].sentence, _there(script, "others", said)))
        for reading in numbers.readings(list(by_clause[index])):
            for name in names_of(reading):
                if _there(script, "hypothetical", sentence) and not certain:
                    continue
                found.append(
                    Sign(name, index, clauses[index].sentence, _there(script, "others", said))
                )
    return found


def _there(script: Script, cue: str, text: str) -> bool:
    expression: re.Pattern[str] | None = script.cues.get(cue)
    return expression is not None and expression.search(text) is not None


def _without(script: Script, cue: str, text: str) -> str:
    expression: re.Pattern[str] | None = script.cues.get(cue)
    return expression.sub(" ", text) if expression else text


def _denied_after(script: Script, said: str, end: int) -> bool:
    """Is what ends at `end` denied by what follows it, as in Japanese?"""
    expression: re.Pattern[str] | None = script.cues.get("negation_after")
    return expression is not None and expression.match(said, end) is not None
