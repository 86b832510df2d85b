"""Which studies are CAR-T for people with autoimmune disease to join. Pure.

The registry's search is loose: "CAR-T" also finds CAR-NK cells, antibodies given after CAR-T, blood
draws, registers, and follow-up studies that take only people already treated; "lupus" also finds
its neighbours. Those are told apart here, from what a record says that it gives. Where a record
names nothing but a product code that we don't know, it stays `unclear` and is not listed.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from knowledge.trials.products import CAR_NK, CAR_T, named
from knowledge.trials.records import Trial

ProductKind = Literal[
    "car_t", "car_nk", "other_cell", "follow_up_only", "expanded_access", "not_cell_therapy",
    "unclear",
]  # fmt: skip

_CAR_T = re.compile(
    rf"""
    (?!(?-i:[Cc]art)\b)\b\w{{0,8}}car[\s-]?(?:t|γδ|gdt|dnt)(?:[\s-]?(?:cells?|regs?|lymphocytes?))?\b
    | \b\w{{0,8}}caar[\s-]?t\w*
    | \bcars\b | \bcars?[\s-](?:cells?|engineered|modified|expressing|transduced|treg\w*)
    | \bcar\W{{0,3}}\s?foxp3
    | \bcar-?(?:19|20|22)\b | \bcd19-?cars?\b | \bcart-?\d+\b
    | chimeric\s(?:anti(?:gen|body)|auto-?\w*)[\s-](?:\w+[\s-])?receptors?
    | \b\w+leucel\b
    | \bin[\s-]?vivo\b (?=.{{0,40}}\b(?:car|lv|lentivir\w*|bcma|cd19)\b)
    | {named(product for kind in CAR_T.values() for product in kind)}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CAR_NK = re.compile(
    r"\w*car[\s-]?i?(?:nk|natural[\s-]killer)\b(?:[\s-]cells?)?"
    r"|chimeric antigen receptor[\s-]?(?:\w+[\s-])?(?:nk|natural killer)(?:[\s-]cells?)?"
    r"|\b(?:\w+-)?nk[\s-]?cells?\b|natural killer|-nk\b|" + named(CAR_NK),
    re.IGNORECASE,
)
_OTHER_CELL = re.compile(
    r"\binkt\b|\bcar[\s-]?m\b|macrophage|\b(?:u-?)?star[\s-]?t\b|\btcr[\s-]?t\b|dendritic cell"
    r"|mesenchymal|\bmscs?\b|stem[\s-]cell|\btregs?\b|regulatory t|\btil\b",
    re.IGNORECASE,
)
_FOLLOW_UP_TITLE = re.compile(
    r"long[\s-]?term (?:follow|safety|extension|outcome)|\bltfu\b|\broll-?over\b"
    r"|previously (?:treated|received|infused|dosed|exposed)"
    r"|follow[\s-]?up (?:study|protocol|of (?:participants|patients|subjects))"
    r"|(?:participants|patients|subjects) who (?:have )?(?:received|were treated)",
    re.IGNORECASE,
)
_FOLLOW_UP_OFFICIAL = re.compile(
    r"^(?:an? )?(?:\S+ ){0,3}(?:long[\s-]?term (?:follow|safety)|roll-?over)", re.IGNORECASE
)
#: CAR-T that was given before, or beside which something else is studied.
_CAR_T_ELSEWHERE = re.compile(
    r"\b(?:after|following|post|prior|previous|relapse\w*|fail\w*|refractory|recipients?|undergoing"
    r"|before|bridging|receiving|complications?|toxicit\w+|biomarkers?|registry)\b"
    r"[\s\w,/()-]{0,40}\bcar[\s-]?t",
    re.IGNORECASE,
)
_OBSERVATIONAL_TEXT = re.compile(r"observational|cohort study|register\b|registry", re.IGNORECASE)
#: Medicines that come with CAR-T or beside it, never a cell product themselves.
_CONVENTIONAL = re.compile(
    r"\w+(?:mab|nib|limus|tinib|clax|platin|rubicin|olone|cept|toin|statin)\b|fludarabine"
    r"|cyclophosphamide|bendamustine|chemo\w*|lymphodeplet\w*|placebo|standard of care|rituximab"
    r"|corticosteroids?|biopsy|questionnaire|blood (?:draw|sampl)\w*|observation\w*"
    r"|no intervention",
    re.IGNORECASE,
)
#: What prepares for CAR-T: a record may name only this, and its product in the title.
_PREPARES = re.compile(
    r"lymphodeplet\w*|fludarabine|cyclophosphamide|bendamustine|chemo\w*|conditioning",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b[A-Z]{1,6}-?\d{2,}\w*\b|\bcells?\b|\binjection\b", re.IGNORECASE)
_CELL_WORDS = re.compile(
    r"\bcell (?:injection|infusion|therapy|product)|lymphodeplet|leuk?apheresis|lentivir|transduc",
    re.IGNORECASE,
)
_NEOPLASM = re.compile(
    r"lymphom|leuk(?:a)?em|myelom|cancer|carcinom|neoplas|tumou?r|sarcom|malignan|gliom|blastom",
    re.IGNORECASE,
)
_AUTOIMMUNE = re.compile(
    r"auto-?\s?immun|immune[\s-]mediated|rheumat|connective tissue disease|iga nephropathy"
    r"|immune nephritis|immune (?:cytopenia|thrombocytopenia)",
    re.IGNORECASE,
)


def product_kind(trial: Trial) -> ProductKind:
    """What a study gives.

    `car_t`: CAR-T cells in any form (own or donor cells, made in the body, mRNA, CAAR-T, regulatory
    CAR-T). `follow_up_only`: takes only people already treated, or only observes them. `unclear`:
    the record doesn't say what its product is.
    """
    given = [name for _, name in trial.interventions if name]
    titles = f"{trial.title} ; {trial.official_title or ''}"
    told = " ; ".join([*given, titles])
    weak = " ; ".join([*trial.keywords, *trial.conditions, *trial.arms, trial.summary or ""])
    if _is_follow_up(trial):
        return "follow_up_only"
    if trial.study_type == "OBSERVATIONAL":
        observed = _CAR_T.search(f"{told} ; {weak}")
        return "follow_up_only" if observed else "not_cell_therapy"
    if trial.study_type == "EXPANDED_ACCESS":
        return "expanded_access"
    if _CAR_T.search(_without_nk(" ; ".join(given))):
        return "car_t"
    if _CAR_T.search(_without_nk(titles)):
        prepared = any(_PREPARES.search(name) for name in given)
        if _CAR_T_ELSEWHERE.search(titles) or (_all_conventional(given) and not prepared):
            return "not_cell_therapy"
        return "other_cell" if _only_other_cells(given) else "car_t"
    if _CAR_NK.search(told):
        return "car_nk"
    if _OTHER_CELL.search(told):
        return "other_cell"
    if not given or _all_conventional(given) or _OBSERVATIONAL_TEXT.search(weak):
        return "not_cell_therapy"
    if _CAR_T.search(_without_nk(weak)) and not _CAR_T_ELSEWHERE.search(weak):
        return "car_t"
    if _CAR_NK.search(weak):
        return "car_nk"
    return "unclear" if _may_be_cells(trial, f"{told} ; {weak}") else "not_cell_therapy"


def condition_ids(trial: Trial, names: Mapping[str, Sequence[str]]) -> list[str]:
    """The ids of the conditions that a study takes, in the order of `names`.

    Read from its conditions, MeSH terms and titles; from keywords, then the summary, only where
    those name none (a study "in autoimmune diseases" may list them there). A study of a cancer in
    people with HIV is no study of HIV.

    names: for each id the registry's words for it, in lower case. An abbreviation of up to four
    letters counts only where it is written in capitals.
    """
    titles = [trial.title, trial.official_title or ""]
    for texts in ([*trial.conditions, *trial.mesh, *titles], trial.keywords, [trial.summary or ""]):
        found = _named_in(texts, names)
        if found:
            break
    if "hiv" in found and _NEOPLASM.search(" ; ".join([*trial.conditions, *trial.mesh])):
        found.remove("hiv")
    return found


def is_in_cancer(trial: Trial) -> bool:
    """Does the study say that it takes people with cancer, and nothing of autoimmune disease?"""
    told = " ; ".join([*trial.conditions, trial.title, trial.official_title or ""])
    return bool(_NEOPLASM.search(" ; ".join(trial.conditions))) and not _AUTOIMMUNE.search(told)


def is_autoimmune(trial: Trial, conditions: Iterable[str]) -> bool:
    """Is the study in autoimmune disease? `conditions`: its ids. HIV and cancer are not."""
    if any(each != "hiv" for each in conditions):
        return True
    told = " ; ".join([*trial.conditions, trial.title, trial.official_title or ""])
    return bool(_AUTOIMMUNE.search(told)) and not _NEOPLASM.search(" ; ".join(trial.conditions))


def _is_follow_up(trial: Trial) -> bool:
    return bool(
        _FOLLOW_UP_TITLE.search(trial.title)
        or _FOLLOW_UP_OFFICIAL.search(trial.official_title or "")
    )


def _may_be_cells(trial: Trial, told: str) -> bool:
    """Is its product known by a code alone, in a record that leaves room for cells?"""
    if not any(_CODE.search(name) for _, name in trial.interventions):
        return False
    if trial.study_type is None:
        return True
    biological = any(kind in {"BIOLOGICAL", "GENETIC"} for kind, _ in trial.interventions)
    return biological and bool(_CELL_WORDS.search(told))


def _all_conventional(given: Sequence[str]) -> bool:
    return bool(given) and all(_CONVENTIONAL.search(name) for name in given)


def _only_other_cells(given: Sequence[str]) -> bool:
    return bool(given) and all(_OTHER_CELL.search(name) for name in given)


def _without_nk(text: str) -> str:
    return _CAR_NK.sub(" ", text)


def _named_in(texts: Iterable[str], names: Mapping[str, Sequence[str]]) -> list[str]:
    written = " ; ".join(html.unescape(text) for text in texts if text)
    plain = _plain(written)
    found = []
    for id_, words in names.items():
        full, short = _patterns(tuple(words))
        if (full and full.search(plain)) or (short and short.search(written)):
            found.append(id_)
    return found


@lru_cache(maxsize=256)
def _patterns(words: tuple[str, ...]) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """For an id's names: a pattern on plain text, and one on text as written (abbreviations)."""
    short = [word for word in words if len(word) <= 4 and word.isalpha()]
    full = sorted({_plain(word).strip() for word in words if word not in short}, key=len)
    names = "|".join(map(re.escape, full))
    abbreviations = "|".join(map(_as_abbreviation, short))
    return (
        re.compile(rf"(?<!\w)(?:{names})(?:s|es)?(?!\w)") if full else None,
        re.compile(rf"(?<![^\W_])(?:{abbreviations})(?![^\W_])") if short else None,
    )


def _as_abbreviation(word: str) -> str:
    """ "ssc" as "SSC" or "SSc", never "ssc"; "mg" as "MG" alone, since "Mg" is something else."""
    last = f"[{word[-1]}{word[-1].upper()}]" if len(word) > 2 else word[-1].upper()
    return word[:-1].upper() + last


def _plain(text: str) -> str:
    """Lower case, without accents and apostrophes, punctuation as single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(ch for ch in decomposed if not unicodedata.combining(ch) and ch not in "'’`")
    return " ".join(re.sub(r"[^\w;]+", " ", kept).split())
