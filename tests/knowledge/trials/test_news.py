"""What changed since a day is told from our own history, and only what we saw change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.database import Base, open_engine
from knowledge.places import place
from knowledge.trials.mirror import Mirror
from knowledge.trials.news import News, news
from knowledge.trials.recording import recorded_records
from knowledge.trials.records import parse
from knowledge.trials.relevance import product_kind
from knowledge.trials.tables import StatusChangeRow, TrialRow
from tests.knowledge.trials.conftest import impatient
from tests.registry import ReplayRegistry, recorded_studies, studies_of_april

APRIL, AUGUST = (
    datetime(2026, 4, 25, tzinfo=timezone.utc),
    datetime(2026, 8, 22, tzinfo=timezone.utc),
)
EVERY_PRODUCT = (
    "car_t", "car_nk", "other_cell", "follow_up_only", "expanded_access", "not_cell_therapy",
    "unclear",
)  # fmt: skip


@pytest.fixture(scope="module")
def followed(
    tmp_path_factory: pytest.TempPathFactory, names: dict[str, Sequence[str]]
) -> Iterator[Engine]:
    """A mirror that saw the registry in April and in August 2026."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('news') / 'knowledge.sqlite'}")
    Base.metadata.create_all(engine)
    with ReplayRegistry() as registry:
        mirror = Mirror(engine, impatient(registry), names)
        august = registry.studies
        for studies, day in ((dict(studies_of_april()), APRIL), (august, AUGUST)):
            registry.studies = studies
            registry.data_timestamp = f"{day:%Y-%m-%d}T00:00:00"
            mirror._clock = lambda day=day: day
            mirror.refresh()
    yield engine
    engine.dispose()


def status_of(study: dict[str, object]) -> str:
    return parse(study).status


def august_list() -> list[str]:
    """The studies of the registry's list of 2026-08-22."""
    return [parse(record).nct_id for record in recorded_records()]


def kinds(found: News) -> Counter[str]:
    return Counter(change.kind for change in found.changes)


def test_the_changes_from_april_to_august_are_exact(followed: Engine) -> None:
    """As counted in the registry's own lists: 32 new, 1 gone, 36 with another status."""
    april, august = studies_of_april(), recorded_studies()
    in_both = set(april) & set(august)
    moved = {id_ for id_ in in_both if status_of(april[id_]) != status_of(august[id_])}
    everything = news(followed, APRIL.date(), products=EVERY_PRODUCT).changes
    named = {change.nct_id for change in everything}
    seen = {change.nct_id: change for change in everything}
    assert len(moved) == 36
    assert moved - named == set()
    for nct_id in moved:
        change = seen[nct_id]
        assert (change.before, change.after) == (
            status_of(april[nct_id]), status_of(august[nct_id]),
        )  # fmt: skip
        recruiting = (change.before == "RECRUITING", change.after == "RECRUITING")
        expected = {(True, False): "closed", (False, True): "opened", (False, False): "other"}
        assert change.kind == expected[recruiting]
    appeared = set(august_list()) - set(april)
    assert len(appeared) == 32
    # One of them, NCT07682766, watches people with sepsis in intensive care and gives no cells: the
    # registry's loose search found it, but it is no news to people with autoimmune disease.
    told = {change.nct_id for change in everything if change.kind == "new"}
    assert appeared - told == {"NCT07682766"}
    assert [change.nct_id for change in everything if change.kind == "gone"] == ["NCT07053800"]
    assert len(everything) == 31 + 1 + 36


def test_the_mirrors_own_history_is_the_registrys_change_list(followed: Engine) -> None:
    """Of all that it follows, whatever it is about: 32 new, 1 gone, 36 of 283 moved."""
    listed = set(august_list()) | set(studies_of_april())
    with Session(followed, future=True) as session:
        rows = [row for row in session.scalars(select(StatusChangeRow)) if row.nct_id in listed]
        gone = session.scalars(select(TrialRow.nct_id).where(TrialRow.gone_at.is_not(None))).all()
    began = min(row.seen_at for row in rows)
    later = [row for row in rows if row.seen_at > began]
    assert sum(row.before is None for row in later) == 32
    assert sum(row.before is not None for row in later) == 36
    assert list(gone) == ["NCT07053800"]
    assert len(set(august_list()) & set(studies_of_april())) == 283


def test_what_was_there_at_first_sight_is_no_news(filled: Engine) -> None:
    found = news(filled, date(2020, 1, 1))
    assert found.changes == ()
    assert found.followed_from == datetime.now(timezone.utc).date()


def test_a_change_is_of_the_day_that_the_registry_posted_it(followed: Engine) -> None:
    """We looked on 22 August; what was posted in June is no news of August."""
    for change in news(followed, APRIL.date()).changes:
        if change.kind != "gone":
            record = recorded_studies()[change.nct_id]["protocolSection"]["statusModule"]
            posted = record["lastUpdatePostDateStruct"]["date"]
            # A status of UNKNOWN comes by itself; the record keeps the date it had in April.
            by_itself = change.after == "UNKNOWN" and posted < "2026-04-25"
            assert change.day.isoformat() == ("2026-08-22" if by_itself else posted)
    since_august = news(followed, date(2026, 8, 1))
    assert all(change.day >= date(2026, 8, 1) for change in since_august.changes)
    assert 0 < len(since_august.changes) < len(news(followed, APRIL.date()).changes)
    assert news(followed, date(2026, 8, 23)).changes == ()


def test_news_are_of_car_t_trials_for_the_disease(followed: Engine) -> None:
    for condition in ("lupus", "multiple_sclerosis"):
        for change in news(followed, APRIL.date(), conditions=[condition]).changes:
            if change.kind != "gone":
                assert product_kind(parse(recorded_studies()[change.nct_id])) == "car_t"
    lupus = news(followed, APRIL.date(), conditions=["lupus"])
    assert "NCT07006805" not in {change.nct_id for change in lupus.changes}
    sclerosis = news(followed, APRIL.date(), conditions=["multiple_sclerosis"])
    assert ("NCT07006805", "other") in {(each.nct_id, each.kind) for each in sclerosis.changes}


def test_news_of_a_country_are_of_trials_with_a_site_there(followed: Engine) -> None:
    there = news(followed, APRIL.date(), place=place("country/US"))
    assert 0 < len(there.changes) < len(news(followed, APRIL.date()).changes)
    for change in there.changes:
        if change.kind != "gone":
            assert "United States" in str(recorded_studies()[change.nct_id])


def test_the_newest_comes_first_within_its_kind(followed: Engine) -> None:
    found = news(followed, APRIL.date())
    for kind in kinds(found):
        days = [change.day for change in found.changes if change.kind == kind]
        assert days == sorted(days, reverse=True)


def test_news_say_since_when_we_follow_and_when_we_looked(followed: Engine) -> None:
    found = news(followed, date(2020, 1, 1))
    assert found.followed_from == APRIL.date()
    assert (found.checked_at, found.live) == ("2026-08-22T00:00:00Z", False)
    assert news(followed, date(2020, 1, 1), now=AUGUST).live is True


def test_without_a_mirror_there_are_no_news(engine: Engine) -> None:
    found = news(engine, date(2026, 1, 1))
    assert (found.changes, found.checked_at, found.live) == ((), None, False)
