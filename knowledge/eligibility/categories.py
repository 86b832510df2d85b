"""What a criterion is about: a category of contract.md, by the rules in categories.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "categories.yml"
_HEAD_END = re.compile(
    r"(?<=[a-z0-9)])[.。](?:\s|$)|\b(?:unless|except(?:ing)?|with the exception|other than|due to"
    r"|which may|includ(?:ing|es?)|in particular|particularly|especially|such as"
    r"|defined as|evidenced by|e\.?g\.)\b|[:：]|;\s",
    re.IGNORECASE,
)
#: "Women of childbearing potential (defined as ...) must have": what is asked comes after.
_DEFINITION = re.compile(
    r",?\s*defined as\b.{5,400}?(?=\b(?:must|should|agree|are required)\b)", re.I
)
#: Words above a list that say nothing of its matter.
_LEAD_IN = re.compile(
    r"\b(?:(?:following|these|below) (?:\w+ ){0,2}(?:criteria|conditions?|requirements?)"
    r"|eligible for|(?:in|ex)clusion criteria)\b",
    re.IGNORECASE,
)
#: A label before a colon ("SLE: SLEDAI at least 8") is no statement.
_LABEL_WORDS = 3
#: Whom a criterion speaks of; what it asks comes after.
_SUBJECT = re.compile(
    r"\W*(?:(?:all|any|male|female|adult|men|women|patients?|subjects?|participants?"
    r"|individuals?|those|who|with|and|or|of|both)\W*)+",
    re.IGNORECASE,
)
#: What must not be is ruled out, in whichever list it stands.
_DENIAL = re.compile(
    r"^\W*(?:(?:there|patients?|subjects?|participants?|who|have|has|had|is|are|was|were|must|do|does)"
    r" )*(?:no|not|without|absence of|free of)\b",
    re.IGNORECASE,
)
#: A number before a criterion or a first item of several.
_NUMBERING = re.compile(r"^\W*(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+", re.IGNORECASE)
#: A time that must have passed since a treatment.
_WINDOW = re.compile(
    r"\bwithin (?:a period of |the )?(?:last |past |previous |prior )?"
    r"(?:\d+|one|two|three|four|six|twelve)[ -](?:days?|weeks?|months?)\b"
    r"|\b\d+ (?:days?|weeks?|months?) (?:before|prior to)\b",
    re.IGNORECASE,
)
#: Organs: a criterion that names several is a bundle, left to the study team's discretion.
_ORGANS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:heart|cardiac|cardiovascular)\b",
        r"\b(?:liver|hepatic|bilirubin|alt|ast|transaminase\w*)\b",
        r"\b(?:kidney|renal|creatine?(?:nine?)?)\b",
        r"\b(?:lungs?|pulmonary|respiratory)\b",
        r"\b(?:h(?:a)?ematolog\w+|marrow)\b",
        r"\bcoagulation\b",
        r"\b(?:gastro\w*|endocrin\w*|metabolic)\b",
        r"\b(?:psychiatric|neurolog\w+|cerebral)\b",
    )
)
#: The tiers whose words leave little doubt.
_CLEAR = 2
#: How many organs make a bundle before a tier's rules are tried, by the tier's position.
_BUNDLES = {1: 4, 2: 2}
#: Categories of contract.md.
CATEGORIES = frozenset(
    [
        "age",
        "sex",
        "diagnosis",
        "disease_activity",
        "disease_duration",
        "antibody_status",
        "prior_treatment",
        "washout",
        "heart",
        "kidney",
        "liver",
        "lung",
        "blood_counts",
        "infection",
        "vaccination",
        "pregnancy",
        "contraception",
        "breastfeeding",
        "cancer_history",
        "prior_cell_gene_therapy",
        "transplant",
        "nervous_system",
        "cardiovascular_events",
        "bleeding_clotting",
        "allergy",
        "mental_health_substance",
        "other_autoimmune",
        "other_trial",
        "consent_compliance",
        "caregiver_logistics",
        "life_expectancy_performance",
        "surgery",
        "general_discretion",
        "other",
    ]
)


@dataclass(frozen=True)
class _Rule:
    category: str
    pattern: re.Pattern[str]
    kind: str | None
    only_if: re.Pattern[str] | None
    taken_back: re.Pattern[str] | None

    def position(self, words: str, kind: str) -> int | None:
        """Where the rule first holds in a text, None where it doesn't."""
        if self.kind not in (None, kind):
            return None
        match = self.pattern.search(words)
        if match is None or (self.taken_back and self.taken_back.search(words)):
            return None
        if self.only_if and not self.only_if.search(words):
            return None
        return match.start()


def category_of(words: str, kind: str, parent: str | None) -> str:
    """The category of a criterion.

    words: its text without escapes. parent: the text above it, asked where its own words say
    nothing.
    """
    words = _NUMBERING.sub("", _DEFINITION.sub(" ", words))
    effect = "exclusion" if _DENIAL.search(words) else kind
    tiers = _tiers()
    # A head without a name ("Disease other than MS") is told by what follows; what stands above
    # is asked last, and for clear words only where it leads a list in.
    above = _LEAD_IN.sub("", parent) if parent else ""
    for told, known in (
        (_head(words), tiers[:-1]),
        (words, tiers),
        (above, tiers[:-1] if above == parent else tiers[:_CLEAR]),
    ):
        found = _by_rules(told, effect, known) if told else None
        if found is not None:
            return _dated(found, words, kind)
    return "other"


def _dated(category: str, words: str, kind: str) -> str:
    """An earlier treatment that rules out for some weeks only is a matter of stopping it."""
    if category == "prior_treatment" and kind == "exclusion" and _WINDOW.search(words):
        return "washout"
    return category


def _head(words: str) -> str:
    """What a criterion says first: its first sentence, without brackets and exceptions."""
    bare = words
    while (inner := re.sub(r"\s*[(\[][^()\[\]]*[)\]]", "", bare)) != bare:
        bare = inner
    head = _HEAD_END.split(bare, maxsplit=1)[0]
    rest = bare[len(head) :]
    is_label = len(head.split()) <= _LABEL_WORDS or re.search(r"\bfollowing\b", head)
    if is_label and rest.startswith((":", "：")):
        return _head(_NUMBERING.sub("", rest[1:]))
    return bare if rest and _SUBJECT.fullmatch(head) else head


def _by_rules(words: str, kind: str, tiers: tuple[tuple[_Rule, ...], ...]) -> str | None:
    organs = sum(bool(each.search(words)) for each in _ORGANS)
    for number, tier in enumerate(tiers):
        if organs >= _BUNDLES.get(number, len(_ORGANS) + 1):
            return "general_discretion"
        held = [
            (position, order, rule.category)
            for order, rule in enumerate(tier)
            if (position := rule.position(words, kind)) is not None
        ]
        if held:
            return min(held)[2]
    return None


@lru_cache(maxsize=1)
def _tiers() -> tuple[tuple[_Rule, ...], ...]:
    tiers: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(tuple(map(_rule, tier["rules"])) for tier in tiers)


def _rule(node: dict[str, Any]) -> _Rule:
    category = next(key for key in node if key in CATEGORIES)
    return _Rule(
        category,
        re.compile(node[category], re.IGNORECASE),
        node.get("kind"),
        _compiled(node.get("only_if")),
        _compiled(node.get("not")),
    )


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern, re.IGNORECASE) if pattern else None
