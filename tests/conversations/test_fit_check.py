"""The fit check as a person goes through it: optional, kind, interruptible, and never a verdict.

The recorded registry data have one open trial with criteria to read, in myasthenia gravis.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
from typing import Any

import pytest

from tests.conftest import Guide, Patient

#: What no reply may say of a person (issue: never a verdict).
VERDICT = re.compile(
    r"(?i)\byou(?:'re| are| may be| seem| look| would be)? (?:not )?"
    r"(?:eligible|qualif\w+|suitable|a (?:good )?candidate|a match)\b|\byou do not qualify\b"
    r"|\b(?:es|eres) (?:apt[oa]|elegible)\b|\b(?:cumple|reúne)s? los requisitos\b"
)


def begin(patient: Patient) -> dict[str, Any]:
    """Begins the check; the question asked first."""
    replies = patient.say("Could I join a trial for myasthenia gravis?")
    assert [reply["kind"] for reply in replies] == ["answer", "question"]
    return replies[-1]


def test_it_asks_one_plain_question_and_says_why(patient: Patient) -> None:
    question = begin(patient)
    assert question["text"].count("?") >= 1
    assert "Why we ask" in question["text"]
    values = [choice["value"] for choice in question["choices"]]
    assert {"fit/unknown", "fit/declined", "fit/stop"} <= set(values)


def test_every_question_may_be_skipped_and_the_end_is_no_verdict(patient: Patient) -> None:
    replies = [begin(patient)]
    for turn in range(60):
        words = "I don't know" if turn % 2 else "rather not say"
        replies = patient.say(words)
        assert not any(VERDICT.search(reply["text"]) for reply in replies)
        if replies[-1]["kind"] == "fit":
            break
    result = replies[-1]
    assert result["kind"] == "fit"
    assert {row["verdict"] for row in result["criteria"]} == {"ask"}
    assert result["experimental"] and result["specialist"]["role"] == "neurologist"
    assert any("clinicaltrials.gov" in source["url"] for source in result["sources"])


def test_answers_settle_criteria_and_the_quote_is_the_registrys(patient: Patient) -> None:
    begin(patient)
    patient.choose("fit/no")
    result = patient.choose("fit/result")[-1]
    settled = [row for row in result["criteria"] if row["verdict"] != "ask"]
    assert settled
    for row in settled:
        assert row["text"] and row["why"] and row["kind"] in {"inclusion", "exclusion"}
        assert not VERDICT.search(row["why"])
    assert "only the study team can decide" in result["text"]


def test_a_question_in_the_middle_is_answered_and_the_check_goes_on(patient: Patient) -> None:
    asked = begin(patient)["text"].split("\n\n")[1]
    replies = patient.say("what are the risks?")
    assert replies[0]["topic"] == "side_effects"
    assert replies[-1]["kind"] == "question"
    assert asked in replies[-1]["text"]
    assert len([reply for reply in replies if reply["kind"] == "question"]) == 1


@pytest.mark.parametrize("answer", ["43", "two, both failed", "yes, but years ago", "asdf", "??"])
def test_an_answer_that_cannot_be_read_is_asked_for_again_kindly_and_once(
    patient: Patient, answer: str
) -> None:
    asked = begin(patient)["text"].split("\n\n")[1]
    [again] = patient.say(answer)
    assert again["kind"] == "question"
    assert asked in again["text"]
    assert "A yes or a no is enough" in again["text"]
    assert patient.say("no")[-1]["kind"] == "question"


def test_an_age_told_unasked_is_taken_and_the_question_stays(patient: Patient) -> None:
    asked = begin(patient)["text"].split("\n\n")[1]
    [again] = patient.say("I'm 34")
    assert again["text"].startswith("Thank you, I have noted that.")
    assert asked in again["text"]


def test_no_to_do_you_know_a_score_is_not_knowing(patient: Patient) -> None:
    question = begin(patient)
    while "MG-ADL" not in question["text"]:
        question = patient.say("I don't know")[-1]
    assert "MG-ADL" not in patient.say("no")[-1]["text"].split("Why we ask")[0]


def test_the_result_says_of_when_the_rules_are(patient: Patient) -> None:
    begin(patient)
    result = patient.choose("fit/result")[-1]
    assert "recorded registry data of 22 August 2026" in result["text"]
    assert any(source["date"] == "2026-08-22" for source in result["sources"])


def test_where_no_rules_are_recorded_it_says_so_and_offers_what_there_is(patient: Patient) -> None:
    reply = patient.say("Could I join a trial for lupus?")[-1]
    assert "leaves out their rules" in reply["text"]
    assert "start at 18 or older" in reply["text"]
    assert "recorded registry data of 22 August 2026" in reply["text"]
    values = [choice["value"] for choice in reply["choices"]]
    assert "ask/find_trials?condition=lupus" in values
    shown = patient.say("trials for a 9-year-old")[-1]
    assert shown["kind"] == "trials" and "include 9" in shown["text"]


@pytest.mark.parametrize("seed", range(3))
def test_no_walk_through_it_asks_twice_or_gives_a_verdict(server: Guide, seed: int) -> None:
    chance = random.Random(seed)
    locale = chance.choice(["en", "es"])
    patient = server.open(clinic="demo", locale=locale)
    words = {
        "en": ["yes", "no", "no", "I don't know", "rather not say", "6", "12"],
        "es": ["sí", "no", "no", "no sé", "prefiero no decirlo", "6", "12"],
    }[locale]
    opening = {
        "en": "Could I join a trial for myasthenia gravis?",
        "es": "¿Podría participar en un ensayo para la miastenia gravis?",
    }[locale]
    replies = patient.say(opening)
    for _ in range(80):
        assert not any(VERDICT.search(reply["text"]) for reply in replies)
        if replies[-1]["kind"] == "fit":
            break
        replies = patient.say(chance.choice(words))
        assert len(replies) == 1
    assert replies[-1]["kind"] == "fit"
    against = [row for row in replies[-1]["criteria"] if row["verdict"] == "may_not_fit"]
    assert all(row["text"] in replies[-1]["text"] or len(row["text"]) > 200 for row in against)


def test_an_emergency_in_the_middle_comes_first(patient: Patient) -> None:
    begin(patient)
    assert patient.say("I can't breathe")[0]["kind"] == "safety"


def test_it_can_be_stopped_and_started_over(patient: Patient) -> None:
    begin(patient)
    assert "deleted" in patient.say("stop")[-1]["text"]
    begin(patient)
    assert patient.say("start over")[0]["topic"] == "start_over"
    assert patient.say("What is CAR-T?")[-1]["kind"] == "answer"


def test_a_sentence_about_something_else_is_not_taken_for_a_yes(patient: Patient) -> None:
    asked = begin(patient)["text"].split("\n\n")[1]
    replies = patient.say("I have hepatitis B and HIV")
    assert asked in replies[-1]["text"]


def test_the_disease_is_asked_for_where_none_is_known(server: Guide) -> None:
    patient = server.open(clinic="demo", locale="en")
    assert "Which condition" in patient.say("am I eligible?")[-1]["text"]
    assert patient.say("myasthenia gravis")[-1]["kind"] == "question"


def under_way(server: Guide) -> int:
    """How many fit checks are kept."""
    with sqlite3.connect(server.folder / "knowledge.sqlite") as database:
        return int(database.execute("SELECT count(*) FROM fit_checks").fetchone()[0])


def test_nothing_of_the_answers_is_left_when_it_ends(server: Guide, patient: Patient) -> None:
    before = under_way(server)
    begin(patient)
    patient.say("no")
    assert under_way(server) == before + 1
    patient.choose("fit/result")
    assert under_way(server) == before


def test_what_is_answered_never_reaches_rasas_own_memory(server: Guide, patient: Patient) -> None:
    begin(patient)
    patient.say("no, never, thank goodness")
    with sqlite3.connect(server.folder / "tracker.sqlite") as database:
        rows = database.execute("SELECT data FROM events WHERE type_name = 'user'").fetchall()
    said = [json.loads(data).get("text") for (data,) in rows]
    assert "/fit_answer" in said
    assert not any("thank goodness" in (text or "") for text in said)


def test_in_spanish(server: Guide) -> None:
    patient = server.open(clinic="demo", locale="es")
    question = patient.say("¿Podría participar en un ensayo para la miastenia gravis?")[-1]
    assert (question["kind"], question["locale"]) == ("question", "es")
    assert "¿Por qué lo pregunto?" in question["text"]
