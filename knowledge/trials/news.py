"""What changed on the registry since a day, from the mirror's own history of statuses.

The history begins with the first sync; what was there then is no news. A change counts as of the
day that the registry posted the record with it, since we may have looked later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from knowledge.places import Place, country_code
from knowledge.trials.checked import checked_at, is_bundled, is_live, state_of
from knowledge.trials.records import RECRUITING
from knowledge.trials.tables import SiteRow, StatusChangeRow, TrialConditionRow, TrialRow

#: `new`: not there before. `opened`, `closed`: began, ceased to recruit. `other`: another status.
#: `gone`: no longer among the registry's answers.
ChangeKind = Literal["new", "opened", "closed", "other", "gone"]
KINDS: tuple[ChangeKind, ...] = ("new", "opened", "closed", "other", "gone")


@dataclass(frozen=True)
class Change:
    """What became of one study. before: None where it is new. after: its status now."""

    kind: ChangeKind
    nct_id: str
    title: str
    before: str | None
    after: str
    day: date


@dataclass(frozen=True)
class News:
    """Changes since a day, by kind and newest first within it.

    followed_from: when our history begins; None where the mirror was never filled. checked_at: ISO,
    UTC. live, bundled: as in `search.Listing`.
    """

    since: date
    changes: tuple[Change, ...] = ()
    followed_from: date | None = None
    checked_at: str | None = None
    live: bool = False
    bundled: bool = False

    def of(self, kind: ChangeKind) -> list[Change]:
        """The changes of a kind."""
        return [change for change in self.changes if change.kind == kind]


def news(
    engine: Engine,
    since: date,
    *,
    conditions: Sequence[str] = (),
    place: Place | None = None,
    products: Sequence[str] = ("car_t",),
    recorded: bool = False,
    now: datetime | None = None,
) -> News:
    """What changed since a day among CAR-T trials for any of the conditions.

    conditions: ids; where none is given, all trials in autoimmune disease. place: only trials with
    a site in its country. products: other kinds (`relevance.ProductKind`) too.
    """
    state = state_of(engine)
    if state is None:
        return News(since)
    with engine.connect() as connection:
        began = connection.execute(select(func.min(StatusChangeRow.seen_at))).scalar_one()
        trials = _trials(connection, conditions, place, products)
        history: dict[str, list[_Seen]] = {}
        for row in connection.execute(
            select(StatusChangeRow.__table__).order_by(StatusChangeRow.id)
        ):
            before = history.get(row.nct_id)
            history.setdefault(row.nct_id, []).append(
                _Seen(row.before, row.after, row.seen_at, _day(row, before[-1] if before else None))
            )
    found = [
        _change(trials[nct_id], [row for row in rows if row.at > began and row.day >= since])
        for nct_id, rows in history.items()
        if nct_id in trials
    ]
    changes = [change for change in found if change is not None]
    left = {
        row.nct_id: row for row in trials.values() if row.gone_at and row.gone_at.date() >= since
    }
    changes = [change for change in changes if change.nct_id not in left]
    changes += [
        Change("gone", row.nct_id, row.title, row.status, row.status, row.gone_at.date())
        for row in left.values()
    ]
    changes.sort(key=lambda each: (KINDS.index(each.kind), -each.day.toordinal(), each.nct_id))
    return News(
        since,
        tuple(changes),
        followed_from=began.date() if began else None,
        checked_at=checked_at(state, recorded),
        live=is_live(state, recorded, now),
        bundled=is_bundled(state),
    )


def _trials(
    connection: Any, conditions: Sequence[str], place: Place | None, products: Sequence[str]
) -> dict[str, Any]:
    columns = (TrialRow.nct_id, TrialRow.title, TrialRow.status, TrialRow.gone_at)
    wanted = select(*columns).where(TrialRow.product.in_(products))
    if conditions:
        taking = select(TrialConditionRow.nct_id).where(TrialConditionRow.condition.in_(conditions))
        wanted = wanted.where(TrialRow.nct_id.in_(taking))
    else:
        wanted = wanted.where(TrialRow.autoimmune)
    trials = {row.nct_id: row for row in connection.execute(wanted)}
    if place is None:
        return trials
    sites = connection.execute(select(SiteRow.nct_id, SiteRow.country).distinct())
    there = {nct_id for nct_id, name in sites if name and country_code(name) == place.country}
    return {nct_id: row for nct_id, row in trials.items() if nct_id in there}


@dataclass(frozen=True)
class _Seen:
    """A row of the history. at: when we saw it. day: that it counts as of."""

    before: str | None
    after: str
    at: datetime
    day: date


def _change(trial: Any, rows: Sequence[_Seen]) -> Change | None:
    """What a study's rows of history amount to; None where it is as it was."""
    if not rows or rows[0].before == rows[-1].after:
        return None
    before, after = rows[0].before, rows[-1].after
    kind: ChangeKind = "other"
    if before is None:
        kind = "new"
    elif after == RECRUITING:
        kind = "opened"
    elif before == RECRUITING:
        kind = "closed"
    return Change(kind, trial.nct_id, trial.title, before, after, rows[-1].day)


def _day(row: Any, before: _Seen | None) -> date:
    """The day that the registry posted it; when we saw it, where that day says nothing.

    A status of UNKNOWN comes by itself after two years, and the record keeps its old date.
    """
    seen: date = row.seen_at.date()
    try:
        posted = date.fromisoformat(row.registry_date or "")
    except ValueError:
        return seen
    if before is not None and posted <= before.at.date():
        return seen
    return min(seen, posted)
