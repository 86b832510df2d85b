"""What is shown as CAR-T to join is CAR-T to join; each study is under the diseases it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from knowledge.trials.records import Trial, parse
from knowledge.trials.relevance import condition_ids, is_autoimmune, product_kind
from tests.registry import recorded_studies


def recorded(nct_id: str) -> Trial:
    return parse(recorded_studies()[nct_id])


def described(
    title: str,
    *interventions: tuple[str, str],
    study_type: str = "INTERVENTIONAL",
    summary: str = "",
    conditions: Sequence[str] = ("Lupus",),
) -> Trial:
    given = [{"type": kind, "name": name} for kind, name in interventions]
    record: dict[str, Any] = {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": title},
        "statusModule": {"overallStatus": "RECRUITING"},
        "designModule": {"studyType": study_type},
        "armsInterventionsModule": {"interventions": given},
        "descriptionModule": {"briefSummary": summary},
        "conditionsModule": {"conditions": list(conditions)},
    }
    return parse({"protocolSection": record})


@pytest.mark.parametrize(
    ("nct_id", "form"),
    [
        ("NCT06193889", "own cells, in full"),
        ("NCT07006805", "own cells, by product name alone"),
        ("NCT06588491", "the record's interventions name the preparation only"),
        ("NCT04146051", "mRNA"),
        ("NCT05451212", "CAAR-T"),
        ("NCT06201416", "regulatory T cells, by product name alone"),
        ("NCT07502859", "CD4+ CAR+ Foxp3+"),
        ("NCT06308978", "from donor cells, by product name alone"),
        ("NCT07085104", "donor cells"),
        ("NCT07333677", "made in the body"),
        ("NCT06801119", "made in the body, by product name alone"),
        ("NCT06787989", "cCAR"),
        ("NCT06435897", "4SCAR T cells, with stem cells"),
        ("NCT07535138", "gamma-delta"),
        ("NCT05507827", "in leukaemia"),
    ],
)
def test_car_t_in_any_form_is_car_t(nct_id: str, form: str) -> None:
    assert product_kind(recorded(nct_id)) == "car_t", form


@pytest.mark.parametrize(
    ("nct_id", "kind"),
    [
        ("NCT06010472", "car_nk"),
        ("NCT06926985", "car_nk"),
        ("NCT06208280", "car_nk"),
        ("NCT07144462", "car_nk"),
        ("NCT06377228", "car_nk"),
        ("NCT06434363", "car_nk"),
        ("NCT07389499", "other_cell"),
        ("NCT07746453", "other_cell"),
        ("NCT06898385", "other_cell"),
        ("NCT05739409", "other_cell"),
        ("NCT05261750", "other_cell"),
        ("NCT07403188", "follow_up_only"),
        ("NCT07577583", "follow_up_only"),
        ("NCT05843643", "not_cell_therapy"),
        ("NCT05536349", "not_cell_therapy"),
        ("NCT05740449", "not_cell_therapy"),
        ("NCT07682766", "not_cell_therapy"),
        ("NCT02629549", "not_cell_therapy"),
        ("NCT06980597", "unclear"),
    ],
)
def test_what_is_something_else_is_told_apart(nct_id: str, kind: str) -> None:
    assert product_kind(recorded(nct_id)) == kind


@pytest.mark.parametrize(
    ("trial", "kind"),
    [
        (described("Tocilizumab After CAR-T Therapy", ("DRUG", "Tocilizumab")), "not_cell_therapy"),
        (described("Blood Draw in People Receiving CAR-T", ("PROCEDURE", "Blood draw")),
         "not_cell_therapy"),
        (described("Registry of CAR-T in Lupus", ("OTHER", "CAR-T"), study_type="OBSERVATIONAL"),
         "follow_up_only"),
        (described("Rollover Study of Anti-CD19 CAR-T", ("BIOLOGICAL", "CAR-T")), "follow_up_only"),
        (described("Early Access to CAR-T", ("BIOLOGICAL", "CAR-T"), study_type="EXPANDED_ACCESS"),
         "expanded_access"),
        (described("A Study of XYZ-123 in Lupus", ("BIOLOGICAL", "XYZ-123"),
                   summary="XYZ-123 is an autologous CD19 CAR T-cell product."), "car_t"),
        (described("A Study of XYZ-123 in Lupus", ("BIOLOGICAL", "XYZ-123"),
                   summary="For people whose disease came back after CAR-T."), "not_cell_therapy"),
        (described("Rituximab and Standard Care", ("DRUG", "Rituximab"),
                   summary="CAR T cells are another approach."), "not_cell_therapy"),
        (described("CAR-NK and CAR-T Cells Compared", ("BIOLOGICAL", "CAR-NK"),
                   ("BIOLOGICAL", "CAR-T")), "car_t"),
        (described("Shopping Cart Nudges for Diet in Lupus", ("BEHAVIORAL", "Nudges")),
         "not_cell_therapy"),
    ],
)  # fmt: skip
def test_car_t_that_is_only_spoken_of_is_no_car_t_study(trial: Trial, kind: str) -> None:
    assert product_kind(trial) == kind


def test_of_the_recorded_list_nearly_all_is_car_t_and_the_rest_is_named() -> None:
    # The collection calls its 315 studies "CAR-T and CAR-NK".
    listed = [parse(r) for r in recorded_studies().values() if "derivedSection" not in r]
    kinds = [product_kind(trial) for trial in listed]
    assert kinds.count("unclear") <= 9
    for trial, kind in zip(listed, kinds):
        if "NK" in trial.title.replace("LUCAR-DKS1", ""):
            assert kind == "car_nk", trial.title


@pytest.mark.parametrize(
    ("nct_id", "ids"),
    [
        ("NCT06193889", {"myasthenia_gravis"}),
        ("NCT06451159", {"multiple_sclerosis"}),
        ("NCT05938725", {"lupus", "lupus_nephritis"}),
        ("NCT06310811", {"lupus"}),  # conditions: "Safety", "Effective"
        ("NCT05846347", {"lupus"}),  # conditions: "CAR-T"
        ("NCT06614270", {"systemic_sclerosis", "vasculitis", "myositis", "sjogren", "lupus"}),
        ("NCT07528105", {"type_1_diabetes"}),
        ("NCT07129642", {"graves"}),
        ("NCT04422912", {"pemphigus"}),
        ("NCT06588491", {"stiff_person"}),
        ("NCT06869278", {"multiple_sclerosis", "nmosd", "mogad", "myasthenia_gravis"}),
        ("NCT07441525", {"aiha", "itp"}),
        ("NCT05843643", {"lupus"}),
        ("NCT05507827", set()),
    ],
)
def test_a_study_is_under_the_conditions_it_names(
    names: Mapping[str, Sequence[str]], nct_id: str, ids: set[str]
) -> None:
    found = set(condition_ids(recorded(nct_id), names))
    assert ids <= found
    if not ids:
        assert not found


def test_an_abbreviation_counts_only_in_capitals() -> None:
    names = {"systemic_sclerosis": ["ssc"], "multiple_sclerosis": ["ms"], "itp": ["itp"]}
    found = condition_ids(described("Arms and Ms of SSc", conditions=["x"]), names)
    assert found == ["systemic_sclerosis"]


def test_cancer_in_people_with_hiv_is_no_hiv_study() -> None:
    names = {"hiv": ["hiv"]}
    assert condition_ids(described("CAR-T", conditions=["HIV-associated Lymphoma"]), names) == []
    assert condition_ids(described("CAR-T", conditions=["HIV Infections"]), names) == ["hiv"]


def test_hiv_and_cancer_are_not_autoimmune() -> None:
    assert not is_autoimmune(described("CAR-T in HIV", conditions=["HIV"]), ["hiv"])
    assert not is_autoimmune(recorded("NCT05507827"), [])
    assert is_autoimmune(described("CAR-T", conditions=["Autoimmune Diseases"]), [])
    assert is_autoimmune(described("CAR-T", conditions=["Lupus"]), ["lupus"])


def test_the_condition_lists_are_nearly_complete(names: Mapping[str, Sequence[str]]) -> None:
    """Of the autoimmune list few have no condition of ours, and those name none in their fields."""
    listed = [parse(r) for r in recorded_studies().values() if "derivedSection" not in r]
    unnamed = [trial for trial in listed if not condition_ids(trial, names)]
    assert len(unnamed) <= 45
    for trial in unnamed:
        told = " ".join([*trial.conditions, trial.title]).casefold()
        assert not any(word in told for word in ("lupus", "myasthenia", "multiple sclerosis"))
