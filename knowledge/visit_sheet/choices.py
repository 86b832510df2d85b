"""What a person chose for the sheet: nothing is on it that they did not put there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.database import transaction
from knowledge.visit_sheet.discussed import Discussed
from knowledge.visit_sheet.tables import SheetChoiceRow

#: What can be on a sheet beside trials: the fit check's marks, questions, lines to fill in.
PARTS = ("marks", "questions", "notes")
#: As many trials are on a sheet at most.
MOST_TRIALS = 20
#: Before a value: take it out.
NOT = "not_"
#: Values that are no part: every trial discussed, all there is; which one to add, to take out.
TRIALS, ALL, PICK, UNPICK = "trials", "all", "pick", "unpick"
_NCT = re.compile(r"NCT\d{8}")


@dataclass(frozen=True)
class Chosen:
    """trials: NCT numbers. parts: of `PARTS`, in that order."""

    trials: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing was chosen."""
        return not self.trials and not self.parts


def changed(chosen: Chosen, value: str, seen: Discussed) -> Chosen:
    """The choice after one more: a part, an NCT number, "trials", "all", or "not_" before it.

    Trials that the conversation was not about, and values that mean nothing, change nothing.
    """
    if value.startswith(NOT):
        out = value.removeprefix(NOT)
        kept = tuple(each for each in chosen.trials if each != out)
        return replace(_without(chosen, out), trials=kept)
    if value == ALL:
        every = [TRIALS, *(("marks",) if seen.marks else ()), "questions", "notes"]
        for each in every:
            chosen = changed(chosen, each, seen)
        return chosen
    if value == TRIALS:
        return _with_trials(chosen, list(seen.trials))
    if _NCT.fullmatch(value):
        return _with_trials(chosen, [value] if value in seen.trials else [])
    if value == "marks":
        # Marks stand under their trials, so these come with them.
        return _with_part(_with_trials(chosen, list(seen.marks)), value) if seen.marks else chosen
    return _with_part(chosen, value)


def _with_trials(chosen: Chosen, ids: Sequence[str]) -> Chosen:
    return replace(chosen, trials=tuple(dict.fromkeys([*chosen.trials, *ids]))[:MOST_TRIALS])


def _with_part(chosen: Chosen, part: str) -> Chosen:
    return replace(chosen, parts=tuple(p for p in PARTS if p in (*chosen.parts, part)))


def _without(chosen: Chosen, part: str) -> Chosen:
    return replace(chosen, parts=tuple(p for p in chosen.parts if p != part))


class SheetChoices:
    """The choices of all conversations. They go with the conversation (`replies.store`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, conversation: str) -> Chosen:
        """What the conversation's sheet is to hold."""
        with Session(self._engine, future=True) as session:
            row = session.get(SheetChoiceRow, conversation)
            return Chosen(tuple(row.trials), tuple(row.parts)) if row else Chosen()

    def keep(self, conversation: str, chosen: Chosen) -> None:
        """Keep a choice; an empty one leaves nothing behind."""
        with transaction(self._engine) as session:
            if chosen.empty:
                session.execute(
                    delete(SheetChoiceRow).where(SheetChoiceRow.conversation == conversation)
                )
                return
            session.merge(
                SheetChoiceRow(
                    conversation=conversation,
                    parts=list(chosen.parts),
                    trials=list(chosen.trials),
                )
            )
