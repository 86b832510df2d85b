"""Our copy of the field's trials: a few hundred records, fetched whole or by what changed.

Questions are answered from the mirror in milliseconds, each listing with the time it was checked.
A sync that fails leaves the mirror as it was; an answer that looks wrong (far fewer studies than
before, statuses that nobody knows, records that can't be read) is a failure, not news.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from knowledge.database import transaction
from knowledge.trials.client import RegistryClient, RegistryDrift, RegistryUnavailable
from knowledge.trials.records import STATUSES, RecordRejected, Trial, parse
from knowledge.trials.relevance import condition_ids, is_autoimmune, product_kind
from knowledge.trials.tables import (
    SiteRow,
    StatusChangeRow,
    SyncStateRow,
    TrialConditionRow,
    TrialRow,
)

logger = logging.getLogger(__name__)

#: CAR-T in any of its spellings, anywhere in a record. Loose on purpose: what came is told apart by
#: `relevance`.
_THERAPY = (
    '"CAR-T" OR "CAR T" OR CART OR "chimeric antigen receptor" OR "chimeric autoantibody receptor" '
    "OR CAAR OR autoleucel OR leucel"
)
#: Beside the names of our conditions.
_ANY_CONDITION = ("autoimmune", "autoimmunity", "immune-mediated", "rheumatic", "connective tissue")
#: Only what is read: results and the like would be most of an answer.
_FIELDS = (
    "IdentificationModule|StatusModule|SponsorCollaboratorsModule|DescriptionModule|"
    "ConditionsModule|DesignModule|ArmsInterventionsModule|EligibilityModule|"
    "ContactsLocationsModule|ConditionBrowseModule|MiscInfoModule"
)
#: Studies that no longer match are found by a full sync only.
_FULL_EVERY = timedelta(days=7)
#: Increments overlap by this much, since the registry posts by day.
_OVERLAP = timedelta(days=2)
#: A full answer with less than this share of what we knew is taken for a fault of the registry.
_LEAST_SHARE = 0.5
#: So is one with more than this share of records that can't be read, or of unknown statuses.
_MOST_ODD = 0.1
#: A process that has not renewed its lease for this long is taken to be dead, in seconds. Longer
#: than a page may take; renewed between pages.
_LEASE_SECONDS = 90.0
_RENEW_SECONDS = 20.0
#: After a failure the next try comes no later than this, in seconds.
_RETRY_SECONDS = 300.0
_LOOK_AGAIN_SECONDS = 30.0

Kind = Literal["full", "incremental", "unchanged", "running_elsewhere"]


@dataclass(frozen=True)
class RefreshReport:
    """What a sync did: numbers of records."""

    kind: Kind
    read: int = 0
    new: int = 0
    changed: int = 0
    statuses_changed: int = 0
    gone: int = 0
    rejected: int = 0

    def __str__(self) -> str:
        if self.kind == "unchanged":
            return "The registry has not changed since the last check."
        if self.kind == "running_elsewhere":
            return "Another process is reading the registry just now."
        return (
            f"{self.kind} sync: {self.read} records read, {self.new} new, {self.changed} changed "
            f"({self.statuses_changed} in status), {self.gone} gone, {self.rejected} rejected."
        )


class Mirror:
    """Keeps the mirror in the database in step with the registry.

    condition_names: for each condition id the registry's words for it, in lower case.
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
        self._names = {id_: tuple(names) for id_, names in condition_names.items()}
        self._names_fingerprint = hashlib.sha256(
            json.dumps(self._names, sort_keys=True).encode()
        ).hexdigest()
        self._clock = clock
        self._lock = threading.Lock()
        self._finished: tuple[float, RefreshReport] = (float("-inf"), RefreshReport("unchanged"))

    def refresh(self, progress: Callable[[str], None] | None = None) -> RefreshReport:
        """Bring the mirror up to date: all of it at first, then what changed.

        One at a time, over threads and processes: a thread that finds a sync running waits and
        gets its report; a process is told `running_elsewhere`. Raises RegistryError (or
        SQLAlchemyError), and then leaves the mirror as it was.
        """
        asked_at = time.monotonic()
        with self._lock:
            finished_at, report = self._finished
            if finished_at >= asked_at:
                return report
            owner = uuid.uuid4().hex
            if not self._take_lease(owner):
                return RefreshReport("running_elsewhere")
            with self._leased(owner):
                report = self._refresh(owner, progress or (lambda _text: None))
            self._finished = (time.monotonic(), report)
            return report

    def keep_fresh(self, stop: threading.Event, every_s: float) -> None:
        """Refresh now and every so often, until `stop`; a failure is noted and tried again."""
        while not stop.is_set():
            wait = every_s
            try:
                report = self.refresh()
                logger.info("registry.refreshed: %s", report)
                if report.kind == "running_elsewhere":
                    wait = min(every_s, _LOOK_AGAIN_SECONDS)
            except Exception as error:  # the loop outlives any trouble; texts stay out of the log
                logger.warning("registry.refresh_failed: %s", type(error).__name__)
                asked = error.retry_after if isinstance(error, RegistryUnavailable) else None
                wait = max(min(every_s, _RETRY_SECONDS), asked or 0.0)
            stop.wait(wait)

    # -- one sync

    def _refresh(self, owner: str, say: Callable[[str], None]) -> RefreshReport:
        now = self._now()
        stamp = self._client.version()["dataTimestamp"][:40]
        with Session(self._engine, future=True) as session:
            state = session.get(SyncStateRow, 1)
        full = (
            state.full_at is None
            or now - state.full_at > _FULL_EVERY
            or state.names != self._names_fingerprint
            or _day(state.data_timestamp) is None
        )
        if not full and state.data_timestamp == stamp:
            self._note_unchanged(owner, now)
            return RefreshReport("unchanged")
        say("Reading the trial registry …")
        params = self._search()
        if not full:
            since = _day(state.data_timestamp) - _OVERLAP  # type: ignore[operator]
            params["filter.advanced"] = f"AREA[LastUpdatePostDate]RANGE[{since},MAX]"
        found, rejected = self._read(params, owner)
        if full:
            self._guard_against_a_sudden_loss(len(found))
        say(f"{len(found)} records read; storing …")
        return self._store(owner, found, rejected, full, now, stamp)

    def _search(self) -> dict[str, str]:
        names = dict.fromkeys(
            "".join(ch for ch in name if ch not in '"[]()\\')
            for each in self._names.values()
            for name in each
        )
        wanted = [f'"{name}"' for name in (*_ANY_CONDITION, *names) if name.strip()]
        return {"query.cond": " OR ".join(wanted), "query.term": _THERAPY, "fields": _FIELDS}

    def _read(self, params: dict[str, str], owner: str) -> tuple[dict[str, tuple[Trial, Any]], int]:
        """The studies of a search by number, with their records, and how many were rejected."""
        found: dict[str, tuple[Trial, Any]] = {}
        rejected = 0
        renewed_at = time.monotonic()
        for record in self._client.studies(params):
            if time.monotonic() > renewed_at + _RENEW_SECONDS:
                renewed_at = time.monotonic()
                with transaction(self._engine) as session:
                    self._sign(session, owner, lease_until=time.time() + _LEASE_SECONDS)
            try:
                trial = parse(record)
            except RecordRejected as why:
                logger.warning("registry.record_rejected: %s", why)
                rejected += 1
            else:
                found[trial.nct_id] = (trial, record)
        odd = sum(trial.status not in STATUSES for trial, _ in found.values())
        if max(rejected, odd) > _MOST_ODD * (len(found) + rejected):
            raise RegistryDrift(
                f"of {len(found) + rejected} records {rejected} can't be read, and {odd} have a "
                "status that the registry did not have"
            )
        return found, rejected

    def _guard_against_a_sudden_loss(self, number: int) -> None:
        with Session(self._engine, future=True) as session:
            known = session.execute(
                select(func.count()).select_from(TrialRow).where(TrialRow.gone_at.is_(None))
            ).scalar_one()
        if number == 0 or number < known * _LEAST_SHARE:
            raise RegistryDrift(f"only {number} records where {known} were known")

    def _store(
        self,
        owner: str,
        found: dict[str, tuple[Trial, Any]],
        rejected: int,
        full: bool,
        now: datetime,
        stamp: str,
    ) -> RefreshReport:
        with transaction(self._engine) as session:
            # First a write, so that SQLite's lock is ours before we read what to change.
            self._sign(
                session, owner, checked_at=now, data_timestamp=stamp, names=self._names_fingerprint,
                **({"full_at": now} if full else {}),
            )  # fmt: skip
            known = {
                row.nct_id: row
                for row in session.execute(
                    select(
                        TrialRow.nct_id,
                        TrialRow.status,
                        TrialRow.fingerprint,
                        TrialRow.first_seen_at,
                        TrialRow.gone_at,
                    )
                )
            }
            # A full sync writes all, since our names or our reading of a record may have changed.
            differing = {
                id_: pair
                for id_, pair in found.items()
                if id_ not in known
                or known[id_].gone_at is not None
                or known[id_].fingerprint != pair[0].fingerprint
            }
            moved = [
                trial
                for trial, _ in differing.values()
                if trial.nct_id not in known or known[trial.nct_id].status != trial.status
            ]
            missing = [id_ for id_, row in known.items() if id_ not in found and not row.gone_at]
            gone = missing if full else []
            written = found if full else differing
            self._write(session, written, known, differing, now)
            _insert(session, StatusChangeRow, [_change(trial, known, now) for trial in moved])
            for id_ in gone:
                session.execute(update(TrialRow).where(TrialRow.nct_id == id_).values(gone_at=now))
            if written or gone:
                session.execute(update(SyncStateRow).values(revision=SyncStateRow.revision + 1))
        new = sum(id_ not in known for id_ in differing)
        return RefreshReport(
            kind="full" if full else "incremental",
            read=len(found),
            new=new,
            changed=len(differing) - new,
            statuses_changed=len(moved) - new,
            gone=len(gone),
            rejected=rejected,
        )

    def _write(
        self,
        session: Session,
        written: Mapping[str, tuple[Trial, Any]],
        known: Mapping[str, Any],
        differing: Mapping[str, Any],
        now: datetime,
    ) -> None:
        first_seen = {id_: row.first_seen_at for id_, row in known.items()}
        changed = (
            {}
            if not known
            else dict(session.execute(select(TrialRow.nct_id, TrialRow.changed_at)).all())
        )
        ids = list(written)
        for start in range(0, len(ids), 500):
            some = ids[start : start + 500]
            for table in (SiteRow, TrialConditionRow, TrialRow):
                session.execute(
                    delete(table)
                    .where(table.nct_id.in_(some))
                    .execution_options(synchronize_session=False)
                )
        trials, sites, conditions = [], [], []
        for id_, (trial, record) in written.items():
            taken = condition_ids(trial, self._names)
            row = _trial_row(trial, record, taken)
            row["first_seen_at"] = first_seen.get(id_, now)
            row["changed_at"] = now if id_ in differing else changed.get(id_, now)
            trials.append(row)
            sites += _site_rows(trial)
            conditions += [{"nct_id": id_, "condition": each} for each in taken]
        _insert(session, TrialRow, trials)
        _insert(session, SiteRow, sites)
        _insert(session, TrialConditionRow, conditions)

    def _note_unchanged(self, owner: str, now: datetime) -> None:
        with transaction(self._engine) as session:
            self._sign(session, owner, checked_at=now)

    def _sign(self, session: Session, owner: str, **values: Any) -> None:
        """Write the state as the holder of the lease. Raises RegistryUnavailable if it is lost."""
        done = session.execute(
            update(SyncStateRow).where(SyncStateRow.lease_owner == owner).values(**values)
        )
        if done.rowcount != 1:
            raise RegistryUnavailable("too slow: another process has taken over")

    # -- one process at a time

    def _take_lease(self, owner: str) -> bool:
        with transaction(self._engine) as session:
            exists = session.execute(select(SyncStateRow.id)).first()
        if exists is None:
            try:
                with transaction(self._engine) as session:
                    session.add(SyncStateRow(id=1, revision=0))
            except IntegrityError:
                pass  # another process made it just now
        free = or_(SyncStateRow.lease_until.is_(None), SyncStateRow.lease_until < time.time())
        with transaction(self._engine) as session:
            taken = session.execute(
                update(SyncStateRow)
                .where(SyncStateRow.id == 1, free)
                .values(lease_owner=owner, lease_until=time.time() + _LEASE_SECONDS)
                .execution_options(synchronize_session=False)
            )
            return bool(taken.rowcount)

    @contextmanager
    def _leased(self, owner: str) -> Iterator[None]:
        try:
            yield
        finally:
            with transaction(self._engine) as session:
                session.execute(
                    update(SyncStateRow)
                    .where(SyncStateRow.lease_owner == owner)
                    .values(lease_owner=None, lease_until=None)
                )

    def _now(self) -> datetime:
        return self._clock().astimezone(timezone.utc).replace(tzinfo=None)


def _day(timestamp: str | None) -> date | None:
    try:
        return date.fromisoformat((timestamp or "")[:10])
    except ValueError:
        return None


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table.__table__), rows)


def _change(trial: Trial, known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    before = known.get(trial.nct_id)
    return {
        "nct_id": trial.nct_id,
        "seen_at": now,
        "registry_date": trial.last_update,
        "before": before.status if before is not None else None,
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
