"""How the criteria of the trials in view stand with what a person told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.eligibility.criteria import Criterion
from knowledge.eligibility.marks import Mark, mark
from knowledge.fit_check.checks import FitCheck, FitTrial


@dataclass(frozen=True)
class Marked:
    """A criterion and how it stands."""

    criterion: Criterion
    mark: Mark


@dataclass(frozen=True)
class TrialResult:
    """The marks of one trial, in the record's order."""

    trial: FitTrial
    marked: Sequence[Marked]

    def of(self, verdict: str) -> list[Marked]:
        """The criteria that are marked so."""
        return [each for each in self.marked if each.mark.verdict == verdict]


def results(check: FitCheck) -> list[TrialResult]:
    """A result for each trial, in the order of the listing: nothing here ranks trials."""
    return [
        TrialResult(trial, [Marked(c, mark(c, check.facts)) for c in trial.criteria])
        for trial in check.trials
    ]


def as_criteria(result: TrialResult, locale: str) -> list[dict[str, Any]]:
    """The marks in the shape of contract.md's `criteria`."""
    return [
        {
            "nct_id": result.trial.nct_id,
            "text": each.criterion.text,
            "start": each.criterion.start,
            "kind": each.criterion.kind,
            "verdict": each.mark.verdict,
            "why": each.mark.why[locale],
            "category": each.criterion.category,
        }
        for each in result.marked
    ]
