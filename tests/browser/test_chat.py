"""What a patient can do in the chat."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Request, Route, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Visitor

#: Hostile texts as the registry, the content or a person might bring them.
HOSTILE = [
    "<img src=x onerror='window.harmed=1'>",
    "<script>window.harmed=1</script>",
    '"><svg onload=window.harmed=1>',
    "javascript:window.harmed=1",
    "<iframe srcdoc='<script>parent.harmed=1</script>'></iframe>",
    "{{constructor.constructor('window.harmed=1')()}}",
    "</textarea><a href='javascript:window.harmed=1'>x</a>",
    "data:text/html,<script>window.harmed=1</script>",
]


def _sent(visitor: Visitor) -> list[dict[str, Any]]:
    """The bodies of all messages sent from now on."""
    sent: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/message"):
            sent.append(request.post_data_json or {})

    visitor.page.on("request", note)
    return sent


def test_a_patient_asks_and_sees_the_answer_with_its_sources(visitor: Visitor) -> None:
    visitor.open_chat()
    answer = visitor.say("What are the risks of CAR-T for lupus?")
    expect(visitor.chat.locator(".mine").last).to_contain_text("What are the risks")
    answer.get_by_text("Sources (").click()
    source = answer.locator("details a").first
    expect(source).to_be_visible()
    assert (source.get_attribute("href") or "").startswith("https://")
    assert source.get_attribute("target") == "_blank"
    assert source.get_attribute("rel") == "noopener noreferrer"
    expect(answer).to_contain_text("Not yet reviewed by a clinician.")
    with visitor.page.expect_response("**/feedback") as thanks:
        answer.get_by_role("button", name="Yes").click()
    assert thanks.value.status == 204
    expect(answer).to_contain_text("Thank you.")


def test_a_choice_is_sent_as_offered_and_shown_as_the_patients_message(visitor: Visitor) -> None:
    visitor.open_chat()
    sent = _sent(visitor)
    choice = visitor.chat.locator(".choice").first
    title = choice.inner_text()
    choice.click()
    visitor.chat.locator(".turn").nth(1).wait_for()
    assert set(sent[0]) == {"id", "choice"}
    expect(visitor.chat.locator(".mine p").last).to_have_text(title)
    expect(choice).to_have_attribute("aria-disabled", "true")
    assert choice.get_attribute("disabled") is None  # it is never taken from under the focus
    expect(choice).to_be_focused()


def test_trials_are_cards_and_are_not_told_twice(visitor: Visitor) -> None:
    visitor.open_chat()
    answer = visitor.say("Any trials near Boston for myasthenia gravis?")
    cards = answer.locator(".trial")
    assert cards.count() >= 1
    expect(cards.first).to_contain_text("Taking people now")
    expect(cards.first).to_contain_text("km (")
    record = cards.first.locator("a", has_text="NCT")
    assert (record.get_attribute("href") or "").startswith("https://clinicaltrials.gov/study/NCT")
    expect(answer).not_to_contain_text("- NCT")
    expect(answer.locator(".after")).to_contain_text("2026")
    expect(answer.locator(".after")).to_contain_text("UTC.")


def test_an_emergency_is_a_card_with_numbers_to_call_and_does_not_take_the_focus(
    visitor: Visitor,
) -> None:
    visitor.open_chat()
    visitor.say("I had CAR-T four days ago and I cannot breathe")
    card = visitor.chat.get_by_role("alert").filter(has_text="911")
    expect(card).to_be_visible()
    hrefs = card.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert {"tel:911", "tel:999", "tel:112"} <= set(hrefs)
    assert visitor.focused() == "text"


def test_emergency_numbers_are_one_press_away_without_any_server(visitor: Visitor) -> None:
    visitor.page.route("**/webhooks/**", lambda route: route.abort())
    visitor.visit()
    visitor.launcher.click()
    card = visitor.chat.locator("#help")
    expect(card).to_be_visible()  # shown of itself: the session could not be opened
    for number in ("112", "999", "911", "988", "116123"):
        expect(card.locator(f'a[href="tel:{number}"]')).to_be_visible()
    # Only after the last try: each one that fails shows the card again.
    expect(visitor.chat.locator(".failed")).to_be_visible(timeout=20000)
    visitor.chat.get_by_role("button", name="Emergency?").click()
    expect(card).to_be_hidden()
    visitor.chat.get_by_role("button", name="Emergency?").click()
    expect(card).to_be_visible()


def test_a_message_that_does_not_get_through_is_kept_and_sent_again_under_its_id(
    visitor: Visitor,
) -> None:
    visitor.open_chat()
    sent = _sent(visitor)
    visitor.page.route("**/webhooks/web/message", lambda route: route.abort())
    visitor.box.fill("Can I get it for lupus?")
    visitor.box.press("Enter")
    expect(visitor.chat.locator(".failed")).to_contain_text("was not sent", timeout=15000)
    expect(visitor.chat.locator("#help")).to_be_visible()
    expect(visitor.box).to_have_value("Can I get it for lupus?")
    expect(visitor.box).to_have_accessible_description(re.compile("was not sent"))
    visitor.page.unroute("**/webhooks/web/message")
    visitor.chat.get_by_role("button", name="Try again").click()
    visitor.chat.locator(".turn").nth(1).wait_for()
    assert len(sent) > 1
    assert len({body["id"] for body in sent}) == 1
    expect(visitor.box).to_have_value("")
    expect(visitor.chat.locator(".mine")).to_have_count(1)


def test_only_one_message_is_under_way_at_a_time(visitor: Visitor) -> None:
    visitor.open_chat()
    held: list[Route] = []
    visitor.page.route("**/webhooks/web/message", lambda route: held.append(route))
    visitor.box.fill("What is CAR-T?")
    visitor.box.press("Enter")
    send = visitor.chat.get_by_role("button", name="Send")
    expect(send).to_have_attribute("aria-disabled", "true")
    expect(visitor.chat.get_by_role("status")).to_have_text("Looking that up…")
    visitor.box.fill("And the risks?")
    visitor.box.press("Enter")
    expect(visitor.box).to_have_value("And the risks?")
    assert len(held) == 1
    held[0].continue_()
    visitor.chat.locator(".turn").nth(1).wait_for()
    expect(send).not_to_have_attribute("aria-disabled", "true")


def test_an_ended_session_is_replaced_unseen(visitor: Visitor) -> None:
    visitor.open_chat()
    refused: list[Route] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route)
            route.fulfill(status=401, json={"error": {}, "messages": []})

    visitor.page.route("**/webhooks/web/message", refuse_once)
    answer = visitor.say("What is CAR-T?")
    expect(answer).to_contain_text("CAR-T")
    expect(visitor.chat.locator(".failed")).to_have_count(0)
    assert sum(url.endswith("/session") for url in visitor.requested) == 2


def test_a_refusal_is_told_in_the_servers_words(visitor: Visitor) -> None:
    visitor.open_chat()
    visitor.answers_with({"kind": "fallback", "text": "Please wait a minute."}, status=429)
    refusal = visitor.say("What is CAR-T?")
    expect(refusal).to_contain_text("Please wait a minute.")
    expect(refusal.get_by_role("button", name="Try again")).to_be_visible()
    expect(visitor.box).to_have_value("What is CAR-T?")


def test_a_text_that_is_too_long_stays_in_the_box(visitor: Visitor) -> None:
    visitor.open_chat()
    sent = _sent(visitor)
    visitor.box.fill("😀" * 2001)
    visitor.box.press("Enter")
    expect(visitor.box).to_have_attribute("aria-invalid", "true")
    expect(visitor.chat.locator("#count")).to_contain_text("1 characters too many")
    assert sent == []
    visitor.box.fill("😀" * 2000)
    expect(visitor.box).not_to_have_attribute("aria-invalid", "true")


def test_a_reload_goes_on_with_the_same_chat(visitor: Visitor) -> None:
    visitor.open_chat()
    visitor.say("What is CAR-T?")
    visitor.page.reload()
    visitor.launcher.click()
    expect(visitor.chat.locator(".notice")).to_contain_text("the same chat")
    expect(visitor.say("What are the risks?")).to_contain_text("CAR-T")
    assert sum(url.endswith("/session") for url in visitor.requested) == 1


def test_deleting_the_chat_ends_it_on_the_server_and_starts_anew(visitor: Visitor) -> None:
    visitor.open_chat()
    visitor.say("What is CAR-T?")
    token = json.loads(visitor.frame.evaluate("sessionStorage.getItem('cartographer:demo')"))
    visitor.chat.get_by_role("button", name="Menu").click()
    visitor.chat.get_by_role("button", name="Delete this chat").click()
    with visitor.page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        visitor.chat.get_by_role("button", name="Delete", exact=True).click()
    assert deleted.value.status == 204
    expect(visitor.chat.locator(".notice")).to_contain_text("was deleted")
    visitor.chat.locator(".reply").first.wait_for()
    expect(visitor.chat.locator(".mine")).to_have_count(0)
    gone = visitor.page.request.post(
        f"{visitor.url}/webhooks/web/message",
        headers={"Authorization": f"Bearer {token['token']}"},
        data={"id": "00000000-0000-4000-8000-000000000001", "text": "hello"},
    )
    assert gone.status == 401


def test_the_language_can_be_switched_to_spanish(visitor: Visitor) -> None:
    visitor.open_chat()
    visitor.chat.get_by_role("button", name="Español").click()
    expect(visitor.chat.locator("html")).to_have_attribute("lang", "es")
    expect(visitor.chat.get_by_role("button", name="¿Emergencia?")).to_be_visible()
    greeting = visitor.chat.locator(".turn").nth(1)
    expect(greeting.locator(".reply")).to_have_attribute("lang", "es")
    visitor.chat.get_by_label("Tu pregunta").fill("¿Qué riesgos tiene?")
    with visitor.page.expect_response("**/webhooks/web/message") as answered:
        visitor.chat.get_by_role("button", name="Enviar").click()
    answer = visitor.chat.locator(".turn").nth(2).locator(".reply").first
    # The language of a Reply is the server's to say: English stands in where Spanish is missing.
    expect(answer).to_have_attribute("lang", answered.value.json()["messages"][0]["locale"])
    expect(answer).to_contain_text("Fuentes (")


def test_hostile_text_stays_text(visitor: Visitor) -> None:
    visitor.open_chat()
    asked = list(visitor.requested)
    for text in HOSTILE:
        visitor.answers_with(_hostile_reply(text))
        visitor.say(text)
    assert all(frame.evaluate("window.harmed") is None for frame in visitor.page.frames)
    assert visitor.chat.locator("#log :is(script, img, iframe, svg, style)").count() == 0
    links = visitor.chat.locator("#log a").evaluate_all("all => all.map(a => a.protocol)")
    assert set(links) <= {"https:", "tel:", "mailto:"}
    new = [url for url in visitor.requested if url not in asked]
    assert all(url.endswith(("/webhooks/web/message", "/static/fit.js")) for url in new)


def _hostile_reply(text: str) -> dict[str, Any]:
    """A Reply with this text in every place that holds one."""
    site = {"facility": text, "city": text, "country": text, "distance_km": text}
    return {
        "text": f"{text}\n- {text}",
        "locale": text,
        "evidence": {"level": text, "label": text},
        "sources": [{"id": text, "title": text, "publisher": text, "url": text, "date": text}],
        "as_of": text,
        "review": {"status": "reviewed", "by": text, "on": text},
        "listing": {"checked_at": text, "live": True, "total": 1},
        "choices": [{"title": text, "value": text}],
        "criteria": [{"nct_id": text, "text": text, "kind": text, "verdict": text, "why": text}],
        "sheet": {"formats": ["html", text]},
        "trials": [
            {
                "nct_id": text,
                "title": text,
                "status": text,
                "phases": [text],
                "sex": text,
                "sponsor": text,
                "nearest_site": site,
                "contact": {"name": text, "phone": text, "email": text},
                "url": text,
                "last_update": text,
            }
        ],
    }


def test_nothing_goes_to_anybody_else_and_no_words_are_stored(visitor: Visitor) -> None:
    visitor.open_chat()
    visitor.say("What are the risks for canary-lupus-7731?")
    visitor.say("Any trials near Boston for myasthenia gravis?")
    assert all(url.startswith((visitor.url, "data:", "blob:")) for url in visitor.requested)
    assert visitor.page.context.cookies() == []
    stored = visitor.frame.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    kept = json.loads(stored)
    assert list(kept[0]) == ["cartographer:demo"] and kept[1] == {}
    assert set(json.loads(kept[0]["cartographer:demo"])) == {"token", "expires_at", "locale"}


def test_the_chat_can_be_read_as_plain_text_printed_and_saved(visitor: Visitor) -> None:
    visitor.open_chat()
    visitor.say("What is CAR-T?")
    visitor.chat.get_by_role("button", name="Menu").click()
    visitor.chat.get_by_role("button", name="Read, print or save").click()
    plain = visitor.chat.get_by_role("main", name="This chat as plain text")
    expect(plain.get_by_role("heading", name="You said:")).to_be_visible()
    visitor.frame.evaluate("addEventListener('beforeprint', () => { window.printed = 1 })")
    plain.get_by_role("button", name="Print").click()
    assert visitor.frame.evaluate("window.printed") == 1
    with visitor.page.expect_download() as saved:
        plain.get_by_text("Save as text").click()
    assert "What is CAR-T?" in saved.value.path().read_text(encoding="utf-8")
    expect(visitor.chat.get_by_role("button", name="Emergency?")).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(plain).to_be_hidden()
    expect(visitor.box).to_be_visible()
