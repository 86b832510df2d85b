"""The lexicons of all languages, read once from `lexicon/*.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.safety.normalise import Normaliser, fold
from bot.safety.numbers import Numbers
from bot.safety.patterns import Matcher, Pattern, compile_pattern, stems, vocabulary
from bot.safety.typos import TypoIndex

FOLDER = Path(__file__).parent / "lexicon"

#: So many common words of a language show that a message is in it.
_SURE = 3
#: What follows a name in a list of the lexicon: the word list, not a phrase.
_WORD_CUES = ("negators", "negation_ends", "animals")
#: The prefix of what is not a sign but tells how a sign is meant.
CUE = "cue:"
MASK = "mask"


@dataclass(frozen=True)
class Rule:
    """Signs that together mean something.

    all: one sign of each row; in one sentence if `sentence` is true, else anywhere in the message.
    card: for whom a crisis card is.
    """

    id: str
    kind: Literal["emergency", "crisis"]
    all: tuple[tuple[str, ...], ...]
    card: str | None
    sentence: bool


@dataclass(frozen=True)
class Voice:
    """How one language, or several that a message may be in, says who and whether.

    common: its commonest words, by which it is told apart. own: words for the writer; others: for
    somebody else; animals: neither. negators deny what follows, as far as one of `negation_ends`.
    """

    languages: frozenset[str]
    common: frozenset[str]
    own: frozenset[str]
    others: frozenset[str]
    animals: frozenset[str]
    negators: frozenset[str]
    negation_ends: frozenset[str]

    @cached_property
    def people(self) -> frozenset[str]:
        """Words for anybody."""
        return self.own | self.others

    def words(self) -> frozenset[str]:
        """All words of it."""
        return self.common | self.people | self.animals | self.negators | self.negation_ends


@dataclass(frozen=True)
class Heard:
    """A language that a message may be in. common: how many of its commonest words are there."""

    voice: Voice
    common: int

    @property
    def sure(self) -> bool:
        """Do so many common words leave no doubt?"""
        return self.common >= _SURE


@dataclass(frozen=True)
class Script:
    """A language written without spaces, or with words that change shape: one expression a sign.

    letters: tells whether a text has letters of this script. signs, cues: by name.
    """

    language: str
    letters: re.Pattern[str]
    signs: Mapping[str, re.Pattern[str]]
    cues: Mapping[str, re.Pattern[str]]


@dataclass(frozen=True)
class Lexicon:
    """All that the gate knows about words."""

    matcher: Matcher
    voices: Sequence[Voice]
    scripts: Sequence[Script]
    rules: Sequence[Rule]
    normaliser: Normaliser
    numbers: Numbers

    def heard(self, words: Iterable[str]) -> list[Heard]:
        """The languages that `words` may be in, likeliest first."""
        said = list(words)
        heard = [Heard(v, sum(word in v.common for word in said)) for v in self.voices]
        most = max((each.common for each in heard), default=0)
        near = max(most - 1, min(most, 1))
        return sorted(
            (each for each in heard if each.common >= near), key=lambda each: -each.common
        )


def joined(voices: Sequence[Voice]) -> Voice:
    """Several languages as if they were one."""
    return Voice(*(frozenset().union(*part) for part in zip(*map(_parts, voices))))


def _parts(voice: Voice) -> tuple[frozenset[str], ...]:
    return tuple(getattr(voice, each.name) for each in fields(voice))


#: Reads everything as text: to YAML the word "no" would be false.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (text only)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon in the folder beside this file. Raises PatternInvalid."""
    patterns: list[Pattern] = []
    voices: list[Voice] = []
    scripts: list[Script] = []
    for path in sorted(FOLDER.glob("??.yml")):
        data = _read(path)
        if data["matching"] == "text":
            scripts.append(_script(data))
            continue
        language = data["language"]
        classes = {
            name: [fold(str(word)) for word in group]
            for name, group in (data.get("classes") or {}).items()
        }
        voices.append(_voice(data, classes))
        for name, sources in data["concepts"].items():
            for source in sources:
                patterns += compile_pattern(name, fold(source), classes, language)
        for name, sources in (data.get("cues") or {}).items():
            if name in _WORD_CUES:
                continue
            for source in sources:
                patterns += compile_pattern(CUE + name, fold(source), classes, language)
        for source in data.get("masks") or ():
            patterns += compile_pattern(MASK, fold(source), classes, language)
    numbers = Numbers(_read(FOLDER / "numbers.yml"))
    spelling = _read(FOLDER / "spelling.yml")
    known = vocabulary(patterns) | numbers.vocabulary
    known = known.union(*(voice.words() for voice in voices))
    known |= set(spelling["joined"]) | set(spelling["key"])
    typos = TypoIndex(
        known,
        spelling["key"],
        stems(patterns),
        frozenset(_read(FOLDER / "real_words.yml")),
        spelling["aliases"],
    )
    return Lexicon(
        matcher=Matcher(patterns),
        voices=tuple(voices),
        scripts=tuple(scripts),
        rules=tuple(_rules(_read(FOLDER / "rules.yml"))),
        normaliser=Normaliser(known, typos),
        numbers=numbers,
    )


def _voice(data: Mapping[str, Any], classes: Mapping[str, Sequence[str]]) -> Voice:
    cues = data["cues"]
    return Voice(
        languages=frozenset({data["language"]}),
        common=frozenset(map(fold, data["common"])),
        own=frozenset(classes["own"]),
        others=frozenset(classes["other"]),
        animals=frozenset(map(fold, cues["animals"])),
        negators=frozenset(map(fold, cues["negators"])),
        negation_ends=frozenset(map(fold, cues["negation_ends"])),
    )


def _rules(data: Mapping[str, Any]) -> list[Rule]:
    found = []
    kinds: tuple[Literal["emergency", "crisis"], ...] = ("emergency", "crisis")
    for kind in kinds:
        for id_, rule in data[kind].items():
            rows = tuple(tuple(row.split("|")) for row in rule["all"])
            sentence = rule.get("within") == "sentence"
            found.append(Rule(id_, kind, rows, rule.get("card"), sentence))
    return found


def _script(data: Mapping[str, Any]) -> Script:
    return Script(
        language=data["language"],
        letters=re.compile(f"[{data['letters']}]"),
        signs={name: _expression(sources) for name, sources in data["concepts"].items()},
        cues={name: _expression(sources) for name, sources in (data.get("cues") or {}).items()},
    )


def _expression(sources: Sequence[str]) -> re.Pattern[str]:
    """Phrases as one expression; "~" is a gap of up to 12 characters, "|" parts alternatives."""
    branches = []
    for source in sources:
        parts = [
            "(?:" + "|".join(re.escape(option) for option in fold(part).split("|")) + ")"
            for part in source.replace(" ~ ", "~").split("~")
        ]
        branches.append("[^\\n]{0,12}?".join(parts))
    return re.compile("|".join(branches))
