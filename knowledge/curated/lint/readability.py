"""How hard an answer is to read, by textstat.

English by Flesch-Kincaid grade and SMOG, Spanish by Fernández-Huerta and Szigriszt-Pazos (read on
the INFLESZ scale: 55 and more is "normal", 65 and more "fairly easy"). What a reader can't be spared
(names of diseases, medical terms that the answer explains) is not counted. NHS and NIH advice: a
reading age of 9 to 11, no text above grade 8.
"""

from __future__ import annotations

import re
import statistics
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knowledge.curated.content import Answer, Content

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it still imports pkg_resources
    import textstat

#: Flesch-Kincaid grades: of any answer, of the median answer, of an emergency card.
MOST_GRADE, MEDIAN_GRADE, CARD_GRADE = 8.0, 6.0, 4.0
#: SMOG grade of any answer (textstat gives none under three sentences).
MOST_SMOG = 9.0
#: Fernández-Huerta of any answer and of the median answer; Szigriszt-Pazos of any answer.
LEAST_HUERTA, MEDIAN_HUERTA, LEAST_INFLESZ = 60.0, 70.0, 55.0

_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_FILLED = {"{condition}": "it", "{specialist}": "doctor", "{clinic}": "us"}


@dataclass(frozen=True)
class Jargon:
    """Medical words of a language that a lay reader needs explained."""

    words: tuple[str, ...]

    def unexplained(self, text: str) -> list[str]:
        """The words whose first use in the text comes without an explanation beside it."""
        firsts: dict[str, re.Match[str]] = {}
        for found in _any_of(self.words).finditer(text):
            firsts.setdefault(found.group().casefold().rstrip("s"), found)
        return [each.group() for each in firsts.values() if not _explained(text, each)]


def grade(text: str) -> float:
    """Flesch-Kincaid grade of an English text, as `readable` gives it."""
    textstat.set_lang("en")
    return float(textstat.flesch_kincaid_grade(text))


def readable(text: str, spared: Iterable[str] = ()) -> str:
    """A text as it is read aloud: list lines are sentences, decimals one number.

    spared: words that are not counted, since the reader knows them or has them explained.
    """
    lines = [_BULLET.sub("", line).strip() for line in text.splitlines()]
    said = " ".join(
        line if line[-1] in ".!?" else f"{line.rstrip(':;')}." for line in lines if line
    )
    for placeholder, word in _FILLED.items():
        said = said.replace(placeholder, word)
    return re.sub(r"(?<=\d)[.,](?=\d)", "", _any_of(tuple(spared)).sub("it", said))


class Readability:
    """Measures answers, and at the end their median."""

    def __init__(self, content: Content, jargon: dict[str, Jargon]) -> None:
        self._jargon = jargon
        self._names = {
            locale: tuple(
                name
                for condition in content.conditions.values()
                for texts in (condition.full_name, condition.name, condition.specialist)
                if (name := _bare(texts.get(locale, "")))
            )
            for locale in ("en", "es")
        }
        self._grades: list[float] = []
        self._huertas: list[float] = []

    def complaints(self, answer: Answer, locale: str, title: str) -> Iterator[str]:
        """What is too hard in an answer. title: the question, whose words count as explained."""
        text = "\n".join(paragraph.text for paragraph in answer.paragraphs[locale])
        jargon = self._jargon.get(locale, Jargon(()))
        hard = [w for w in jargon.unexplained(text) if w.casefold() not in title.casefold()]
        for word in hard:
            yield f"L16: '{word}' is a medical word: explain it at its first use, as in '{word} (plain words)'"
        explained = [
            word for word in jargon.words if word.casefold() not in map(str.casefold, hard)
        ]
        said = readable(text, (*self._names.get(locale, ()), *explained))
        yield from self._english(said) if locale == "en" else self._spanish(said)

    def _english(self, said: str) -> Iterator[str]:
        self._grades.append(grade(said))
        if self._grades[-1] > MOST_GRADE:
            yield f"L16: reading grade {self._grades[-1]}, at most {MOST_GRADE:g}: shorter sentences and words"
        smog = textstat.smog_index(said)
        if smog > MOST_SMOG:
            yield f"L16: SMOG {smog}, at most {MOST_SMOG:g}: fewer words of three syllables and more"

    def _spanish(self, said: str) -> Iterator[str]:
        textstat.set_lang("es")
        self._huertas.append(float(textstat.fernandez_huerta(said)))
        if self._huertas[-1] < LEAST_HUERTA:
            yield f"L16: Fernández-Huerta {self._huertas[-1]}, at least {LEAST_HUERTA:g}: shorter sentences and words"
        inflesz = textstat.szigriszt_pazos(said)
        if inflesz < LEAST_INFLESZ:
            yield f"L16: INFLESZ {inflesz}, at least {LEAST_INFLESZ:g}: shorter sentences and words"

    def complaints_on_all(self) -> Iterator[str]:
        """What is wrong with the median of the answers seen so far."""
        if self._grades and (median := statistics.median(self._grades)) > MEDIAN_GRADE:
            yield f"L16: median reading grade {median}, at most {MEDIAN_GRADE:g}"
        if self._huertas and (median := statistics.median(self._huertas)) < MEDIAN_HUERTA:
            yield f"L16: median Fernández-Huerta {median}, at least {MEDIAN_HUERTA:g}"


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted((word for word in words if word), key=len, reverse=True)
    return re.compile(
        rf"\b(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})s?\b", re.IGNORECASE
    )


def _bare(name: str) -> str:
    return re.sub(r"^(?:el|la|los|las) ", "", name)


#: Words named, not used: "Name the word, for example “CRS”."
_QUOTED = re.compile(r"[\"“«][^\"”»]*$")
_EXPLAINS_AFTER = re.compile(
    r"""["”»]?(?: CAR-T)?,?\s*(?:\(|:|is\b|are\b|means?\b|está\b|quiere decir|an? |the |or |which |that |when |where |who |so |"""
    r"""es\b|son\b|significa|una? |el |la |lo |o |que |cuando |donde |es decir)"""
)
_EXPLAINS_BEFORE = re.compile(
    r"""(?:\(|\bcalled|\bnamed|\bknown as|\bshort for|\bmeans|\bor|\bllamad[oa]s?|\bse llaman?|\bconocid[oa]s? como|\bsiglas de|\bo)"""
    r"""[\s:"“«]*(?:(?:an?|the|el|la|los|las) )?$"""
)


def _explained(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()]
    return bool(
        _EXPLAINS_AFTER.match(text, found.end())
        or _EXPLAINS_BEFORE.search(before)
        or (_QUOTED.search(before.splitlines()[-1]) if before else False)
    )
