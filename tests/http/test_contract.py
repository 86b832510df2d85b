"""The HTTP contract, against the whole running guide."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
import requests

from tests.conftest import Guide, Patient

ERRORS_CARRY = "112"


def refused(answer: requests.Response, status: int) -> dict[str, Any]:
    """Check a refusal's shape; returns its body."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert set(body) == {"error", "messages"}
    assert body["error"]["code"]
    assert body["error"]["message"]
    (reply,) = body["messages"]
    assert reply["kind"] == "fallback"
    assert ERRORS_CARRY in reply["text"]
    assert "Traceback" not in answer.text
    return body


def fresh(text: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "text": text}


# -- what an answer looks like


QUESTIONS = [
    ("can I get CAR-T for lupus?", "availability", "lupus"),
    ("is it approved for MS?", "approval_status", "multiple_sclerosis"),
    ("what happened in the studies for scleroderma", "study_results", "systemic_sclerosis"),
    ("do you offer it here?", "clinic_offers", None),
    ("a clinic abroad sells CAR-T for €50,000, legit?", "buying_treatment", None),
    ("any trials near Boston for myasthenia gravis?", "find_trials", "myasthenia_gravis"),
    ("tell me about NCT06193889", "trial_details", None),
    ("I had my cells on Monday and now I have 39 fever", "emergency", None),
    ("¿puedo recibir CAR-T para el lupus?", "availability", "lupus"),
    ("what's the weather", "out_of_scope", None),
]


@pytest.mark.parametrize(("question", "topic", "condition"), QUESTIONS)
def test_a_question_gets_its_answer_with_everything_it_owes(
    patient: Patient, question: str, topic: str, condition: str | None
) -> None:
    reply = patient.say(question)[0]
    assert (reply["topic"], reply.get("condition")) == (topic, condition)
    assert reply["id"]
    assert reply["locale"] == ("es" if question.startswith("¿") else "en")
    if topic in {"emergency", "out_of_scope"}:
        return
    assert reply["experimental"] in reply["text"]
    assert reply["specialist"]["text"] in reply["text"]
    for source in reply["sources"]:
        assert source["url"].startswith("http")
        assert source["date"]
    if reply["kind"] == "answer":
        assert reply["sources"]
        assert reply["as_of"]
        assert reply["review"]["status"] == "draft"


def test_an_emergency_comes_first_and_says_whom_to_call(patient: Patient) -> None:
    reply = patient.say("I had CAR-T four days ago and my temperature is 39.2")[0]
    assert (reply["kind"], reply["topic"]) == ("safety", "emergency")
    assert "911" in reply["text"][:200]


def test_below_the_card_the_question_is_answered_too(patient: Patient) -> None:
    replies = patient.say("My chest hurts badly right now. Which trials for lupus are in Boston?")
    assert replies[0]["kind"] == "safety"
    assert "find_trials" in {reply["topic"] for reply in replies[1:]}


def test_a_word_of_danger_in_a_calm_question_is_answered_below_the_number_to_call(
    patient: Patient,
) -> None:
    reply = patient.say("I'm choking on all these abbreviations, what does BCMA mean?")[0]
    assert (reply["kind"], reply["topic"]) == ("answer", "glossary_term")
    assert "112" in reply["text"].splitlines()[0]


def test_several_diseases_get_a_reply_each_in_the_order_named(patient: Patient) -> None:
    replies = patient.say("Can I get CAR-T for scleroderma or for lupus?")
    assert [reply["condition"] for reply in replies] == ["systemic_sclerosis", "lupus"]


def test_trial_cards_are_the_registrys_own_with_the_time_of_checking(patient: Patient) -> None:
    reply = patient.say("any trials near Boston for myasthenia gravis?")[0]
    assert reply["kind"] == "trials"
    assert reply["listing"]["checked_at"]
    assert reply["listing"]["live"] is False
    assert "recorded" in reply["text"]
    assert 0 < len(reply["trials"]) <= 10
    distances = [trial["nearest_site"]["distance_km"] for trial in reply["trials"]]
    assert distances == sorted(distances)
    for trial in reply["trials"]:
        assert trial["status"] == "RECRUITING"
        assert trial["nearest_site"]["status"] in {"RECRUITING", None}
        assert trial["url"].endswith(trial["nct_id"])
    assert "clinicaltrials" in reply["sources"][0]["url"]


def test_one_trial_is_told_about_by_its_number(patient: Patient) -> None:
    reply = patient.say("tell me about NCT06193889")[0]
    assert reply["kind"] == "trial"
    assert reply["trials"][0]["nct_id"] == "NCT06193889"


# -- sessions


def test_the_first_message_says_it_is_automated(patient: Patient) -> None:
    (welcome,) = patient.welcome
    assert "automated" in welcome["text"]
    assert welcome["choices"]


def test_an_unknown_locale_is_english_and_spanish_is_spanish(server: Guide) -> None:
    assert server.open(locale="xx").welcome[0]["locale"] == "en"
    assert server.open(locale="es").welcome[0]["locale"] == "es"


def test_an_unknown_clinic_is_404(server: Guide) -> None:
    url = f"{server.url}/webhooks/web/session"
    refused(requests.post(url, json={"clinic": "nowhere"}, timeout=10), 404)


def test_the_client_cannot_choose_the_conversation(server: Guide) -> None:
    one = server.open(sender="shared", conversation_id="shared")
    other = server.open(sender="shared", conversation_id="shared")
    one.say("I have lupus, what are the side effects?")
    assert other.say("say that again")[0]["topic"] == "repeat"


def test_without_a_good_token_nothing_is_answered(server: Guide, patient: Patient) -> None:
    url = f"{server.url}/webhooks/web/message"
    refused(requests.post(url, json=fresh("hi"), timeout=10), 401)
    for token in ("nonsense", patient.token[:-3] + "abc", ""):
        headers = {"Authorization": f"Bearer {token}"}
        refused(requests.post(url, json=fresh("hi"), headers=headers, timeout=10), 401)


def test_a_deleted_conversation_is_gone(server: Guide, patient: Patient) -> None:
    patient.say("What are the risks of CAR-T for my pemphigus?")
    url = f"{server.url}/webhooks/web/session"
    headers = {"Authorization": f"Bearer {patient.token}"}
    assert requests.delete(url, headers=headers, timeout=10).status_code == 204
    refused(patient.post(fresh("hello")), 401)
    refused(requests.delete(url, headers=headers, timeout=10), 401)
    for path in server.folder.glob("*.sqlite*"):
        if "tracker" in path.name:
            assert b"my pemphigus" not in path.read_bytes()


def test_only_the_clinics_own_sites_may_call(patient: Patient, server: Guide) -> None:
    refused(patient.post(fresh("hi"), Origin="https://evil.example"), 403)
    refused(patient.post(fresh("hi"), Origin="null"), 403)
    assert patient.post(fresh("hi"), Origin=server.url).status_code == 200


# -- the same message twice


def test_the_same_message_again_gets_the_same_answer_without_a_second_turn(
    patient: Patient,
) -> None:
    body = fresh("what is CAR-T?")
    first, second = patient.post(body).json(), patient.post(body).json()
    assert first == second


def test_while_it_runs_the_second_call_waits_for_the_same_answer(patient: Patient) -> None:
    body = fresh("what are the risks for lupus?")
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(patient.post(body).json())) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)


def test_the_same_id_with_another_body_is_a_conflict(patient: Patient) -> None:
    body = fresh("what is CAR-T?")
    patient.post(body)
    refused(patient.post({**body, "text": "something else"}), 409)


def test_messages_sent_at_once_are_each_answered(patient: Patient) -> None:
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n=n: answers.append(
                patient.post(fresh(f"what is phase {n}?")).status_code
            )
        )
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 8


# -- choices


def test_a_choice_that_was_offered_is_answered_for_the_same_disease(patient: Patient) -> None:
    reply = patient.say("can I get CAR-T for lupus?")[0]
    choice = next(c for c in reply["choices"] if "condition=lupus" in c["value"])
    answer = patient.choose(choice["value"])[0]
    assert answer["topic"] == choice["value"].removeprefix("ask/").split("?")[0]
    assert answer["condition"] == "lupus"


@pytest.mark.parametrize(
    "choice", ["ask/privacy?condition=lupus", "/restart", "ask/crs;drop", "", "x" * 5000]
)
def test_a_choice_that_was_not_offered_here_is_refused(patient: Patient, choice: str) -> None:
    refused(patient.post({"id": str(uuid.uuid4()), "choice": choice}), 400)


def test_typed_text_never_fires_a_choice(patient: Patient) -> None:
    assert patient.say("ask/trial_costs?condition=hiv")[0].get("condition") in {None, "hiv"}


# -- bad input


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "🧬🩸🤷", "\x00", "????", "\ud800", "\u200b"])
def test_nothing_readable_is_answered_kindly(patient: Patient, text: str) -> None:
    reply = patient.say(text)[0]
    assert reply["topic"] == "not_understood"
    assert reply["text"]


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "/session_start",
        '/ask{"condition":"x"}',
        ' /find_trials{"condition": "<img src=x onerror=alert(1)>"}',
        "//restart",
        "<script>alert(document.cookie)</script>",
        "'; DROP TABLE events; --",
        "{{7*7}} ${7*7} %n%s {condition}",
        "\x1b[31mred\x1b[0m",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_commands_and_markup_are_inert(patient: Patient, text: str) -> None:
    patient.say("can I get CAR-T for lupus?")
    for reply in patient.say(text):
        assert reply["text"]
        assert "<script" not in reply["text"]
        assert "<img" not in str(reply)
        assert reply.get("condition") in {None, "lupus"}
    again = patient.say("what are the risks?")[0]
    assert again["condition"] == "lupus"  # nothing was restarted


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        5,
        {"id": "a"},
        {"id": "a", "text": None},
        {"id": "a", "text": 5},
        {"id": "a", "text": ["x"]},
        {"id": "a", "text": {"x": 1}},
        {"id": 5, "text": "x"},
        {"id": "", "text": "x"},
        {"id": "a" * 500, "text": "x"},
        {"text": "x"},
        {"id": "a", "text": "x", "choice": "y"},
        {"id": "a", "choice": 5},
    ],
)
def test_a_body_of_the_wrong_shape_is_400(patient: Patient, body: Any) -> None:
    refused(patient.post(body), 400)


def test_what_is_not_json_is_400_and_another_media_type_415(patient: Patient) -> None:
    url = f"{patient.guide.url}/webhooks/web/message"
    headers = {"Authorization": f"Bearer {patient.token}", "Content-Type": "application/json"}
    refused(requests.post(url, data=b"{not json", headers=headers, timeout=10), 400)
    refused(requests.post(url, data=b"\xff\xfe", headers=headers, timeout=10), 400)
    refused(requests.post(url, data=b"[" * 20_000, headers=headers, timeout=10), 400)
    headers["Content-Type"] = "text/plain"
    refused(requests.post(url, data=b"{}", headers=headers, timeout=10), 415)


def test_a_text_may_have_2000_characters_and_no_more(patient: Patient) -> None:
    longest = ("What is CAR-T? " * 200)[:2000]
    assert patient.post(fresh(longest)).status_code == 200
    assert patient.post(fresh("é" * 2000)).status_code == 200
    refused(patient.post(fresh(longest + "x")), 413)


def test_a_body_over_the_limit_is_refused_before_it_is_read(patient: Patient) -> None:
    for size in (40_000, 1_000_000):
        refused(patient.post(fresh("x" * size)), 413)


def test_a_large_message_slows_nobody_else(server: Guide) -> None:
    big, other = server.open(), server.open()
    thread = threading.Thread(target=lambda: big.post(fresh("x" * 1_000_000)))
    thread.start()
    assert other.say("what is CAR-T?")[0]["topic"] == "what_is_cart"
    thread.join()


# -- addresses, headers, what is off


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/rest/webhook",
        "/webhooks/socketio/webhook",
        "/model",
        "/model/parse",
        "/conversations/default/tracker",
        "/domain",
        "/status",
        "/version",
        "/static/../channel.py",
        "/.env",
    ],
)
def test_rasas_own_addresses_are_closed(server: Guide, path: str) -> None:
    refused(server.get(path), 404)
    answer = requests.post(server.url + path, json={"sender": "x", "message": "hi"}, timeout=10)
    refused(answer, 404)


def test_the_pages_are_served_with_their_headers(server: Guide) -> None:
    for path in ("/", "/chat", "/widget.js", "/static/chat.js", "/static/chat.css"):
        answer = server.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "rasa" not in answer.text.lower()
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_it_is_ready_only_after_a_real_turn(server: Guide) -> None:
    assert server.get("/healthz").status_code == 200
    answer = server.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_feedback_is_taken_for_replies_of_this_conversation_only(
    server: Guide, patient: Patient
) -> None:
    reply = patient.say("what is CAR-T?")[0]
    good = {"id": reply["id"], "helpful": False, "why": "too long, call me on 617 555 0199"}
    assert patient.post(good, "feedback").status_code == 204
    refused(server.open().post(good, "feedback"), 404)
    refused(patient.post({"id": reply["id"]}, "feedback"), 400)


def test_no_log_holds_what_a_person_wrote(server: Guide, patient: Patient) -> None:
    patient.say("xyzzycanary is my secret word about lupus")
    patient.post({"id": "x", "text": ["xyzzycanary"]})
    assert b"xyzzycanary" not in server.log.read_bytes()


def test_identifiers_reach_no_store(server: Guide, patient: Patient) -> None:
    patient.say("My name is Zebulon Quackenbush, zq@canary.example, what are the risks for lupus?")
    for path in server.folder.glob("*.sqlite*"):
        stored = path.read_bytes()
        assert b"Quackenbush" not in stored, path.name
        assert b"canary.example" not in stored, path.name
