"""Is an answer of the registry news, or has something gone wrong at its end?

An answer that looks wrong is not stored: statuses that nobody knows, records that can't be read,
fields that all records lost at once, far fewer studies than before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from knowledge.trials.client import RegistryDrift
from knowledge.trials.records import RECRUITING, STATUSES, Trial

#: A full answer with less than this share of what we knew is taken for a fault of the registry.
_LEAST_SHARE = 0.5
#: So is one with more than this share of records that can't be read, or of unknown statuses.
_MOST_ODD = 0.1
#: So is one where more than this share lacks what nearly every record has. In 1,033 records all had
#: conditions, every recruiting study a site, and 98 % of sites their coordinates.
_MOST_WITHOUT = 0.5
#: Of fewer records than this nothing is concluded.
_ENOUGH = 10


def refuse_what_looks_wrong(trials: Collection[Trial], rejected: int) -> None:
    """Raises RegistryDrift where the records of an answer are not what records are."""
    odd = sum(trial.status not in STATUSES for trial in trials)
    if max(rejected, odd) > _MOST_ODD * (len(trials) + rejected):
        raise RegistryDrift(
            f"of {len(trials) + rejected} records {rejected} can't be read, and {odd} have a "
            "status that the registry did not have"
        )
    recruiting = [trial for trial in trials if trial.status == RECRUITING]
    sites = [site for trial in recruiting for site in trial.sites]
    _refuse_if_lost("conditions", [bool(trial.conditions) for trial in trials])
    _refuse_if_lost("locations", [bool(trial.sites) for trial in recruiting])
    _refuse_if_lost("geoPoint", [site.latitude is not None for site in sites])


def refuse_a_sudden_loss(number: int, known: int) -> None:
    """Raises RegistryDrift where a full answer holds far fewer studies than we knew."""
    if number == 0 or number < known * _LEAST_SHARE:
        raise RegistryDrift(f"only {number} records where {known} were known")


def _refuse_if_lost(field: str, present: Sequence[bool]) -> None:
    if len(present) >= _ENOUGH and present.count(False) > _MOST_WITHOUT * len(present):
        raise RegistryDrift(f"{present.count(False)} of {len(present)} records lack {field}")
