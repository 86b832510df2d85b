"""Free-text answers as facts: "I'm 43", "forty three", "two, both failed", "no idea", "sí".

Numbers in words are read by text2num. What isn't understood is None, to be asked once more; a guess
is never made. Nothing typed is kept.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

import yaml
from text_to_num.transforms import alpha2digit

from knowledge.eligibility.facts import Fact
from knowledge.eligibility.questions import Question, questions

Skipped = Literal["unknown", "declined"]

_WORDS: dict[str, dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "answers.yml").read_text(encoding="utf-8")
)
_HEDGED = re.compile(r"\b(?:but|although|except|however|pero|aunque|salvo|excepto)\b")
_BOTH = re.compile(r"\b(?:no|not)\b.*\b(?:yes|yeah|si)\b|^(?:yes|yeah|si)\b.*\bno\b")
_PER_UNIT = {
    "years": {"year": 1.0, "yr": 1.0, "ano": 1.0, "month": 1 / 12, "mes": 1 / 12, "week": 1 / 52},
    "months": {"year": 12.0, "yr": 12.0, "ano": 12.0, "month": 1.0, "mes": 1.0, "week": 12 / 52,
               "semana": 12 / 52},
    "weeks": {"week": 1.0, "semana": 1.0, "day": 1 / 7, "dia": 1 / 7, "month": 52 / 12,
              "mes": 52 / 12, "year": 52.0, "ano": 52.0},
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[,.]\d{3})+(?![\d.,]\d)|(?<![\w.,])\d+(?:[.,]\d+)?")
#: Nearly a number is no number: "almost 44" may be just below a limit.
_NEARLY = re.compile(r"\b(?:almost|nearly|turning|soon|casi|voy a cumplir|a punto de)\b")
#: Not what was asked: the sex at birth.
_NOT_AT_BIRTH = re.compile(r"\b(?:trans\w*|intersex\w*|no[nt]?[ -]?binar\w*)\b")
_RANGE = re.compile(r"\d\s*(?:-|–|to|or|a|o)\s*\d")


def parse_answer(fact_id: str, text: str, locale: str) -> Fact | Skipped | None:
    """The fact that an answer tells, that it is not known or not to be told, or None.

    Raises KeyError for a fact that has no question. locale: "en" or "es"; others are read as "en".
    """
    question = questions()[fact_id]
    language = locale if locale in _WORDS["yes"] else "en"
    plain = _plain(text)
    if not plain:
        return None
    if re.search(_WORDS["declined"][language], plain):
        return "declined"
    if re.search(_WORDS["unknown"][language], plain):
        return "unknown"
    if question.type == "number":
        number = _number(question, plain, language)
        if number is not None:
            return Fact(number)
        return "unknown" if question.if_known and _yes_no(plain, language) is False else None
    if question.type == "choice":
        chosen = _choice(question, plain)
        return None if chosen is None else Fact(chosen)
    told = _yes_no(plain, language)
    return None if told is None else Fact(told)


def _yes_no(plain: str, language: str) -> bool | None:
    """Only a plain yes or no counts; "no, but ..." is asked again."""
    if _HEDGED.search(plain) or _BOTH.search(plain):
        return None
    if re.search(_WORDS["no"][language], plain):
        return False
    return True if re.search(_WORDS["yes"][language], plain) else None


def _number(question: Question, plain: str, language: str) -> float | None:
    digits = alpha2digit(_spaced(plain), language, relaxed=True)
    if language == "en":
        digits = re.sub(r"\b(?:a|an|one) (?=year|month|week|couple)", "1 ", digits)
        digits = re.sub(r"\b(?:1 )?couple(?: of)?\b", "2", digits)
    digits = re.sub(r"\b(?:one|un[oa]?)\b", "1", digits)
    digits = re.sub(r"(\d+) (?:and (?:a|1) half|y medi[oa])\b", r"\1.5", digits)
    digits = re.sub(
        r"(\d+) (years?|anos?|months?|mes(?:es)?) (?:and (?:a|1) half|y medi[oa])\b",
        r"\1.5 \2",
        digits,
    )
    digits = re.sub(r"^(?:about |around )?(?:half (?:a|1) |medio )(?=year|ano)", "0.5 ", digits)
    if question.lowest == 0 and re.search(r"^(?:none|zero|nothing|ningun\w*|cero|0)\b", digits):
        return 0.0
    if _RANGE.search(digits) or _NEARLY.search(digits):
        return None
    found = _NUMBER.findall(digits)
    values = {_value(each) for each in found}
    if question.unit in _PER_UNIT:
        return _since(question, digits) or _in_unit(question, digits)
    if len(values) != 1:
        return None
    return _within(question, values.pop())


def _in_unit(question: Question, digits: str) -> float | None:
    """A span of time in the question's unit; "1 year and 6 months" adds up."""
    per = _PER_UNIT[question.unit or ""]
    spans = re.findall(
        r"(\d+(?:[.,]\d+)?)[ -]*"
        r"(years?|yrs?|anos?|months?|mes(?:es)?|weeks?|semanas?|days?|dias?)?",
        digits,
    )
    named = [(value, unit) for value, unit in spans if unit]
    if question.unit == "months" and not named:
        return None  # years or months?
    if len(spans) == 1 and not named:
        return _within(question, _value(spans[0][0]))
    if not named or len(named) != len(spans):
        return None
    total = 0.0
    for value, unit in named:
        stem = "mes" if unit.startswith("mes") else unit.rstrip("s")
        if stem not in per:
            return None
        total += _value(value) * per[stem]
    return _within(question, round(total, 2))


def _since(question: Question, digits: str) -> float | None:
    """ "Since 2015" as a span, where the year was long enough ago for its month not to matter."""
    match = re.search(r"\b(?:since|in|from|desde|en|de)(?: el)? ((?:19|20)\d\d)\b", digits)
    if match is None or question.unit != "months":
        return None
    years = datetime.now(timezone.utc).year - int(match.group(1))
    return _within(question, years * 12.0) if years > 1 else None


def _within(question: Question, value: float) -> float | None:
    """The value if it is possible; counts per µL and g/L are brought into the question's unit."""
    tenfold = {"10^9/L": 1000.0, "g/dL": 10.0}.get(question.unit or "")
    if tenfold and question.highest is not None and value > question.highest:
        value /= tenfold
    if question.lowest is not None and value < question.lowest:
        return None
    if question.highest is not None and value > question.highest:
        return None
    return value


def _choice(question: Question, plain: str) -> str | None:
    if _NOT_AT_BIRTH.search(plain):
        return None
    chosen = {
        option.value
        for option in question.options
        for word in option.words
        if re.search(rf"(?<![\w']){re.escape(word)}(?![\w'])", plain)
    }
    return chosen.pop() if len(chosen) == 1 else None


def _value(digits: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:[,.]\d{3})+", digits):
        return float(re.sub(r"[,.]", "", digits))
    return float(digits.replace(",", "."))


def _spaced(plain: str) -> str:
    return re.sub(r"(?<=[a-z])-(?=[a-z])", " ", plain)


def _plain(text: str) -> str:
    """Lower case without accents; "años" is "anos", "I’m" is "i'm"."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    kept = "".join(each for each in folded if not unicodedata.combining(each))
    return " ".join(re.sub(r"[^\w\s'.,:/-]", " ", kept).split()).strip(" .,")
