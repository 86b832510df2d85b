"""The fit check as a person goes through it: optional, kind, interruptible, and never a verdict.

The recorded registry data have one trial with criteria to read, in myasthenia gravis.
"""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

from tests.conftest import Guide, Patient

#: What no reply may say of a person (issue: never a verdict).
VERDICT = re.compile(
    r"(?i)\byou(?:'re| are| may be| seem| look| would be)? (?:not )?"
    r"(?:eligible|qualif\w+|suitable|a (?:good )?candidate|a match)\b|\b(?:es|eres) (?:apto|apta)\b"
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
    assert "Por qué lo preguntamos" in question["text"]
