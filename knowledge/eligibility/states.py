"""States that criteria rule out or want: pregnancy, infections, earlier CAR-T, antibodies, ...

The text's first sentence is read as a list of states. What each item says beside its state decides:
nothing (a firm requirement), words that narrow it (not firm), or another matter (not complete).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.eligibility.facts import Predicate, Requirement
from knowledge.eligibility.firmness import may_be_firm

_FILE = Path(__file__).parent / "concepts.yml"
_NEGATED = re.compile(
    r"^\W*(?:(?:patients?|participants?|subjects?|must|should|have|has|are|is|be|with|the|at"
    r"|wom[ae]n|females?|who|currently|who)\s+)*(?:no\b|not\b|never\b|negative\b|without\b"
    r"|absence of|free of|none\b|free from|does not|do not)",
    re.IGNORECASE,
)
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
_ITEM = re.compile(r"[,;；/]|\band/or\b|\bor\b|\band\b|\bas well as\b|\+", re.IGNORECASE)
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
_BRACKET = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PREGNANCY_TEST = re.compile(
    r"\bnegative\b.{0,90}\b(?:pregnancy|hcg)\b.{0,30}\btests?\b"
    r"|\bpregnancy tests?\b.{0,60}\b(?:negative|must be negative)\b"
    r"|\bnegative (?:for )?(?:serum |urine |blood |human |β-?|beta)?\W?(?:hcg|human chorionic)"
    r"|\bnegative\b.{0,50}\bpregnan"
    r"|tested negative in a pregnancy",
    re.IGNORECASE,
)
#: Asked more narrowly than criteria put it: a "no" doesn't settle them.
_NARROWER = frozenset(["severe_mental_illness", "severe_allergy"])
#: Where a state is mentioned only as the reason or the setting of something else.
_CATEGORIES = {
    "cancer_ever": {"cancer_history"},
    "other_trial_now": {"other_trial"},
    "severe_allergy": {"allergy"},
    "active_infection": {"infection", "general_discretion"},
    "prior_car_t": {"prior_cell_gene_therapy", "transplant", "prior_treatment"},
    "organ_transplant": {"transplant", "prior_cell_gene_therapy", "surgery", "other"},
    "stem_cell_transplant": {"transplant", "prior_cell_gene_therapy", "surgery", "other"},
    "other_autoimmune": {"other_autoimmune"},
    "severe_mental_illness": {"mental_health_substance"},
    "substance_use": {"mental_health_substance"},
    "major_surgery": {"surgery"},
    "splenectomy": {"surgery", "transplant", "other"},
    "thymectomy": {"surgery"},
    "blood_clot": {"bleeding_clotting", "cardiovascular_events"},
    "blood_thinner": {"bleeding_clotting"},
    "heart_failure": {"heart", "cardiovascular_events"},
    "heart_attack": {"heart", "cardiovascular_events"},
    "heart_rhythm": {"heart", "cardiovascular_events"},
    "stroke": {"nervous_system", "cardiovascular_events"},
    "seizure": {"nervous_system"},
    "dementia": {"nervous_system"},
    "pml": {"nervous_system", "infection"},
    "live_vaccine_recent": {"vaccination"},
    "immune_deficiency": {"other", "transplant", "infection", "blood_counts"},
    "oxygen_at_home": {"lung"},
    "dialysis": {"kidney"},
    "pregnant": {"pregnancy", "breastfeeding", "contraception"},
    "breastfeeding": {"pregnancy", "breastfeeding"},
    "hiv": {"infection", "general_discretion", "other", "other_autoimmune"},
    "hepatitis_b": {"infection", "liver"},
    "hepatitis_c": {"infection", "liver"},
    "tuberculosis": {"infection"},
    "syphilis": {"infection"},
}


def states_in(words: str, kind: str, category: str) -> Predicate | None:
    """The states that a criterion rules out, None where it rules out none that we know.

    Read from exclusions, and from inclusions that begin with a "no". An exclusion with a "not" of
    its own ("unable", "has not had") is left alone.
    """
    sentence, more = _first_sentence(words)
    if kind == "inclusion" and not _NEGATED.search(sentence):
        return None
    if kind == "exclusion" and (_NEGATED.search(sentence) or _ALLOWS.search(sentence)):
        return None
    negatable = kind == "exclusion" and category not in _NEVER_NEGATED
    if negatable and _INNER_NEGATION.search(_before_exception(sentence)):
        return None
    if _TO_COME.search(sentence):
        return None
    if category == "transplant" and _GRAFT_DISEASE.search(words):
        return None
    named = _EXAMPLES.sub(" ", words if category == "infection" else sentence)
    matches = _states(named, category)
    if not matches:
        return None
    reading = _read(sentence, matches)
    softened = _EXCEPTED.search(more) is not None
    past = _table()["past"].search(sentence) is not None
    present = _table()["present"].search(sentence) is not None
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
    table = _table()
    named = [
        f"antibody:{name}" for name, pattern in table["antibodies"].items() if pattern.search(words)
    ]
    if not named or _NEGATED.search(words) or re.search(r"\bnegativ", words, re.IGNORECASE):
        return None
    measured = re.search(
        r"\d\s*:\s*\d|[<>≥≤]|\btit(?:er|re)|\btimes|\buln\b|elevated|at screening", words, re.I
    )
    alone = len(named) == 1 and not re.search(r"\b(?:or|other|one of)\b", words, re.IGNORECASE)
    requirements = tuple(Requirement(name, "is", True, firm=False) for name in named)
    short = len(words.split()) < 20
    return Predicate(requirements, complete=measured is None and short, any_of=not alone)


def _asks_further(sentence: str, matches: list[tuple[str, re.Pattern[str]]]) -> bool:
    """Is there more in it than the questions of its states cover?"""
    asked = {question for question, _ in matches}
    if "active_infection" in asked and _BEFORE_TODAY.search(sentence):
        return True
    if "other_trial_now" in asked and _ANY_RESEARCH.search(sentence):
        return True
    starts = [found.start() for _, pattern in matches if (found := pattern.search(sentence))]
    before = sentence[: min(starts, default=0)]
    return bool(_AN_EXAMPLE.search(before) and _content(_AN_EXAMPLE.sub(" ", before)))


def _states(words: str, category: str) -> list[tuple[str, re.Pattern[str]]]:
    """The states named, in the text's order."""
    found = []
    for question, pattern in _table()["states"].items():
        if category not in _CATEGORIES.get(question, {category}):
            continue
        match = pattern.search(words)
        if match:
            found.append((match.start(), question, pattern))
    return [(question, pattern) for _, question, pattern in sorted(found, key=lambda f: f[0])]


@dataclass(frozen=True)
class _Reading:
    """A sentence as a list of states.

    plain: the states that an item names with no word beside them. left_over: an item is about
    something else, or says more before its state than a state's own words.
    """

    plain: frozenset[str]
    left_over: bool


def _read(sentence: str, matches: list[tuple[str, re.Pattern[str]]]) -> _Reading:
    bare = _with_states_marked(_BRACKET.sub(" ", sentence), matches)
    plain: set[str] = set()
    left_over = False
    for item in _ITEM.split(bare):
        named = [int(number) for number in re.findall(r"§(\d+)§", item)]
        before = _content(item.split("§", 1)[0])
        if not named:
            left_over = left_over or bool(before)
            continue
        left_over = left_over or len(before) > 1
        if not before and not _content(re.sub(r"§\d+§", " ", item)):
            plain.update(matches[number][0] for number in named)
    return _Reading(frozenset(plain), left_over)


def _with_states_marked(text: str, matches: list[tuple[str, re.Pattern[str]]]) -> str:
    """Each state's words as "§3§"; states that share words ("hepatitis B or C") side by side."""
    spans = sorted(
        (match.start(), match.end(), number)
        for number, (_, pattern) in enumerate(matches)
        for match in pattern.finditer(text)
    )
    written, at = [], 0
    for start, end, number in spans:
        written.append(text[at : max(at, start)] + f" §{number}§ ")
        at = max(at, end)
    return "".join([*written, text[at:]])


def _content(item: str) -> list[str]:
    """The words of an item that are neither filler nor a degree."""
    table = _table()
    rest = table["softeners"].sub(" ", table["fillers"].sub(" ", item))
    return [*re.findall(r"[^\W\d_]{3,}", rest), *re.findall(r"\b[A-Z]\b", rest)]


def _is_softened(question: str, words: str, matches: list[tuple[str, re.Pattern[str]]]) -> bool:
    table = _table()
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


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    raw = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        "states": {name: re.compile(each, re.IGNORECASE) for name, each in raw["states"].items()},
        "antibodies": {
            name: re.compile(each, re.IGNORECASE) for name, each in raw["antibodies"].items()
        },
        **{
            name: re.compile(raw[name], re.IGNORECASE)
            for name in ("softeners", "present", "past", "fillers")
        },
    }
