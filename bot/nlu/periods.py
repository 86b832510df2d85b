"""Since when a person wants to know what is new: "this month", "since March", "desde enero"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

#: Without a word of news a date is about something else ("I have had lupus since March").
_NEWS = re.compile(
    r"\b(?:new(?!\s+york|\s+jersey|\s+zealand|\s+mexico|\s+orleans|\s+hampshire|\s+delhi)|newest|news"
    r"|newly|opened|added|chang(?:ed?|es)|closed|update[sd]?|posted|started|begun|happened|appeared"
    r"|different|nuev[oa]s?|novedad(?:es)?|abiert[oa]s?|abri(?:eron|[oó])|cambi(?:[oó]s?|ado|aron)"
    r"|cerr(?:ado|aron|[oó])|añadi\w*|aparec\w+|empez\w+|pas[oó]|pasado algo)\b",
    re.IGNORECASE,
)
#: By themselves, without a date: the last `_USUAL_DAYS`.
_WHATS_NEW = re.compile(
    r"\bwhat(?:['’]?s| is| has)? (?:new|changed)\b|\banything (?:new|changed)\b"
    r"|\bany(?:thing)? (?:news|updates?|changes)\b|\bwhat changed\b|\bhas anything changed\b"
    r"|\b(?:recently|newly|lately) (?:opened|added|posted|started|closed|changed)\b"
    r"|\b(?:opened|added|posted|started|closed|changed) (?:recently|lately)\b"
    r"|\bqu[eé] (?:hay|ha habido) de nuevo\b|\bqu[eé] (?:ha cambiado|cambi[oó])\b|\bnovedades\b"
    r"|\balgo nuevo\b"
    r"|\b(?:abiertos?|añadidos?|cerrados?) (?:recientemente|hace poco|[uú]ltimamente)\b",
    re.IGNORECASE,
)
_USUAL_DAYS = 90
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero", "february feb febrero", "march mar marzo", "april apr abril",
            "may mayo", "june jun junio", "july jul julio", "august aug agosto",
            "september sept sep septiembre setiembre", "october oct octubre",
            "november nov noviembre", "december dec diciembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len)[::-1])
_ISO = re.compile(r"\b(?:since|after|from|desde(?: el)?)\s+(?P<iso>\d{4}-\d{2}-\d{2})\b", re.I)
_DATE = re.compile(
    rf"\b(?:since|after|from|desde(?: el)?|a partir del?)\s+(?:the\s+)?"
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+|de\s+)?)?(?P<month>{_MONTH})\b\.?"
    rf"(?:\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d))?"
    rf"(?:,?\s+(?:de\s+|del\s+|of\s+)?(?P<year>20\d\d))?",
    re.IGNORECASE,
)
_IN_MONTH = re.compile(
    rf"\b(?:in|during|en|durante)\s+(?P<month>{_MONTH})\b(?:\s+(?:de\s+)?(?P<year>20\d\d))?", re.I
)
_YEAR = re.compile(
    r"\b(?:since|after|from|desde(?: el)?|in|en)\s+(?P<year>20\d\d)\b", re.IGNORECASE
)
_THIS = re.compile(
    r"\b(?:this|est[ae])\s+(?P<this>week|month|year|semana|mes|año)\b|\b(?P<today>today|hoy)\b"
    r"|\b(?:since\s+)?(?P<yesterday>yesterday|ayer)\b",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"\b(?:last|past|[uú]ltim[oa]s?)\s+"
    r"(?:(?P<number>\d{1,3}|two|three|six|dos|tres|seis|few|couple of|pocos)\s+)?"
    r"(?P<unit>days?|weeks?|months?|years?|d[ií]as?|semanas?|mes(?:es)?|años?)\b"
    r"|\b(?:el\s+)?(?P<unit2>semana|mes|año)\s+pasad[oa]\b",
    re.IGNORECASE,
)
_NUMBERS = {
    "two": 2,
    "dos": 2,
    "couple of": 2,
    "three": 3,
    "tres": 3,
    "few": 3,
    "pocos": 3,
    "six": 6,
    "seis": 6,
}
_DAYS = {"d": 1, "w": 7, "s": 7, "m": 30, "y": 365, "a": 365}


@dataclass(frozen=True)
class Period:
    """From a day on, and where the text says so."""

    since: date
    start: int
    end: int


def since_in(text: str, today: date) -> Period | None:
    """Since when a text asks for news; None where it asks for none."""
    if not _NEWS.search(text) and not re.match(r"\s*(?:and\s+|y\s+)?(?:since|desde)\b", text, re.I):
        return None
    for find in (_dated, _this, _last):
        found = find(text, today)
        if found is not None:
            return found if found.since <= today else None
    usual = _WHATS_NEW.search(text)
    if usual is None:
        return None
    return Period(today - timedelta(days=_USUAL_DAYS), usual.start(), usual.end())


def _dated(text: str, today: date) -> Period | None:
    for pattern in (_ISO, _DATE, _YEAR, _IN_MONTH):
        match = pattern.search(text)
        if match is None:
            continue
        named = match.groupdict()
        try:
            if named.get("iso"):
                since = date.fromisoformat(named["iso"])
            elif named.get("month"):
                since = _in_month(named, today)
            else:
                since = date(int(named["year"]), 1, 1)
        except ValueError:
            continue
        return Period(since, match.start(), match.end())
    return None


def _in_month(named: dict[str, str | None], today: date) -> date:
    """A named month is the last one of that name, unless its year is given."""
    month = _MONTHS[(named["month"] or "").lower()]
    day = int(named.get("day") or named.get("day2") or 1)
    if named.get("year"):
        return date(int(named["year"] or 0), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year <= today else date(today.year - 1, month, day)


def _this(text: str, today: date) -> Period | None:
    match = _THIS.search(text)
    if match is None:
        return None
    unit = (match["this"] or "").lower()
    since = today
    if match["yesterday"]:
        since = today - timedelta(days=1)
    elif unit in {"week", "semana"}:
        since = today - timedelta(days=today.weekday())
    elif unit in {"month", "mes"}:
        since = today.replace(day=1)
    elif unit:
        since = today.replace(month=1, day=1)
    return Period(since, match.start(), match.end())


def _last(text: str, today: date) -> Period | None:
    match = _LAST.search(text)
    if match is None:
        return None
    written = (match["number"] or "1").lower()
    number = _NUMBERS.get(written) or int(written)
    unit = (match["unit"] or match["unit2"]).lower()
    return Period(today - timedelta(days=number * _DAYS[unit[0]]), match.start(), match.end())
