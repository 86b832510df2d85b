"""Which language a message is written in."""

from __future__ import annotations

import re
from functools import lru_cache

from lingua import (
    ConfidenceValue,
    IsoCode639_1,
    Language,
    LanguageDetector,
    LanguageDetectorBuilder,
)

#: Languages whose questions are understood (those of the sentence encoders).
UNDERSTOOD = (
    "ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh",
)  # fmt: skip

#: Names and abbreviations, which say nothing about the language around them.
_NEUTRAL = re.compile(
    r"(?i)\[[a-z ]+\]|\bcar-?t\b|\blupus\b|\bNCT\d*\b|(?-i:\b[A-Z]{2,5}\b)|\d+|\bgravis\b"
)
#: How sure the detector must be to leave the session's language; short texts need more.
_SURE, _SURE_WHEN_SHORT, _SHORT_LETTERS = 0.6, 0.9, 24
#: A message in the Latin alphabet stays in the session's language while that is this likely: of our
#: English questions 1.5 instead of 2.5 % were taken for another language, and no other lost more
#: than 1 %. A safety card in the wrong language is no help.
_POSSIBLE = 0.05
#: Letters that say nothing against the session's language, and marks that only one language has.
_OWN_LETTERS = {"es": str.maketrans("", "", "áéíóúüñ¿¡")}
_ONLY = {"¿": "es", "¡": "es"}


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    languages = [
        Language.from_iso_code_639_1(getattr(IsoCode639_1, code.upper())) for code in UNDERSTOOD
    ]
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()


def language_of(text: str, default: str = "en") -> str:
    """ISO 639-1 code of the message's language, `default` where it is too short to tell."""
    for mark, code in _ONLY.items():
        if mark in text:
            return code
    stripped = _NEUTRAL.sub(" ", text).strip()
    letters = sum(ch.isalpha() for ch in stripped)
    if not letters:
        return default
    likely = _detector().compute_language_confidence_values(stripped)
    best = likely[0]
    plain = stripped.casefold().translate(_OWN_LETTERS.get(default, {})).isascii()
    sure = _SURE_WHEN_SHORT if letters < _SHORT_LETTERS and plain else _SURE
    if best.value < sure:
        return default
    in_default = next((each.value for each in likely if _code(each) == default), 0.0)
    if plain and _code(best) != default and in_default >= _POSSIBLE:
        return default
    return _code(best)


def _code(found: ConfidenceValue) -> str:
    return str(found.language.iso_code_639_1.name).lower()
