"""What a search for trials is narrowed to: distance, age, sex, whose cells, phase, status, date.

English and Spanish. Numbers count only with what makes them one of these: "I'm 16" is an age, "16
weeks pregnant" and "diagnosed at 16" are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from bot.nlu.periods import since_in


@dataclass(frozen=True)
class Wish:
    """One limit as named in a text.

    kind, value: "radius" "100 mi" or "50 km"; "age" in years; "sex" of the
    registry, FEMALE or MALE; "cells" own, donor or in_body;
    "phase" PHASE2; "status" of the registry; "since" an ISO date; "near_me" yes; "postcode"
    unknown, where one was taken out that no gazetteer knows.
    """

    kind: str
    value: str
    start: int
    end: int


def search_filters(text: str, today: date | None = None) -> list[Wish]:
    """The limits that a text names, in their order. today: for "this month" and the like."""
    found = [
        *_radius(text),
        *_age(text),
        *_phases(text),
        *_first_of_each(text),
    ]
    period = since_in(text, today or date.today())
    if period is not None:
        found.append(Wish("since", period.since.isoformat(), period.start, period.end))
    return sorted(found, key=lambda wish: (wish.start, wish.kind))


# -- distance

_NUMBER_WORDS = {
    "ten": 10, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "a hundred": 100,
    "one hundred": 100, "two hundred": 200, "five hundred": 500, "a thousand": 1000,
    "diez": 10, "veinte": 20, "treinta": 30, "cincuenta": 50, "cien": 100, "doscientos": 200,
    "doscientas": 200, "quinientos": 500, "quinientas": 500, "mil": 1000,
}  # fmt: skip
_AMOUNT = (
    r"(?P<number>\d{1,5}(?:[.,]\d{1,3})?|" + "|".join(sorted(_NUMBER_WORDS, key=len)[::-1]) + ")"
)
_UNIT = r"(?P<unit>miles?|mi|millas?|kms?|kilomet(?:er|re)s?|kil[oó]metros?|k)"
_RADIUS = re.compile(
    rf"\b(?:within|inside|under|less than|up to|no more than|max(?:imum)?(?: of)?|radius of|about"
    rf"|dentro de|en un radio de|a menos de|hasta|menos de|no m[aá]s de|m[aá]ximo(?: de)?|unos|unas"
    rf"|only|solo|s[oó]lo|not|no|and|y)?\s*(?:an?|las?|los|the)?\s*\b{_AMOUNT}[\s-]*{_UNIT}\b"
    rf"(?:\s+(?:radius|away|around|from (?:here|me|home)|de distancia|a la redonda|de radio))?",
    re.IGNORECASE,
)
#: A distance that is about something else.
_NO_RADIUS = re.compile(r"\s*(?:/|per|an hour|por hora|a day|al d[ií]a|run|walk)", re.IGNORECASE)


def _radius(text: str) -> Iterator[Wish]:
    for match in _RADIUS.finditer(text):
        if _NO_RADIUS.match(text, match.end()):
            continue
        written = match["number"].lower()
        number = _NUMBER_WORDS.get(written) or _decimal(written)
        unit = "mi" if match["unit"].lower().startswith("mi") else "km"
        if 1 <= number <= 20_000:
            yield Wish("radius", f"{number:g} {unit}", match.start(), match.end())
            return


def _decimal(written: str) -> float:
    """ "1,000" and "1.000" as a thousand, "12.5" and "12,5" as twelve and a half."""
    if re.fullmatch(r"\d{1,2}[.,]\d{3}", written):
        return float(re.sub(r"[.,]", "", written))
    return float(written.replace(",", "."))


# -- age

_KIN = (
    r"(?:son|daughter|child|kid|boy|girl|baby|mother|mom|mum|father|dad|wife|husband|partner|sister"
    r"|brother|niece|nephew|granddaughter|grandson|friend|patient|hij[oa]|niñ[oa]|beb[eé]|madre|padre"
    r"|mam[aá]|pap[aá]|espos[oa]|marido|mujer|herman[oa]|niet[oa]|sobrin[oa]|amig[oa])"
)
_MONTHS = r"(?P<months>\d{1,2})"
_YEARS = r"(?P<years>\d{1,3})"
#: What makes "I'm 16" something else: a unit, a share, a place, another number.
_NOT_AN_AGE = (
    r"(?!\s*(?:[%/:.,]?\d|%|weeks?|wks?|days?|months?|mos?\b|hours?|hrs?|minutes?|miles?|km|kilo\w*"
    r"|pounds?|lbs?|kg|cm|feet|years? (?:in\b|into|out|post|after|since|with|of)|percent|mg"
    r"|st\b|nd\b|th\b|semanas?|d[ií]as?|meses|horas?|kil\w+|millas?|of\b|times?|steps?|out of"
    r"|in\b|am\b|pm\b))"
)
#: "Tengo 16 años con lupus": how long, not how old.
_NOT_HOW_LONG = r"(?!\s+(?:con|de\s+(?!edad)|en\b|desde|esperando|sin|embarazad))"
_NEARLY = r"(?:only\s+|just\s+|about\s+|nearly\s+|almost\s+|solo\s+|s[oó]lo\s+|casi\s+)?"
_AGES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_YEARS}[\s-]*(?:years?|yrs?)[\s-]*old\b",
        rf"\b{_MONTHS}[\s-]*months?[\s-]*old\b",
        rf"\b{_YEARS}[\s-]*(?:y/?o)\b",
        rf"(?<!at )(?<!since )(?<!from )(?<!of )(?<!under )\b(?:aged?|my age is|age is)\s*[:=]?\s*"
        rf"{_YEARS}\b{_NOT_AN_AGE}",
        rf"\b(?:i['’]?m|i\sam|(?:he|she|who)(?:['’]?s|\sis)|turned|now)\s+{_NEARLY}{_YEARS}\b"
        + _NOT_AN_AGE,
        rf"\b(?:my|our)\s+{_KIN}(?:['’]s|\s+is|,)\s+{_NEARLY}{_YEARS}\b{_NOT_AN_AGE}",
        rf"\b(?:tengo|tiene)\s+{_NEARLY}{_YEARS}\s+años\b{_NOT_HOW_LONG}",
        rf"\b(?:tengo|tiene)\s+{_NEARLY}{_MONTHS}\s+meses\b{_NOT_HOW_LONG}",
        rf"\b{_KIN}\s+(?:\w+\s+)?de\s+(?:{_YEARS}\s+años|{_MONTHS}\s+meses)\b",
        rf"\b{_YEARS}\s+años\s+de\s+edad\b",
        rf"(?<!la )\b(?:mi\s+)?edad\s*(?:es|de|:)?\s*{_YEARS}\b",
    )
]
_OLDEST = 110


def _age(text: str) -> Iterator[Wish]:
    matches = [match for pattern in _AGES for match in pattern.finditer(text)]
    for match in sorted(matches, key=lambda each: each.start()):
        named = match.groupdict()
        years = float(named["years"]) if named.get("years") else int(named["months"]) / 12
        if 0 < years <= _OLDEST and not _IN_THE_PAST.search(text[: match.start()]):
            yield Wish("age", f"{round(years, 2):g}", match.start(), match.end())
            return


_IN_THE_PAST = re.compile(
    r"(?:when|since|cuando|desde(?: que)?|diagnosed (?:at|when)|ever since)(?:\s+\w+){0,2}\s*$",
    re.IGNORECASE,
)


# -- phase

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_PHASES = re.compile(
    r"\b(?P<early>early[\s-]|temprana\s)?(?:phases?|fases?)[\s-]*"
    r"(?P<numbers>(?:iv|iii|ii|i|[1-4])[ab]?"
    r"(?:\s*(?:/|-|–|,|and|or|y|o|u)\s*(?:phase |fase )?(?:iv|iii|ii|i|[1-4])[ab]?)*)\b",
    re.IGNORECASE,
)


def _phases(text: str) -> Iterator[Wish]:
    for match in _PHASES.finditer(text):
        for number in re.findall(r"iv|iii|ii|i|[1-4]", match["numbers"].lower()):
            early = "EARLY_" if match["early"] and _ROMAN[number] == 1 else ""
            yield Wish("phase", f"{early}PHASE{_ROMAN[number]}", match.start(), match.end())


# -- whose cells, which sex, which status, where

_CELLS = r"(?:t[\s-]?cells?|cells?|c[eé]lulas|blood|sangre)"
_SAID: list[tuple[str, str, re.Pattern[str]]] = [
    (kind, value, re.compile("|".join(patterns).replace("{cells}", _CELLS), re.IGNORECASE))
    for kind, values in yaml.safe_load(
        Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
    ).items()
    for value, patterns in values.items()
]


#: Of these kinds two values in one text are no limit ("for men and women").
_ONE_OR_NONE = frozenset({"sex"})


def _first_of_each(text: str) -> Iterator[Wish]:
    found: dict[str, list[Wish]] = {}
    for kind, value, pattern in _SAID:
        match = pattern.search(text)
        if match:
            found.setdefault(kind, []).append(Wish(kind, value, match.start(), match.end()))
    for kind, wishes in found.items():
        if len(wishes) == 1 or kind not in _ONE_OR_NONE:
            yield wishes[0]
