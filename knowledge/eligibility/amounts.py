"""Scores and test values that criteria ask for.

Each is read by the grammar of limits.py, only right behind the words that name it. Values are in
the questions' units: points, percent, g/dL, 10^9/L, mL/min. An exclusion's limit is turned round:
"LVEF < 40%" among exclusions asks for at least 40. A ceiling ("platelets below 30") is none here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from knowledge.eligibility.facts import Predicate, Requirement
from knowledge.eligibility.limits import Limit, limit_at

#: What may stand between a name and its limit.
_GAP = re.compile(
    r"(?:[\s:,-]|\([^()]*\)|\[[^\[\]]*\]|(?:of|is|be|was|must|scores?|total|index|count|values?"
    r"|levels?|defined as|by echocardiography|with|an?|results?|at screening)\b)*",
    re.IGNORECASE,
)
_ALTERNATIVE = re.compile(
    r"\b(?:or|unless|except|excluding|investigator|discretion|judg\w+)\b", re.IGNORECASE
)
_BRACKET = re.compile(r"\([^()]*\)")
#: Numbers of a change, or of one of several cases, are no limit of the score itself.
_OF_A_CHANGE = re.compile(r"\b(?:if|progression|increase)\b", re.IGNORECASE)
#: Units that aren't the questions'.
_OTHER_UNIT = re.compile(r"\s*(?:[mµu]?mol|meq)\b", re.IGNORECASE)
_SIGN = re.compile(r"[<>≤≥]=?|\b(?:at least|more than|less than|greater than)\b", re.IGNORECASE)
#: Beyond this many words a criterion asks more than one value.
_ONLY_A_VALUE = 26


@dataclass(frozen=True)
class _Amount:
    """A value that criteria name: its question, its words, how it comes into that one's unit."""

    question: str
    unit: str
    named: re.Pattern[str]
    converted: Callable[[float, str], float | None]


def _same(value: float, unit: str) -> float | None:
    return value if unit in ("", "points", "point", "%", "percent") else None


def _per_litre(value: float, unit: str) -> float | None:
    """Cells as 10^9/L, from counts per µL, mm³ or L."""
    if unit == "/l" or value >= 1e8:
        return value / 1e9 if value >= 1e8 else None
    if unit in ("", "/ml") and value < 500:
        return None
    return value / 1000 if value >= 500 else None


def _grams(value: float, unit: str) -> float | None:
    """Haemoglobin in g/dL."""
    if unit.replace(" ", "") == "g/l":
        return value / 10
    return value if unit.replace(" ", "") in ("g/dl", "gm/dl", "") and value < 20 else None


def _filtration(value: float, unit: str) -> float | None:
    return value if unit.startswith("ml") or not unit else None


_AMOUNTS = (
    _Amount("edss", "points", re.compile(r"\bedss\b\)?|disability status scale", re.I), _same),
    _Amount("sledai", "points", re.compile(r"\bh?sledai(?:[- ]?2(?:k|000))?\b\)?", re.I), _same),
    _Amount("mg_adl", "points", re.compile(r"\bmg-?adl\b\)?", re.I), _same),
    _Amount(
        "lvef_percent",
        "%",
        re.compile(r"\blvef\b\)?|ejection fraction", re.I),
        lambda value, _: value if 15 <= value <= 80 else None,
    ),
    _Amount("hemoglobin_g_dl", "g/dL", re.compile(r"\bha?emoglobin\b|\bhg?b\b", re.I), _grams),
    _Amount("platelets_1e9_l", "10^9/L", re.compile(r"\bplatelets?\b|\bplt\b", re.I), _per_litre),
    _Amount(
        "neutrophils_1e9_l", "10^9/L", re.compile(r"\bneutrophils?\b|\banc\b", re.I), _per_litre
    ),
    _Amount(
        "egfr_ml_min",
        "mL/min",
        re.compile(r"\begfr\b|glomerular filtration rate|\bgfr\b", re.I),
        _filtration,
    ),
)  # fmt: skip


def amounts_in(words: str, kind: str) -> Predicate | None:
    """The values that a criterion asks for, None where none was read surely."""
    found = [each for amount in _AMOUNTS for each in _requirements(amount, words, kind)]
    if not found:
        return None
    # "HFrEF (LVEF < 35%)": the value is of a part of what is excluded.
    bracketed = kind == "exclusion" and re.search(r"\([^()]*[<≤]", words) is not None
    alone = (
        len({each.question for each in found}) == 1
        and len(words.split()) < _ONLY_A_VALUE
        and not _ALTERNATIVE.search(words)
        and not bracketed
    )
    several = len(_SIGN.findall(_BRACKET.sub("", words))) > len(found)
    listed = several or re.search(r";\s*\w|,\s+\w|\bwith no\b|\band\b", _BRACKET.sub("", words))
    return Predicate(
        tuple(replace(each, firm=alone) for each in found), complete=alone and not listed
    )


def _requirements(amount: _Amount, words: str, kind: str) -> list[Requirement]:
    for match in amount.named.finditer(words):
        if _OF_A_CHANGE.search(words, max(0, match.start() - 40), match.end()):
            continue
        gap = _GAP.match(words, match.end())
        limit = limit_at(words, gap.end() if gap else match.end())
        if limit is None or _OTHER_UNIT.match(words, limit.end):
            continue
        if kind == "inclusion" and limit.low is None and amount.question != "edss":
            # A ceiling: what is asked for is a low value.
            return []
        asked = _asked(amount, limit if kind == "inclusion" else limit.turned())
        if asked:
            return asked
    return []


def _asked(amount: _Amount, limit: Limit) -> list[Requirement]:
    """A floor; of the EDSS, where both ends are asked for, a ceiling too."""
    asked = []
    low = None if limit.low is None else amount.converted(limit.low, limit.unit)
    if low is not None:
        asked.append(Requirement(amount.question, limit.least, low, amount.unit))
    if amount.question == "edss" and limit.high is not None:
        asked.append(Requirement(amount.question, limit.most, limit.high, amount.unit))
    return asked
