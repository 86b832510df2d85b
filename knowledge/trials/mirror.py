"""Our copy of the field's trials: a few hundred records, fetched whole or by what changed.

Questions are answered from the mirror in milliseconds, each listing with the time it was checked.
A sync that fails leaves the mirror as it was; an answer that looks wrong (`drift`), or that is
older than what we have, is a failure, not news. Where the very first sync fails, the recorded data
that come with the product are served, dated, until one succeeds.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.database import transaction
from knowledge.trials import lease, rows
from knowledge.trials.client import RegistryClient, RegistryError, RegistryUnavailable
from knowledge.trials.drift import refuse_a_sudden_loss, refuse_what_looks_wrong
from knowledge.trials.recording import RECORDED_AT, recorded_records
from knowledge.trials.records import RecordRejected, Trial, parse
from knowledge.trials.tables import SyncStateRow, TrialRow

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
#: Goes up when records are read in another way, so that a full sync reads all of them again.
_READING = 2
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
            json.dumps([_READING, self._names], sort_keys=True).encode()
        ).hexdigest()
        self._clock = clock
        self._lock = threading.Lock()
        self._finished: tuple[float, RefreshReport] = (float("-inf"), RefreshReport("unchanged"))

    def refresh(self, progress: Callable[[str], None] | None = None) -> RefreshReport:
        """Bring the mirror up to date: all of it at first, then what changed.

        One at a time, over threads and processes: a thread that finds a sync running waits and
        gets its report; a process is told `running_elsewhere`. Raises RegistryError (or
        SQLAlchemyError), and then leaves the mirror as it was; one that was never filled holds the
        recorded data then.
        """
        asked_at = time.monotonic()
        with self._lock:
            finished_at, report = self._finished
            if finished_at >= asked_at:
                return report
            owner = uuid.uuid4().hex
            if not lease.take(self._engine, owner):
                return RefreshReport("running_elsewhere")
            with lease.held(self._engine, owner):
                try:
                    report = self._refresh(owner, progress or (lambda _text: None))
                except RegistryError:
                    self._fall_back_on_the_recording(owner)
                    raise
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
        _refuse_an_older_copy(stamp, state, now)
        say("Reading the trial registry …")
        params = self._search()
        if not full:
            since = _day(state.data_timestamp) - _OVERLAP  # type: ignore[operator]
            params["filter.advanced"] = f"AREA[LastUpdatePostDate]RANGE[{since},MAX]"
        found, rejected = self._read(params, owner)
        refuse_what_looks_wrong([trial for trial, _ in found.values()], rejected)
        if full:
            refuse_a_sudden_loss(len(found), self._known_number())
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
            if time.monotonic() > renewed_at + lease.RENEW_SECONDS:
                renewed_at = time.monotonic()
                lease.renew(self._engine, owner)
            try:
                trial = parse(record)
            except RecordRejected as why:
                logger.warning("registry.record_rejected: %s", why)
                rejected += 1
            else:
                found[trial.nct_id] = (trial, record)
        return found, rejected

    def _known_number(self) -> int:
        with Session(self._engine, future=True) as session:
            known = session.execute(
                select(func.count()).select_from(TrialRow).where(TrialRow.gone_at.is_(None))
            )
            return int(known.scalar_one())

    def _store(
        self,
        owner: str,
        found: dict[str, tuple[Trial, Any]],
        rejected: int,
        full: bool,
        now: datetime,
        stamp: str | None,
    ) -> RefreshReport:
        with transaction(self._engine) as session:
            # First a write, so that SQLite's lock is ours before we read what to change.
            lease.sign(
                session, owner, checked_at=now, data_timestamp=stamp, names=self._names_fingerprint,
                **({"full_at": now} if full else {}),
            )  # fmt: skip
            known = rows.known_rows(session)
            changed = rows.differing(found, known)
            # The history outlives our copy of the studies, which may be made anew (`schema`).
            before = rows.last_statuses(session)
            moved = [
                trial for trial, _ in changed.values() if before.get(trial.nct_id) != trial.status
            ]
            missing = [id_ for id_, row in known.items() if id_ not in found and not row.gone_at]
            gone = missing if full else []
            # A full sync writes all, since our names or our reading of a record may have changed.
            written = found if full else changed
            rows.write(session, written, known, changed, self._names, now)
            rows.note_statuses(session, moved, before, now)
            rows.note_gone(session, gone, now)
            if written or gone:
                session.execute(update(SyncStateRow).values(revision=SyncStateRow.revision + 1))
        new = sum(id_ not in known for id_ in changed)
        return RefreshReport(
            kind="full" if full else "incremental",
            read=len(found),
            new=new,
            changed=len(changed) - new,
            statuses_changed=sum(trial.nct_id in known for trial in moved),
            gone=len(gone),
            rejected=rejected,
        )

    def _fall_back_on_the_recording(self, owner: str) -> None:
        """Fill a mirror that never was with the recorded data, as of their day."""
        with Session(self._engine, future=True) as session:
            if session.get(SyncStateRow, 1).checked_at is not None:
                return
        found = {(trial := parse(record)).nct_id: (trial, record) for record in recorded_records()}
        self._store(owner, found, 0, full=False, now=RECORDED_AT, stamp=None)

    def _note_unchanged(self, owner: str, now: datetime) -> None:
        with transaction(self._engine) as session:
            lease.sign(session, owner, checked_at=now)

    def _now(self) -> datetime:
        return self._clock().astimezone(timezone.utc).replace(tzinfo=None)


def _refuse_an_older_copy(stamp: str, state: Any, now: datetime) -> None:
    """Raises RegistryUnavailable for a copy older than ours, unless it has lasted for a week."""
    there, ours = _day(stamp), _day(state.data_timestamp)
    if there is None or ours is None or stamp >= state.data_timestamp:
        return
    if now - state.checked_at <= _FULL_EVERY:
        raise RegistryUnavailable("an older copy of the registry answered")


def _day(timestamp: str | None) -> date | None:
    try:
        return date.fromisoformat((timestamp or "")[:10])
    except ValueError:
        return None
