"""What a message means during a fit check: an answer, a correction, or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from text_to_num.transforms import alpha2digit

from knowledge.eligibility.answers import parse_answer
from knowledge.eligibility.facts import Fact
from knowledge.eligibility.questions import questions

#: A longer message is a question or a story, and goes the ordinary way.
_MOST_WORDS = 16
_CORRECTION = re.compile(
    r"(?i)^\W*(?:actually|wait|sorry|correction|no wait|i meant|i mean|oops|scratch that|"
    r"en realidad|perdón|perdon|corrijo|quise decir|espera|me equivoqué)\b[\s,.:;-]*"
)
#: Words by which a correction names what it corrects.
_ABOUT = {
    "age_years": r"(?i)\b(?:i'?m|i am|age[d]?|years old|tengo|años|edad)\b",
    "failed_treatments": r"(?i)\b(?:treatments?|medicines?|drugs?|tratamientos|"
    r"medic(?:inas|amentos))\b",
    "disease_duration_months": r"(?i)\b(?:diagnosed|diagnosis|since|ago|hace|desde)\b",
}

#: An age that is told unasked.
_MY_AGE = re.compile(
    r"(?i)^\W*(?:i'?m|i am|tengo)\s+[\w\s-]{1,24}?(?:\s*(?:years old|years|años|anos))?\W*$"
)
#: How an answer begins that can't be taken for a yes or a no as it stands.
_TRIED = re.compile(
    r"(?i)^\W*(?:yes|yeah|yep|no|nope|well|sort of|kind of|sometimes|it depends|both|neither|some"
    r"|a few|several|many|too many|lots|almost|nearly|about|around|between|sí|si|bueno|más o menos"
    r"|depende|a veces|algun[ao]s|vari[ao]s|much[ao]s|casi|entre|i (?:had|used to|did|do|have|was)"
    r"|tuve|antes|ya no)\b"
)
_MOST_TRIED = 8
#: The whole of a message that ends the check.
_STEPS = {
    "en": {
        "stop": r"(?:please )?(?:stop|quit|cancel|exit|end|abort)(?: (?:it|this|now|here|please|"
        r"the (?:check|questions|fit check)))*|(?:that s )?enough(?: questions| now)*|"
        r"i (?:want to|d like to) stop(?: here| now)?|no more questions|let s stop(?: here)?",
        "result": r"(?:please )?show(?: me)? (?:how it stands|(?:the )?results?|what you have)",
    },
    "es": {
        "stop": r"(?:por favor )?(?:parar|para|basta|detente|cancelar|cancela|terminar|salir|stop)"
        r"(?: (?:ya|aquí|aqui|por favor))*|no más preguntas|quiero parar|dejémoslo(?: aquí)?",
        "result": r"(?:por favor )?(?:ver cómo va|muestra(?:me)? (?:el |los )?resultados?)",
    },
}


@dataclass(frozen=True)
class Told:
    """A fact told. fact: None where it is not known or not to be told."""

    question: str
    fact: Fact | None


def taken(text: str, asking: str, known: Sequence[str], locale: str) -> Told | None:
    """What the message tells, None where it is neither an answer nor a correction.

    asking: the fact that was asked for. known: the facts told before, oldest first.
    """
    if "?" in text or len(text.split()) > _MOST_WORDS:
        return None
    correction = _CORRECTION.match(text)
    if correction:
        text = text[correction.end() :]
        named = [id_ for id_ in known if _is_about(id_, text, locale)]
        for question in named or reversed(known):
            fact = parse_answer(question, text, locale)
            if isinstance(fact, Fact):
                return Told(question, fact)
    answer = parse_answer(asking, text, locale)
    if answer is None:
        return _age_told(text, locale)
    return Told(asking, answer if isinstance(answer, Fact) else None)


def _is_about(id_: str, said: str, locale: str) -> bool:
    """Does a correction name the fact: by its own words, or as the question calls it?"""
    if id_ in _ABOUT and re.search(_ABOUT[id_], said):
        return True
    short = questions()[id_].short.get(locale, "")
    return any(word in said.casefold() for word in re.findall(r"[^\W\d_]{6,}", short.casefold()))


def _age_told(text: str, locale: str) -> Told | None:
    """ "I'm 34" is an age whatever was asked."""
    age = parse_answer("age_years", text, locale) if _MY_AGE.match(text) else None
    return Told("age_years", age) if isinstance(age, Fact) else None


def is_tried(text: str) -> bool:
    """Was a message that told nothing meant as an answer? A number, or "no, but ..."."""
    if "?" in text or len(text.split()) > _MOST_TRIED:
        return False
    in_words = alpha2digit(text.casefold(), "en"), alpha2digit(text.casefold(), "es")
    return any(re.match(r"\W*\d", each) for each in in_words) or bool(_TRIED.match(text))


def chosen(value: str, asking: str) -> Told:
    """What a button tells: "yes", "no", "unknown", "declined", or an option's value.

    Raises ValueError for a value that the question does not offer.
    """
    question = questions()[asking]
    offered = {"yes": Fact(True), "no": Fact(False)} if question.type == "yes_no" else {}
    offered |= {option.value: Fact(option.value) for option in question.options}
    if value in offered:
        return Told(asking, offered[value])
    if value in ("unknown", "declined"):
        return Told(asking, None)
    raise ValueError(f"'{value}' is no answer to {asking}")


def step_of(text: str, locale: str) -> str | None:
    """ "stop" or "result" where a message asks for that and nothing else."""
    plain = " ".join(re.findall(r"[^\W\d_]+", text.casefold()))
    patterns = _STEPS.get(locale, _STEPS["en"])
    return next((step for step, words in patterns.items() if re.fullmatch(words, plain)), None)
