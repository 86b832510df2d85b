"""What people narrow a search to is read from their words, and nothing else is taken for it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.search_filters import search_filters

TODAY = date(2026, 11, 21)


def read(text: str) -> list[str]:
    return [f"{wish.kind}={wish.value}" for wish in search_filters(text, TODAY)]


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("trials for lupus within 100 miles of Boston", "radius=100 mi"),
        ("lupus trials, 50km around Leeds", "radius=50 km"),
        ("within a hundred miles", "radius=100 mi"),
        ("no more than 1,000 km away", "radius=1000 km"),
        ("ensayos a menos de 50 km de Madrid", "radius=50 km"),
        ("en un radio de cien kilómetros", "radius=100 km"),
        ("I'm 16, any MS trials?", "age=16"),
        ("im 17 yo", "age=17"),
        ("trials for my 9-year-old", "age=9"),
        ("my daughter is 12", "age=12 sex=FEMALE"),
        ("a 6 month old baby with lupus", "age=0.5"),
        ("I'm 43 and was diagnosed at 16", "age=43"),
        ("tengo 43 años y lupus", "age=43"),
        ("mi hija de 9 años", "sex=FEMALE age=9"),
        ("I'm a 34 year old woman, any lupus trials?", "sex=FEMALE age=34"),
        ("I am a man with MS", "sex=MALE"),
        ("45 yo male, myositis", "age=45 sex=MALE"),
        ("female, 29, scleroderma: trials in Ohio", "sex=FEMALE"),
        ("any trial for my husband?", "sex=MALE"),
        ("my mother has lupus, what trials are there", "sex=FEMALE"),
        ("what about my son?", "sex=MALE"),
        ("soy mujer y tengo lupus", "sex=FEMALE"),
        ("ensayos para mi papá", "sex=MALE"),
        ("trials for women", "sex=FEMALE"),
        ("trials that use my own cells", "cells=own"),
        ("autologous CAR-T", "cells=own"),
        ("con mis propias células", "cells=own"),
        ("allogeneic trials", "cells=donor"),
        ("off-the-shelf CAR-T", "cells=donor"),
        ("células de donante", "cells=donor"),
        ("in vivo CAR-T trials", "cells=in_body"),
        ("phase 2/3 trials", "phase=PHASE2 phase=PHASE3"),
        ("fase II o III", "phase=PHASE2 phase=PHASE3"),
        ("early phase 1", "phase=EARLY_PHASE1"),
        ("trials that are not yet recruiting", "status=NOT_YET_RECRUITING"),
        ("ensayos que aún no reclutan", "status=NOT_YET_RECRUITING"),
        ("which trials have been completed? completed lupus trials", "status=COMPLETED"),
        ("trials near me", "near_me=yes"),
        ("what are the nearest sites", "near_me=yes"),
        ("ensayos cerca de mí", "near_me=yes"),
        ("ensayos más cercanos", "near_me=yes"),
        ("my zip is [postcode]", "postcode=unknown"),
        ("I'm 16, phase 2, within 50 km", "age=16 phase=PHASE2 radius=50 km"),
    ],
)
def test_a_limit_is_read(text: str, limits: str) -> None:
    assert " ".join(read(text)) == limits


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("what's new since March?", "2026-03-01"),
        ("what opened since December", "2025-12-01"),
        ("what changed since 3 August 2026", "2026-08-03"),
        ("new trials since August 3, 2026", "2026-08-03"),
        ("changes since 2026-08-22", "2026-08-22"),
        ("lupus trials opened this month", "2026-11-01"),
        ("what has changed this year", "2026-01-01"),
        ("new trials in the last 3 months", "2026-08-23"),
        ("anything new since last week", "2026-11-14"),
        ("what's new?", "2026-08-23"),
        ("since March?", "2026-03-01"),
        ("¿qué hay de nuevo desde marzo?", "2026-03-01"),
        ("¿qué ensayos se abrieron desde el 1 de agosto de 2026?", "2026-08-01"),
        ("nuevos ensayos este mes", "2026-11-01"),
        ("novedades del mes pasado", "2026-10-22"),
    ],
)
def test_since_when_is_read(text: str, since: str) -> None:
    assert read(text) == [f"since={since}"]


@pytest.mark.parametrize(
    "text",
    [
        "I'm 16 weeks pregnant", "diagnosed at age 16", "I was diagnosed when I was 16",
        "lupus for 16 years", "I've had MS for 20 years", "tengo 16 años con lupus",
        "tengo lupus desde hace 10 años", "I'm 100% sure", "my fever is 39", "70 km/h",
        "I have had lupus since March 2020, any trials?", "trials in New York this month",
        "I take 20 mg of prednisone", "can I be near my baby", "what is a phase", "is it a new drug",
        "my SLEDAI is 12", "he is in hospital", "am I too old", "it lasted 3 months",
        "are there trials for men and women", "is my doctor's wife right", "my wife's cousin told me",
        "do women get lupus more often", "a male nurse told me", "the man on the phone was kind",
        "my husband and I read your page", "mi mujer dice que no", "can a manager help",
        "what are the long-term effects", "I'm 1 of 3 sisters", "¿es seguro?", "",
    ],
)  # fmt: skip
def test_other_numbers_and_dates_are_no_limits(text: str) -> None:
    assert read(text) == []


def test_a_day_to_come_is_no_since() -> None:
    assert read("what's new since 2030-01-01") == []


def test_a_limit_says_where_it_stands() -> None:
    text = "lupus trials within 100 miles of Boston, phase 2"
    radius, phase = search_filters(text, TODAY)
    assert text[radius.start : radius.end] == "within 100 miles"
    assert text[phase.start : phase.end] == "phase 2"


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(text: str) -> None:
    for wish in search_filters(text, TODAY):
        assert 0 <= wish.start < wish.end <= len(text)
