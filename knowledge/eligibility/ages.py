"""The ages that a criterion takes, in years."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from knowledge.eligibility.facts import Predicate, Requirement
from knowledge.eligibility.limits import LIMIT_START, Limit, limit_at

#: An age at something that was, or counted from it, isn't the age of today.
_NOT_OF_TODAY = re.compile(
    r"\b(?:symptoms?|onset|diagnosis of|(?:original|initial|first|at|of) diagnosis|diagnosed at"
    r"|visit|radiotherapy|surgery|transplant\w*|ecog|karnofsky|lansky|specimen)\b",
    re.IGNORECASE,
)
#: Of some of the people only.
_OF_SOME = re.compile(
    r"\b(?:arms?|cohorts?|phase|groups?|part|sub-?study|dose finding|controls?|first \d"
    r"|for (?:participants|patients|subjects|adults|children|those|(?:fe)?males?|wom[ae]n|men))\b",
    re.IGNORECASE,
)
_OF_A_COUNTRY = re.compile(r"\W*(?:[Ii]n|[Aa]t sites in|[Ff]or) (?:the )?[A-Z][a-z]+")
#: What may stand beside the ages of a criterion that asks nothing else.
_BESIDE = re.compile(
    r"\b(?:age[sd]?|aging|years?|yrs?|months?|old|older|young|younger|over|above|below|under|less"
    r"|more|than|greater|equal|or|and|to|of|the|an?|at|on|in|by|be|is|are|was|were|being|must|should|who"
    r"|with|from|between|least|most|no|not|include\w*|including|inclusive\w*|either|any|all|both"
    r"|time|day|date|signing|signed|obtaining|providing|giving|informed|consent(?:ing)?|form|icf"
    r"|screening|enrol\w*|entry|inclusion|study|trial|baseline|recruitment|registration|obtained"
    r"|participants?|patients?|subjects?|individuals?|volunteers?|persons?|people|adults?|children"
    r"|eligible|legal|males? (?:and|or|/) ?females?|females? (?:and|or|/) ?males?|m[ae]n (?:and|or)"
    r" wom[ae]n|wom[ae]n (?:and|or) m[ae]n|range\w*|limit\w*|regardless|gender|sex|race|ethnicity"
    r"|may|their|genetic|background|have|has|i\.?e)\b|[^\W\d_]\b|\d",
    re.IGNORECASE,
)


def ages_in(words: str, kind: str) -> Predicate | None:
    """The age limits of a criterion, None where none was read surely.

    Exclusions are turned round ("under 18" asks for 18 at least). Where several groups have limits
    of their own, what is asked is the range that holds all of them.
    """
    limits = [] if _NOT_OF_TODAY.search(words) else _limits(words)
    if not limits:
        return None
    whole = _turned(limits) if kind == "exclusion" else _widest(limits)
    if whole.unit.startswith(("week", "day")):
        return None
    divisor = 12.0 if whole.unit.startswith("month") else 1.0
    mixed = bool(re.search(r"\bmonths?\b", words) and re.search(r"\byears?\b", words))
    asked = []
    if whole.low is not None and not mixed:
        asked.append(Requirement("age_years", whole.least, whole.low / divisor, "years"))
    if whole.high is not None:
        asked.append(Requirement("age_years", whole.most, whole.high / divisor, "years"))
    if not asked:
        return None
    if _OF_SOME.search(words) or _OF_A_COUNTRY.match(words):
        loose = (replace(each, firm=False) for each in asked)
        return Predicate(tuple(loose), complete=False)
    alone = kind == "exclusion" or len(limits) == 1
    more = re.search(r"[^\W\d_]{2,}", _BESIDE.sub(" ", words))
    return Predicate(tuple(asked), complete=alone and not mixed and more is None)


def _limits(words: str) -> list[Limit]:
    """All limits in a text; two bounds that follow each other are one range."""
    found: list[Limit] = []
    at = 0
    while (match := LIMIT_START.search(words, at)) is not None:
        limit = limit_at(words, match.start())
        if limit is None:
            at = match.end()
            continue
        last = found[-1] if found else None
        if (
            last
            and last.high is None
            and limit.low is None
            and limit.unit[:4] in ("", last.unit[:4])
        ):
            found[-1] = last.up_to(limit)
        else:
            found.append(limit)
        at = max(limit.end, match.end())
    return found


def _widest(limits: list[Limit]) -> Limit:
    """The range that holds every group's: whoever is outside it is outside all of them."""
    return Limit(
        _if_all((each.low for each in limits), min),
        _if_all((each.high for each in limits), max),
        limits[0].unit,
        limits[-1].end,
        strict_low=all(each.strict_low for each in limits),
        strict_high=all(each.strict_high for each in limits),
    )


def _if_all(bounds: Iterable[float | None], chosen: Callable[[list[float]], float]) -> float | None:
    known = list(bounds)
    there = [each for each in known if each is not None]
    return chosen(there) if len(there) == len(known) else None


def _turned(limits: list[Limit]) -> Limit:
    """Exclusions "under 18 or over 75" as the range that remains."""
    under = next((each for each in limits if each.high is not None and each.low is None), None)
    over = next((each for each in limits if each.low is not None and each.high is None), None)
    return Limit(
        under.high if under else None,
        over.low if over else None,
        next((each.unit for each in limits if each.unit), ""),
        limits[-1].end,
        strict_low=bool(under and not under.strict_high),
        strict_high=bool(over and not over.strict_low),
    )
