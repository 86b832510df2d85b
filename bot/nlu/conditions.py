"""Find the diseases that a message names, by any of their names, with misspellings.

A disease of our list gives its id; one that only `diseases.yml` knows gives id "other" with the
name that list has for it, so that a reply never repeats a user's own words as a name.
What tells a name from a word that looks like one stands in `conditions.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz, process

from bot.nlu.language import language_of
from bot.nlu.words import UNSPACED, Word, fold, folded, words

_RULES: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
)


def _compiled(patterns: Iterable[str]) -> list[re.Pattern[str]]:
    return [re.compile(pattern, re.IGNORECASE) for pattern in patterns]


_CAPITALS_ONLY = frozenset(_RULES["capitals_only"])
_ONLY_IN: dict[str, list[str]] = _RULES["only_in"]
_UNITS = frozenset(_RULES["units"])
#: Everyday words of many languages that are one slip away from a name (see `real_words.py`).
_REAL_WORDS = frozenset(Path(__file__).with_name("real_words.txt").read_text("utf-8").split())
_NOT_TYPOS = frozenset(_RULES["not_typos"])
_TRAPS = _compiled(_RULES["traps"])
_SAID = [(id_, pattern) for id_, said in _RULES["said"].items() for pattern in _compiled(said)]
_DENIED = _compiled(_RULES["denied"])
_NOT_DENIED = re.compile(_RULES["not_denied"], re.IGNORECASE)
_PROBLEMS = frozenset(_RULES["problems"])

#: From this length on a word may be misspelt; shorter ones must match to the letter.
MIN_FUZZY_LENGTH = 5
_FUZZY_CUTOFF_WORD = 84
_FUZZY_CUTOFF_PHRASE = 86
_LONGEST_ALIAS = 7
#: A phrase is only misspelt where each of its words is this near its own, or equal if it is short.
_NEAR_WORD = 72
_EQUAL_UP_TO = 3
#: Words of which it is remembered what they may begin: common ones, met again and again.
_REMEMBERED = 1 << 14
#: What denies a disease stands at most this many characters before its name.
_DENIAL_REACH = 30


@dataclass(frozen=True)
class Mention:
    """A disease named in a text. `name` is set for "other" only: its English name."""

    id: str
    name: str | None
    start: int
    end: int

    @property
    def problem(self) -> bool:
        """Something people have beside the disease they ask about, or fear from a treatment."""
        return self.name in _PROBLEMS


class ConditionMatcher:
    """Matches disease names. Built from alias lists, so it can be stored with a model.

    aliases: (alias, condition id, name or None) triples; on the same alias the first wins.
    real_words: words, folded, that are never a misspelt name.
    """

    def __init__(
        self,
        aliases: Iterable[tuple[str, str, str | None]],
        real_words: Collection[str] = _REAL_WORDS,
    ) -> None:
        self._real_words = real_words
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
        self._sizes_of: dict[str, set[int]] = {}
        for key in self._exact:
            if 1 < len(key) <= _LONGEST_ALIAS:
                self._sizes_of.setdefault(key[0], set()).add(len(key))
        self._firsts = list(self._sizes_of)
        self._sizes = lru_cache(maxsize=_REMEMBERED)(self._sizes_from)

    def find(self, text: str) -> list[Mention]:
        """The diseases that a text is about, in its order; overlaps go to the longest name.

        Left out: one that is denied where another is named ("not lupus, I meant scleroderma"), and
        a common health problem beside a disease ("lupus and asthma").
        """
        found = self._find_words(words(text), text) + _find_said(text)
        if UNSPACED.search(text):
            found += self._find_substrings(text)
        found.sort(key=lambda mention: (mention.start, -mention.end))
        kept: list[Mention] = []
        for mention in found:
            if not kept or mention.start >= kept[-1].end:
                kept.append(mention)
        kept = _without_traps(kept, text)
        denied = {(m.id, m.name) for m in kept if _denied(m, text)}
        kept = [m for m in kept if (m.id, m.name) not in denied] or kept
        return [m for m in kept if not m.problem] or kept

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
        for size in self._sizes(tokens[position].text):
            window = tokens[position : position + size]
            if len(window) < size:
                continue
            target = self._exact.get(tuple(word.text for word in window))
            if target and (size > 1 or _abbreviation_fits(window[0], tokens, position, text)):
                return size, target
            target = self._misspelt(window)
            if target:
                return size, target
        return 1, None

    def _sizes_from(self, word: str) -> tuple[int, ...]:
        """In how many words a name may stand that begins with this one, the most first.

        Few words begin any, which spares most of the comparing.
        """
        like = process.extract(
            word, self._firsts, scorer=fuzz.ratio, score_cutoff=_NEAR_WORD, limit=None
        )
        sizes = {size for first, *_ in like for size in self._sizes_of[first]}
        if (word,) in self._exact or self.misspells(word):
            sizes.add(1)
        return tuple(sorted(sizes, reverse=True))

    def misspells(self, word: str) -> bool:
        """Would this word be taken for a misspelt name?"""
        return self._misspelt([Word(word, word, 0, len(word))]) is not None

    def _misspelt(self, window: list[Word]) -> tuple[str, str | None] | None:
        candidates = self._fuzzy.get(len(window))
        joined = " ".join(word.text for word in window)
        minimum = MIN_FUZZY_LENGTH if len(window) == 1 else 9
        if not candidates or len(joined) < minimum or joined in _NOT_TYPOS:
            return None
        if joined in self._real_words:
            return None
        if len(window) == 1 and (joined in _ONLY_IN or joined in candidates):
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

    def _find_substrings(self, text: str) -> list[Mention]:
        lowered, offsets = folded(text)
        found = []
        for alias, target in self._substrings:
            start = lowered.find(alias)
            while start >= 0:
                end = start + len(alias)
                found.append(Mention(*target, offsets[start], offsets[end - 1] + 1))
                start = lowered.find(alias, end)
        return found


def _abbreviation_fits(word: Word, tokens: list[Word], position: int, text: str) -> bool:
    if word.text in _CAPITALS_ONLY and not word.raw.isupper():
        return False
    languages = _ONLY_IN.get(word.text)
    if languages and language_of(text, default="") not in {"", *languages}:
        return False
    before = tokens[position - 1] if position else None
    return not (
        word.text in _UNITS and before is not None and re.fullmatch(r"[\d.,]+", before.text)
    )


def _find_said(text: str) -> list[Mention]:
    return [
        Mention(id_, None, match.start(), match.end())
        for id_, pattern in _SAID
        for match in pattern.finditer(text)
    ]


def _without_traps(mentions: list[Mention], text: str) -> list[Mention]:
    if not mentions:
        return []
    trapped = [
        match.span(group)
        for pattern in _TRAPS
        for match in pattern.finditer(text)
        for group in match.groupdict()
        if match.group(group) is not None
    ]
    return [
        mention
        for mention in mentions
        if not any(start < mention.end and mention.start < end for start, end in trapped)
    ]


def _denied(mention: Mention, text: str) -> bool:
    before = text[max(0, mention.start - _DENIAL_REACH) : mention.start]
    if _NOT_DENIED.search(before):
        return False
    return any(pattern.search(before) for pattern in _DENIED)


def _word_by_word(window: list[Word], alias: list[str]) -> bool:
    """Each word of a phrase must be near its own; short ones must match ("hepatitis y", "... A")."""
    return all(_alike(word.text, target) for word, target in zip(window, alias))


def _alike(word: str, target: str) -> bool:
    if len(target) <= _EQUAL_UP_TO:
        return word == target
    return fuzz.ratio(word, target, score_cutoff=_NEAR_WORD) > 0


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
