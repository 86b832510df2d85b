"""What a criterion asks, as facts that a person may know. Rules; abstains when unsure.

A requirement is firm only where the text says the plain thing and nothing beside it; a predicate is
complete only where no word of the criterion is left over. Everything else stays to ask.
"""

from __future__ import annotations

import re

from knowledge.eligibility.ages import ages_in
from knowledge.eligibility.amounts import amounts_in
from knowledge.eligibility.facts import Predicate, Requirement
from knowledge.eligibility.spans import spans_in
from knowledge.eligibility.splitting import Passage
from knowledge.eligibility.states import states_in
from knowledge.eligibility.wanted import required_states_in
from knowledge.trials.records import readable

_ANYONE = re.compile(
    r"\W*(?:(?:all |both |any )?(?:genders?|sexe?s?)|(?:fe)?males? (?:or|and) (?:fe)?males?"
    r"|.{0,12}regardless of gender|m[ae]n (?:or|and) wom[ae]n)"
    r"(?: (?:patients?|subjects?|participants?))?\W*",
    re.IGNORECASE,
)
_ONE_SEX = re.compile(
    r"\W*(?:(?P<female>females?|wom[ae]n)|males?|m[ae]n)"
    r"(?: (?:patients?|subjects?|participants?|sex|gender|only))*\W*",
    re.IGNORECASE,
)
_WOMEN = re.compile(r"\b(?:pregnan|childbearing|child-bearing|menopaus)", re.IGNORECASE)
_VISITS = re.compile(r"\b(?:visits?|attend|follow-?up|comply|adhere|compliance)\b", re.IGNORECASE)
_ONLY_VISITS = re.compile(r"\b(?:visits?|attend|follow-?up|return)\b", re.IGNORECASE)
_MORE_THAN_VISITS = re.compile(
    r";|\b(?:consent\w*|assent|swallow|fast|tablets?|read|language|english|app|lifestyle|caregiver"
    r"|dosing|diary|contracept\w*|biops\w+|joined)\b",
    re.IGNORECASE,
)
#: A remark on a criterion, or on who is included all the same.
_REMARK = re.compile(r"\W*note\b", re.IGNORECASE)
_BIRTH_CONTROL = re.compile(
    r"(?<!without )\b(?:agree|willing|must|use|using|should|will|accept|commit|practi[cs]e)"
    r"\b.{0,160}"
    r"\b(?:contracepti\w+|birth control|barrier)",
    re.IGNORECASE,
)


def predicate_of(words: str, passage: Passage, category: str) -> Predicate | None:
    """The predicate of a criterion, None to abstain. words: its text without escapes."""
    if passage.role == "example" and passage.kind == "inclusion":
        return None
    if _REMARK.match(words):
        return None
    if passage.role == "exception":
        return _exception(words, passage.kind, category)
    if category == "age":
        return _for_whom(ages_in(words, passage.kind), passage) if _stands_alone(passage) else None
    found = (
        _sex(words, category)
        or _willingness(words, passage.kind, category)
        or spans_in(words, passage.kind, category)
        or amounts_in(words, passage.kind)
        or _states(words, passage.kind, category)
    )
    return _for_whom(found, passage)


def _stands_alone(passage: Passage) -> bool:
    """Is it no case of a criterion above it ("women of childbearing age: over 50, or")?"""
    parent = readable(passage.parent) if passage.parent else ""
    return passage.kind == "inclusion" or not _WOMEN.search(parent)


def _for_whom(found: Predicate | None, passage: Passage) -> Predicate | None:
    """Not firm where it is for some only, a named case, or has exceptions or cases under it."""
    if found is None:
        return None
    if passage.applies_to is not None:
        return _loosened(found, complete=False)
    if passage.role == "example" or not passage.leaf:
        return _loosened(found, complete=found.complete)
    return found


def _states(words: str, kind: str, category: str) -> Predicate | None:
    """What an inclusion criterion wants comes first, what an exclusion rules out likewise."""
    readers = [required_states_in, states_in]
    if kind == "exclusion":
        readers.reverse()
    return readers[0](words, kind, category) or readers[1](words, kind, category)


def _exception(words: str, kind: str, category: str) -> Predicate | None:
    """An exception lifts what stands above it: whoever never had a cancer needs none for it."""
    if category != "cancer_history":
        return None
    read = spans_in(words, kind, category)
    years = [
        each for each in (read.requirements if read else ()) if each.question == "cancer_free_years"
    ]
    never = Requirement("cancer_ever", "is", False)
    return _loosened(Predicate((never, *years), complete=True), complete=True)


def _loosened(found: Predicate, *, complete: bool) -> Predicate:
    """Without firm requirements: nothing in it speaks against a person by itself."""
    requirements = tuple(
        Requirement(each.question, each.operator, each.value, each.unit, firm=False)
        for each in found.requirements
    )
    return Predicate(requirements, complete, found.any_of)


def _sex(words: str, category: str) -> Predicate | None:
    if category != "sex":
        return None
    if _ANYONE.fullmatch(words):
        return Predicate((), complete=True)
    match = _ONE_SEX.fullmatch(words)
    if match is None:
        return None
    sex = "female" if match.group("female") else "male"
    return Predicate((Requirement("sex", "is", sex),), complete=True)


def _willingness(words: str, kind: str, category: str) -> Predicate | None:
    if kind != "inclusion":
        return None
    if category == "consent_compliance" and _VISITS.search(words):
        plain = _ONLY_VISITS.search(words) and not _MORE_THAN_VISITS.search(words)
        return Predicate((Requirement("visits_ok", "is", True, firm=False),), complete=bool(plain))
    if category == "contraception" and _BIRTH_CONTROL.search(words):
        tested = "pregnancy test" in words.lower()
        asked = [Requirement("birth_control_ok", "is", True, firm=False)]
        if tested:
            asked.insert(0, Requirement("pregnant", "is", False))
        plain = not re.search(r"breast|lactat|nursing", words, re.IGNORECASE)
        return Predicate(tuple(asked), complete=plain)
    return None
