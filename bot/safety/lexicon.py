"""The lexicons of all languages, read once from `lexicon/*.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.safety.normalise import Normaliser, fold
from bot.safety.numbers import Numbers
from bot.safety.patterns import Matcher, Pattern, compile_pattern, stems, vocabulary
from bot.safety.typos import TypoIndex

FOLDER = Path(__file__).parent / "lexicon"

#: What follows a name in a list of the lexicon: the word list, not a phrase.
_WORD_CUES = ("negators", "negation_ends", "animals")
#: The prefix of what is not a sign but tells how a sign is meant.
CUE = "cue:"
MASK = "mask"


@dataclass(frozen=True)
class Rule:
    """Signs that together mean something. `all`: one of each row; `card` for a crisis."""

    id: str
    kind: Literal["emergency", "crisis"]
    all: tuple[tuple[str, ...], ...]
    card: str | None


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
    words: Mapping[str, frozenset[str]]
    people: frozenset[str]
    others: frozenset[str]
    scripts: Sequence[Script]
    rules: Sequence[Rule]
    normaliser: Normaliser
    numbers: Numbers


#: Reads everything as text: to YAML the word "no" would be false.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (text only)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon in the folder beside this file. Raises PatternInvalid."""
    patterns: list[Pattern] = []
    words: dict[str, set[str]] = {name: set() for name in _WORD_CUES}
    people: set[str] = set()
    others: set[str] = set()
    scripts: list[Script] = []
    for path in sorted(FOLDER.glob("??.yml")):
        data = _read(path)
        if data["matching"] == "text":
            scripts.append(_script(data))
            continue
        classes = {
            name: [fold(str(word)) for word in group]
            for name, group in (data.get("classes") or {}).items()
        }
        people.update(classes.get("who", ()))
        others.update(classes.get("other", ()))
        for name, sources in data["concepts"].items():
            for source in sources:
                patterns += compile_pattern(name, fold(source), classes)
        for name, sources in (data.get("cues") or {}).items():
            if name in words:
                words[name].update(fold(str(word)) for word in sources)
                continue
            for source in sources:
                patterns += compile_pattern(CUE + name, fold(source), classes)
        for source in data.get("masks") or ():
            patterns += compile_pattern(MASK, fold(source), classes)
    numbers = Numbers(_read(FOLDER / "numbers.yml"))
    spelling = _read(FOLDER / "spelling.yml")
    known = vocabulary(patterns) | numbers.vocabulary | people | others
    known |= set().union(*words.values()) | set(spelling["joined"]) | set(spelling["key"])
    typos = TypoIndex(
        {word for word in known if word.isalpha()} | set(spelling["key"]),
        stems(patterns),
        frozenset(_read(FOLDER / "real_words.yml")),
        spelling["aliases"],
    )
    return Lexicon(
        matcher=Matcher(patterns),
        words={name: frozenset(group) for name, group in words.items()},
        people=frozenset(people),
        others=frozenset(others),
        scripts=tuple(scripts),
        rules=tuple(_rules(_read(FOLDER / "rules.yml"))),
        normaliser=Normaliser(known, typos.correct),
        numbers=numbers,
    )


def _rules(data: Mapping[str, Any]) -> list[Rule]:
    found = []
    for kind in ("emergency", "crisis"):
        for id_, rule in data[kind].items():
            rows = tuple(tuple(row.split("|")) for row in rule["all"])
            found.append(Rule(id_, kind, rows, rule.get("card")))  # type: ignore[arg-type]
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
