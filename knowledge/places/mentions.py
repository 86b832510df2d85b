"""Which places a sentence names.

A name that is also an everyday word or a person's ("Nice", "Reading", "Charlotte") counts only
where the sentence makes it a place: after "in", "near", "cerca de" ..., or with its state or
country behind it. The evidence asked for is the greater the smaller the place; the medicine in a
message ("Kawasaki disease", "MS", "oral") is never one. A postal code counts where no city is
named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.places.gazetteer import SMALLEST, WORDS, Gazetteer, fold, gazetteer
from knowledge.places.place import Place, PlaceMention
from knowledge.places.postal import postal_codes


def find_places(text: str) -> list[PlaceMention]:
    """The places that a sentence names, in its order; overlaps go to the longest name."""
    known = gazetteer()
    sentence = _Sentence.of(text)
    found: list[PlaceMention] = []
    position = 0
    while position < len(sentence.folded):
        mention, taken = _at(known, sentence, position)
        if mention is not None:
            found.append(mention)
        position += taken
    if known.unspaced.search(text):
        found += [
            PlaceMention(known.unspaced_names[match.group()], match.start(), match.end())
            for match in known.unspaced.finditer(text)
        ]
    if not any(mention.place.kind == "city" for mention in found):
        found += [
            PlaceMention(code.place, code.start, code.end)
            for code in postal_codes(text)
            if code.place is not None
        ]
    return sorted(found, key=lambda mention: mention.start)


# -- what makes a name a place

#: Least number of people for a city to count, by how it is written and what is before it.
_ANY = SMALLEST
_WHOLE_MESSAGE = 50_000
_CAPITAL_ALONE = 100_000
_SMALL_AFTER_WEAK = 100_000
_SMALL_ALONE = 400_000
_MOST_WORDS = 6
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?|[^\W\d_]+(?:['’‘][^\W\d_]+)*")


@dataclass(frozen=True)
class _Sentence:
    text: str
    #: For each word its start, its end, and itself folded.
    starts: Sequence[int]
    ends: Sequence[int]
    folded: Sequence[str]
    #: Nothing but capitals (or none): they tell nothing.
    flat: bool

    @classmethod
    def of(cls, text: str) -> _Sentence:
        matches = list(_WORD.finditer(text))
        return cls(
            text,
            [match.start() for match in matches],
            [match.end() for match in matches],
            [fold(match.group()) for match in matches],
            flat=text.upper() == text,
        )

    def written(self, position: int, size: int) -> str:
        return self.text[self.starts[position] : self.ends[position + size - 1]]

    def name(self, position: int, size: int) -> str:
        return " ".join(self.folded[position : position + size])

    def is_numbered(self, position: int) -> bool:
        """Does a number belong to a word ("IL-6", "IL2", "1TN")?"""
        before = self.text[: self.starts[position]][-1:]
        return before.isdigit() or bool(re.match(r"-?\d", self.text[self.ends[position] :]))

    def gap(self, position: int) -> str:
        """What stands between a word and the one before it."""
        return self.text[self.ends[position - 1] : self.starts[position]].strip()


def _at(known: Gazetteer, sentence: _Sentence, position: int) -> tuple[PlaceMention | None, int]:
    """The place named at a word, and how many words to go on."""
    for size in range(min(_MOST_WORDS, len(sentence.folded) - position), 0, -1):
        if any(sentence.gap(position + n) not in _WITHIN_NAME for n in range(1, size)):
            continue
        name = sentence.name(position, size)
        candidates = known.named(name)
        if not candidates and size == 1 and not sentence.is_numbered(position):
            candidates = known.coded(sentence.written(position, 1))
        if not candidates:
            continue
        start = sentence.starts[position]
        for wider, beside in _beside(known, sentence, position + size):
            inside = [each for each in candidates if _within(each, wider)]
            if inside:
                last = position + size + beside - 1
                return PlaceMention(inside[0], start, sentence.ends[last]), size + beside
        if _is_place(sentence, position, size, name, candidates[0]):
            chosen = _as_meant(sentence, position, size, name, candidates)
            return PlaceMention(chosen, start, sentence.ends[position + size - 1]), size
        if name not in WORDS["everyday"]:
            return None, 1
    return None, 1


_WITHIN_NAME = frozenset(["", "-", "–", "'", "’", ".", ". ", "/"])


def _beside(known: Gazetteer, sentence: _Sentence, position: int) -> Iterator[tuple[Place, int]]:
    """States and countries right behind a name ("Cambridge, MA", "Birmingham in England")."""
    if position >= len(sentence.folded):
        return
    gap = sentence.gap(position)
    if gap not in {"", ",", "(", "-", ".,", "/"}:
        return
    skipped = 0
    if gap == "" and sentence.folded[position] in {"in", "en", "im", "de", "di"}:
        skipped = 1
        if position + 1 < len(sentence.folded) and sentence.folded[position + 1] in {"the", "los"}:
            skipped = 2
    for size in range(min(4, len(sentence.folded) - position - skipped), 0, -1):
        name = sentence.name(position + skipped, size)
        for each in known.named(name):
            if each.kind != "city":
                yield each, size + skipped
    if position + skipped < len(sentence.folded):
        written = sentence.written(position + skipped, 1)
        code = written.replace(".", "")
        sure = gap == "," or (not sentence.flat and code not in WORDS["codes_too_short"])
        if len(code) == 2 and code.isupper() and sure and not skipped:
            for each in known.codes.get(code, ()):
                yield each, 1


def _within(narrow: Place, wide: Place) -> bool:
    if narrow.key == wide.key or narrow.country != wide.country or narrow.kind == "country":
        return False
    return wide.kind == "country" or (narrow.kind == "city" and narrow.admin1 == wide.admin1)


def _is_place(sentence: _Sentence, position: int, size: int, name: str, best: Place) -> bool:
    written = sentence.written(position, size)
    capital = written[0].isupper() and not sentence.flat
    behind = position + size
    if behind < len(sentence.folded) and sentence.folded[behind] in WORDS["no_place_before"]:
        return False
    if name == "us" and position > 0 and sentence.folded[position - 1] == "the":
        return True
    if name in WORDS["shouted"]:
        return written.replace(".", "").isupper() and (len(name) > 2 or not sentence.flat)
    strong, weak = _before(sentence, position)
    if (
        name in WORDS["everyday"]
        or len(name) < 4
        and best.kind == "city"
        and name not in WORDS["short_cities"]
    ):
        return capital and strong and name in WORDS["places_too"] and size == 1
    if name in WORDS["people"] and best.kind == "city":
        return strong and (capital or best.population >= _SMALL_ALONE)
    if name in WORDS["ambiguous_countries"] and not (capital and (strong or weak)):
        return len(sentence.folded) == size
    if best.kind != "city":
        return True
    if strong:
        return True
    if weak:
        return best.population >= (_ANY if capital else _SMALL_AFTER_WEAK)
    if len(sentence.folded) == size:
        return best.population >= _WHOLE_MESSAGE
    return best.population >= (_CAPITAL_ALONE if capital else _SMALL_ALONE)


def _before(sentence: _Sentence, position: int) -> tuple[bool, bool]:
    """Does a strong, does a weak word of place stand before the name?"""
    at = position - 1
    if at < 0:
        return False, False
    if sentence.gap(position) not in {"", ":", '"', "("}:
        return False, False
    # "Boston or Chicago": what held for the first holds for the second.
    for _ in range(3):
        if at < 0:
            return False, False
        word = sentence.folded[at]
        if word in WORDS["strong"]:
            return True, True
        if word not in WORDS["between"] and word not in WORDS["weak"]:
            return False, False
        if word in WORDS["weak"] and (at == 0 or sentence.folded[at - 1] not in WORDS["strong"]):
            return False, True
        at -= 1
    return False, True


def _as_meant(
    sentence: _Sentence,
    position: int,
    size: int,
    name: str,
    candidates: Sequence[Place],
) -> Place:
    """The state where the words beside it say so ("New York State"), else the best candidate."""
    behind = position + size
    said_state = behind < len(sentence.folded) and sentence.folded[behind] in {"state", "province"}
    said_state = said_state or (position > 0 and sentence.folded[position - 1] == "upstate")
    if said_state:
        return next((each for each in candidates if each.kind == "state"), candidates[0])
    return candidates[0]
