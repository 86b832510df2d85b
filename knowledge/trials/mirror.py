"""Our copy of the field's trials: a few hundred records, fetched whole or by what changed.

Questions are answered from the mirror in milliseconds, each listing with the time it was checked.
A sync that fails leaves the mirror as it was.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.database import transaction
from knowledge.trials.client import RegistryClient, RegistryDrift, RegistryError
from knowledge.trials.records import RecordRejected, Trial, parse
from knowledge.trials.relevance import condition_ids, product_kind
from knowledge.trials.tables import SiteRow, StatusChange, SyncState, TrialCondition, TrialRow

logger = logging.getLogger(__name__)

#: What to fetch: CAR-T in any of its spellings, in the diseases of our list. Loose on purpose; we
#: tell apart ourselves what came (`relevance`).
_INTERVENTION = (
    'CAR-T OR "chimeric antigen receptor" OR "CAR T" OR CAAR-T OR CART OR "Descartes-08" OR leucel'
)
_CONDITIONS = (
    "autoimmune OR lupus OR sclerosis OR scleroderma OR myositis OR dermatomyositis OR myopathy OR "
    'vasculitis OR ANCA OR rheumatoid OR sjogren OR antiphospholipid OR IgG4 OR "myasthenia gravis" '
    'OR neuromyelitis OR MOGAD OR "stiff person" OR CIDP OR polyneuropathy OR encephalitis OR '
    'graves OR "type 1 diabetes" OR pemphigus OR thrombocytopenia OR "hemolytic anemia" OR '
    "nephropathy OR nephritis OR HIV OR rheumatic OR immune-mediated"
)
_FULL_EVERY = timedelta(days=7)
#: Increments overlap by this much, since the registry posts by day.
_OVERLAP = timedelta(days=2)
#: A full answer with less than this share of what we knew is taken for a fault of the registry.
_LEAST_SHARE = 0.5
_FIELDS = (
    "NCTId|BriefTitle|OfficialTitle|OverallStatus|WhyStopped|StudyType|Phase|Condition|Keyword|"
    "ArmsInterventionsModule|MinimumAge|MaximumAge|Sex|LeadSponsorName|BriefSummary|"
    "EligibilityCriteria|StartDate|LastUpdatePostDate|EnrollmentCount|ContactsLocationsModule|"
    "ConditionMeshTerm"
)


@dataclass(frozen=True)
class RefreshReport:
    """What a sync did."""

    kind: str
    read: int
    new: int
    changed: int
    rejected: int
    gone: int

    def __str__(self) -> str:
        if self.kind == "unchanged":
            return "The registry has not changed since the last check."
        return (
            f"{self.kind} sync: {self.read} records read, {self.new} new, {self.changed} changed, "
            f"{self.gone} gone, {self.rejected} rejected."
        )


class Mirror:
    """Keeps the mirror in the database in step with the registry.

    condition_names: for each condition id the registry's words for it.
    """

    def __init__(
        self,
        engine: Engine,
        client: RegistryClient,
        condition_names: Mapping[str, Sequence[str]],
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._engine = engine
        self._client = client
        self._names = condition_names
        self._clock = clock
        self._lock = threading.Lock()

    def refresh(self, progress: Callable[[str], None] | None = None) -> RefreshReport:
        """Bring the mirror up to date: all of it at first, then what changed.

        Single-flight, across threads and (on PostgreSQL) processes. Raises RegistryError, and then
        leaves the mirror as it was.
        """
        say = progress or (lambda _text: None)
        with self._lock, self._across_processes():
            return self._refresh(say)

    def keep_fresh(self, stop: threading.Event, every_s: float) -> None:
        """Refresh now and every so often, until `stop`; a failure is noted and tried again."""
        while not stop.is_set():
            try:
                self.refresh()
                wait = every_s
            except RegistryError as error:
                logger.warning("registry.refresh_failed: %s", error)
                wait = min(every_s, 300)
            except Exception as error:
                logger.error("registry.refresh_failed: %s", type(error).__name__)
                wait = min(every_s, 300)
            stop.wait(wait)

    def _refresh(self, say: Callable[[str], None]) -> RefreshReport:
        now = self._clock().replace(tzinfo=None)
        stamp = self._client.version()["dataTimestamp"]
        with Session(self._engine, future=True) as session:
            state = session.get(SyncState, 1)
        if state is not None and state.data_timestamp == stamp:
            self._note(now, stamp, state.full_at)
            return RefreshReport("unchanged", 0, 0, 0, 0, 0)
        full = state is None or now - state.full_at > _FULL_EVERY
        say("Reading the trial registry …")
        params = self._search()
        if not full:
            since = (state.checked_at - _OVERLAP).date()
            params["filter.advanced"] = f"AREA[LastUpdatePostDate]RANGE[{since},MAX]"
        trials, rejected = self._read(params)
        if full:
            self._guard_against_a_sudden_loss(len(trials))
        say(f"{len(trials)} records read; storing …")
        return self._store(trials, rejected, full, now, stamp)

    @staticmethod
    def _search() -> dict[str, str]:
        return {"query.intr": _INTERVENTION, "query.cond": _CONDITIONS, "fields": _FIELDS}

    def _read(self, params: dict[str, str]) -> tuple[dict[str, Trial], int]:
        trials: dict[str, Trial] = {}
        rejected = 0
        for record in self._client.studies(params):
            try:
                trial = parse(record)
            except RecordRejected as why:
                logger.warning("registry.record_rejected: %s", why)
                rejected += 1
                continue
            trials[trial.nct_id] = trial
        if rejected and rejected >= len(trials):
            raise RegistryDrift(f"{rejected} of {rejected + len(trials)} records unreadable")
        return trials, rejected

    def _guard_against_a_sudden_loss(self, number: int) -> None:
        with Session(self._engine, future=True) as session:
            known = session.execute(
                text("SELECT COUNT(*) FROM trial WHERE NOT gone")
            ).scalar_one()
        if number == 0 or number < known * _LEAST_SHARE:
            raise RegistryDrift(f"only {number} records where {known} were known")

    def _store(
        self, trials: dict[str, Trial], rejected: int, full: bool, now: datetime, stamp: str
    ) -> RefreshReport:
        new = changed = gone = 0
        with transaction(self._engine) as session:
            known = {row.nct_id: row for row in session.execute(select(TrialRow)).scalars()}
            for trial in trials.values():
                row = known.get(trial.nct_id)
                if row is None:
                    new += 1
                elif row.fingerprint == trial.fingerprint and not row.gone:
                    continue
                else:
                    changed += 1
                self._put(session, trial, row, now)
            if full:
                missing = [id_ for id_, row in known.items() if id_ not in trials and not row.gone]
                gone = len(missing)
                for id_ in missing:
                    session.execute(
                        update(TrialRow).where(TrialRow.nct_id == id_).values(gone=True)
                    )
            state = session.get(SyncState, 1)
            session.merge(
                SyncState(
                    id=1,
                    checked_at=now,
                    full_at=now if full or state is None else state.full_at,
                    data_timestamp=stamp,
                    generation=(state.generation if state else 0) + 1,
                )
            )
        kind = "full" if full else "incremental"
        return RefreshReport(kind, len(trials), new, changed, rejected, gone)

    def _put(self, session: Session, trial: Trial, row: TrialRow | None, now: datetime) -> None:
        before = row.status if row is not None else None
        if before != trial.status:
            session.add(
                StatusChange(nct_id=trial.nct_id, seen_at=now, before=before, after=trial.status)
            )
        for table in (SiteRow, TrialCondition):
            session.execute(delete(table).where(table.nct_id == trial.nct_id))
        session.merge(_row(trial, now))
        session.flush()
        session.add_all(_sites(trial))
        session.add_all(
            TrialCondition(nct_id=trial.nct_id, condition=condition)
            for condition in condition_ids(trial, self._names)
        )

    def _note(self, now: datetime, stamp: str, full_at: datetime) -> None:
        with transaction(self._engine) as session:
            session.execute(
                update(SyncState)
                .where(SyncState.id == 1)
                .values(checked_at=now, data_timestamp=stamp, full_at=full_at)
            )

    @contextmanager
    def _across_processes(self) -> Iterator[None]:
        """Only one process syncs at a time; on SQLite its own write lock orders the writers."""
        if self._engine.dialect.name != "postgresql":
            yield
            return
        with self._engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(7202611)"))
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(7202611)"))


def _row(trial: Trial, now: datetime) -> TrialRow:
    return TrialRow(
        nct_id=trial.nct_id,
        title=trial.title,
        official_title=trial.official_title,
        status=trial.status,
        why_stopped=trial.why_stopped,
        product=product_kind(trial),
        phases=list(trial.phases),
        conditions=list(trial.conditions),
        interventions=[name for _, name in trial.interventions if name],
        min_age_years=trial.min_age_years,
        max_age_years=trial.max_age_years,
        sex=trial.sex,
        sponsor=trial.sponsor,
        summary=trial.summary,
        eligibility=trial.eligibility,
        start=trial.start,
        last_update=trial.last_update,
        contact=trial.contact.as_json() if trial.contact else None,
        fingerprint=trial.fingerprint,
        seen_at=now,
        gone=False,
    )


def _sites(trial: Trial) -> list[Any]:
    return [
        SiteRow(
            nct_id=trial.nct_id,
            position=position,
            facility=site.facility,
            city=site.city,
            state=site.state,
            country=site.country,
            status=site.status,
            latitude=site.latitude,
            longitude=site.longitude,
            contact=site.contact.as_json() if site.contact else None,
        )
        for position, site in enumerate(trial.sites)
    ]
