"""States that criteria want: a negative pregnancy test, an antibody."""

from __future__ import annotations

import re

from knowledge.eligibility.concepts import NEGATED, concepts
from knowledge.eligibility.facts import Predicate, Requirement

_PREGNANCY_TEST = re.compile(
    r"\bnegative\b.{0,90}\b(?:pregnancy|hcg)\b.{0,30}\btests?\b"
    r"|\bpregnancy tests?\b.{0,60}\b(?:negative|must be negative)\b"
    r"|\bnegative (?:for )?(?:serum |urine |blood |human |β-?|beta)?\W?(?:hcg|human chorionic)"
    r"|\bnegative\b.{0,50}\bpregnan"
    r"|tested negative in a pregnancy",
    re.IGNORECASE,
)


def required_states_in(words: str, kind: str, category: str) -> Predicate | None:
    """What an inclusion criterion wants: a negative pregnancy test, an antibody."""
    if category in ("pregnancy", "contraception") and _PREGNANCY_TEST.search(words):
        wanted = [Requirement("pregnant", "is", False)]
        if re.search(r"\bnot (?:be )?(?:breast|lactat|nursing)", words, re.IGNORECASE):
            wanted.append(Requirement("breastfeeding", "is", False))
        more = re.search(r"contracept|birth control|steril|abstain|abstinen", words, re.IGNORECASE)
        return Predicate(tuple(wanted), complete=more is None)
    if kind == "inclusion" and category == "antibody_status":
        return _antibodies(words)
    return None


def _antibodies(words: str) -> Predicate | None:
    table = concepts()
    named = [
        f"antibody:{name}" for name, pattern in table["antibodies"].items() if pattern.search(words)
    ]
    if not named or NEGATED.search(words) or re.search(r"\bnegativ", words, re.IGNORECASE):
        return None
    measured = re.search(
        r"\d\s*:\s*\d|[<>≥≤]|\btit(?:er|re)|\btimes|\buln\b|elevated|at screening", words, re.I
    )
    alone = len(named) == 1 and not re.search(r"\b(?:or|other|one of)\b", words, re.IGNORECASE)
    requirements = tuple(Requirement(name, "is", True, firm=False) for name in named)
    short = len(words.split()) < 20
    return Predicate(requirements, complete=measured is None and short, any_of=not alone)
