"""A registry record is read as it is, however much of it is missing or odd."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.trials.records import (
    RecordRejected,
    age_in_years,
    nct_number,
    parse,
    readable,
)
from tests.registry import recorded_studies

MG = "NCT06193889"


def full() -> dict[str, Any]:
    return copy.deepcopy(recorded_studies()[MG])


def paths(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every path in a record; of lists the first item stands for all."""
    if at:
        yield at
    if isinstance(node, dict):
        for key, value in node.items():
            yield from paths(value, (*at, key))
    elif isinstance(node, list) and node:
        yield from paths(node[0], (*at, 0))


def replaced(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(record)
    node = changed
    for step in path[:-1]:
        node = node[step]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return changed


@pytest.mark.parametrize("nct_id", sorted(recorded_studies()))
def test_every_recorded_study_is_read_to_the_letter(nct_id: str) -> None:
    record = recorded_studies()[nct_id]
    protocol = record["protocolSection"]
    trial = parse(record)
    assert trial.nct_id == nct_id
    assert trial.title == protocol["identificationModule"]["briefTitle"]
    assert trial.status == protocol["statusModule"]["overallStatus"]
    assert list(trial.phases) == protocol.get("designModule", {}).get("phases", [])
    assert list(trial.conditions) == protocol.get("conditionsModule", {}).get("conditions", [])
    assert trial.sponsor == protocol["sponsorCollaboratorsModule"]["leadSponsor"]["name"]
    assert trial.sex == protocol.get("eligibilityModule", {}).get("sex")
    assert trial.eligibility == protocol.get("eligibilityModule", {}).get("eligibilityCriteria")
    assert trial.last_update == protocol["statusModule"]["lastUpdatePostDateStruct"]["date"]
    sites = protocol.get("contactsLocationsModule", {}).get("locations", [])
    assert len(trial.sites) == len(sites)
    for site, told in zip(trial.sites, sites):
        assert (site.facility, site.city, site.country, site.status) == tuple(
            told.get(key) for key in ("facility", "city", "country", "status")
        )
        point = told.get("geoPoint", {})
        assert (site.latitude, site.longitude) == (point.get("lat"), point.get("lon"))


def test_whatever_is_missing_a_record_is_read_or_rejected() -> None:
    record = full()
    for path in paths(record):
        changed = replaced(record, path, None)
        if path[-1] in {"nctId", "overallStatus"} or len(path) < 3 and path[0] == "protocolSection":
            continue
        if path[-1] in {"identificationModule", "statusModule"}:
            with pytest.raises(RecordRejected):
                parse(changed)
        else:
            assert parse(changed).nct_id == MG, path


@pytest.mark.parametrize("odd", [7, "text", [], [None], {"a": 1}, True, [["deep"]], -1e400])
def test_whatever_has_another_shape_a_record_is_read_or_rejected(odd: Any) -> None:
    record = full()
    for path in paths(record):
        try:
            trial = parse(replaced(record, path, odd))
        except RecordRejected:
            continue
        json.dumps([trial.title, trial.status, trial.conditions, trial.phases])
        assert isinstance(trial.title, str)
        assert all(isinstance(each, str) for each in (*trial.conditions, *trial.phases))


@pytest.mark.parametrize("record", [None, [], "x", {}, {"protocolSection": None}])
def test_what_is_no_record_is_rejected(record: Any) -> None:
    with pytest.raises(RecordRejected):
        parse(record)


def test_a_status_that_nobody_knows_survives_as_text() -> None:
    record = full()
    record["protocolSection"]["statusModule"]["overallStatus"] = "PAUSED_FOR_TEA"
    assert parse(record).status == "PAUSED_FOR_TEA"


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("18 Years", 18), ("1 Year", 1), ("6 Months", 0.5), ("30 Months", 2.5), ("26 Weeks", 0.5),
        ("90 Days", 0.25), ("N/A", None), ("", None), (None, None), (18, None), ("18", None),
    ],
)  # fmt: skip
def test_ages_are_in_years(text: Any, years: float | None) -> None:
    assert age_in_years(text) == years


def test_markup_is_unescaped_where_it_is_markup_alone() -> None:
    record = full()
    protocol = record["protocolSection"]
    protocol["descriptionModule"]["briefSummary"] = r"Score \> 5 \[range 1\-9\]"
    protocol["identificationModule"]["briefTitle"] = r"A\B study"
    criteria = r"1\. Age \>= 18"
    protocol["eligibilityModule"]["eligibilityCriteria"] = criteria
    trial = parse(record)
    assert trial.summary == "Score > 5 [range 1-9]"
    assert trial.title == r"A\B study"
    assert trial.eligibility == criteria
    assert readable(criteria) == "1. Age >= 18"


def test_what_can_not_be_seen_is_left_out() -> None:
    record = full()
    record["protocolSection"]["identificationModule"]["briefTitle"] = "Lu\x00p\u202eus\u200b \ud800"
    assert parse(record).title == "Lupus "


def test_a_poisoned_record_stays_small() -> None:
    record = full()
    protocol = record["protocolSection"]
    protocol["identificationModule"]["briefTitle"] = "x" * 10**6
    protocol["conditionsModule"]["conditions"] = ["y" * 10**4] * 1_000
    trial = parse(record)
    assert len(trial.title) == 1_000
    assert sum(map(len, trial.conditions)) <= 60_000


def test_a_contact_can_be_reached_and_an_investigator_comes_last() -> None:
    record = full()
    record["protocolSection"]["contactsLocationsModule"]["centralContacts"] = [
        {"name": "Nobody", "role": "CONTACT"},
        {"name": "Dr A", "role": "PRINCIPAL_INVESTIGATOR", "email": "a@example.org"},
        {"name": "Line", "role": "CONTACT", "phone": "555-0100", "phoneExt": "7"},
    ]
    assert [contact.as_json() for contact in parse(record).contacts] == [
        {"name": "Line", "phone": "555-0100 ext. 7", "email": None},
        {"name": "Dr A", "phone": None, "email": "a@example.org"},
    ]


def test_a_point_that_is_nowhere_is_no_point() -> None:
    record = full()
    site = record["protocolSection"]["contactsLocationsModule"]["locations"][0]
    for point in ({"lat": 91, "lon": 0}, {"lat": "48", "lon": 11}, {"lat": 48}, {}):
        site["geoPoint"] = point
        assert parse(record).sites[0].latitude is None


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_is_an_nct_number_or_none(text: str) -> None:
    number = nct_number(text)
    assert number is None or (len(number) == 11 and number[3:].isdigit())
