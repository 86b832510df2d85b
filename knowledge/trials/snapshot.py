"""The mirror in memory, read anew only when a sync has changed it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.engine import Engine

from knowledge.places import Place
from knowledge.trials.cards import KnownTrial, base_card
from knowledge.trials.sites import KnownSite, status_of, unit_vector
from knowledge.trials.tables import SiteRow, TrialCellsRow, TrialConditionRow, TrialRow

#: Nearness of a trial without a located site: beyond the other side of the earth.
NOWHERE = -2.0
_ANY = ""
#: Trials in autoimmune disease that name none of our conditions.
NO_CONDITION = "-"


@dataclass(frozen=True)
class Snapshot:
    """The trials of the mirror at a revision.

    trials: CAR-T studies. others: what the registry's loose search brought along, to be shown
    apart. rank: for each trial its place in the order of the last update, newest first.
    """

    revision: int
    trials: tuple[KnownTrial, ...]
    others: tuple[KnownTrial, ...]
    rank: np.ndarray[Any, Any]
    _by_condition: dict[tuple[str, str], tuple[int, ...]]
    _points: _Points

    @classmethod
    def of(cls, revision: int, known: Sequence[KnownTrial]) -> Snapshot:
        """Indexed for search."""
        trials = tuple(each for each in known if each.product == "car_t")
        newest = sorted(range(len(trials)), key=lambda index: trials[index].newest_first)
        rank = np.empty(len(trials), dtype=int)
        rank[newest] = np.arange(len(trials))
        return cls(
            revision,
            trials,
            tuple(each for each in known if each.product != "car_t"),
            rank,
            _indexed(trials),
            _Points.of(trials),
        )

    def matching(self, conditions: Sequence[str], statuses: Sequence[str]) -> Sequence[int]:
        """Positions of the trials of these statuses for any of the conditions.

        Without any condition, of all that are in autoimmune disease.
        """
        wanted = [(each, status) for each in conditions or (_ANY,) for status in statuses]
        if len(wanted) == 1:
            return self._by_condition.get(wanted[0], ())
        return sorted({at for each in wanted for at in self._by_condition.get(each, ())})

    def others_matching(self, conditions: Sequence[str]) -> list[KnownTrial]:
        """The studies to be shown apart, for the same conditions."""
        wanted = set(conditions)
        return [
            each
            for each in self.others
            if (each.conditions & wanted if wanted else each.autoimmune)
        ]

    def nearness(self, here: Place) -> np.ndarray[Any, Any]:
        """For each trial the cosine of the angle to its nearest site, `NOWHERE` without one."""
        assert here.latitude is not None and here.longitude is not None
        return self._points.nearness(unit_vector(here.latitude, here.longitude), len(self.trials))


@dataclass(frozen=True)
class _Points:
    """Where the sites are. Many share a city's centre, so each point is measured once.

    distinct: unit vectors, one a row. of_site: for each located site its row in `distinct`.
    starts, owners: where each trial's sites begin in `of_site`, and which trial that is.
    """

    distinct: np.ndarray[Any, Any]
    of_site: np.ndarray[Any, Any]
    starts: np.ndarray[Any, Any]
    owners: np.ndarray[Any, Any]

    @classmethod
    def of(cls, trials: Sequence[KnownTrial]) -> _Points:
        rows: dict[tuple[float, float], int] = {}
        of_site: list[int] = []
        starts: list[int] = []
        owners: list[int] = []
        for index, trial in enumerate(trials):
            located = [
                (site.latitude, site.longitude)
                for site in trial.sites
                if site.latitude is not None and site.longitude is not None
            ]
            if located:
                starts.append(len(of_site))
                owners.append(index)
                of_site += [rows.setdefault(point, len(rows)) for point in located]
        distinct = np.array([unit_vector(*point) for point in rows]).reshape(-1, 3)
        return cls(distinct, *(np.array(each, dtype=int) for each in (of_site, starts, owners)))

    def nearness(self, here: tuple[float, float, float], size: int) -> np.ndarray[Any, Any]:
        found = np.full(size, NOWHERE)
        if len(self.owners):
            each = (self.distinct @ np.array(here))[self.of_site]
            found[self.owners] = np.maximum.reduceat(each, self.starts)
        return found


_snapshots: weakref.WeakKeyDictionary[Engine, Snapshot] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def snapshot(engine: Engine, revision: int) -> Snapshot:
    """All trials of the mirror as of a revision (`SyncStateRow.revision`)."""
    with _lock:
        known = _snapshots.get(engine)
        if known is None or known.revision != revision:
            known = Snapshot.of(revision, _read(engine))
            _snapshots[engine] = known
        return known


def _indexed(trials: Sequence[KnownTrial]) -> dict[tuple[str, str], tuple[int, ...]]:
    """By condition and status."""
    found: dict[tuple[str, str], list[int]] = {}
    for index, trial in enumerate(trials):
        named = trial.conditions or ([NO_CONDITION] if trial.autoimmune else [])
        for condition in (*named, *([_ANY] if trial.autoimmune else [])):
            found.setdefault((condition, trial.status), []).append(index)
    return {key: tuple(indexes) for key, indexes in found.items()}


def _read(engine: Engine) -> list[KnownTrial]:
    columns = [column for column in TrialRow.__table__.columns if column.name != "record"]
    listed = TrialRow.gone_at.is_(None)
    with engine.connect() as connection:
        sites: dict[str, list[Any]] = {}
        for site in connection.execute(
            select(SiteRow.__table__)
            .join(TrialRow, TrialRow.nct_id == SiteRow.nct_id)
            .where(listed)
            .order_by(SiteRow.nct_id, SiteRow.position)
        ):
            sites.setdefault(site.nct_id, []).append(site)
        conditions = _grouped(connection.execute(select(TrialConditionRow.__table__)))
        cells = _grouped(connection.execute(select(TrialCellsRow.__table__)))
        nothing: frozenset[str] = frozenset()
        return [
            _known(
                row,
                sites.get(row.nct_id, []),
                conditions.get(row.nct_id, nothing),
                cells.get(row.nct_id, nothing),
            )
            for row in connection.execute(select(*columns).where(listed).order_by(TrialRow.nct_id))
        ]


def _grouped(rows: Any) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for nct_id, value in rows:
        found.setdefault(nct_id, set()).add(value)
    return {nct_id: frozenset(values) for nct_id, values in found.items()}


def _known(
    row: Any, sites: Sequence[Any], conditions: frozenset[str], cells: frozenset[str]
) -> KnownTrial:
    own = [site.status for site in sites]
    base = base_card(
        row.nct_id, row.title, row.status, row.phases, row.conditions, row.min_age_years,
        row.max_age_years, row.sex, row.sponsor, row.last_update, row.contact, len(sites),
    )  # fmt: skip
    at = [KnownSite.of(site, status_of(site.status, row.status, own)) for site in sites]
    return KnownTrial.of(base, row.product, row.autoimmune, conditions, cells, at)
