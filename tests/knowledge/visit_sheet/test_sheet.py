"""What stands on a sheet: the registry's words to the letter, sources for all, no verdict."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from knowledge.curated.content import Content
from knowledge.curated.freshness import GRACE
from knowledge.trials.tables import TrialRow
from knowledge.visit_sheet.records import design_of
from knowledge.visit_sheet.sheet import Sheet
from knowledge.visit_sheet.sheets import VisitSheets
from tests.conversations.test_fit_check import VERDICT
from tests.knowledge.visit_sheet.conftest import CHECKED, PLACEBO, TODAY, Talk, in_both


def texts(value: Any) -> list[str]:
    """Every text of a sheet but the labels."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in texts(item)]
    if hasattr(value, "__dataclass_fields__"):
        return [text for name in vars(value) for text in texts(getattr(value, name))]
    return []


def asked(sheet: Sheet) -> set[str]:
    return {question.id for area in sheet.areas for question in area.questions}


@in_both
def test_it_says_what_it_is_and_who_decides(talk: Talk) -> None:
    talk.chooses("questions")
    sheet = talk.sheet()
    said = " ".join([*sheet.opening, *sheet.owed])
    english = talk.setting.locale == "en"
    assert ("experimental" in said) and ("specialist" in said or "especialista" in said)
    assert ("Only the study team can decide" if english else "Solo el equipo del estudio") in said
    assert ("21 November 2026" if english else "21 de noviembre de 2026") in said
    assert ("not been reviewed" if english else "ha revisado aún") in said


@in_both
def test_no_verdict_and_nothing_left_to_fill(talk: Talk) -> None:
    talk.lists_trials()
    talk.checks_fit()
    talk.chooses("all")
    for text in texts(talk.sheet()):
        assert not VERDICT.search(text)
        assert "{" not in text
    assert talk.sheet().owed[1].startswith("Ask your neur" if talk.setting.locale == "en" else "")


def test_the_disease_is_named_only_with_trials_that_were_chosen(talk: Talk) -> None:
    talk.lists_trials()
    talk.chooses("questions")
    assert "myasthenia" not in " ".join(talk.sheet().owed)
    talk.chooses(PLACEBO)
    assert "myasthenia gravis" in talk.sheet().owed[0]


def test_every_quote_is_the_records_own_and_every_criterion_is_there_once(talk: Talk) -> None:
    talk.checks_fit()
    talk.chooses("marks", "questions")
    sheet = talk.sheet()
    with Session(talk.engine) as session:
        record = session.get(TrialRow, CHECKED).record
    text = record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    marks = [mark for group in sheet.trials[0].marks for mark in group.marks]
    for mark in marks:
        assert text[mark.start : mark.start + len(mark.quote)] == mark.quote
    assert len({mark.start for mark in marks}) == len(marks)
    assert len(marks) == len(talk.sheets.seen(talk.id).marks[CHECKED])
    verdicts = [group.verdict for group in sheet.trials[0].marks]
    assert verdicts == [v for v in ("ask", "may_not_fit", "fits") if v in verdicts]
    assert {"ask", "may_not_fit"} <= set(verdicts)
    quotes = [quote for area in sheet.areas for each in area.questions for quote in each.quotes]
    assert quotes
    assert {quote.nct_id for quote in quotes} == {CHECKED}
    assert "21 November 2026" in (sheet.trials[0].marks_note or "")


def test_questions_are_tailored_to_the_trials(talk: Talk) -> None:
    general = asked_after(talk, "questions")
    assert not general & {"phase_early", "phase_3", "placebo", "randomised", "far", "design_unsaid"}
    assert {"medicines", "fertility", "vaccines", "travel"} <= general
    talk.lists_trials()
    with_placebo = asked_after(talk, PLACEBO)
    assert {"phase_3", "placebo", "several_groups"} <= with_placebo
    assert not with_placebo & {"phase_early", "far"}
    talk.chooses(f"not_{PLACEBO}")
    checked = asked_after(talk, CHECKED)
    assert {"randomised", "several_groups", "phase_2", "phase_3", "far"} <= checked
    assert "placebo" not in checked


def asked_after(talk: Talk, *values: str) -> set[str]:
    talk.chooses(*values)
    return asked(talk.sheet())


def test_a_question_about_one_trial_says_which(talk: Talk) -> None:
    talk.lists_trials()
    talk.chooses("trials", "questions")
    questions = {each.id: each for area in talk.sheet().areas for each in area.questions}
    assert PLACEBO in questions["placebo"].trials
    assert CHECKED not in questions["placebo"].trials
    assert questions["leaving"].trials == ()


@in_both
def test_every_claim_has_its_source_with_address_and_date(talk: Talk) -> None:
    talk.lists_trials()
    talk.chooses("trials", "questions")
    sheet = talk.sheet()
    for source in sheet.sources:
        assert source.url.startswith("https://")
        assert re.fullmatch(r"(\d{4}(-\d\d){0,2})?", source.date)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", source.read)
        assert "2026" in source.said
    for area in sheet.areas:
        for question in area.questions:
            assert bool(question.why) == bool(question.sources)
            assert all(1 <= number <= len(sheet.sources) for number in question.sources)
    urls = {source.url for source in sheet.sources}
    for trial in sheet.trials:
        assert trial.url in urls
        assert trial.checked
        assert {"status", "phase", "updated"} <= {fact.name for fact in trial.facts}


def test_background_past_its_review_date_is_left_out(talk: Talk, content: Content) -> None:
    late = content.visit_sheet.next_review + GRACE + timedelta(days=1)
    talk.sheets = VisitSheets(
        talk.engine, lambda: content, talk.composer, talk.replies, True, today=lambda: late
    )
    talk.chooses("questions")
    questions = [each for area in talk.sheet().areas for each in area.questions]
    assert questions
    assert not any(each.why or each.sources for each in questions)
    assert talk.sheet().made_on == late != TODAY


def record(masking: dict[str, Any] | None, allocation: str, *arms: str) -> dict[str, Any]:
    design = {"allocation": allocation, "maskingInfo": masking}
    return {
        "protocolSection": {
            "designModule": {"designInfo": design},
            "armsInterventionsModule": {"armGroups": [{"type": arm} for arm in arms]},
        }
    }


DESIGNS = [
    (record({"masking": "NONE"}, "NA", "EXPERIMENTAL"), ("one", False, False, False)),
    (record({"masking": "NONE"}, "NON_RANDOMIZED", "EXPERIMENTAL", "EXPERIMENTAL"),
     ("one", False, False, False)),
    (record({"masking": "NONE"}, "RANDOMIZED", "EXPERIMENTAL", "ACTIVE_COMPARATOR"),
     ("several", True, False, False)),
    (record({"masking": "QUADRUPLE"}, "RANDOMIZED", "EXPERIMENTAL", "PLACEBO_COMPARATOR"),
     ("several", True, True, True)),
    # Who is blinded counts: the one who reads the scans does not make the person blind.
    (record({"masking": "SINGLE", "whoMasked": ["OUTCOMES_ASSESSOR"]}, "RANDOMIZED", "EXPERIMENTAL"),
     ("several", True, False, None)),
    (record(None, ""), ("unsaid", False, False, None)),
    ({}, ("unsaid", False, False, None)),
]  # fmt: skip


@pytest.mark.parametrize(("told", "expected"), DESIGNS)
def test_the_design_is_read_from_the_record(
    told: dict[str, Any], expected: tuple[str, bool, bool, bool | None]
) -> None:
    design = design_of(told)
    assert (design.groups, design.randomised, design.placebo, design.masked) == expected
