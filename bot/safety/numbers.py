"""Numbers in a message and what they measure: temperature, blood pressure, oxygen and so on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from bot.safety.patterns import BREAK

Kind = Literal[
    "temperature",
    "bare",
    "pressure",
    "oxygen",
    "pulse",
    "sugar",
    "ketones",
    "platelets",
    "haemoglobin",
]

#: Words between what is measured and its number ("my temperature this morning was 38.5").
REACH = 7


#: "I have 39" is a temperature in these languages; "I am 39" is an age in English.
_HAVE = frozenset({"tengo", "tiene", "ho", "ha", "tenho", "tem", "ai"})
#: What a number is asked to be: "is 39 normal" is no age.
_JUDGED = frozenset({"normal", "ok", "okay", "high", "bad", "dangerous"})
#: What may follow a number that stands alone.
_BEFORE_MORE = _JUDGED | frozenset(
    {"and", "now", "since", "today", "this", "tonight", "after", "y", "desde", "e", "et", "und",
     "despues", "is", "on", "or", "but", "with"}
)  # fmt: skip


#: Values that a number beside the word can have; others are something else.
_PLAUSIBLE: dict[Kind, tuple[float, float]] = {
    "oxygen": (40, 100),
    "pulse": (25, 260),
    "sugar": (1, 1500),
    "pressure": (40, 300),
    "ketones": (0, 100),
    "platelets": (0, 1_000_000),
    "haemoglobin": (0, 250),
}


@dataclass(frozen=True)
class Reading:
    """A measured value at word `at`.

    value: degrees Celsius, systolic mmHg, %, beats a minute, the number as written for the rest.
    A "bare" number could be a temperature, but nothing says so ("tengo 39").
    second: diastolic mmHg of a pressure. sure: the words around leave no doubt what it is.
    """

    kind: Kind
    value: float
    at: int
    sure: bool
    second: float = 0.0


class Numbers:
    """Reads numbers with the words of `lexicon/numbers.yml` (`data`)."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._tens = _values(data["tens"])
        self._units = _values(data["units"])
        self._whole = _values(data["whole"])
        self._sets = {name: frozenset(value) for name, value in data.items()}

    @cached_property
    def vocabulary(self) -> set[str]:
        """Every word that tells something about a number."""
        return {word for words in self._sets.values() for word in words if word.isalpha()}

    # -- numbers written out

    def digits(self, words: Sequence[str]) -> list[str]:
        """`words` with temperatures and other two-digit numbers as digits ("thirty nine": 39)."""
        found: list[str] = []
        at = 0
        while at < len(words):
            value, used = self._spelt(words, at)
            paired = self._is(words, at + 1, "over") or self._is(words, at - 1, "over")
            if used and (used > 1 or paired or self._is(words, at + 1, "degrees") or value % 10):
                value, more = self._fraction(words, at + used, value)
                found.append(f"{value:g}")
                at += used + more
            elif words[at][0].isdigit():
                value, more = self._fraction(words, at + 1, float(words[at]))
                found.append(f"{value:g}" if more else words[at])
                at += 1 + more
            else:
                found.append(words[at])
                at += 1
        return found

    def _is(self, words: Sequence[str], at: int, name: str) -> bool:
        return 0 <= at < len(words) and words[at] in self._sets[name]

    def _spelt(self, words: Sequence[str], at: int) -> tuple[float, int]:
        """The number that begins at `at` and how many words it takes (0: none begins there)."""
        word = words[at]
        if word in self._whole:
            return self._whole[word], 1
        start = at
        if word in {"a", "one"} and self._is(words, at + 1, "hundreds"):
            at += 1
        if self._is(words, at, "hundreds"):
            after = at + 1
            if self._is(words, after, "joiners"):
                after += 1
            tens, used = self._below_hundred(words, after)
            if used:
                return 100 + tens, after + used - start
            return 100, at + 1 - start
        value, used = self._below_hundred(words, at)
        return (value, used) if used and word in self._tens else (0, 0)

    def _below_hundred(self, words: Sequence[str], at: int) -> tuple[float, int]:
        if at >= len(words):
            return 0, 0
        tens = self._tens.get(words[at])
        if tens is None:
            unit = self._units.get(words[at])
            return (unit, 1) if unit else (0, 0)
        after = at + 1
        if self._is(words, after, "joiners") and self._is(words, after + 1, "units"):
            after += 1
        if self._is(words, after, "units"):
            return tens + self._units[words[after]], after + 1 - at
        return tens, 1

    def _fraction(self, words: Sequence[str], at: int, value: float) -> tuple[float, int]:
        """`value` with ".5" or "and a half" behind it, and how many words those take."""
        if self._is(words, at, "points") and at + 1 < len(words):
            nxt = words[at + 1]
            unit = self._units.get(nxt)
            if unit is None and nxt.isdigit() and len(nxt) == 1 and words[at] not in {"con"}:
                unit = int(nxt)
            if unit is not None and value == int(value):
                return value + unit / 10, 2
        if self._is(words, at, "joiners"):
            if self._is(words, at + 1, "halves"):
                return value + 0.5, 2
            if at + 2 < len(words) and words[at + 1] == "a" and self._is(words, at + 2, "halves"):
                return value + 0.5, 3
        return value, 0

    # -- measurements

    def readings(self, words: Sequence[str]) -> list[Reading]:
        """What is measured in `words` (numbers as digits), in order."""
        found: list[Reading] = []
        taken = -1
        for at, word in enumerate(words):
            if not word[0].isdigit() or at <= taken:
                continue
            pressure = self._pressure(words, at)
            if pressure:
                found.append(pressure)
                taken = at + 2
                continue
            value = float(word)
            found.extend(self._named(words, at, value))
            temperature = self._temperature(words, at, value)
            if temperature:
                found.append(temperature)
        return found

    def _near(self, words: Sequence[str], at: int, name: str, before: int, after: int) -> bool:
        return any(self._is(words, i, name) for i in _around(words, at, before, after))

    def _pressure(self, words: Sequence[str], at: int) -> Reading | None:
        if not self._is(words, at + 1, "over") or at + 2 >= len(words):
            return None
        if not words[at + 2][0].isdigit() or (at and words[at - 1] == "/"):
            return None
        if at + 3 < len(words) and words[at + 3] == "/":
            return None
        high, low = float(words[at]), float(words[at + 2])
        named = self._near(words, at, "pressure", REACH, REACH)
        if named and 8 <= high <= 30 and 4 <= low < high:
            # in France and Spain it is often said in centimetres of mercury
            high, low = high * 10, low * 10
        if not (high > low and 40 <= high <= 300 and 20 <= low <= 200):
            return None
        if high != int(high) or low != int(low) or not (named or (high >= 70 and low >= 35)):
            return None
        return Reading("pressure", high, at, named, low)

    def _named(self, words: Sequence[str], at: int, value: float) -> Iterator[Reading]:
        nearest: tuple[int, Kind] | None = None
        kinds: tuple[Kind, ...] = (
            "oxygen", "pulse", "sugar", "ketones", "platelets", "haemoglobin", "pressure",
        )  # fmt: skip
        for i in _around(words, at, REACH, 3):
            for kind in kinds:
                if words[i] in self._sets[kind]:
                    # what is said before a number belongs to it rather than what comes after
                    distance = abs(at - i) + (2 if i > at else 0)
                    if nearest is None or distance < nearest[0]:
                        nearest = (distance, kind)
        if nearest is None:
            return
        kind = nearest[1]
        low, high = _PLAUSIBLE[kind]
        beats = kind == "pulse" and self._is(words, at + 1, "beats")
        counted = kind != "oxygen" and not beats and self._is_duration(words, at)
        if low <= value <= high and not counted:
            yield Reading(kind, value, at, kind != "pressure")

    def _is_duration(self, words: Sequence[str], at: int) -> bool:
        return self._is(words, at + 1, "not_temperature") and words[at + 1] not in {
            "mmol", "mg", "bpm", "mmhg", "%", "k", "g", "percent", "out", "of", "m", "am",
        }  # fmt: skip

    def _temperature(self, words: Sequence[str], at: int, value: float) -> Reading | None:
        fahrenheit = 95 <= value <= 110
        celsius = round((value - 32) / 1.8, 2) if fahrenheit else value
        if not (fahrenheit or 34 <= value <= 43):
            return None
        after = at + 1
        degrees = self._is(words, after, "degrees")
        if degrees:
            after += 1
        celsius_said = self._is(words, after, "celsius")
        fahrenheit_said = self._is(words, after, "fahrenheit")
        if (celsius_said and fahrenheit) or (fahrenheit_said and not fahrenheit):
            return None
        said = celsius_said or fahrenheit_said
        named = self._near(words, at, "temperature", REACH, 5)
        if not (degrees or said):
            if self._is(words, at + 1, "not_temperature") and not (
                named and words[at + 1] in {"day", "am", "pm", "out", "of", "days", "y"}
            ):
                return None
            if self._is(words, at - 1, "before_not_temperature"):
                return None
            if self._is(words, at - 2, "before_not_temperature") and words[at - 1] in {
                "is", "of", "was",
            }:  # fmt: skip
                return None
            if self._near(words, at, "over", 1, 1) and not named:
                return None
            whole = value == int(value)
            # "I am 39 and have lupus": an age, unless a fever is near
            judged = at + 1 < len(words) and words[at + 1] in _JUDGED
            aged = (
                self._is(words, at - 1, "am")
                and not judged
                and not self._near(words, at, "temperature", 2, 4)
            )
            if whole and aged:
                return self._bare(words, at, celsius) if words[at - 1] in _HAVE else None
            if whole and not named:
                return self._bare(words, at, celsius)
        elif self._near(words, at, "weather", 8, 8) and not self._near(
            words, at, "temperature", 4, 3
        ):
            return None
        return Reading("temperature", celsius, at, named or said)

    def _bare(self, words: Sequence[str], at: int, celsius: float) -> Reading | None:
        """A number that nothing says is a temperature, nor anything else."""
        alone = at + 1 == len(words) or words[at + 1] == BREAK or words[at + 1] in _BEFORE_MORE
        return Reading("bare", celsius, at, False) if alone and 38 <= celsius < 42 else None


def _values(words: dict[str, str]) -> dict[str, int]:
    return {word: int(value) for word, value in words.items()}


def _around(words: Sequence[str], at: int, before: int, after: int) -> Iterator[int]:
    """Positions near `at`: before it in the sentence, after it in the clause."""
    yield from range(at - 1, max(-1, at - before - 1), -1)
    for i in range(at + 1, min(len(words), at + after + 1)):
        if words[i] == BREAK:
            break
        yield i
