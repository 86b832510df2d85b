"""The states that criteria name (`concepts.yml`), found in a text; and words that say nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

#: States named in a text, in its order: the id of the question about each, and its words.
Named = list[tuple[str, re.Pattern[str]]]

_FILE = Path(__file__).parent / "concepts.yml"
NEGATED = re.compile(
    r"^\W*(?:(?:patients?|participants?|subjects?|must|should|have|has|are|is|be|with|the|at"
    r"|wom[ae]n|females?|who|currently|who)\s+)*(?:no\b|not\b|never\b|negative\b|without\b"
    r"|absence of|free of|none\b|free from|does not|do not)",
    re.IGNORECASE,
)
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


def states_named(words: str, category: str) -> Named:
    """The states named, in the text's order."""
    found = []
    for question, pattern in concepts()["states"].items():
        if category not in _CATEGORIES.get(question, {category}):
            continue
        match = pattern.search(words)
        if match:
            found.append((match.start(), question, pattern))
    return [(question, pattern) for _, question, pattern in sorted(found, key=lambda f: f[0])]


def content_words(item: str) -> list[str]:
    """The words of an item that are neither filler nor a degree."""
    table = concepts()
    rest = table["softeners"].sub(" ", table["fillers"].sub(" ", item))
    return [*re.findall(r"[^\W\d_]{3,}", rest), *re.findall(r"\b[A-Z]\b", rest)]


@lru_cache(maxsize=1)
def concepts() -> dict[str, Any]:
    """`concepts.yml`, compiled."""
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
