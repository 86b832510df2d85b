"""Trials written to the mirror's tables, with their history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from knowledge.trials.cells import cell_sources
from knowledge.trials.records import Trial
from knowledge.trials.relevance import condition_ids, is_autoimmune, product_kind
from knowledge.trials.tables import (
    SiteRow,
    StatusChangeRow,
    TrialCellsRow,
    TrialConditionRow,
    TrialRow,
)

Found = Mapping[str, tuple[Trial, Any]]


def known_rows(session: Session) -> dict[str, Any]:
    """What a sync compares with: status, fingerprint and times of each study, by number."""
    columns = (
        TrialRow.nct_id, TrialRow.status, TrialRow.fingerprint, TrialRow.first_seen_at,
        TrialRow.changed_at, TrialRow.gone_at,
    )  # fmt: skip
    return {row.nct_id: row for row in session.execute(select(*columns))}


def differing(found: Found, known: Mapping[str, Any]) -> Found:
    """The studies that are new, changed, or back."""
    return {
        id_: pair
        for id_, pair in found.items()
        if id_ not in known
        or known[id_].gone_at is not None
        or known[id_].fingerprint != pair[0].fingerprint
    }


def write(
    session: Session,
    written: Found,
    known: Mapping[str, Any],
    changed: Found,
    names: Mapping[str, Sequence[str]],
    now: datetime,
) -> None:
    """Replace the rows of the studies `written`, of which `changed` are news."""
    ids = list(written)
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        for table in (SiteRow, TrialConditionRow, TrialCellsRow, TrialRow):
            session.execute(
                delete(table)
                .where(table.nct_id.in_(some))
                .execution_options(synchronize_session=False)
            )
    trials, sites, conditions, cells = [], [], [], []
    for id_, (trial, record) in written.items():
        taken = condition_ids(trial, names)
        before = known.get(id_)
        row = _trial_row(trial, record, taken)
        row["first_seen_at"] = before.first_seen_at if before else now
        row["changed_at"] = now if id_ in changed or not before else before.changed_at
        trials.append(row)
        sites += _site_rows(trial)
        conditions += [{"nct_id": id_, "condition": each} for each in taken]
        cells += [{"nct_id": id_, "source": each} for each in sorted(cell_sources(trial))]
    _insert(session, TrialRow, trials)
    _insert(session, SiteRow, sites)
    _insert(session, TrialConditionRow, conditions)
    _insert(session, TrialCellsRow, cells)


def last_statuses(session: Session) -> dict[str, str]:
    """The status that the history has last of each study, by number."""
    rows = session.execute(
        select(StatusChangeRow.nct_id, StatusChangeRow.after).order_by(StatusChangeRow.id)
    )
    return {row.nct_id: row.after for row in rows}


def note_statuses(
    session: Session, trials: Iterable[Trial], before: Mapping[str, str], now: datetime
) -> None:
    """Keep in the history that these studies have these statuses now. before: the last ones."""
    _insert(session, StatusChangeRow, [_change(trial, before, now) for trial in trials])


def note_gone(session: Session, ids: Iterable[str], now: datetime) -> None:
    """Mark studies that the registry no longer holds."""
    for id_ in ids:
        session.execute(update(TrialRow).where(TrialRow.nct_id == id_).values(gone_at=now))


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table.__table__), rows)


def _change(trial: Trial, before: Mapping[str, str], now: datetime) -> dict[str, Any]:
    return {
        "nct_id": trial.nct_id,
        "seen_at": now,
        "registry_date": trial.last_update,
        "before": before.get(trial.nct_id),
        "after": trial.status,
    }


def _trial_row(trial: Trial, record: Any, conditions: Sequence[str]) -> dict[str, Any]:
    return {
        "nct_id": trial.nct_id,
        "status": trial.status,
        "title": trial.title,
        "product": product_kind(trial),
        "autoimmune": is_autoimmune(trial, conditions),
        "phases": list(trial.phases),
        "conditions": list(trial.conditions),
        "min_age_years": trial.min_age_years,
        "max_age_years": trial.max_age_years,
        "sex": trial.sex,
        "sponsor": trial.sponsor,
        "contact": trial.contacts[0].as_json() if trial.contacts else None,
        "last_update": trial.last_update,
        "record": record,
        "fingerprint": trial.fingerprint,
        "gone_at": None,
    }


def _site_rows(trial: Trial) -> list[dict[str, Any]]:
    return [
        {
            "nct_id": trial.nct_id,
            "position": position,
            "facility": site.facility,
            "city": site.city,
            "state": site.state,
            "zip": site.zip,
            "country": site.country,
            "status": site.status,
            "latitude": site.latitude,
            "longitude": site.longitude,
            "contact": site.contacts[0].as_json() if site.contacts else None,
        }
        for position, site in enumerate(trial.sites)
    ]
