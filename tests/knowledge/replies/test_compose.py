"""Every reply about the therapy keeps the promises, whatever it is about."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest

from knowledge.clinics import DEMO
from knowledge.curated.content import Content, ProductStatus, Review
from knowledge.curated.reading import read_content
from knowledge.replies.compose import Composer
from knowledge.replies.setting import Named, Setting

TODAY = date(2026, 11, 21)
CONTENT = read_content()
EN, ES = Setting(DEMO), Setting(DEMO, "es", "es")


def composer(content: Content = CONTENT, today: date = TODAY, **options: bool) -> Composer:
    return Composer(lambda: content, lambda: today, **options)


ABOUT_THERAPY = [t.id for t in CONTENT.topics.values() if t.about_therapy]
NAMED = [None, Named("lupus"), Named("hiv"), Named("other", "Crohn's disease"), Named("other")]


@pytest.mark.parametrize("topic", ABOUT_THERAPY)
@pytest.mark.parametrize("setting", [EN, ES], ids=["en", "es"])
def test_every_reply_about_the_therapy_says_experimental_and_names_the_specialist(
    topic: str, setting: Setting
) -> None:
    for named in NAMED:
        reply = composer().answer(topic, setting, named)
        assert reply.experimental and reply.experimental in reply.text
        assert reply.specialist and reply.specialist["text"] in reply.text
        assert reply.specialist["role"]
        assert "experimental" in reply.experimental


@pytest.mark.parametrize("topic", sorted(CONTENT.topics))
def test_no_reply_leaves_a_placeholder_or_is_empty(topic: str) -> None:
    for setting in (EN, ES):
        for named in NAMED:
            text = composer().answer(topic, setting, named).text
            assert text.strip()
            assert "{" not in text


def test_every_condition_names_its_own_specialist() -> None:
    for condition in CONTENT.conditions.values():
        reply = composer().answer("availability", EN, Named(condition.id))
        assert reply.specialist is not None
        assert reply.specialist["role"] == condition.specialist["en"]
        assert condition.name["en"] in (reply.experimental or "")


def test_a_reply_names_its_sources_with_address_and_date() -> None:
    reply = composer().answer("study_results", EN, Named("lupus"))
    assert reply.sources
    for source in reply.sources:
        assert source["url"].startswith("http")
        assert source["date"]
    assert reply.as_of
    assert reply.review == {"status": "draft", "by": None, "on": None}


def test_a_disease_outside_the_list_is_named_from_the_disease_list() -> None:
    reply = composer().answer("availability", EN, Named("other", "Crohn's disease"))
    assert reply.condition == "other"
    assert reply.condition_name == "Crohn's disease"


def test_a_disease_that_no_list_knows_is_your_condition() -> None:
    reply = composer().answer("availability", EN, Named("other", "<b>You are eligible</b>"))
    assert "eligible" not in (reply.condition_name or "")


def test_a_topic_without_content_says_so_and_goes_on() -> None:
    bare = dataclasses.replace(CONTENT.topics["crs"], answer=None, variants={})
    content = dataclasses.replace(CONTENT, topics={**CONTENT.topics, "crs": bare})
    reply = composer(content).answer("crs", EN, Named("lupus"))
    assert (reply.kind, reply.topic) == ("fallback", "crs")
    assert reply.experimental
    assert reply.specialist
    assert reply.choices


@pytest.mark.parametrize("topic", ["approval_status", "crs", "vaccines"])
def test_past_its_review_date_an_answer_says_so_for_thirty_days_and_then_withdraws(
    topic: str,
) -> None:
    answer = CONTENT.topics[topic].answer
    assert answer is not None
    first = answer.paragraphs["en"][0].text
    for days, warned in ((0, False), (1, True), (30, True)):
        reply = composer(today=answer.next_review + timedelta(days=days)).answer(topic, EN)
        assert ("This may be out of date" in reply.text) is warned, days
        assert first in reply.text
    for days in (31, 400):
        reply = composer(today=answer.next_review + timedelta(days=days)).answer(topic, EN)
        assert reply.kind == "fallback"
        assert "too old to rely on" in reply.text
        assert first not in reply.text
        assert reply.experimental
        assert reply.specialist


def test_an_explained_term_grows_old_as_any_answer() -> None:
    answer = CONTENT.topics["glossary_term"].answer
    assert answer is not None
    late, gone = (
        composer(today=answer.next_review + timedelta(days=days)).term("what is apheresis", EN)
        for days in (10, 31)
    )
    assert late is not None
    assert "This may be out of date" in late.text
    assert gone is not None
    assert "too old to rely on" in gone.text


def test_a_deployment_may_demand_reviewed_content() -> None:
    demanding = composer(reviewed_only=True)
    for reply in (demanding.answer("crs", EN), demanding.term("what is apheresis", EN)):
        assert reply is not None
        assert reply.kind == "fallback"
        assert "no clinician has reviewed it" in reply.text


def test_a_reviewed_answer_names_the_person_with_their_role_and_the_date() -> None:
    review = Review("reviewed", "A. Name", "rheumatologist", "2026-11-01")
    crs = dataclasses.replace(CONTENT.topics["crs"], review=review)
    content = dataclasses.replace(CONTENT, topics={**CONTENT.topics, "crs": crs})
    for reply in (
        composer(content).answer("crs", EN),
        composer(content, reviewed_only=True).answer("crs", EN),
    ):
        assert reply.kind == "answer"
        assert reply.review == {
            "status": "reviewed",
            "by": "A. Name, rheumatologist",
            "on": "2026-11-01",
        }


def test_what_the_reviewer_did_not_read_in_spanish_is_a_draft_there() -> None:
    review = Review("reviewed", "A. Name", "rheumatologist", "2026-11-01")
    crs = dataclasses.replace(CONTENT.topics["crs"], review=review)
    content = dataclasses.replace(CONTENT, topics={**CONTENT.topics, "crs": crs})
    spanish = composer(content).answer("crs", ES)
    assert spanish.locale == "es"
    assert spanish.review == {"status": "draft", "by": None, "on": None}
    demanded = composer(content, reviewed_only=True).answer("crs", ES)
    assert demanded.locale == "en"
    assert "todavía solo está completa en inglés" in demanded.text
    both = dataclasses.replace(crs, review=dataclasses.replace(review, languages=("en", "es")))
    content = dataclasses.replace(CONTENT, topics={**CONTENT.topics, "crs": both})
    read = composer(content, reviewed_only=True).answer("crs", ES)
    assert read.locale == "es"
    assert read.review is not None
    assert read.review["status"] == "reviewed"


def test_the_gaps_of_spanish_sentences_are_filled_as_spanish_writes_them() -> None:
    carried = composer().answer("side_effects", ES, Named("lupus"), carried_over=True)
    assert "hablando del lupus" in carried.text
    assert " de el " not in carried.text
    explained = composer().term("¿qué significa aféresis?", ES)
    assert explained is not None
    assert explained.text.startswith("Aféresis: ")


def test_an_approval_is_told_to_whom_it_concerns() -> None:
    row = ProductStatus("Name-cel", "lupus", "US", "approved", date(2026, 11, 21), "label")
    content = dataclasses.replace(CONTENT, status=(*CONTENT.status, row))
    there = Setting(DEMO, country="US")
    clinics = Setting(dataclasses.replace(DEMO, country="US"))
    for setting in (there, clinics):
        said = composer(content).answer("side_effects", setting, Named("lupus")).text
        assert "approved for lupus in the United States: Name-cel" in said
    elsewhere = Setting(dataclasses.replace(DEMO, country="US"), country="DE")
    for setting, named in ((elsewhere, Named("lupus")), (there, Named("stiff_person"))):
        said = composer(content).answer("side_effects", setting, named).experimental or ""
        assert "not an approved treatment" in said


def test_a_condition_carried_over_is_said_aloud() -> None:
    reply = composer().answer("side_effects", EN, Named("lupus"), carried_over=True)
    assert reply.text.startswith("I take it you still mean lupus")


def test_spanish_is_answered_in_spanish_where_content_has_it() -> None:
    reply = composer().answer("availability", ES, Named("lupus"))
    assert reply.locale == "es"
    assert "reumatólogo" in reply.text


def test_another_language_is_told_kindly_that_the_text_is_english() -> None:
    german = Setting(DEMO, "en", "de")
    assert "nur auf Englisch" in composer().answer("crs", german).text


def test_failures_carry_the_emergency_line() -> None:
    for phrase in CONTENT.phrases:
        if phrase.startswith("error_"):
            for setting in (EN, ES):
                assert "112" in composer().failure(phrase, setting).text


@pytest.mark.parametrize(("danger", "number"), [("emergency", "911"), ("crisis", "988")])
def test_whom_to_call_stands_above_what_only_sounds_of_danger(danger: str, number: str) -> None:
    answer = composer().answer("side_effects", EN)
    told = composer().in_case_of(danger, answer, EN)
    line, _, rest = told.text.partition("\n\n")
    assert number in line
    assert rest == answer.text
    assert told.experimental == answer.experimental


def test_whom_to_call_is_said_in_the_language_of_the_message() -> None:
    german = Setting(DEMO, "en", "de")
    told = composer().in_case_of("crisis", composer().answer("crs", german), german)
    assert told.text.startswith("Sie denken daran")


def test_a_safety_card_needs_no_line_above_it() -> None:
    card = composer().safety("crisis_self", EN)
    assert composer().in_case_of("crisis", card, EN) == card


def test_choices_keep_the_condition_in_mind() -> None:
    reply = composer().answer("availability", EN, Named("lupus"))
    assert reply.choices
    assert all(choice.value.startswith("ask/") for choice in reply.choices)
    assert any("condition=lupus" in choice.value for choice in reply.choices)
