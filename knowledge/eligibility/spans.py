"""Counts of treatments and spans of time that criteria ask for. Abstains when unsure."""

from __future__ import annotations

import re

from knowledge.eligibility.facts import Predicate, Requirement
from knowledge.eligibility.limits import LIMIT_START, limit_at

_MONTHS_PER = {"year": 12.0, "yr": 12.0, "month": 1.0}
_WEEKS_PER = {"day": 1 / 7, "week": 1.0, "month": 52 / 12}
#: Weeks that the question about live vaccines covers; it can't settle a longer window.
_VACCINES_ASKED = 26
#: A number further behind its name than this, in characters, is about something else.
_NEAR = 60
_MOST_FAILED = 6
_ALTERNATIVE = re.compile(r"\b(?:or|unless|except|excluding)\b", re.IGNORECASE)
_FAILED = re.compile(
    r"\b(?:fail\w*|inadequate\w*|insufficient\w*|refractory|non-?respon\w*|not respon\w*"
    r"|unresponsive|resistan\w+|intoleran\w+|lack of (?:response|efficacy)|despite)\b",
    re.IGNORECASE,
)
_THERAPIES = re.compile(
    r"\W{0,2}(?:\(\d+\)\s*)?(?:\w+(?:[-/]\w+)*\s+){0,5}?(?:immuno\w+|therap\w+|treatments?|drugs?"
    r"|agents?|medications?|lines?|dmards?|biologics?|regimens?)",
    re.IGNORECASE,
)
#: Treatments of a certain kind: a count of all kinds doesn't settle it.
_OF_A_KIND = re.compile(
    r"\b(?:biologics?|class\w*|mechanism|lines?|oral|anti-\w+)\b", re.IGNORECASE
)
_HAD_FOR = re.compile(
    r"\b(?:disease duration|duration of|diagnosed|diagnosis|history of|onset|have had"
    r"|history\b[^.;]{0,40}?\bwas)\b",
    re.IGNORECASE,
)
_LIVE_VACCINE = re.compile(
    r"\blive\b[^.;()]{0,70}?\bwithin (?:the (?:last|past|previous) )?(?P<n>\d+) "
    r"(?P<unit>day|week|month)s?",
    re.IGNORECASE,
)
_YEARS = re.compile(
    r"(?:within|(?:in|during) the (?:last|past|previous)|in the preceding|for(?: at least)?|≥|>|of"
    r"|at least|more than|last|past|previous)\s*(?:the )?(?:last |past |previous |prior )?"
    r"(?P<n>\d+|one|two|three|five|ten)[- ]years?",
    re.IGNORECASE,
)
_SPELLED = {"one": 1.0, "two": 2.0, "three": 3.0, "five": 5.0, "ten": 10.0}


def spans_in(words: str, kind: str, category: str) -> Predicate | None:
    """The count or span of time that a criterion asks for, None where none was read surely."""
    if category == "vaccination":
        return _vaccine(words, kind)
    if category == "cancer_history":
        return _free_of_cancer(words, kind)
    if kind != "inclusion":
        return None
    found = None
    if category in ("prior_treatment", "disease_activity", "diagnosis"):
        found = _failed_treatments(words)
    if found is None and category in ("disease_duration", "diagnosis"):
        found = _duration(words, category)
    return found


def _failed_treatments(words: str) -> Predicate | None:
    """How many treatments must have failed; "2, or 1 and plasma exchange" is no hard floor."""
    if not _FAILED.search(words):
        return None
    for match in LIMIT_START.finditer(words):
        limit = limit_at(words, match.start())
        if limit is None or limit.low is None or limit.high is not None or limit.unit:
            continue
        if not _THERAPIES.match(words, limit.end) or not 1 <= limit.low <= _MOST_FAILED:
            continue
        others = words.replace("or more", "").replace("or intoleran", "")
        plain = len(words.split()) < 18 and not _ALTERNATIVE.search(others)
        needed = Requirement("failed_treatments", limit.least, limit.low, "treatments", firm=plain)
        return Predicate((needed,), complete=plain and not _OF_A_KIND.search(words))
    return None


def _duration(words: str, category: str) -> Predicate | None:
    named = _HAD_FOR.search(words)
    if named is None:
        return None
    for match in LIMIT_START.finditer(words, named.end()):
        limit = limit_at(words, match.start())
        unit = limit.unit.rstrip("s") if limit else ""
        if limit is None or limit.low is None or limit.high is not None or unit not in _MONTHS_PER:
            continue
        if match.start() - named.end() > _NEAR:
            continue
        months = limit.low * _MONTHS_PER[unit]
        needed = Requirement("disease_duration_months", limit.least, months, "months")
        alone = category == "disease_duration" and not re.search(r",|;\s*\w|\band\b", words)
        return Predicate((needed,), complete=alone)
    return None


def _vaccine(words: str, kind: str) -> Predicate | None:
    match = _LIVE_VACCINE.search(words)
    if match is None:
        return None
    if kind == "inclusion" and not re.match(r"\W*(?:no|not|has not|have not)\b", words, re.I):
        return None
    weeks = round(int(match.group("n")) * _WEEKS_PER[match.group("unit").lower()])
    needed = Requirement("live_vaccine_weeks", ">=", float(weeks), "weeks", firm=False)
    more = re.search(r"\b(?:scheduled|plan\w*|any vaccine)\b", words, re.IGNORECASE)
    return Predicate((needed,), complete=weeks <= _VACCINES_ASKED and more is None)


def _free_of_cancer(words: str, kind: str) -> Predicate | None:
    """Years without cancer, where a number of them is printed."""
    match = _YEARS.search(words)
    if match is None:
        return None
    printed = match.group("n").lower()
    years = _SPELLED.get(printed) or float(printed)
    excepted = re.search(r"\b(?:except|unless|other than|not including|exclud)", words, re.I)
    window = re.search(r"\b(?:within|last|past|previous|preceding)\b", match.group(), re.IGNORECASE)
    if kind == "exclusion" and window is None and excepted and excepted.end() < match.start():
        # The years are those of an exception; the exclusion itself is for life.
        return None
    second = re.search(r"\bsecond(?:ary)?\b", words, re.IGNORECASE)
    firm = kind == "exclusion" and window is not None and not (excepted or second)
    needed = Requirement("cancer_free_years", ">=", years, "years", firm=firm)
    return Predicate((needed,), complete=window is not None)
