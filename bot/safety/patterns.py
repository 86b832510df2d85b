"""Phrases as data: the small pattern language of the lexicons, and how it is matched.

`lexicon/en.yml` explains the language at its head. Patterns are indexed by the words that they
can begin with, and gaps are bounded, so matching takes time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

#: Stands between two clauses in a list of words. No pattern reaches across it.
BREAK = "\n"

_GAP = re.compile(r"~(\d*)(,?)$")
_RANGE = re.compile(r"#(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$")


class PatternInvalid(ValueError):
    """A pattern of a lexicon can't be read."""


@dataclass(frozen=True)
class _Element:
    """One place of a pattern: what may stand there, after at most `gap` other words.

    crosses: the gap may reach into the next clause.
    """

    words: frozenset[str]
    stems: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]
    gap: int
    crosses: bool
    optional: bool

    def accepts(self, word: str) -> bool:
        if word in self.words:
            return True
        if self.stems and word.startswith(self.stems):
            return True
        if self.ranges and word[0].isdigit():
            value = float(word)
            return any(low <= value <= high for low, high in self.ranges)
        return False

    def occurs(self, present: set[str]) -> bool:
        """May one of the words `present` stand here?"""
        if not self.words.isdisjoint(present):
            return True
        return bool(self.stems or self.ranges) and any(map(self.accepts, present - {BREAK}))


@dataclass(frozen=True, eq=False)
class Pattern:
    """A compiled phrase. `reach`: how many words after it belong to it too."""

    name: str
    language: str
    elements: tuple[_Element, ...]
    reach: int

    def match(self, words: Sequence[str], at: int) -> tuple[int, ...] | None:
        """Positions of the matched words if the phrase begins at `at`."""
        return self._rest(words, at, 0)

    def _rest(self, words: Sequence[str], at: int, number: int) -> tuple[int, ...] | None:
        if number == len(self.elements):
            return ()
        element = self.elements[number]
        for position in range(at, min(at + element.gap + 1, len(words))):
            word = words[position]
            if word == BREAK:
                if element.crosses:
                    continue
                break
            if element.accepts(word):
                rest = self._rest(words, position + 1, number + 1)
                if rest is not None:
                    return (position, *rest)
        if element.optional:
            return self._rest(words, at, number + 1)
        return None


@dataclass(frozen=True)
class Match:
    """A phrase found: its name, the first and one past the last word, the words that matched."""

    name: str
    language: str
    start: int
    end: int
    at: tuple[int, ...]


def compile_pattern(
    name: str, source: str, classes: Mapping[str, Sequence[str]], language: str
) -> list[Pattern]:
    """The patterns that `source` stands for (two if it says `A && B`).

    Raises PatternInvalid.
    """
    if " && " in source:
        first, second = source.split(" && ")
        return [
            *compile_pattern(name, f"{first} ~5 {second}", classes, language),
            *compile_pattern(name, f"{second} ~5 {first}", classes, language),
        ]
    elements: list[_Element] = []
    gap, crosses = 0, False
    for piece in source.split():
        found = _GAP.match(piece)
        if found:
            gap, crosses = int(found.group(1) or 3), bool(found.group(2))
            continue
        elements.append(_element(piece, gap if elements else 0, crosses, classes, source))
        gap, crosses = 0, False
    while elements and elements[-1].optional:
        elements.pop()
    while elements and elements[0].optional:
        elements.pop(0)
    if not elements:
        raise PatternInvalid(f"'{source}' ({name}) has no word that must be there")
    return [Pattern(name, language, tuple(elements), gap)]


def _element(
    piece: str, gap: int, crosses: bool, classes: Mapping[str, Sequence[str]], source: str
) -> _Element:
    optional = piece.endswith("?")
    words: set[str] = set()
    stems: list[str] = []
    ranges: list[tuple[float, float]] = []
    options: list[str] = []
    for raw in piece.removesuffix("?").split("|"):
        option = raw.removesuffix("?")
        optional = optional or raw != option
        if not option.startswith("@"):
            options.append(option)
        elif option[1:] in classes:
            options.extend(classes[option[1:]])
        else:
            raise PatternInvalid(f"'{source}' names {option}, which is no class")
    for option in options:
        spread = _RANGE.match(option)
        if spread:
            ranges.append((float(spread.group(1)), float(spread.group(2))))
        elif option.endswith("*"):
            stems.append(option[:-1])
        elif option:
            words.add(option)
        else:
            raise PatternInvalid(f"'{source}' has an empty alternative")
    return _Element(frozenset(words), tuple(stems), tuple(ranges), gap, crosses, optional)


class Matcher:
    """Finds every one of many patterns in a list of words."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_word: dict[str, list[Pattern]] = {}
        self._by_stem: dict[str, list[Pattern]] = {}
        self._by_number: list[Pattern] = []
        for pattern in patterns:
            first = pattern.elements[0]
            for word in first.words:
                self._by_word.setdefault(word, []).append(pattern)
            for stem in first.stems:
                self._by_stem.setdefault(stem, []).append(pattern)
            if first.ranges:
                self._by_number.append(pattern)
        self._stem_lengths = sorted({len(stem) for stem in self._by_stem})

    def find(self, words: Sequence[str]) -> list[Match]:
        """All matches, at most one for each pattern and place, in order of their beginning."""
        found: list[Match] = []
        present = set(words)
        possible: dict[Pattern, bool] = {}
        for at, word in enumerate(words):
            if word == BREAK:
                continue
            tried: list[list[Pattern]] = []
            if word in self._by_word:
                tried.append(self._by_word[word])
            for length in self._stem_lengths:
                if length > len(word):
                    break
                stemmed = self._by_stem.get(word[:length])
                if stemmed:
                    tried.append(stemmed)
            if self._by_number and word[0].isdigit():
                tried.append(self._by_number)
            for patterns in tried:
                for pattern in patterns:
                    hopeful = possible.get(pattern)
                    if hopeful is None:
                        hopeful = possible[pattern] = pattern.elements[-1].occurs(present)
                    if not hopeful:
                        continue
                    positions = pattern.match(words, at)
                    if positions is not None:
                        end = min(positions[-1] + 1 + pattern.reach, len(words))
                        found.append(Match(pattern.name, pattern.language, at, end, positions))
        return found


def vocabulary(patterns: Iterable[Pattern]) -> set[str]:
    """Every whole word that some pattern names."""
    return {word for pattern in patterns for element in pattern.elements for word in element.words}


def stems(patterns: Iterable[Pattern]) -> set[str]:
    """Every beginning of a word that some pattern names."""
    return {stem for pattern in patterns for element in pattern.elements for stem in element.stems}
