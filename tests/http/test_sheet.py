"""The visit sheet as a person makes it: chosen in the chat, fetched with the session's token."""

from __future__ import annotations

import sqlite3
from typing import Any

import requests
from fhir.resources.questionnaireresponse import QuestionnaireResponse

from tests.conftest import Guide, Patient
from tests.http.test_contract import refused

FIRST = "ask/doctor_summary"


def get(patient: Patient, token: str | None = None, **query: str) -> requests.Response:
    return requests.get(
        f"{patient.guide.url}/webhooks/web/sheet",
        params=query,
        headers={"Authorization": f"Bearer {patient.token if token is None else token}"},
        timeout=60,
    )


def values(reply: dict[str, Any]) -> list[str]:
    return [choice["value"] for choice in reply.get("choices", [])]


def offered(patient: Patient) -> dict[str, Any]:
    """Asks for a sheet; the offer."""
    (reply,) = patient.say("Can you make a summary sheet for my doctor?")
    assert reply["topic"] == "doctor_summary"
    return reply


def add(patient: Patient, what: str) -> dict[str, Any]:
    (reply,) = patient.choose(f"{FIRST}?sheet={what}")
    return reply


def after_a_fit_check(patient: Patient) -> None:
    patient.say("Could I join a trial for myasthenia gravis?")
    patient.choose("fit/yes")
    assert patient.choose("fit/result")[-1]["criteria"]


def test_the_offer_says_what_goes_on_it_and_for_how_long(patient: Patient) -> None:
    reply = offered(patient)
    assert "You choose what goes on it" in reply["text"]
    assert "24 hours" in reply["text"]
    assert reply["experimental"] in reply["text"]
    assert reply["specialist"]["text"] in reply["text"]
    assert {f"{FIRST}?sheet=questions", f"{FIRST}?sheet=notes"} <= set(values(reply))
    assert f"{FIRST}?sheet=marks" not in values(reply)
    assert "sheet" not in reply


def test_nothing_is_there_before_something_was_chosen(patient: Patient) -> None:
    patient.say("Which trials are recruiting for lupus near Boston?")
    offered(patient)
    body = refused(get(patient), 404)
    assert body["error"]["code"] == "no_sheet"
    assert "a sheet for my doctor" in body["messages"][0]["text"]


def test_what_was_not_offered_is_refused(patient: Patient) -> None:
    offered(patient)
    answer = patient.post({"id": "1", "choice": f"{FIRST}?sheet=marks"})
    refused(answer, 400)


def test_only_what_was_chosen_is_on_the_page(patient: Patient) -> None:
    patient.say("Which trials are recruiting for lupus near Boston?")
    offered(patient)
    reply = add(patient, "questions")
    assert reply["sheet"] == {"formats": ["html", "pdf", "json"]}
    answer = get(patient)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Questions to ask" in answer.text
    assert "Boston" not in answer.text
    assert "lupus (" not in answer.text
    assert "NCT" not in answer.text
    reply = add(patient, "trials")
    assert "Boston" in get(patient).text
    assert f"{FIRST}?sheet=unpick" in values(reply)
    first, *_ = values(add(patient, "unpick"))
    number = first.removeprefix(f"{FIRST}?sheet=not_")
    assert number in get(patient).text
    patient.choose(first)
    assert number not in get(patient).text


def test_one_trial_can_be_picked_and_taken_out_again(patient: Patient) -> None:
    listed = patient.say("Which trials are recruiting for lupus near Boston?")[0]["trials"]
    offered(patient)
    picking = add(patient, "pick")
    assert picking["kind"] == "question"
    wanted = listed[1]["nct_id"]
    reply = add(patient, wanted)
    assert wanted in reply["text"]
    page = get(patient).text
    assert wanted in page
    assert listed[0]["nct_id"] not in page
    add(patient, f"not_{wanted}")
    refused(get(patient), 404)


def test_the_marks_are_on_it_only_if_they_were_chosen(patient: Patient) -> None:
    after_a_fit_check(patient)
    patient.choose(FIRST + "?condition=myasthenia_gravis")
    add(patient, "questions")
    assert "To ask the study team" not in get(patient).text
    reply = add(patient, "marks")
    assert "Anybody who sees the sheet can read that" in reply["text"]
    page = get(patient).text
    assert "To ask the study team" in page
    assert "Only the study team can decide" in page


def test_a_pdf_and_a_portals_copy_can_be_had(patient: Patient) -> None:
    after_a_fit_check(patient)
    patient.choose(FIRST + "?condition=myasthenia_gravis")
    add(patient, "all")
    pdf = get(patient, format="pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    portal = get(patient, format="json")
    assert portal.headers["content-type"].startswith("application/fhir+json")
    QuestionnaireResponse.parse_raw(portal.content)
    for answer in (pdf, portal, get(patient)):
        assert answer.headers["cache-control"] == "no-store"
        assert "car-t-visit-sheet." in answer.headers["content-disposition"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_an_unknown_format_is_refused(patient: Patient) -> None:
    offered(patient)
    add(patient, "notes")
    refused(get(patient, format="docx"), 400)


def test_without_the_token_there_is_no_sheet(server: Guide, patient: Patient) -> None:
    offered(patient)
    add(patient, "notes")
    for token in ("", "nonsense", patient.token[:-3] + "abc"):
        refused(get(patient, token=token), 401)
    refused(get(server.open()), 404)
    elsewhere = requests.get(
        f"{server.url}/webhooks/web/sheet",
        headers={"Authorization": f"Bearer {patient.token}", "Origin": "https://evil.example"},
        timeout=20,
    )
    refused(elsewhere, 403)


def choices_kept(server: Guide) -> int:
    with sqlite3.connect(server.folder / "knowledge.sqlite") as database:
        return int(database.execute("SELECT count(*) FROM visit_sheets").fetchone()[0])


def test_it_goes_with_the_chat(server: Guide, patient: Patient) -> None:
    before = choices_kept(server)
    offered(patient)
    add(patient, "notes")
    assert choices_kept(server) == before + 1
    answer = requests.delete(
        f"{server.url}/webhooks/web/session",
        headers={"Authorization": f"Bearer {patient.token}"},
        timeout=10,
    )
    assert answer.status_code == 204
    assert choices_kept(server) == before
    refused(get(patient), 401)


def test_in_spanish(server: Guide) -> None:
    patient = server.open(locale="es")
    (reply,) = patient.say("¿Me haces una hoja con un resumen para mi médico?")
    assert (reply["topic"], reply["locale"]) == ("doctor_summary", "es")
    assert "Tu hoja lleva ahora" in add(patient, "questions")["text"]
    page = get(patient).text
    assert '<html lang="es">' in page
    assert "Solo el equipo del estudio puede decidir" in page
