"""The mirror is the registry's truth of a known time, whatever the registry does."""

from __future__ import annotations

import contextlib
import copy
import logging
import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from knowledge.database import open_engine
from knowledge.trials import lease
from knowledge.trials.client import RegistryDrift, RegistryError, RegistryUnavailable
from knowledge.trials.mirror import Mirror, RefreshReport
from knowledge.trials.search import search
from knowledge.trials.tables import (
    SiteRow,
    StatusChangeRow,
    SyncStateRow,
    TrialCellsRow,
    TrialConditionRow,
    TrialRow,
)
from tests.knowledge.trials.conftest import HANGS_AFTER, comes_back, impatient
from tests.registry import Fault, ReplayRegistry, studies_of_april

Names = dict[str, Sequence[str]]
TABLES = (TrialRow, SiteRow, TrialConditionRow, TrialCellsRow, StatusChangeRow, SyncStateRow)


def contents(engine: Engine) -> dict[str, list[Any]]:
    """All rows of the mirror, but for who is syncing."""
    with engine.connect() as connection:
        return {
            table.__tablename__: sorted(map(repr, connection.execute(select(*_kept(table))).all()))
            for table in TABLES
        }


def _kept(table: Any) -> list[Any]:
    return [column for column in table.__table__.columns if not column.name.startswith("lease")]


def wait_until(happened: Callable[[], bool]) -> None:
    for _ in range(HANGS_AFTER * 20):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it never happened")


def rows(engine: Engine, table: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(table.__table__)))


def test_a_first_sync_brings_the_whole_field_in_one_call(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    report = mirror.refresh()
    assert report.kind == "full"
    assert report.read == report.new == len(rows(engine, TrialRow)) == 315
    assert len([path for path in registry.requests if "/studies?" in path]) == 1
    known = {row.nct_id for row in rows(engine, TrialRow)}
    sites = sum(
        len(study["protocolSection"].get("contactsLocationsModule", {}).get("locations", []))
        for nct_id, study in registry.studies.items()
        if nct_id in known
    )
    assert len(rows(engine, SiteRow)) == sites


def test_cancer_trials_and_other_studies_stay_out(engine: Engine, mirror: Mirror) -> None:
    mirror.refresh()
    known = {row.nct_id for row in rows(engine, TrialRow)}
    assert not known & {"NCT05507827", "NCT04272125", "NCT05843643", "NCT02629549"}


def test_nothing_is_fetched_while_the_registry_has_not_changed(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    mirror.refresh()
    registry.requests.clear()
    assert mirror.refresh().kind == "unchanged"
    assert [path.rsplit("/", 1)[-1] for path in registry.requests] == ["version"]


def test_later_only_what_changed_is_fetched(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    mirror.refresh()
    changed = copy.deepcopy(registry.studies["NCT06193889"])
    status = changed["protocolSection"]["statusModule"]
    status["overallStatus"] = "ACTIVE_NOT_RECRUITING"
    status["lastUpdatePostDateStruct"]["date"] = "2026-08-23"
    registry.studies["NCT06193889"] = changed
    registry.data_timestamp = "2026-08-24T09:00:00"
    report = mirror.refresh()
    assert (report.kind, report.changed, report.statuses_changed, report.new) == (
        "incremental", 1, 1, 0,
    )  # fmt: skip
    assert report.read < 20
    (change,) = [row for row in rows(engine, StatusChangeRow) if row.before is not None]
    assert (change.nct_id, change.before, change.after, change.registry_date) == (
        "NCT06193889", "RECRUITING", "ACTIVE_NOT_RECRUITING", "2026-08-23",
    )  # fmt: skip


def test_syncing_twice_is_syncing_once(
    registry: ReplayRegistry, engine: Engine, client: Any, names: Names
) -> None:
    first = datetime(2026, 11, 1, tzinfo=timezone.utc)
    Mirror(engine, client, names, clock=lambda: first).refresh()
    before = contents(engine)
    later = Mirror(engine, client, names, clock=lambda: first + timedelta(days=30))
    assert later.refresh() == RefreshReport("full", read=315)
    after = contents(engine)
    assert {k: v for k, v in before.items() if k != "trial_sync_state"} == {
        k: v for k, v in after.items() if k != "trial_sync_state"
    }


def test_the_changes_from_april_to_august_are_found_exactly(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    """Counted in the registry's own lists: 32 new, 1 gone, 36 with another status."""
    august = registry.studies
    registry.studies = dict(studies_of_april())
    registry.data_timestamp = "2026-04-25T00:00:00"
    assert mirror.refresh().read == 284
    registry.studies = august
    registry.data_timestamp = "2026-08-22T00:00:00"
    eight_days_later = datetime.now(timezone.utc) + timedelta(days=8)
    mirror._clock = lambda: eight_days_later
    report = mirror.refresh()
    assert (report.new, report.gone, report.statuses_changed) == (32, 1, 36)
    seen = Counter(
        (row.before is None, row.seen_at.date() == eight_days_later.date())
        for row in rows(engine, StatusChangeRow)
    )
    assert seen == {(True, False): 284, (True, True): 32, (False, True): 36}
    (gone,) = [row for row in rows(engine, TrialRow) if row.gone_at]
    assert gone.nct_id == "NCT07053800"


def test_a_trial_that_is_gone_is_listed_no_more_and_may_come_back(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    mirror.refresh()
    listed = search(engine, conditions=["myasthenia_gravis"]).total
    kept = registry.studies.pop("NCT06193889")
    registry.data_timestamp = "2026-08-24T09:00:00"
    now = datetime.now(timezone.utc)
    mirror._clock = lambda: now + timedelta(days=8)
    assert mirror.refresh().gone == 1
    assert search(engine, conditions=["myasthenia_gravis"]).total == listed - 1
    registry.studies["NCT06193889"] = kept
    registry.data_timestamp = "2026-08-25T09:00:00"
    mirror._clock = lambda: now + timedelta(days=16)
    mirror.refresh()
    assert search(engine, conditions=["myasthenia_gravis"]).total == listed


BROKEN: list[Fault] = [
    "503", "429_for_long", "403", "refuse", "truncated", "wrong_shape", "html", "html_404",
    "not_utf8", "empty", "half", "huge", "gzip_bomb", "redirect_elsewhere", "redirect_loop",
    "token_loop", "fewer", "renamed_enum", "nameless", "broken_version", "no_conditions",
    "no_locations", "no_points",
]  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_sync_that_fails_leaves_the_mirror_as_it_was(
    registry: ReplayRegistry, filled_once: tuple[Engine, Mirror], fault: Fault
) -> None:
    engine, mirror = filled_once
    before = contents(engine)
    registry.fault = fault
    registry.data_timestamp = "2026-09-01T00:00:00"
    now = datetime.now(timezone.utc) + timedelta(days=8)
    mirror._clock = lambda: now
    with pytest.raises(RegistryError):
        comes_back(mirror.refresh)
    assert contents(engine) == before
    registry.fault = ""
    assert mirror.refresh().kind == "full"


def test_a_study_that_comes_twice_is_one_study(
    registry: ReplayRegistry, filled_once: tuple[Engine, Mirror]
) -> None:
    engine, mirror = filled_once
    before = contents(engine)
    registry.fault = "twice"
    registry.data_timestamp = "2026-09-01T00:00:00"
    now = datetime.now(timezone.utc) + timedelta(days=8)
    mirror._clock = lambda: now
    with contextlib.suppress(RegistryError):
        mirror.refresh()
    after = contents(engine)
    for table in ("trials", "trial_sites"):
        assert len(after[table]) == len(before[table])


def test_dates_to_come_hide_no_later_change(
    registry: ReplayRegistry, filled_once: tuple[Engine, Mirror]
) -> None:
    """A day far ahead in one sync must not make the next ask only for what is newer still."""
    engine, mirror = filled_once
    registry.fault = "dates_ahead"
    registry.data_timestamp = "2026-09-01T00:00:00"
    now = datetime.now(timezone.utc) + timedelta(days=8)
    mirror._clock = lambda: now
    with contextlib.suppress(RegistryError):
        mirror.refresh()
    registry.fault = ""
    nct_id = "NCT06193889"
    changed = copy.deepcopy(registry.studies[nct_id])
    status = changed["protocolSection"]["statusModule"]
    status["overallStatus"] = "SUSPENDED"
    status["lastUpdatePostDateStruct"] = {"date": "2026-09-15", "type": "ACTUAL"}
    registry.studies = {**registry.studies, nct_id: changed}
    registry.data_timestamp = "2026-09-16T00:00:00"
    later = now + timedelta(days=1)
    mirror._clock = lambda: later
    mirror.refresh()
    (row,) = [row for row in rows(engine, TrialRow) if row.nct_id == nct_id]
    assert row.status == "SUSPENDED"


@pytest.fixture
def filled_once(registry: ReplayRegistry, names: Names, tmp_path: Any) -> tuple[Engine, Mirror]:
    """A filled mirror on SQLite."""
    from knowledge.database import Base

    engine = open_engine(f"sqlite:///{tmp_path / 'once.sqlite'}")
    Base.metadata.create_all(engine)
    mirror = Mirror(engine, impatient(registry), names)
    mirror.refresh()
    return engine, mirror


def test_a_first_run_without_the_registry_serves_recorded_data_with_their_day(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    registry.fault = "503"
    with pytest.raises(RegistryError):
        mirror.refresh()
    listing = search(engine, conditions=["lupus"])
    assert listing.total > 0
    assert (listing.bundled, listing.live, listing.checked_at) == (
        True, False, "2026-08-22T00:00:00Z",
    )  # fmt: skip
    on_the_day = datetime(2026, 8, 22, 1, tzinfo=timezone.utc)
    assert search(engine, conditions=["lupus"], now=on_the_day).live is False


def test_the_registry_once_reached_replaces_the_recorded_data(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    registry.fault = "503"
    with pytest.raises(RegistryError):
        mirror.refresh()
    registry.fault = ""
    registry.studies.pop("NCT06193889")
    report = mirror.refresh()
    assert (report.kind, report.new, report.gone) == ("full", 0, 1)
    listing = search(engine, conditions=["lupus"])
    assert (listing.bundled, listing.live) == (False, True)
    assert listing.checked_at != "2026-08-22T00:00:00Z"


def test_a_later_failure_does_not_bring_the_recorded_data_back(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    registry.studies.pop("NCT06193889")
    mirror.refresh()
    registry.fault = "503"
    with pytest.raises(RegistryError):
        mirror.refresh()
    assert "NCT06193889" not in {row.nct_id for row in rows(engine, TrialRow)}


def test_an_error_in_the_middle_of_writing_undoes_all_of_it(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.refresh()
    before = contents(engine)
    registry.data_timestamp = "2026-08-24T09:00:00"
    now = datetime.now(timezone.utc) + timedelta(days=8)
    mirror._clock = lambda: now
    monkeypatch.setattr("knowledge.trials.rows._site_rows", lambda _trial: [{"nct_id": None}])
    with pytest.raises(Exception, match="NULL|null|IntegrityError"):
        mirror.refresh()
    assert contents(engine) == before


def test_a_record_that_can_not_be_read_is_left_out_alone(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    broken = copy.deepcopy(registry.studies["NCT06193889"])
    del broken["protocolSection"]["statusModule"]["overallStatus"]
    registry.studies["NCT06193889"] = broken
    report = mirror.refresh()
    assert (report.read, report.rejected) == (314, 1)


def test_a_new_status_of_one_study_is_kept_and_is_not_open(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    odd = copy.deepcopy(registry.studies["NCT06193889"])
    odd["protocolSection"]["statusModule"]["overallStatus"] = "PAUSED_FOR_TEA"
    registry.studies["NCT06193889"] = odd
    mirror.refresh()
    listed = search(engine, conditions=["myasthenia_gravis"], limit=1000)
    assert "NCT06193889" not in {card["nct_id"] for card in listed.trials}


def test_threads_that_refresh_at_once_sync_once(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror
) -> None:
    reports: list[RefreshReport] = []
    threads = [threading.Thread(target=lambda: reports.append(mirror.refresh())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([path for path in registry.requests if "/studies?" in path]) == 1
    assert len(reports) == 6
    assert {report.kind for report in reports} <= {"full", "unchanged"}


def _refresh_elsewhere(url: str, registry_url: str, names: Names, say: Any) -> None:
    from knowledge.trials.client import RegistryClient

    mirror = Mirror(open_engine(url), RegistryClient(registry_url, pause_s=0), names)
    say.put(mirror.refresh().kind)


def test_processes_that_refresh_at_once_sync_once(
    registry: ReplayRegistry, engine: Engine, names: Names
) -> None:
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    url = engine.url.render_as_string(hide_password=False)
    processes = [
        context.Process(target=_refresh_elsewhere, args=(url, registry.url, names, said))
        for _ in range(3)
    ]
    for process in processes:
        process.start()
    kinds = [said.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert kinds.count("full") == 1
    assert set(kinds) <= {"full", "unchanged", "running_elsewhere"}
    assert len([path for path in registry.requests if "/studies?" in path]) == 1


def test_the_lease_of_a_process_that_died_runs_out(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror, names: Names
) -> None:
    assert lease.take(engine, "a process that then died")
    assert mirror.refresh().kind == "running_elsewhere"
    with engine.begin() as connection:
        connection.execute(SyncStateRow.__table__.update().values(lease_until=1.0))
    assert mirror.refresh().kind == "full"


def test_who_lost_the_lease_does_not_write(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror, names: Names
) -> None:
    read = mirror._read

    def slow(params: dict[str, str], owner: str) -> Any:
        with engine.begin() as connection:
            connection.execute(SyncStateRow.__table__.update().values(lease_owner="another"))
        return read(params, owner)

    mirror._read = slow  # type: ignore[method-assign]
    with pytest.raises(RegistryError):
        mirror.refresh()
    assert rows(engine, TrialRow) == []


def test_new_names_of_conditions_are_applied_to_what_is_there(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror, client: Any, names: Names
) -> None:
    mirror.refresh()
    Mirror(engine, client, {**names, "gout": ["myasthenia gravis"]}).refresh()
    assert search(engine, conditions=["gout"]).total > 0


def test_the_loop_outlives_trouble_and_logs_no_content(
    registry: ReplayRegistry, engine: Engine, mirror: Mirror, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    registry.fault = "html"
    with caplog.at_level(logging.INFO):
        thread = threading.Thread(target=mirror.keep_fresh, args=(stop, 0.05), daemon=True)
        thread.start()
        wait_until(lambda: "refresh_failed" in caplog.text)
        registry.fault = ""
        wait_until(lambda: search(engine, conditions=["lupus"]).total > 0)
        assert thread.is_alive()
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert "maintenance" not in caplog.text


def test_far_fewer_studies_than_before_are_a_fault_and_not_news(
    registry: ReplayRegistry, filled_once: tuple[Engine, Mirror]
) -> None:
    _, mirror = filled_once
    registry.studies = dict(list(registry.studies.items())[:40])
    registry.data_timestamp = "2026-09-01T00:00:00"
    now = datetime.now(timezone.utc) + timedelta(days=8)
    mirror._clock = lambda: now
    with pytest.raises(RegistryDrift):
        mirror.refresh()


def test_an_older_copy_of_the_registry_is_no_news(
    registry: ReplayRegistry, filled_once: tuple[Engine, Mirror]
) -> None:
    """Behind its address stand several servers; one may be a day behind."""
    engine, mirror = filled_once
    before = contents(engine)
    registry.data_timestamp = "2026-08-21T00:00:00"
    registry.studies.pop("NCT06193889")
    with pytest.raises(RegistryUnavailable):
        mirror.refresh()
    assert contents(engine) == before


def test_an_older_copy_that_stays_for_a_week_is_the_registry(
    registry: ReplayRegistry, filled_once: tuple[Engine, Mirror]
) -> None:
    _, mirror = filled_once
    registry.data_timestamp = "2026-08-21T00:00:00"
    now = datetime.now(timezone.utc) + timedelta(days=8)
    mirror._clock = lambda: now
    assert mirror.refresh().kind == "full"
