"""How a criterion stands with what a person told: fits, may not fit, or to ask. Never a verdict.

A mark is about one criterion. Only the study team can decide about a person; nothing here counts
marks or adds them up to a score.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from knowledge.eligibility.criteria import Criterion
from knowledge.eligibility.facts import Facts
from knowledge.eligibility.questions import short_name

Verdict = Literal["fits", "may_not_fit", "ask"]
_WHY = {
    "en": {
        "fits": "What you told us about {facts} is in line with this.",
        "fits_always": "This is open to everyone.",
        "may_not_fit": "What you told us about {facts} may not match this. "
        "The study team can tell.",
        "unknown": "We don't know about {facts} yet. You can ask the study team.",
        "unclear": "This needs more than we can tell from your answers. Ask the study team.",
        "not_read": "We can't check this one with a simple question. Ask the study team.",
        "and": "and",
    },
    "es": {
        "fits": "Lo que me contaste sobre {facts} coincide con este punto.",
        "fits_always": "Este punto está abierto a todas las personas.",
        "may_not_fit": "Lo que me contaste sobre {facts} quizá no coincide con este punto. "
        "El equipo del estudio puede decirlo.",
        "unknown": "Aún no sé nada sobre {facts}. Puedes preguntar al equipo del estudio.",
        "unclear": "Tus respuestas no bastan para ver este punto. Pregunta al equipo del estudio.",
        "not_read": "No puedo ver este punto con una pregunta sencilla. "
        "Pregunta al equipo del estudio.",
        "and": "y",
    },
}


@dataclass(frozen=True)
class Mark:
    """verdict: of one criterion. why: in plain words, by locale ("en", "es")."""

    verdict: Verdict
    why: dict[str, str]


def mark(criterion: Criterion, facts: Facts) -> Mark:
    """Mark a criterion. A fact only ever settles an "ask"; in whatever order they come."""
    predicate = criterion.predicate
    if predicate is None:
        return _mark("ask", "not_read")
    settled = predicate.settled(facts)
    if settled is True:
        known = [each for each in predicate.questions if each in facts]
        return _mark("fits", "fits" if known else "fits_always", known)
    if settled is False:
        against = [
            each.question
            for each in predicate.requirements
            if each.firm and each.holds(facts) is False
        ]
        return _mark("may_not_fit", "may_not_fit", dict.fromkeys(against))
    missing = predicate.bearing(facts)
    return _mark("ask", "unknown" if missing else "unclear", missing)


def is_open(criteria: Iterable[Criterion], facts: Facts) -> bool:
    """Does nothing that a person told speak against a trial? Answers only ever close one."""
    return all(mark(each, facts).verdict != "may_not_fit" for each in criteria)


def _mark(verdict: Verdict, reason: str, questions: Iterable[str] = ()) -> Mark:
    named = list(questions)
    why = {}
    for locale, words in _WHY.items():
        names = [short_name(each, locale) for each in named]
        listed = f" {words['and']} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
        why[locale] = words[reason].format(facts=listed)
    return Mark(verdict, why)
