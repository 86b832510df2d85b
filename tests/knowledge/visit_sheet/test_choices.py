"""Nothing is on a sheet that the person did not put there, and it goes with the conversation."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.visit_sheet.choices import MOST_TRIALS, Chosen, changed
from knowledge.visit_sheet.discussed import Discussed, Seen
from knowledge.visit_sheet.sheets import NothingChosen
from knowledge.visit_sheet.tables import SheetChoiceRow
from tests.knowledge.visit_sheet.conftest import CHECKED, PLACEBO, Talk


def test_at_first_there_is_no_sheet(talk: Talk) -> None:
    talk.lists_trials()
    talk.checks_fit()
    with pytest.raises(NothingChosen):
        talk.sheet()


def test_one_trial_alone(talk: Talk) -> None:
    talk.lists_trials()
    talk.checks_fit()
    talk.chooses(PLACEBO)
    sheet = talk.sheet()
    assert [trial.nct_id for trial in sheet.trials] == [PLACEBO]
    assert not any(trial.marks for trial in sheet.trials)
    assert (sheet.areas, sheet.notes) == ([], [])


def test_a_trial_that_was_chosen_shows_no_marks_unless_these_were_chosen_too(talk: Talk) -> None:
    talk.checks_fit()
    talk.chooses(CHECKED)
    assert talk.sheet().trials[0].marks == []
    talk.chooses("marks")
    assert talk.sheet().trials[0].marks


def test_marks_bring_their_trial_along(talk: Talk) -> None:
    talk.lists_trials()
    talk.checks_fit()
    talk.chooses("marks")
    assert [trial.nct_id for trial in talk.sheet().trials] == [CHECKED]


def test_what_is_taken_out_is_out(talk: Talk) -> None:
    talk.lists_trials()
    talk.checks_fit()
    talk.chooses("all", "not_marks", "not_notes", f"not_{PLACEBO}")
    sheet = talk.sheet()
    assert PLACEBO not in {trial.nct_id for trial in sheet.trials}
    assert not any(trial.marks for trial in sheet.trials)
    assert sheet.areas
    assert not sheet.notes


def test_a_trial_that_was_not_talked_about_is_not_put_on_it(talk: Talk) -> None:
    talk.chooses(PLACEBO, "marks", "nonsense", "trials")
    with pytest.raises(NothingChosen):
        talk.sheet()


def test_there_are_only_so_many_trials() -> None:
    many = {f"NCT{n:08d}": Seen(f"NCT{n:08d}") for n in range(MOST_TRIALS + 5)}
    assert len(changed(Chosen(), "trials", Discussed(many, {})).trials) == MOST_TRIALS


def kept(talk: Talk) -> int:
    with Session(talk.engine) as session:
        return int(session.execute(select(func.count()).select_from(SheetChoiceRow)).scalar_one())


def test_the_choice_goes_with_the_conversation(talk: Talk) -> None:
    talk.lists_trials()
    talk.chooses("all")
    assert kept(talk) == 1
    talk.replies.erase(talk.id)
    assert kept(talk) == 0
    assert talk.sheets.seen(talk.id).trials == {}


def test_the_choice_goes_when_the_session_expires(talk: Talk) -> None:
    talk.replies.open(talk.id, "demo", "en", expires_at=1.0)
    talk.chooses("questions")
    assert talk.id in talk.replies.purge()
    assert kept(talk) == 0


def test_a_sheet_that_is_emptied_leaves_nothing_behind(talk: Talk) -> None:
    talk.chooses("questions", "not_questions")
    assert kept(talk) == 0
