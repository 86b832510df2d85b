"""Whether CAR-T is experimental is data: one row changes one disease's wording in one country."""

from __future__ import annotations

import dataclasses
from datetime import date

from knowledge.curated.content import ProductStatus
from knowledge.curated.reading import read_content
from knowledge.curated.status import status_sentence

CONTENT = read_content()
COUNTRIES = (None, "US", "DE", "ES", "GB", "JP")


def approved(jurisdiction: str) -> dict[tuple[str | None, str | None, str], tuple[str, str]]:
    """What reads otherwise, once a product is approved for lupus in a jurisdiction."""
    row = ProductStatus("Name-cel", "lupus", jurisdiction, "approved", date(2026, 11, 21), "label")
    tomorrow = dataclasses.replace(CONTENT, status=(*CONTENT.status, row))
    return {
        (condition, country, locale): (before, after)
        for condition in (None, "other", *CONTENT.conditions)
        for country in COUNTRIES
        for locale in ("en", "es")
        if (before := status_sentence(CONTENT, condition, country, locale))
        != (after := status_sentence(tomorrow, condition, country, locale))
    }


def test_today_it_is_experimental_for_every_disease_in_every_country() -> None:
    for condition in (None, "other", *CONTENT.conditions):
        for country in COUNTRIES:
            assert "is experimental for" in status_sentence(CONTENT, condition, country, "en")
            assert "es experimental para" in status_sentence(CONTENT, condition, country, "es")


def test_an_approval_for_lupus_in_the_us_changes_that_and_nothing_else() -> None:
    changed = approved("US")
    # Where the country is not known, "it is not an approved treatment" would be untrue.
    assert {key[:2] for key in changed} == {("lupus", "US"), ("lupus", None)}
    english = changed["lupus", "US", "en"][1]
    assert "approved for lupus in the United States: Name-cel" in english
    assert "está aprobado para el lupus en Estados Unidos" in changed["lupus", "US", "es"][1]
    assert "experimental for lupus in most countries" in changed["lupus", None, "en"][1]


def test_an_approval_in_the_european_union_holds_in_its_member_states() -> None:
    assert {key[1] for key in approved("EU")} == {None, "DE", "ES"}


def test_hiv_is_told_apart_from_autoimmune_disease() -> None:
    assert status_sentence(CONTENT, "hiv", None, "en").endswith("HIV is not an autoimmune disease.")
    assert status_sentence(CONTENT, "hiv", None, "es").endswith(
        "El VIH no es una enfermedad autoinmune."
    )


def test_a_disease_outside_the_list_goes_by_the_name_it_was_given() -> None:
    said = status_sentence(CONTENT, "other", "US", "en", "Crohn's disease")
    assert said.startswith("CAR-T is experimental for Crohn's disease:")
