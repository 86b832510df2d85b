"""People answer in their own words; what isn't understood is asked again, never guessed."""

from __future__ import annotations

import pytest

from knowledge.eligibility.answers import parse_answer
from knowledge.eligibility.facts import Fact


@pytest.mark.parametrize(
    ("fact_id", "locale", "text", "expected"),
    [
        ("age_years", "en", "I'm 43", 43.0),
        ("age_years", "en", "forty three", 43.0),
        ("age_years", "en", "actually I'm 34", 34.0),
        ("age_years", "en", "I turned sixty-five last week", 65.0),
        ("age_years", "es", "tengo dieciséis años", 16.0),
        ("age_years", "es", "cuarenta y tres", 43.0),
        ("age_years", "en", "between 40 and 50", None),
        ("age_years", "en", "430", None),
        ("failed_treatments", "en", "two, both failed", 2.0),
        ("failed_treatments", "en", "none", 0.0),
        ("failed_treatments", "en", "a couple", 2.0),
        ("failed_treatments", "es", "ninguno", 0.0),
        ("failed_treatments", "es", "tres o cuatro", None),
        ("disease_duration_months", "en", "about 2 years", 24.0),
        ("disease_duration_months", "en", "six months", 6.0),
        ("disease_duration_months", "en", "2 and a half years", 30.0),
        ("disease_duration_months", "es", "un año y seis meses", 18.0),
        ("edss", "en", "4.5", 4.5),
        ("edss", "es", "cuatro y medio", 4.5),
        ("platelets_1e9_l", "en", "150,000", 150.0),
        ("hemoglobin_g_dl", "en", "120", 12.0),
        ("sex", "en", "I'm a woman", "female"),
        ("sex", "es", "hombre", "male"),
        ("hiv", "en", "no", False),
        ("hiv", "en", "Yes I do", True),
        ("hiv", "es", "sí", True),
        ("pregnant", "es", "no estoy embarazada", False),
        ("pregnant", "en", "no, but we are trying", None),
        ("hiv", "en", "of course not", False),
        ("hiv", "en", "no, wait, yes", None),
        ("hiv", "es", "sí, digo no", None),
        ("hiv", "es", "claro que no", False),
        ("hiv", "es", "por supuesto que no", False),
        ("hiv", "es", "claro", True),
        ("hiv", "en", "positive", True),
        ("age_years", "en", "almost 18", None),
        ("age_years", "es", "voy a cumplir 18", None),
        ("disease_duration_months", "en", "5", None),
        ("sex", "en", "trans woman", None),
        ("stroke", "en", "my cousin's dog", None),
        ("stroke", "en", "", None),
    ],
)
def test_an_answer_is_read_or_asked_again(
    fact_id: str, locale: str, text: str, expected: bool | float | str | None
) -> None:
    told = parse_answer(fact_id, text, locale)
    assert told == (None if expected is None else Fact(expected))


@pytest.mark.parametrize(
    ("locale", "text"),
    [("en", "no idea"), ("en", "I don't know"), ("en", "not sure"), ("en", "never been tested"),
     ("es", "no sé"), ("es", "ni idea"), ("es", "no estoy segura"), ("es", "no me acuerdo")],
)  # fmt: skip
@pytest.mark.parametrize("fact_id", ["hiv", "age_years", "sex", "antibody:achr"])
def test_not_knowing_is_an_answer(fact_id: str, locale: str, text: str) -> None:
    assert parse_answer(fact_id, text, locale) == "unknown"


@pytest.mark.parametrize(("locale", "text"), [("en", "no"), ("en", "nope"), ("es", "no")])
def test_no_to_do_you_know_is_not_knowing(locale: str, text: str) -> None:
    assert parse_answer("mg_adl", text, locale) == "unknown"
    assert parse_answer("failed_treatments", text, locale) is None


@pytest.mark.parametrize(
    ("locale", "text"),
    [("en", "rather not say"), ("en", "I'd prefer not to answer"), ("en", "skip"),
     ("en", "none of your business"), ("es", "prefiero no decirlo"), ("es", "no quiero contestar"),
     ("es", "mejor no")],
)  # fmt: skip
@pytest.mark.parametrize("fact_id", ["hiv", "age_years", "failed_treatments"])
def test_not_wanting_to_tell_is_an_answer(fact_id: str, locale: str, text: str) -> None:
    assert parse_answer(fact_id, text, locale) == "declined"
