"""What a sheet needs of a trial's record: design, cells, criteria, as far as the record tells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.eligibility.criteria import Criterion, criteria_of
from knowledge.trials.cells import cell_sources
from knowledge.trials.records import Trial, parse
from knowledge.trials.tables import TrialRow

_PLACEBO = re.compile(r"placebo|\bsham\b", re.IGNORECASE)
_BLIND = frozenset({"DOUBLE", "TRIPLE", "QUADRUPLE"})

Groups = Literal["one", "several", "unsaid"]


@dataclass(frozen=True)
class Design:
    """How a study compares (the registry's `designInfo` and `armGroups`).

    groups: arms to compare with make it several; cohorts that only differ in dose or disease do
    not. masked: whether those who take part are blinded; None where the record does not say.
    """

    groups: Groups = "unsaid"
    randomised: bool = False
    placebo: bool = False
    masked: bool | None = None


@dataclass(frozen=True)
class Record:
    """A trial's record. criteria: () where the record has no eligibility text."""

    trial: Trial
    design: Design
    cells: frozenset[str]
    criteria: Sequence[Criterion]


def records_of(engine: Engine, nct_ids: Sequence[str]) -> dict[str, Record]:
    """Those of the trials that our mirror has, by NCT number."""
    with Session(engine, future=True) as session:
        rows = session.execute(
            select(TrialRow.nct_id, TrialRow.record).where(TrialRow.nct_id.in_(list(nct_ids)))
        ).all()
    return {id_: record_of(record) for id_, record in rows}


def record_of(record: Mapping[str, Any]) -> Record:
    """Read one record. Raises RecordRejected where it is none."""
    trial = parse(record)
    return Record(
        trial=trial,
        design=design_of(record),
        cells=cell_sources(trial),
        criteria=criteria_of(trial.eligibility) if trial.eligibility else (),
    )


def design_of(record: Mapping[str, Any]) -> Design:
    """What a record tells of its groups, its masking and a placebo."""
    protocol = record.get("protocolSection") or {}
    info = (protocol.get("designModule") or {}).get("designInfo") or {}
    given = protocol.get("armsInterventionsModule") or {}
    arms = [arm for arm in given.get("armGroups") or () if isinstance(arm, Mapping)]
    names = [str(each.get("name") or "") for each in given.get("interventions") or ()]
    names += [str(arm.get("label") or "") for arm in arms]
    kinds = {str(arm.get("type") or "") for arm in arms}
    placebo = bool(kinds & {"PLACEBO_COMPARATOR", "SHAM_COMPARATOR"}) or any(
        _PLACEBO.search(name) for name in names
    )
    randomised = info.get("allocation") == "RANDOMIZED"
    groups = _groups(info, kinds, placebo or randomised)
    return Design(groups, randomised, placebo, _masked(info.get("maskingInfo") or {}))


def _masked(info: Mapping[str, Any]) -> bool | None:
    masking, who = info.get("masking"), info.get("whoMasked")
    if masking == "NONE":
        return False
    if who:
        return True if "PARTICIPANT" in who else None
    return True if masking in _BLIND else None


def _groups(info: Mapping[str, Any], kinds: set[str], compared: bool) -> Groups:
    if compared or kinds & {"ACTIVE_COMPARATOR", "NO_INTERVENTION"}:
        return "several"
    if info.get("interventionModel") in {"SINGLE_GROUP", "SEQUENTIAL"} or kinds == {"EXPERIMENTAL"}:
        return "one"
    return "unsaid"
