"""Find the diseases that a message names, by any of their names, with misspellings.

A disease of our list gives its id; one that only `diseases.yml` knows gives id "other" with the
name that list has for it, so that a reply never repeats a user's own words as a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.nlu.words import UNSPACED, Word, fold, words

#: Abbreviations that are words in some language: they count only in capitals.
CAPITALS_ONLY = frozenset(
    {
        "les",
        "em",
        "ar",
        "sep",
        "saf",
        "aids",
        "rzs",
        "pti",
        "iim",
        "aav",
        "pmn",
        "ted",
        "pots",
        "als",
        "ela",
    }
)
#: Abbreviations that are units after a number ("20 mg", "100 ms").
UNITS = frozenset({"mg", "ms"})
#: Everyday words that are one slip away from a disease's name.
NOT_TYPOS = frozenset(
    {
        "chest", "chests", "wrest", "grave", "gravel", "greaves", "braves", "gravis", "group", "lumps", "locus", "lotus",
        "mitosis", "diabetes", "arthritis", "membrane", "membranes", "vascular", "sclerosis",
        "multiple", "systemic", "immune", "stiff", "person", "autoimmune", "limited", "disease",
        "raves", "gravely", "crests", "membrana", "membranas", "gravedad", "graver", "opus",
        "plus", "pulse", "celia", "gout", "autoimmune patients", "encephalopathy", "meningitis", "nephrologist", "neuritis",
    }
)  # fmt: skip

#: From this length on a word may be misspelt; shorter ones must match to the letter.
MIN_FUZZY_LENGTH = 5
_FUZZY_CUTOFF_WORD = 84
_FUZZY_CUTOFF_PHRASE = 86
_LONGEST_ALIAS = 7


@dataclass(frozen=True)
class Mention:
    """A disease named in a text. `name` is set for "other" only: its English name."""

    id: str
    name: str | None
    start: int
    end: int


class ConditionMatcher:
    """Matches disease names. Built from alias lists, so it can be stored with a model.

    aliases: (alias, condition id, name or None) triples; on the same alias the first wins.
    """

    def __init__(self, aliases: Iterable[tuple[str, str, str | None]]) -> None:
        self._exact: dict[tuple[str, ...], tuple[str, str | None]] = {}
        self._substrings: list[tuple[str, tuple[str, str | None]]] = []
        for alias, id_, name in aliases:
            target = (id_, name)
            if UNSPACED.search(alias):
                self._substrings.append((fold(alias), target))
            key = tuple(word.text for word in words(alias))
            if key:
                self._exact.setdefault(key, target)
        self._substrings.sort(key=lambda item: -len(item[0]))
        self._fuzzy: dict[int, dict[str, tuple[str, str | None]]] = {}
        for key, target in self._exact.items():
            joined = " ".join(key)
            if len(joined) >= (MIN_FUZZY_LENGTH if len(key) == 1 else 9):
                self._fuzzy.setdefault(len(key), {})[joined] = target
        self._near: dict[tuple[int, int, int], list[str]] = {}

    def find(self, text: str) -> list[Mention]:
        """The diseases named, in the order of the text; overlaps go to the longest name."""
        found = self._find_words(words(text), text)
        if UNSPACED.search(text):
            found += self._find_substrings(text)
        found.sort(key=lambda mention: (mention.start, -mention.end))
        kept: list[Mention] = []
        for mention in found:
            if not kept or mention.start >= kept[-1].end:
                kept.append(mention)
        return kept

    def _find_words(self, tokens: list[Word], text: str) -> list[Mention]:
        found: list[Mention] = []
        position = 0
        while position < len(tokens):
            size, target = self._longest_at(tokens, position, text)
            if target is None:
                position += 1
                continue
            found.append(Mention(*target, tokens[position].start, tokens[position + size - 1].end))
            position += size
        return found

    def _longest_at(
        self, tokens: list[Word], position: int, text: str
    ) -> tuple[int, tuple[str, str | None] | None]:
        longest = min(_LONGEST_ALIAS, len(tokens) - position)
        for size in range(longest, 0, -1):
            window = tokens[position : position + size]
            target = self._exact.get(tuple(word.text for word in window))
            if target and (size > 1 or self._abbreviation_fits(window[0], tokens, position)):
                return size, target
            target = self._misspelt(window)
            if target:
                return size, target
        return 1, None

    def _misspelt(self, window: list[Word]) -> tuple[str, str | None] | None:
        candidates = self._fuzzy.get(len(window))
        joined = " ".join(word.text for word in window)
        minimum = MIN_FUZZY_LENGTH if len(window) == 1 else 9
        if not candidates or len(joined) < minimum or joined in NOT_TYPOS:
            return None
        if len(window) == 1 and (len(joined) == MIN_FUZZY_LENGTH or not joined.isascii()):
            cutoff = 80  # one letter of five; inflected endings in other scripts
        else:
            cutoff = _FUZZY_CUTOFF_WORD if len(window) == 1 else _FUZZY_CUTOFF_PHRASE
        near = self._of_near_length(len(window), len(joined), cutoff)
        best = process.extractOne(joined, near, scorer=fuzz.ratio, score_cutoff=cutoff)
        if best is None or best[0][0] != joined[0] and best[1] < 90:
            return None
        if len(window) > 1 and not _word_by_word(window, best[0].split()):
            return None
        return candidates[best[0]]

    def _of_near_length(self, size: int, length: int, cutoff: int) -> list[str]:
        """The names of `size` words that a text of that length can be as like as `cutoff`: two
        texts have at most the shorter one in common, and `fuzz.ratio` counts what is common."""
        key = (size, length, cutoff)
        if key not in self._near:
            self._near[key] = [
                name
                for name in self._fuzzy[size]
                if 200 * min(len(name), length) >= cutoff * (len(name) + length)
            ]
        return self._near[key]

    @staticmethod
    def _abbreviation_fits(word: Word, tokens: list[Word], position: int) -> bool:
        if word.text in CAPITALS_ONLY:
            return word.raw.isupper()
        before = tokens[position - 1] if position else None
        if word.text in UNITS:
            if before is not None and re.fullmatch(r"[\d.,]+", before.text):
                return False
            after = tokens[position + 1] if position + 1 < len(tokens) else None
            title = word.raw == "Ms" and after is not None and after.raw[:1].isupper()
            return not title
        return True

    def _find_substrings(self, text: str) -> list[Mention]:
        lowered = text.casefold()
        found = []
        for alias, target in self._substrings:
            start = lowered.find(alias)
            if start >= 0:
                found.append(Mention(*target, start, start + len(alias)))
        return found


def _word_by_word(window: list[Word], alias: list[str]) -> bool:
    """Each word of a phrase must be near its own; short ones must match ("hepatitis y", "... A")."""
    return all(
        word.text == target if len(target) <= 3 else fuzz.ratio(word.text, target) >= 72
        for word, target in zip(window, alias)
    )


def aliases_of(
    conditions: Mapping[str, object], diseases: Iterable[object]
) -> list[tuple[str, str, str | None]]:
    """The triples for `ConditionMatcher`, from `Content.conditions` and `Content.diseases`."""
    triples: list[tuple[str, str, str | None]] = []
    for id_, condition in conditions.items():
        triples += [(alias, id_, None) for alias in condition.aliases]  # type: ignore[attr-defined]
    for disease in diseases:
        name = disease.name["en"]  # type: ignore[attr-defined]
        triples += [(alias, "other", name) for alias in (name, *disease.aliases)]  # type: ignore[attr-defined]
    return triples
