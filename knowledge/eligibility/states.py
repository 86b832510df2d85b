"""States that criteria rule out: pregnancy, infections, earlier CAR-T, other trials, ...

The text's first sentence is read as a list of states. What each item says beside its state decides:
nothing (a firm requirement), words that narrow it (not firm), or another matter (not complete).
"""

from __future__ import annotations

import re

from knowledge.eligibility.concepts import NEGATED, Named, concepts, content_words, states_named
from knowledge.eligibility.facts import Predicate, Requirement
from knowledge.eligibility.firmness import may_be_firm
from knowledge.eligibility.items import read_items

_INNER_NEGATION = re.compile(
    r"\b(?:unable|inability|lack of|absence of|not (?:have|had|been|received|tested|use|using)"
    r"|failure to|ineligible|never|no (?:history|prior|evidence)|(?:not|un)\W?willing)\b",
    re.IGNORECASE,
)
#: "Unwilling to stop breastfeeding", "not using contraception": the state is excluded all the same.
_NEVER_NEGATED = frozenset(["breastfeeding", "pregnancy"])
_GRAFT_DISEASE = re.compile(r"graft[- ](?:versus|vs)|gvhd", re.IGNORECASE)
_ALLOWS = re.compile(
    r"^\W*.{0,200}\b(?:are|is|may be|will be) (?:eligible|allowed|permitted|included|not excluded)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[a-z0-9)])[.。](?:\s+(?=[A-Z(])|\s*$)|\bNOTE\b|\n")
_PLANNED = re.compile(r"\b(?:plan\w*|inten[dt]\w*|wish\w*|attempt\w*|desire\w*)\b", re.IGNORECASE)
#: What is to come, or might: no answer about what was or is tells of it.
_TO_COME = re.compile(r"\b(?:candidates?|eligible for|scheduled|awaiting|waiting list)\b", re.I)
#: Before a state: it is but one example of what is ruled out.
_AN_EXAMPLE = re.compile(r"\b(?:e\.?g|such as|for example|including|like)\b", re.IGNORECASE)
#: A time before today, which "right now" doesn't cover.
_BEFORE_TODAY = re.compile(
    r"\b(?:within|less than|last|past|previous|prior to|before|recent)\b", re.IGNORECASE
)
#: Research without a medicine is more than the question about trials covers.
_ANY_RESEARCH = re.compile(
    r"^\W*(?:prior|previous) participation|\bany research stud|observational|survey|questionnaire",
    re.I,
)
_EXCEPTED = re.compile(
    r"\b(?:except|unless|allowed|eligible|permitted|may be|if|however|within)\b", re.IGNORECASE
)
_EXAMPLES = re.compile(r"\((?:such as|e\.?g\.?|including|for example)[^()]*\)", re.IGNORECASE)
#: Asked more narrowly than criteria put it: a "no" doesn't settle them.
_NARROWER = frozenset(["severe_mental_illness", "severe_allergy"])


def states_in(words: str, kind: str, category: str) -> Predicate | None:
    """The states that a criterion rules out, None where it rules out none that we know.

    Read from exclusions, and from inclusions that begin with a "no". An exclusion with a "not" of
    its own ("unable", "has not had") is left alone.
    """
    sentence, more = _first_sentence(words)
    if kind == "inclusion" and not NEGATED.search(sentence):
        return None
    if kind == "exclusion" and (NEGATED.search(sentence) or _ALLOWS.search(sentence)):
        return None
    negatable = kind == "exclusion" and category not in _NEVER_NEGATED
    if negatable and _INNER_NEGATION.search(_before_exception(sentence)):
        return None
    if _TO_COME.search(sentence):
        return None
    if category == "transplant" and _GRAFT_DISEASE.search(words):
        return None
    named = _EXAMPLES.sub(" ", words if category == "infection" else sentence)
    matches = states_named(named, category)
    if not matches:
        return None
    reading = read_items(sentence, matches)
    softened = _EXCEPTED.search(more) is not None
    past = concepts()["past"].search(sentence) is not None
    present = concepts()["present"].search(sentence) is not None
    requirements = tuple(
        Requirement(
            question,
            "is",
            False,
            firm=question in reading.plain
            and not softened
            and not _is_softened(question, _clause(sentence, pattern), matches)
            and may_be_firm(question, sentence, past=past, present=present),
        )
        for question, pattern in matches
    )
    narrower = any(question in _NARROWER for question, _ in matches)
    complete = not (
        reading.left_over
        or _other_matter(more)
        or narrower
        or _PLANNED.search(sentence)
        or _asks_further(sentence, matches)
    )
    return Predicate(requirements, complete)


def _asks_further(sentence: str, matches: Named) -> bool:
    """Is there more in it than the questions of its states cover?"""
    asked = {question for question, _ in matches}
    if "active_infection" in asked and _BEFORE_TODAY.search(sentence):
        return True
    if "other_trial_now" in asked and _ANY_RESEARCH.search(sentence):
        return True
    starts = [found.start() for _, pattern in matches if (found := pattern.search(sentence))]
    before = sentence[: min(starts, default=0)]
    return bool(_AN_EXAMPLE.search(before) and content_words(_AN_EXAMPLE.sub(" ", before)))


def _is_softened(question: str, words: str, matches: Named) -> bool:
    table = concepts()
    if question in ("pregnant", "breastfeeding"):
        # Numbers in such a criterion are of what comes after, or of plans.
        return re.search(r"\b(?:unless|except|unwilling|not willing|refus)", words) is not None
    for _, pattern in matches:
        words = pattern.sub(" ", words)
    words = re.sub(r"\b(?:at|during|prior to) (?:the )?(?:screening|study entry)\b", " ", words)
    return bool(table["softeners"].search(words))


def _clause(sentence: str, pattern: re.Pattern[str]) -> str:
    """The part of a sentence between semicolons that names a state."""
    return next((each for each in sentence.split(";") if pattern.search(each)), sentence)


def _other_matter(more: str) -> bool:
    """Further sentences may ask further things."""
    return bool(re.search(r"\b(?:must|should|exclud\w+|required?|not)\b", more, re.IGNORECASE))


def _first_sentence(words: str) -> tuple[str, str]:
    parts = _SENTENCE.split(words, maxsplit=1)
    return parts[0], (parts[1] if len(parts) > 1 else "").strip()


def _before_exception(sentence: str) -> str:
    return re.split(r"\b(?:unless|except)\b|\(", sentence, maxsplit=1)[0]
