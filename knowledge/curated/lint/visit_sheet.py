"""The checks of the visit sheet's own content: questions with their sources, and its wording."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from knowledge.curated.content import Content, VisitQuestion
from knowledge.curated.lint import evidence, wording
from knowledge.curated.lint.readability import MOST_GRADE, grade, readable
from knowledge.curated.reading import Problem, load_nodes

LOCALES = ("en", "es")
#: What `when` may name, and the values where they are a closed list.
CONDITIONS: dict[str, frozenset[object] | None] = {
    "phase": frozenset({"EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE3", "PHASE4"}),
    "groups": frozenset({"one", "several", "unsaid"}),
    "randomised": frozenset({True}),
    "placebo": frozenset({True}),
    "masked": frozenset({True}),
    "cells": frozenset({"own", "donor", "in_body"}),
    "criteria": None,
    "far_km": None,
}
#: How long the questions may stand before somebody reads their sources again.
_REVIEW = timedelta(days=180)


def problems(folder: Path, content: Content, today: date) -> Iterator[Problem]:
    """Every problem of `visit_sheet.yml`."""
    path = folder / "visit_sheet.yml"
    if not path.exists():
        return
    nodes = load_nodes(path)
    sheet = content.visit_sheet
    if sheet.next_review < today:
        line = nodes.lines["next_review"]
        yield Problem(path, line, f"L18: next_review {sheet.next_review} is past: check the facts")
    if sheet.next_review - sheet.as_of > _REVIEW or sheet.as_of > today:
        line = nodes.lines["as_of"]
        days = _REVIEW.days
        yield Problem(path, line, f"L18: next_review is at most {days} days after as_of, now past")
    lines = {node.get("id"): node.line for node in nodes["questions"]}
    for question in sheet.questions:
        for complaint in _question(question, content):
            yield Problem(path, lines[question.id], f"{question.id}: {complaint}")
    for note, node in zip(sheet.notes, nodes["notes"]):
        for locale in LOCALES:
            if locale not in note:
                yield Problem(path, node.line, f"a note without '{locale}'")


def _question(question: VisitQuestion, content: Content) -> Iterator[str]:
    if f"sheet_area_{question.area}" not in content.phrases:
        yield f"there is no wording 'sheet_area_{question.area}'"
    yield from _conditions(question, content)
    for locale in LOCALES:
        asked = question.ask.get(locale, "")
        if "?" not in asked:
            yield f"ask.{locale} must be a question"
        for _, complaint in wording.sentence_complaints(asked, locale):
            yield f"ask.{locale}: {complaint}"
    for locale, why in question.why.items():
        for claim in why.claims:
            yield from evidence.complaints(claim, content.sources, True)
            for _, complaint in wording.sentence_complaints(claim.text, locale):
                yield f"why.{locale}: {complaint}"
        if why.sources != question.why["en"].sources:
            yield f"why.{locale} names other sources than the English text"
    if question.why and set(question.why) != set(LOCALES):
        yield f"why is there in {', '.join(sorted(question.why))} only"
    english = " ".join(
        [question.ask.get("en", ""), question.why["en"].text if question.why else ""]
    )
    if (hard := grade(readable(english, ("CAR-T", "immune", "chemotherapy")))) > MOST_GRADE:
        yield f"the English text has reading grade {hard}, at most {MOST_GRADE:g}"


def _conditions(question: VisitQuestion, content: Content) -> Iterator[str]:
    for name, wanted in question.when.items():
        if name not in CONDITIONS:
            yield f"when: '{name}' is not known; known: {', '.join(CONDITIONS)}"
            continue
        known = CONDITIONS[name]
        if known is None:
            continue
        for value in wanted if isinstance(wanted, list) else [wanted]:
            if value not in known:
                yield f"when.{name}: '{value}' is not known"
    for category in (*question.quote, *question.when.get("criteria", ())):
        if f"category_{category}" not in content.phrases:
            yield f"'{category}' is no category of criteria"
