"""Which language a message is written in."""

from __future__ import annotations

import re
from collections import Counter
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


#: Words that only one of the languages has: in a short text they tell more than its letters do.
_TELLING = {
    word: language
    for language, words in {
        "en": "the and what how which why where who thanks thank hello yes does did should would "
        "about you your risks trials please sorry meant",
        "es": "hola gracias tengo tiene qué cómo cuánto cuál cuáles dónde quién puedo puede y los "
        "las el para mi hija hijo mujer ensayos riesgos duele cuesta esclerosis miastenia artritis",
        "de": "ich und nicht gibt für wie danke hallo bitte kann der das ein eine mein meine auf "
        "tut weh deutsch studien",
        "fr": "je merci bonjour est-ce les pour une avec quel quels quelle combien c'est et ça",
        "pt": "obrigado obrigada olá tenho não você quanto custa dói riscos ensaios minha meu são",
        "it": "ciao grazie sono della rischi studi mia che fa quali gli ho il",
        "nl": "ik het een wat hoe bedankt dank hallo mijn niet voor zijn",
    }.items()
    for word in words.split()
}
_TELLING_LETTERS = 40


def _told(text: str) -> str | None:
    """The language that most of a text's telling words are of, None where none or two lead."""
    said = Counter(
        _TELLING[word] for word in re.findall(r"[\w'-]+", text.casefold()) if word in _TELLING
    ).most_common(2)
    if not said or len(said) == 2 and said[0][1] == said[1][1]:
        return None
    return said[0][0]


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
    if letters < _TELLING_LETTERS and (told := _told(stripped)):
        return told
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
