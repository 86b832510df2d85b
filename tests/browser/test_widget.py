"""What a clinic's page gets when it embeds the guide."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Visitor

STATIC = Path(__file__).resolve().parents[2] / "bot" / "web" / "static"
WIDGET = ["widget.js", "chat.html", "chat.css", "chat.js"]
#: Fetched with the first reply that has criteria or a visit sheet.
LATER = ["fit.js"]

#: A clinic's own page that does its worst: resets, layers, transforms, the script twice.
HOSTILE_PAGE = """<!doctype html><html lang="en"><head><title>Clinic</title><link rel="stylesheet"
href="/host.css"></head><body><main><h1>Clinic</h1></main><div class="layer"></div>
<script src="{url}/widget.js" data-clinic="demo" async></script>
<script src="{url}/widget.js" data-clinic="demo" async></script></body></html>"""
HOSTILE_CSS = """
div, section, button, iframe, span, svg, a, p { display: none !important; opacity: 0 !important }
* { all: unset; color: red !important; font-size: 1px !important; pointer-events: none !important }
cartographer-guide { display: none !important; visibility: hidden !important; inset: 50% !important }
body { transform: scale(.5) !important; overflow: hidden !important; height: 10px !important }
.layer { display: block !important; position: fixed; inset: 0; z-index: 2147483647 }
"""


def test_keys_alone_open_use_and_close_the_chat(visitor: Visitor) -> None:
    visitor.visit()
    visitor.launcher.focus()
    expect(visitor.launcher).to_have_attribute("aria-expanded", "false")
    visitor.page.keyboard.press("Enter")
    visitor.chat.locator(".reply").first.wait_for()
    expect(visitor.launcher).to_have_attribute("aria-expanded", "true")
    expect(visitor.box).to_be_focused()
    visitor.page.keyboard.type("What is CAR-T?")
    visitor.page.keyboard.press("Enter")
    visitor.chat.locator(".turn").nth(1).wait_for()
    visitor.page.keyboard.press("Shift+Tab")  # back into the conversation, and on from there
    assert visitor.focused() != "text"
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.locator("cartographer-guide iframe")).to_be_hidden()
    expect(visitor.launcher).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.chat.locator(".mine")).to_contain_text("What is CAR-T?")
    expect(visitor.box).to_be_focused()


def test_the_frame_is_made_when_it_is_first_wanted(visitor: Visitor) -> None:
    visitor.visit()
    assert not any("/chat?" in url for url in visitor.requested)
    assert visitor.page.locator("cartographer-guide iframe").count() == 0


def test_telephone_links_and_sources_in_a_new_tab_leave_the_sandbox(visitor: Visitor) -> None:
    visitor.open_chat()
    visitor.answers_with(
        {
            "kind": "safety",
            "text": "Call 911 now.",
            "sources": [{"title": "Here", "url": "https://example.org/", "date": "2026"}],
        }
    )
    visitor.page.context.route("https://example.org/", lambda route: route.fulfill(body="source"))
    answer = visitor.say("help")
    answer.get_by_role("link", name="911").click()  # a refusal would be a complaint of the browser
    answer.get_by_text("Sources (1)").click()
    with visitor.page.context.expect_page() as opened:
        answer.get_by_role("link", name="Here").click()
    expect(opened.value.locator("body")).to_have_text("source")
    assert opened.value.evaluate("[window.opener, document.referrer, self.origin]") == [
        None,
        "",
        "https://example.org",
    ]


@pytest.mark.parametrize(
    "policy", ["", "default-src 'none'; style-src 'self'; script-src {url}; frame-src {url}"]
)
def test_a_hostile_page_does_not_break_it(visitor: Visitor, policy: str) -> None:
    clinic = "http://localhost:9"
    headers = {"Content-Security-Policy": policy.format(url=visitor.url)} if policy else {}
    body = HOSTILE_PAGE.format(url=visitor.url)
    visitor.page.route(
        f"{clinic}/",
        lambda route: route.fulfill(body=body, content_type="text/html", headers=headers),
    )
    visitor.page.route(
        f"{clinic}/host.css", lambda route: route.fulfill(body=HOSTILE_CSS, content_type="text/css")
    )
    visitor.page.goto(f"{clinic}/")
    expect(visitor.page.locator("cartographer-guide")).to_have_count(1)
    expect(visitor.launcher).to_be_visible()
    shape = visitor.launcher.bounding_box()
    assert shape is not None and shape["height"] >= 44 and shape["y"] > 600
    visitor.launcher.click()
    visitor.chat.locator(".reply").first.wait_for()
    expect(visitor.say("What is CAR-T?")).to_contain_text("CAR-T")
    visitor.page.keyboard.press("Escape")
    expect(visitor.launcher).to_have_attribute("aria-expanded", "false")


def test_messages_of_others_move_nothing(visitor: Visitor) -> None:
    visitor.open_chat()
    forged = """() => {
      const frame = document.querySelector('cartographer-guide').shadowRoot.querySelector('iframe');
      for (const data of [null, 1, 'close', [], {type: 'close'},
                          {source: 'cartographer-chat', type: 'close'}]) {
        window.postMessage(data, '*');
        frame.contentWindow.postMessage(data, '*');
      }
      return new Promise((resolve) => setTimeout(resolve, 100));
    }"""
    visitor.page.evaluate(forged)
    expect(visitor.launcher).to_have_attribute("aria-expanded", "true")
    expect(visitor.box).to_be_visible()


def test_numbers_to_call_are_shown_when_the_guide_cannot_be_reached(visitor: Visitor) -> None:
    visitor.page.route("**/chat?*", lambda route: route.abort())
    visitor.visit()
    visitor.launcher.click()
    notice = visitor.page.get_by_role("alert")
    expect(notice).to_contain_text("cannot be reached")
    for number in ("112", "999", "911", "988", "116123"):
        expect(notice.locator(f'a[href="tel:{number}"]')).to_be_visible()
    visitor.page.unroute("**/chat?*")
    notice.get_by_role("button", name="Try again").click()
    expect(visitor.box).to_be_focused()


def test_the_whole_widget_is_small() -> None:
    sizes = {name: len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in WIDGET}
    assert sum(sizes.values()) <= 20_000, sizes
    assert all(len(gzip.compress((STATIC / name).read_bytes(), 9)) <= 3_000 for name in LATER)


def test_no_markup_is_ever_made_from_text() -> None:
    unsafe = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
        r"createContextualFragment|DOMParser|postMessage\([^)]*'\*'|\sstyle=|\son\w+="
    )
    for name in (*WIDGET, *LATER):
        assert unsafe.findall((STATIC / name).read_text(encoding="utf-8")) == [], name
