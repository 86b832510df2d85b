"""Which studies are CAR-T for people with autoimmune disease to join. Pure.

The registry's search is loose: "CAR-T" also finds CAR-NK cells, antibodies, blood-draw studies, and
follow-up studies that take only people already treated. Those are told apart here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from knowledge.trials.records import Trial

ProductKind = Literal["car_t", "car_nk", "follow_up_only", "other"]

_CAR_T = re.compile(
    r"\bu?car[\s-]?t\b|\bcart\b|\bcaar[\s-]?t|\bcar[\s-]?t?regs?\b|"
    r"chimeric (?:antigen|auto\w*) receptor|\bcd19[\s-]?(?:/bcma)?[\s-]?car\b|\bcar[\s-]cd19|"
    r"leucel\b|\bmrna[\s-]+car\b|\bin[\s-]?vivo car\b|\bcar[\s-](?:γδ|gamma)|"
    r"\bcar[\s-]+(?:modified|engineered|cells?)\b",
    re.IGNORECASE,
)
_CAR_NK = re.compile(r"\bcar[\s-]?i?nkt?\b|natural killer|\bi?nk[\s-]cells?\b", re.IGNORECASE)
_FOLLOW_UP = re.compile(
    r"long[\s-]?term (?:follow|safety)|\bltfu?\b|follow[\s-]?up (?:study|protocol|of)|"
    r"\brollover\b|previously (?:treated|received|infused)|\bobservational\b|\bregistry\b",
    re.IGNORECASE,
)


def product_kind(trial: Trial) -> ProductKind:
    """What a study gives: CAR-T cells to join a study for, or something else."""
    titles = f"{trial.title} ; {trial.official_title or ''}"
    if _FOLLOW_UP.search(titles) or trial.study_type == "OBSERVATIONAL":
        return "follow_up_only"
    if trial.study_type == "EXPANDED_ACCESS":
        return "other"
    given = " ; ".join((*(name for _, name in trial.interventions), titles))
    named = _named_product(given)
    if named:
        return named
    t_cells = _CAR_T.search(_CAR_NK.sub(" ", given))
    if _CAR_NK.search(given) and not re.search(r"\bcar[\s-]?t\b", given, re.IGNORECASE):
        return "car_nk"
    if t_cells:
        return "car_t"
    told = " ; ".join((trial.summary or "", *trial.keywords, *trial.arms))
    if trial.interventions and _CAR_T.search(_CAR_NK.sub(" ", told)) and "car" in told.casefold():
        return "car_nk" if _CAR_NK.search(told) else "car_t"
    return "other"


def condition_ids(trial: Trial, names: Mapping[str, Sequence[str]]) -> list[str]:
    """The ids of the conditions that a study takes, from its own words and its MeSH terms.

    A study that names only "autoimmune diseases" is read for the diseases in its title and summary.
    names: for each id the registry's words for it.
    """
    told = " ; ".join((*trial.conditions, *trial.mesh)).casefold()
    found = _named(told, names)
    if found:
        return found
    titles = f"{trial.title} ; {trial.official_title or ''} ; {' ; '.join(trial.keywords)}"
    return _named(titles.casefold(), names) or _named((trial.summary or "").casefold(), names)


def _named(text: str, names: Mapping[str, Sequence[str]]) -> list[str]:
    return [id_ for id_, words in names.items() if _pattern(tuple(words)).search(text)]


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word.casefold()) for word in words) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


@lru_cache(maxsize=1)
def _products() -> dict[ProductKind, re.Pattern[str]]:
    path = Path(__file__).parent / "products.yml"
    named = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        kind: re.compile(rf"(?<!\w)(?:{'|'.join(map(_spelt, products))})(?![a-z])", re.IGNORECASE)
        for kind, products in named.items()
    }


def _spelt(product: str) -> str:
    """A product's name with or without its hyphens: KYV-101, KYV101."""
    return re.escape(product).replace(r"\-", r"[\s-]*").replace(r"\ ", r"\s+")


def _named_product(text: str) -> ProductKind | None:
    for kind, pattern in _products().items():
        if pattern.search(text):
            return kind
    return None
