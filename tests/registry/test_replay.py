"""The replaying registry answers as ClinicalTrials.gov does, traps included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.registry import ReplayRegistry, recorded_studies, studies_of_april


@pytest.fixture(scope="module")
def registry() -> Iterator[ReplayRegistry]:
    with ReplayRegistry() as running:
        yield running


def ask(registry: ReplayRegistry, path: str, **params: Any) -> requests.Response:
    """GET; a dot in a parameter's name is written as two underscores."""
    named = {name.replace("__", "."): value for name, value in params.items()}
    return requests.get(registry.url + path, params=named, timeout=10, allow_redirects=False)


def numbers(answer: requests.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [
        study["protocolSection"]["identificationModule"]["nctId"]
        for study in answer.json()["studies"]
    ]


def all_numbers(registry: ReplayRegistry, **params: Any) -> list[str]:
    return numbers(ask(registry, "/studies", pageSize=1000, **params))


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"filter.phase": "PHASE3"}, "`filter.phase` is unknown parameter"),
        ({"filter.intervention": "aspirin"}, "`filter.intervention` is unknown parameter"),
        ({"query.cond": "asthma", "filter.studyType": "INTERVENTIONAL"},
         "`filter.studyType` is unknown parameter"),
        ({"query.cond": "cancer", "query.recrs": "COMPLETED"},
         "`query.recrs` is unknown parameter"),
        ({"query.term": "(foo"},
         "Error parsing query in Other terms: missing ')' at '<EOF>'"),
        ({"query.cond": "lupus [diag:0]"},
         "Error parsing query in Conditions or disease: mismatched input '[' expecting "),
        ({"filter.advanced": "AREA[NotARealField]x"},
         "Error parsing query in advanced filter: Unknown area name: `NotARealField`"),
        ({"filter.advanced": "AREA[Phase]PHASE9"},
         "Error parsing query in advanced filter: Allowed values for enum field "
         "`protocolSection.designModule.phases` are `NA`, `EARLY_PHASE1`, `PHASE1`, `PHASE2`, "
         "`PHASE3`, `PHASE4`"),
        ({"sort": "bad!"}, "Item 1 in parameter `sort` has incorrect format"),
        ({"fields": "StudyDesign"},
         "Parameter 'fields' contains invalid field name: 'StudyDesign'"),
        ({"filter.overallStatus": "OPEN"}, "has incorrect format"),
        ({"filter.ids": "NCT06193889|XYZ"}, "Item 2 in parameter `filter.ids` has incorrect"),
        ({"filter.geo": "distance(1, 2, 3km)"}, "has incorrect format"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_refused_in_the_attested_words(
    registry: ReplayRegistry, params: dict[str, str], sentence: str
) -> None:
    answer = requests.get(f"{registry.url}/studies", params=params, timeout=10)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert sentence in answer.text


def test_numbers_that_are_malformed_or_unknown(registry: ReplayRegistry) -> None:
    malformed = ask(registry, "/studies/XYZ")
    assert (malformed.status_code, "has incorrect format" in malformed.text) == (400, True)
    unknown = ask(registry, "/studies/NCT99999999")
    assert unknown.status_code == 404
    assert unknown.headers["Content-Type"].startswith("text/plain")
    assert all_numbers(registry, filter__ids="NCT99999999,NCT06193889") == ["NCT06193889"]


def test_a_merged_number_redirects_to_the_study(registry: ReplayRegistry) -> None:
    answer = ask(registry, "/studies/nct02769533")
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith("/studies/NCT02629549")


def test_ten_a_page_unless_asked_and_never_over_a_thousand(registry: ReplayRegistry) -> None:
    assert len(numbers(ask(registry, "/studies"))) == 10
    assert len(numbers(ask(registry, "/studies", pageSize=0))) == 10
    assert len(numbers(ask(registry, "/studies", pageSize=99999))) == len(recorded_studies())


def test_the_total_comes_with_the_first_page_only(registry: ReplayRegistry) -> None:
    first = ask(registry, "/studies", countTotal="true", pageSize=300).json()
    assert first["totalCount"] == len(recorded_studies())
    token = first["nextPageToken"]
    last = ask(registry, "/studies", countTotal="true", pageSize=300, pageToken=token).json()
    assert set(last) == {"studies"}
    assert len(first["studies"]) + len(last["studies"]) == len(recorded_studies())


def test_a_page_token_belongs_to_its_question(registry: ReplayRegistry) -> None:
    token = ask(registry, "/studies", pageSize=5).json()["nextPageToken"]
    assert (
        ask(registry, "/studies", pageSize=5, query__cond="lupus", pageToken=token).status_code
        == 400
    )


def test_a_query_of_numbers_alone_ignores_filters(registry: ReplayRegistry) -> None:
    completed = {"filter__overallStatus": "COMPLETED"}
    assert all_numbers(registry, query__term="NCT06193889", **completed) == ["NCT06193889"]
    assert all_numbers(registry, filter__ids="NCT06193889", **completed) == []


def test_words_are_joined_and_car_t_is_found_in_any_spelling(registry: ReplayRegistry) -> None:
    both = all_numbers(registry, query__cond='"myasthenia gravis" OR lupus', query__term="CAR-T")
    assert set(all_numbers(registry, query__cond="lupus", query__term="CART")) <= set(both)
    assert "NCT06193889" in both
    assert "NCT05843643" not in both
    assert "NCT05843643" in all_numbers(registry, query__cond="lupus")
    assert "NCT05843643" not in all_numbers(registry, query__cond="lupus AND NOT upadacitinib")


def test_what_has_no_value_is_in_no_range(registry: ReplayRegistry) -> None:
    young = "AREA[MaximumAge]RANGE[16 years, MAX]"
    found = all_numbers(registry, filter__advanced=young)
    without = [
        nct_id
        for nct_id, study in recorded_studies().items()
        if "maximumAge" not in study["protocolSection"].get("eligibilityModule", {})
    ]
    assert found
    assert not set(found) & set(without)


def test_what_was_updated_since_a_day_is_found(registry: ReplayRegistry) -> None:
    since = "AREA[LastUpdatePostDate]RANGE[2026-08-15,MAX] AND AREA[OverallStatus]RECRUITING"
    for nct_id in all_numbers(registry, filter__advanced=since):
        status = recorded_studies()[nct_id]["protocolSection"]["statusModule"]
        assert status["lastUpdatePostDateStruct"]["date"] >= "2026-08-15"
        assert status["overallStatus"] == "RECRUITING"


def test_near_a_point_any_site_counts_whatever_its_status(registry: ReplayRegistry) -> None:
    found = all_numbers(registry, filter__geo="distance(42.36,-71.06,30km)")
    assert found
    assert any(
        recorded_studies()[nct_id]["protocolSection"]["statusModule"]["overallStatus"]
        != "RECRUITING"
        for nct_id in found
    )


def test_only_the_fields_asked_for_are_given(registry: ReplayRegistry) -> None:
    answer = ask(registry, "/studies", fields="NCTId|StatusModule", pageSize=1000).json()
    for study in answer["studies"]:
        assert set(study) == {"protocolSection"}
        assert set(study["protocolSection"]) <= {"identificationModule", "statusModule"}
        assert set(study["protocolSection"]["identificationModule"]) == {"nctId"}


def test_sorting_is_by_date_newest_first_with_the_dateless_last(registry: ReplayRegistry) -> None:
    found = all_numbers(registry, sort="StartDate")
    dates = [
        recorded_studies()[nct_id]["protocolSection"]["statusModule"]
        .get("startDateStruct", {})
        .get("date", "")
        for nct_id in found
    ]
    assert dates == sorted(dates, reverse=True)


def test_what_is_recorded_is_what_the_collection_says() -> None:
    rebuilt = [s for s in recorded_studies().values() if "derivedSection" not in s]
    assert len(rebuilt) == 312
    assert len(recorded_studies()) == 355
    assert len(studies_of_april()) == 284
