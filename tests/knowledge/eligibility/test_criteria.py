"""A record's eligibility text becomes its criteria: to the letter, whole, and rightly named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from knowledge.eligibility.categories import CATEGORIES
from knowledge.eligibility.criteria import Criterion, criteria_of
from tests.knowledge.eligibility.annotations import (
    category_share,
    every_text,
    lines,
    score,
    texts,
)
from tests.registry import recorded_studies

SHARED = ("NCT04422912", "NCT06193889", "NCT06451159", "NCT07006805")


def eligibility(record: dict[str, Any]) -> str:
    module = record["protocolSection"].get("eligibilityModule", {})
    return str(module.get("eligibilityCriteria") or "")


def only(text: str) -> Criterion:
    (criterion,) = criteria_of(text)
    return criterion


def keys(text: str) -> dict[str, Any] | None:
    """The gold keys of a text's only criterion."""
    found = only(text).as_json("NCT00000000")["predicate"]
    assert found is None or isinstance(found, dict)
    return found


# -- measured on annotated records


@pytest.mark.parametrize("name", ["shared", "development", "held_back"])
def test_criteria_are_split_categorised_and_read_as_annotated(name: str) -> None:
    measured = score(name)
    assert measured.split >= 0.95
    assert measured.category >= 0.90
    assert measured.precision >= 0.95
    assert measured.recall >= 0.80


def test_criteria_of_trials_of_all_kinds_have_the_category_that_a_reader_gave_them() -> None:
    assert category_share("sampled") >= 0.90


def test_parents_roles_and_cohorts_are_those_of_the_gold() -> None:
    differing = []
    for nct_id in SHARED:
        got = {each.n: each for each in criteria_of(texts("shared")[nct_id])}
        for row in lines("shared"):
            if row["nct"] != nct_id:
                continue
            each = got[row["n"]]
            same = (each.text, each.kind, each.parent, each.role, each.leaf) == (
                row["text"], row["kind"], row["parent"], row["role"], row["leaf"],
            )  # fmt: skip
            if not same:
                differing.append((nct_id, row["n"]))
    assert differing == []


# -- every record


def test_each_quote_is_an_exact_slice_of_the_text_and_none_overlaps_another() -> None:
    assert len(every_text()) > 250
    for text in every_text().values():
        at = 0
        for each in sorted(criteria_of(text), key=lambda criterion: criterion.start):
            assert text[each.start : each.start + len(each.text)] == each.text
            assert each.text == each.text.strip()
            assert each.start >= at
            assert each.parent is None or each.parent in text
            assert each.category in CATEGORIES
            at = each.start + len(each.text)


def test_the_command_prints_the_lines_of_one_record(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    record = recorded_studies()["NCT06193889"]
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    assert main(["criteria", str(file)]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    text = eligibility(record)
    assert [each["n"] for each in printed] == list(range(1, 20))
    assert all(text[row["start"] :].startswith(row["text"]) for row in printed)


def test_the_command_says_what_is_wrong_with_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "record.json"
    file.write_text("{}", encoding="utf-8")
    assert main(["criteria", str(file)]) == 1
    assert "no NCT number" in capsys.readouterr().err


# -- the shapes that texts take


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Inclusion Criteria:\n\n1\\. Age 18\n2\\. Lupus", ["Age 18", "Lupus"]),
        ("* Age \\>= 18 years\n* Active lupus", ["Age \\>= 18 years", "Active lupus"]),
        (
            "Inclusion Criteria:\n\n1. Aged 18-70 years 2. Lupus nephritis 3. Consent signed",
            ["Aged 18-70 years", "Lupus nephritis", "Consent signed"],
        ),
        ("Inclusion Criteria: Age 18-65; diagnosis of SLE; consent signed\n\nExclusion Criteria: "
         "pregnancy", ["Age 18-65", "diagnosis of SLE", "consent signed", "pregnancy"]),
        ("Key Exclusion Criteria\n\n* HIV; or\n* Grade 2. No other", ["HIV; or", "Grade 2. No other"]),
        ("Inclusion Criteria:\n\n* Use of the following therapies:\n\n  * A1 drug\n  * B2 drug",
         ["A1 drug", "B2 drug"]),
        ("Inclusion Criteria: 1. Age 18. 2. Active lupus. Exclusion Criteria: 1. Pregnancy. 2. HIV.",
         ["Age 18.", "Active lupus.", "Pregnancy.", "HIV."]),
        ("Inclusion Criteria:\n\n1. Lupus\n\n   Exclusion Criteria:\n\n1. HIV", ["Lupus", "HIV"]),
        ("Inclusion Criteria:\n\nAge 18 to 70\nLupus nephritis\n\nExclusion Criteria:\n\nHIV",
         ["Age 18 to 70", "Lupus nephritis", "HIV"]),
        ("**Inclusion Criteria**\r\n\r\n- Age 18 - Active lupus - Signed consent\r\n",
         ["Age 18", "Active lupus", "Signed consent"]),
        # numbers that start again, and words that stand where criteria would
        ("Inclusion Criteria:\n\n1. Lupus\n2. Consent\n\n1. Age 18 to 65 years\n2. No HIV",
         ["Lupus", "Consent", "Age 18 to 65 years", "No HIV"]),
        ("Inclusion Criteria:\n\n* Lupus\n\nExclusion Criteria:\n\n"
         "* Other protocol-defined exclusion criteria apply",
         ["Lupus", "Other protocol-defined exclusion criteria apply"]),
        ("", []),
        ("Inclusion Criteria:\n\nExclusion Criteria:", []),
    ],
)  # fmt: skip
def test_a_text_is_split_at_its_items(text: str, expected: list[str]) -> None:
    assert [each.text for each in criteria_of(text)] == expected


@pytest.mark.parametrize(
    "heading",
    ["Exclusion Criteria:", "Key Exclusion Criteria", "EXCLUSION CRITERIA", "exclusion criteria :",
     "Main exclusion criteria:", "List of exclusion criteria:", "III.6 EXCLUSION CRITERIA",
     "Subjects who met any of the following criteria were excluded from the study:"],
)  # fmt: skip
def test_headings_are_known_in_their_many_wordings(heading: str) -> None:
    text = f"Inclusion Criteria:\n\n* Lupus\n\n{heading}\n\n* Pregnancy"
    assert [each.kind for each in criteria_of(text)] == ["inclusion", "exclusion"]


# -- what a criterion is about


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # what is asked, not whom it is asked of
        ("Inclusion Criteria:\n\n* Men, unless sterile, must agree to use contraception",
         ["contraception"]),
        ("Inclusion Criteria:\n\n* Women of childbearing potential need a negative pregnancy test and "
         "agree to use contraception", ["pregnancy"]),
        ("Inclusion Criteria:\n\n* Women must use contraception; a pregnancy test must be negative",
         ["contraception"]),
        # a label, numbers inside, what stands in brackets within brackets
        ("Inclusion Criteria:\n\n* Marrow function must meet the following: a. Neutrophils ≥ 1×10\\^9/L "
         "(no growth factor within 2 weeks)", ["blood_counts"]),
        ("Exclusion Criteria:\n\n* Severe comorbidities (diabetes, hypertension (above 160), stroke)",
         ["general_discretion"]),
        # an earlier treatment ruled out for a time is one to stop, for ever it is a past one
        ("Exclusion Criteria:\n\n* Received a biologic such as belimumab within 3 months",
         ["washout"]),
        ("Exclusion Criteria:\n\n* Previously treated with a biologic", ["prior_treatment"]),
        # words that mean something else
        ("Exclusion Criteria:\n\n* Malignant hypertension", ["cardiovascular_events"]),
        ("Exclusion Criteria:\n\n* Bone marrow failure syndromes", ["other"]),
        ("Exclusion Criteria:\n\n* Failure to complete the diary", ["other"]),
        ("Exclusion Criteria:\n\n* Lupus kidney disease", ["kidney"]),
        ("Exclusion Criteria:\n\n* Disease other than lupus that explains the rash", ["diagnosis"]),
        # a child without words of its own has its parent's, if that is more than a lead-in
        ("Inclusion Criteria:\n\n* Diagnosed with myasthenia by one of the following:\n\n"
         "  * Neostigmine test\n  * Repeated stimulation", ["diagnosis", "diagnosis"]),
        ("Inclusion Criteria:\n\n* Patients must meet the following criteria:\n\n  * Owns headphones",
         ["other"]),
    ],
)  # fmt: skip
def test_a_criterion_is_about_what_it_asks(text: str, expected: list[str]) -> None:
    assert [each.category for each in criteria_of(text) if each.leaf] == expected


# -- what a person could be wronged by


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a limit turned round, and units
        ("Exclusion Criteria:\n\n* LVEF \\< 40%", {"lvef_min": 40}),
        ("Inclusion Criteria:\n\n* Platelets \\> 50,000/µL", {"platelets_min_1e9_l": 50}),
        ("Inclusion Criteria:\n\n* Platelet count ≥ 75×10\\^9/L", {"platelets_min_1e9_l": 75}),
        ("Inclusion Criteria:\n\n* Hemoglobin ≥ 60 g/L", {"hb_min_g_dl": 6}),
        # ceilings that look like floors
        ("Inclusion Criteria:\n\n* Platelets \\< 30,000/µL", None),
        ("Inclusion Criteria:\n\n* Disease duration of at most 7 years", None),
        # decoy numbers
        ("Inclusion Criteria:\n\n* Diagnosis of MS per the 2017 McDonald criteria", None),
        ("Inclusion Criteria:\n\n* ANA positive at a titer of 1:80 or more", None),
        ("Inclusion Criteria:\n\n* eGFR \\> 45 mL/min/1.73 m2", {"egfr_min": 45}),
        ("Inclusion Criteria:\n\n* Platelets \\< 30 × 10⁹/L, or ≥ 20 × 10⁹/L with bleeding", None),
        # a lifetime exclusion keeps none of its exception's years
        ("Exclusion Criteria:\n\n* Malignancy, unless treated and disease-free for 5 years", None),
        # years and months
        ("Inclusion Criteria:\n\n* Disease duration of at least 2 years",
         {"disease_duration_min_months": 24}),
        # earlier CAR-T wanted in one study, barred in another
        ("Inclusion Criteria:\n\n* Has received prior CAR-T cell therapy", None),
        ("Exclusion Criteria:\n\n* Prior CAR-T cell therapy", {"prior_cart_excluded": True}),
        # double negatives
        ("Exclusion Criteria:\n\n* Unable to interrupt anticoagulation", None),
        ("Exclusion Criteria:\n\n* Patients with treated hepatitis C are not excluded", None),
        ("Inclusion Criteria:\n\n* No history of organ transplant",
         {"prior_transplant_excluded": True}),
        # ages
        ("Inclusion Criteria:\n\n* Age between 18 and 65 years", {"age_min": 18, "age_max": 65}),
        ("Inclusion Criteria:\n\n* 18 years of age or older", {"age_min": 18}),
        ("Inclusion Criteria:\n\n* be ≥ 0.5 year old and ≤ 18 years old",
         {"age_min": 0.5, "age_max": 18}),
        ("Exclusion Criteria:\n\n* Age \\< 18 or \\> 75 years", {"age_min": 18, "age_max": 75}),
    ],
)  # fmt: skip
def test_predicates_keep_signs_units_and_negations(
    text: str, expected: dict[str, Any] | None
) -> None:
    assert keys(text) == expected


def test_an_exception_is_never_a_requirement() -> None:
    text = (
        "Exclusion Criteria:\n\n* Any malignancy with the following exceptions:\n\n"
        "  * Basal cell carcinoma\n  * Cancer in remission for at least 5 years"
    )
    parent, *children = criteria_of(text)
    assert [each.role for each in children] == ["exception", "exception"]
    for each in (parent, *children):
        assert each.predicate is not None
        assert not any(requirement.firm for requirement in each.predicate.requirements)
