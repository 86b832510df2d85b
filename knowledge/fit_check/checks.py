"""Fit checks by conversation: begin, take an answer, ask the next question, end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.database import transaction
from knowledge.eligibility.choosing import next_question
from knowledge.eligibility.criteria import Criterion, criteria_of
from knowledge.eligibility.facts import Fact
from knowledge.eligibility.marks import is_open
from knowledge.fit_check.reading import Told, chosen, taken
from knowledge.fit_check.tables import FitCheckRow
from knowledge.trials.tables import TrialRow

#: As many trials are gone through at once as a listing shows.
MOST_TRIALS = 10


@dataclass(frozen=True)
class FitTrial:
    """A trial in view. title: the registry's."""

    nct_id: str
    title: str
    criteria: Sequence[Criterion]


@dataclass(frozen=True)
class FitCheck:
    """How a fit check stands. See `tables.FitCheckRow`; `trials` come with their criteria."""

    condition: dict[str, Any] | None
    trials: Sequence[FitTrial]
    asking: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    skipped: Sequence[str] = ()

    @property
    def next(self) -> str | None:
        """The fact to ask for next, None where no answer would settle anything more."""
        return next_question([t.criteria for t in self.trials], self.facts, self.skipped)

    @property
    def still_open(self) -> list[FitTrial]:
        """The trials that nothing told so far speaks against."""
        return [trial for trial in self.trials if is_open(trial.criteria, self.facts)]


class FitChecks:
    """The fit checks of all conversations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(
        self, conversation: str, condition: dict[str, Any] | None, nct_ids: Sequence[str]
    ) -> FitCheck | None:
        """Begin anew with the first of these trials that have criteria to go through.

        Returns None where there is nothing to ask; a check that went on before goes on then.
        """
        check = FitCheck(condition, self._with_criteria(nct_ids)[:MOST_TRIALS])
        if check.next is None:
            return None
        with transaction(self._engine) as session:
            session.merge(
                FitCheckRow(
                    conversation=conversation,
                    condition=condition,
                    trials=[trial.nct_id for trial in check.trials],
                    asking=None,
                    facts={},
                    skipped=[],
                )
            )
        return check

    def of(self, conversation: str) -> FitCheck | None:
        """The conversation's fit check, None where none goes on."""
        with Session(self._engine, future=True) as session:
            row = session.get(FitCheckRow, conversation)
        if row is None:
            return None
        return FitCheck(
            row.condition,
            self._with_criteria(row.trials),
            row.asking,
            {id_: Fact(value) for id_, value in row.facts.items()},
            tuple(row.skipped),
        )

    def ask_next(self, conversation: str) -> FitCheck | None:
        """Note the next question as asked; `asking` is None in the check where there is none."""
        check = self.of(conversation)
        if check is None:
            return None
        asking = check.next
        with transaction(self._engine) as session:
            row = session.get(FitCheckRow, conversation)
            if row is not None:
                row.asking = asking
        return replace(check, asking=asking)

    def take(self, conversation: str, text: str, locale: str) -> bool:
        """Take a message as the answer to the question asked, or as a correction of an earlier one.

        Returns whether it was one of these. Nothing of the text itself is kept.
        """

        def read(asking: str, known: list[str]) -> Told | None:
            return taken(text, asking, known, locale)

        return self._note(conversation, read)

    def choose(self, conversation: str, value: str) -> bool:
        """Take a button's value as the answer; False where nothing asks for it any more."""

        def read(asking: str, _known: list[str]) -> Told | None:
            try:
                return chosen(value, asking)
            except ValueError:
                return None  # a button of an earlier question

        return self._note(conversation, read)

    def _note(self, conversation: str, read: Callable[[str, list[str]], Told | None]) -> bool:
        with transaction(self._engine) as session:
            row = session.get(FitCheckRow, conversation)
            if row is None or row.asking is None:
                return False
            told = read(row.asking, list(row.facts))
            if told is None:
                return False
            others = {id_: value for id_, value in row.facts.items() if id_ != told.question}
            if told.fact is None:
                row.facts, row.skipped = others, [*row.skipped, told.question]
            else:
                row.facts = {**others, told.question: told.fact.value}
            return True

    def end(self, conversation: str) -> None:
        """Forget the check and every answer."""
        with transaction(self._engine) as session:
            session.execute(delete(FitCheckRow).where(FitCheckRow.conversation == conversation))

    def _with_criteria(self, nct_ids: Sequence[str]) -> list[FitTrial]:
        """Those of the trials whose record has criteria, in the order given."""
        with Session(self._engine, future=True) as session:
            rows = session.execute(
                select(TrialRow.nct_id, TrialRow.title, TrialRow.record).where(
                    TrialRow.nct_id.in_(list(nct_ids))
                )
            ).all()
        found = {id_: FitTrial(id_, title, _criteria(record)) for id_, title, record in rows}
        return [found[id_] for id_ in nct_ids if id_ in found and found[id_].criteria]


def _criteria(record: Mapping[str, Any]) -> Sequence[Criterion]:
    protocol = record.get("protocolSection") or {}
    text = (protocol.get("eligibilityModule") or {}).get("eligibilityCriteria")
    return criteria_of(text) if text else []
