"""Key words in spite of typing errors, without comparing each word with the whole lexicon."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from rapidfuzz.distance import OSA

#: Shorter words have too many neighbours that are words of their own.
SHORTEST = 5
#: Words at least this long may differ by two letters.
LONG = 8
#: Longer than any key word with two letters more: not a typo of one.
LONGEST = 24


class TypoIndex:
    """Maps a misspelt word to the key word within one edit (two for long words).

    Every key word is filed under what is left of it when letters are taken away; a typo is looked
    up the same way, so the cost depends on the length of the word and not on how many there are.
    known: words of the lexicon, right as they are. words: the key words among them. real: other
    words that are right, though they look like a typo. A word that begins with one of `stems` is
    only a typo of a key word that does too. aliases: misspellings further away, by hand.
    """

    def __init__(
        self,
        known: Iterable[str],
        words: Iterable[str],
        stems: Iterable[str],
        real: Collection[str],
        aliases: Mapping[str, str],
    ) -> None:
        self._right = frozenset(known) | frozenset(real)
        self._stems = tuple(sorted({stem for stem in stems if len(stem) > 2}))
        self._aliases = dict(aliases)
        self._words = frozenset(words)
        self._filed: dict[str, list[str]] = {}
        for word in sorted(self._words):
            if not SHORTEST <= len(word) <= LONGEST:
                continue
            for left in _shortened(word):
                self._filed.setdefault(left, []).append(word)

    def right(self, word: str) -> bool:
        """Is `word` known to be right as it is?"""
        return word in self._right or word in self._words

    def is_key(self, word: str) -> bool:
        """Is `word` one of the key words?"""
        return word in self._words

    def correct(self, word: str) -> str:
        """The key word that `word` most probably is, or `word` itself."""
        alias = self._aliases.get(word)
        if alias is not None:
            return alias
        if not SHORTEST - 1 <= len(word) <= LONGEST or self.right(word):
            return word
        stem = next((stem for stem in self._stems if word.startswith(stem)), "")
        best, best_distance = word, 3
        seen: set[str] = set()
        for left in _shortened(word):
            for candidate in self._filed.get(left, ()):
                if candidate in seen or not candidate.startswith(stem):
                    continue
                seen.add(candidate)
                allowed = 2 if min(len(candidate), len(word)) >= LONG else 1
                distance = OSA.distance(word, candidate, score_cutoff=allowed)
                # the first letter is seldom wrong: words that differ there are other words
                if distance <= allowed and word[0] != candidate[0]:
                    distance += word[1:2] != candidate[:1]
                if distance <= allowed and distance < best_distance:
                    best, best_distance = candidate, distance
        return best


def _shortened(word: str) -> Iterator[str]:
    """`word`, and `word` without one letter; without two if it is long."""
    yield word
    ones = {word[:i] + word[i + 1 :] for i in range(len(word))}
    yield from ones
    if len(word) >= LONG:
        twos: set[str] = set()
        for one in ones:
            twos.update(one[:i] + one[i + 1 :] for i in range(len(one)))
        yield from twos
