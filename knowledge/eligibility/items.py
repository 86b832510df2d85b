"""A sentence read as a list of states: what each item says beside its state."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.eligibility.concepts import Named, content_words

_ITEM = re.compile(r"[,;；/]|\band/or\b|\bor\b|\band\b|\bas well as\b|\+", re.IGNORECASE)
_BRACKET = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True)
class Reading:
    """A sentence as a list of states.

    plain: the states that an item names with no word beside them. left_over: an item is about
    something else, or says more before its state than a state's own words.
    """

    plain: frozenset[str]
    left_over: bool


def read_items(sentence: str, matches: Named) -> Reading:
    """The items of a sentence that names these states."""
    bare = _with_states_marked(_BRACKET.sub(" ", sentence), matches)
    plain: set[str] = set()
    left_over = False
    for item in _ITEM.split(bare):
        named = [int(number) for number in re.findall(r"§(\d+)§", item)]
        before = content_words(item.split("§", 1)[0])
        if not named:
            left_over = left_over or bool(before)
            continue
        left_over = left_over or len(before) > 1
        if not before and not content_words(re.sub(r"§\d+§", " ", item)):
            plain.update(matches[number][0] for number in named)
    return Reading(frozenset(plain), left_over)


def _with_states_marked(text: str, matches: Named) -> str:
    """Each state's words as "§3§"; states that share words ("hepatitis B or C") side by side."""
    spans = sorted(
        (match.start(), match.end(), number)
        for number, (_, pattern) in enumerate(matches)
        for match in pattern.finditer(text)
    )
    written, at = [], 0
    for start, end, number in spans:
        written.append(text[at : max(at, start)] + f" §{number}§ ")
        at = max(at, end)
    return "".join([*written, text[at:]])
