"""Would a person's "yes" to a plain question be a "yes" to the plain words of a criterion?

Questions are asked so that a person can answer them ("a heart attack, chest pain from the heart, a
stent or a bypass"), criteria are narrower ("unstable angina"). Where the two don't meet, a "yes"
speaks against nobody: the criterion stays to ask.
"""

from __future__ import annotations

import re

#: Asked more widely than any criterion puts it: a "yes" never speaks against a person by itself.
_NEVER = frozenset(
    ["severe_allergy", "severe_mental_illness", "substance_use", "other_trial_now", "dementia"]
    + ["other_autoimmune", "major_surgery", "live_vaccine_recent", "heart_attack", "heart_rhythm"]
)
#: May be over, or asleep, or have happened once: the text must speak of the past, and not of what
#: is active.
_ASKED_AS_EVER = frozenset(
    ["hepatitis_b", "hepatitis_c", "tuberculosis", "syphilis", "cancer_ever", "seizure"]
)
_ACTIVE = re.compile(r"\bactive\b", re.IGNORECASE)
#: Asked about today, so that "active" or "current" takes nothing away.
_OF_NOW = frozenset(["pregnant", "breastfeeding", "active_infection", "hiv", "blood_thinner"])
#: Words by which a criterion means one kind only of what was asked.
_ONE_KIND = {
    "hiv": re.compile(r"\b(?:aids|acquired immun\w*)\b(?<!hiv/aids)", re.IGNORECASE),
    "blood_thinner": re.compile(r"\b(?:warfarin|heparin|vitamin k)\b", re.IGNORECASE),
    "active_infection": re.compile(r"\b(?:uncontroll\w*|cannot be controlled)\b", re.IGNORECASE),
    "seizure": re.compile(r"\b(?:epilep\w+|seizure disorders?)\b", re.IGNORECASE),
    "cancer_ever": re.compile(r"\b(?:second(?:ary)?|related to|due to)\b", re.IGNORECASE),
}
#: The state's own wide words, beside which the narrow ones take nothing away.
_ALL_KINDS = {
    "hiv": re.compile(r"\bhiv\b|immuno\w*deficiency virus", re.IGNORECASE),
    "blood_thinner": re.compile(r"\banti-?coagul", re.IGNORECASE),
    "active_infection": re.compile(r"\bactive (?:local|systemic|or)\b.*\bor\b", re.IGNORECASE),
    "seizure": re.compile(r"\bseizures?\b(?! disorder)", re.IGNORECASE),
}


def may_be_firm(question: str, sentence: str, *, past: bool, present: bool) -> bool:
    """May a "yes" settle it? past, present: the sentence speaks of what was, or of what is."""
    if question in _NEVER or _is_one_kind(question, sentence):
        return False
    if question in _ASKED_AS_EVER:
        return past and (question == "cancer_ever" or not _ACTIVE.search(sentence))
    return question in _OF_NOW or past or not present


def _is_one_kind(question: str, sentence: str) -> bool:
    narrow, wide = _ONE_KIND.get(question), _ALL_KINDS.get(question)
    if narrow is None or not narrow.search(sentence):
        return False
    return wide is None or not wide.search(sentence)
