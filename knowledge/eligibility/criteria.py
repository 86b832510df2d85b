"""The criteria of an eligibility text: what each says to the letter, is about, and asks."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from knowledge.eligibility.categories import category_of
from knowledge.eligibility.facts import Predicate
from knowledge.eligibility.headings import Kind
from knowledge.eligibility.keys import gold_keys
from knowledge.eligibility.predicates import predicate_of
from knowledge.eligibility.splitting import Passage, Role, split
from knowledge.trials.records import readable


@dataclass(frozen=True)
class Criterion:
    """One criterion. `text` is exactly the record's eligibilityCriteria[start:start + len(text)].

    n: 1.. in a trial, inclusion first. role: an `exception` lifts its parent and an `example` is
    a named case of it; neither is a requirement by itself. leaf: nothing stands under it.
    applies_to: the cohort or sub-study it is for, None for everybody. predicate: what it asks, in
    facts that a person may know; None where the engine abstains, and it is to be asked as it
    stands. patient_can_answer: a person could tell from what they know or have in letters.
    """

    n: int
    text: str
    start: int
    kind: Kind
    category: str
    predicate: Predicate | None
    patient_can_answer: bool
    parent: str | None
    role: Role
    leaf: bool
    split: str
    source_no: str
    applies_to: str | None

    @property
    def words(self) -> str:
        """The text for people: without markdown escapes. Not a quote; that is `text`."""
        return readable(self.text)

    def as_json(self, nct_id: str) -> dict[str, Any]:
        """A line as in the gold annotations, with `start`."""
        return {
            "nct": nct_id,
            "n": self.n,
            "kind": self.kind,
            "text": self.text,
            "start": self.start,
            "category": self.category,
            "predicate": gold_keys(self.predicate) if self.predicate else None,
            "patient_can_answer": self.patient_can_answer,
            "polarity_note": _note(self),
            "parent": self.parent,
            "role": self.role,
            "leaf": self.leaf,
            "split": self.split,
            "source_no": self.source_no,
            "applies_to": self.applies_to,
            "extra": {"requirements": [asdict(each) for each in self.predicate.requirements]}
            if self.predicate
            else None,
        }


def criteria_of(eligibility_text: str) -> list[Criterion]:
    """All criteria of a record's eligibility text, inclusion first, then in the text's order."""
    return list(_read(eligibility_text))


@lru_cache(maxsize=512)
def _read(eligibility_text: str) -> tuple[Criterion, ...]:
    passages = split(eligibility_text)
    ordered = sorted(passages, key=lambda each: (each.kind == "exclusion", each.start))
    return tuple(_criterion(number, passage) for number, passage in enumerate(ordered, start=1))


def _criterion(number: int, passage: Passage) -> Criterion:
    words = readable(passage.text)
    parent = readable(passage.parent) if passage.parent else None
    category = category_of(words, passage.kind, parent)
    if passage.role == "exception" and parent:
        # It is about what it lifts.
        category = category_of(parent, passage.kind, None)
    predicate = None
    if passage.role != "placeholder":
        predicate = predicate_of(words, passage, category)
    return Criterion(
        n=number,
        text=passage.text,
        start=passage.start,
        kind=passage.kind,
        category=category,
        predicate=predicate,
        patient_can_answer=_can_answer(words, category, predicate),
        parent=passage.parent,
        role=passage.role,
        leaf=passage.leaf,
        split=passage.split,
        source_no=passage.source_no,
        applies_to=passage.applies_to,
    )


#: What takes a new laboratory test, a scan, a clinician's scale or an investigator's judgement.
_NEEDS_A_TEST = frozenset(
    ["blood_counts", "liver", "kidney", "general_discretion", "life_expectancy_performance"]
)
_TESTED_FACTS = frozenset(
    [
        "lvef_percent",
        "hemoglobin_g_dl",
        "platelets_1e9_l",
        "neutrophils_1e9_l",
        "egfr_ml_min",
        "sledai",
    ]
)


#: Words of tests, scans, clinicians' scales and judgements.
_NEEDS_A_CLINICIAN = re.compile(
    r"\b(?:qmgs?|mgfa|h?sledai|bilag|p(?:h)?ga|mrss|mmt-?8?|cdasi|das28|elisa|tit(?:er|re)|csf|emg"
    r"|biopsy|vascular access|venous access|vital signs|protocol|investigator\w*|physician\w*"
    r"|unable to (?:wash\s?out|interrupt)|disease other than)\b",
    re.IGNORECASE,
)
#: Categories in which those words are about what is asked, not about how it was found.
_MEASURED = frozenset(
    ["disease_activity", "antibody_status", "vaccination", "washout", "nervous_system", "other"]
)


def _can_answer(words: str, category: str, predicate: Predicate | None) -> bool:
    measured = category in _MEASURED and _NEEDS_A_CLINICIAN.search(words) is not None
    if predicate is not None and predicate.questions:
        return not (set(predicate.questions) <= _TESTED_FACTS or measured)
    return category not in _NEEDS_A_TEST and not measured


def _note(criterion: Criterion) -> str:
    """What to mind in reading the predicate."""
    if criterion.predicate is None:
        return ""
    notes = []
    if any(not each.firm for each in criterion.predicate.requirements):
        notes.append("not a hard limit: exceptions or conditions in the text")
    if not criterion.predicate.complete:
        notes.append("covers a part of the text only")
    return "; ".join(notes)
