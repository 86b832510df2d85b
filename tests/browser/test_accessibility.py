"""The chat for people who do not see it, do not point at it, or need it large."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Route, expect

from tests.browser.test_visit_sheet import show_fit

if TYPE_CHECKING:
    from tests.browser.conftest import Visitor


def _spanish(visitor: Visitor) -> None:
    visitor.chat.get_by_role("button", name="Español").click()
    visitor.chat.locator(".turn").nth(1).wait_for()


def _failed(visitor: Visitor) -> None:
    visitor.page.route("**/webhooks/**", lambda route: route.abort())
    visitor.box.fill("What is CAR-T?")
    visitor.box.press("Enter")
    visitor.chat.locator(".failed").wait_for()


def _opened(visitor: Visitor, *names: str) -> None:
    for name in names:
        visitor.chat.get_by_role("button", name=name).click()


def _answer(visitor: Visitor) -> None:
    visitor.say("What are the risks of CAR-T for lupus?").get_by_text("Sources (").click()


STATES: dict[str, Callable[[Visitor], object]] = {
    "greeting": lambda visitor: None,
    "answer": _answer,
    "trials": lambda visitor: visitor.say("Any trials near Boston for myasthenia gravis?"),
    "emergency": lambda visitor: visitor.say("I had CAR-T and I cannot breathe"),
    "help": lambda visitor: _opened(visitor, "Emergency?"),
    "menu": lambda visitor: _opened(visitor, "Menu"),
    "deleting": lambda visitor: _opened(visitor, "Menu", "Delete this chat"),
    "plain text": lambda visitor: _opened(visitor, "Menu", "Read, print or save"),
    "not sent": _failed,
    "spanish": _spanish,
    "fit check and sheet": lambda visitor: show_fit(visitor),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(visitor: Visitor, state: str) -> None:
    visitor.visit()
    visitor.page.emulate_media(reduced_motion="reduce")
    assert visitor.accessibility_faults() == []
    visitor.launcher.click()
    visitor.chat.locator(".reply").first.wait_for()
    STATES[state](visitor)
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        assert visitor.accessibility_faults() == [], scheme


@pytest.mark.parametrize(("width", "height"), [(320, 568), (320, 200), (390, 844), (844, 390)])
def test_it_fits_small_screens_and_400_percent_zoom(
    visitor: Visitor, width: int, height: int
) -> None:
    visitor.page.set_viewport_size({"width": width, "height": height})
    visitor.open_chat()
    visitor.say("Any trials near Boston for myasthenia gravis?")
    # WCAG 1.4.12: text may be spaced out by the reader.
    visitor.frame.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important;'
                            + 'word-spacing: .16em !important }');
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    assert not visitor.overflows()
    expect(visitor.chat.get_by_role("button", name="Emergency?")).to_be_in_viewport(ratio=1)
    visitor.chat.get_by_role("log").focus()
    visitor.box.focus()
    expect(visitor.box).to_be_in_viewport()
    assert visitor.accessibility_faults() == []
    visitor.chat.get_by_role("button", name="Close").click()
    expect(visitor.launcher).to_be_focused()


def test_buttons_are_large_enough_to_press(visitor: Visitor) -> None:
    visitor.open_chat()
    visitor.say("What are the risks of CAR-T for lupus?")
    _opened(visitor, "Emergency?", "Menu")
    small = visitor.frame.evaluate(
        """[...document.querySelectorAll('button, textarea, summary, .help a')]
             .filter((node) => node.checkVisibility())
             .map((node) => [node.textContent, node.getBoundingClientRect()])
             .filter(([, box]) => box.height < 44 || box.width < 44)"""
    )
    assert small == []


def test_each_turn_is_announced_once(visitor: Visitor) -> None:
    visitor.open_chat()
    visitor.frame.evaluate(
        """() => {
          window.heard = [];
          for (const role of ['log', 'status']) {
            new MutationObserver((changes) => {
              for (const change of changes) {
                for (const node of change.addedNodes) window.heard.push([role, node.textContent]);
              }
            }).observe(document.querySelector(`[role=${role}]`), { childList: true });
          }
        }"""
    )
    visitor.say("What are the risks of CAR-T for lupus?")
    heard = visitor.frame.evaluate("window.heard")
    assert [role for role, _ in heard] == ["log", "status", "log"]
    assert heard[0][1].startswith("You said: What are the risks")
    assert heard[1][1] == "Looking that up…"
    assert heard[2][1].startswith("Assistant said: ")


def test_the_log_is_there_before_its_first_message_and_tells_its_language(
    visitor: Visitor,
) -> None:
    held: list[Route] = []
    visitor.page.route("**/webhooks/web/session", lambda route: held.append(route))
    visitor.visit()
    visitor.launcher.click()
    expect(visitor.chat.get_by_role("log")).to_be_attached()
    expect(visitor.chat.get_by_role("status")).to_have_text("Opening the guide…")
    held[0].continue_()
    visitor.chat.locator(".reply").wait_for()
    visitor.answers_with({"text": "فهمت سؤالك.\nIn English.", "locale": "ar"})
    bubble = visitor.say("?").locator(".reply")
    expect(bubble).to_have_attribute("lang", "ar")
    directions = bubble.locator(".text p").evaluate_all(
        "all => all.map(p => getComputedStyle(p).direction)"
    )
    assert directions == ["rtl", "ltr"]


def test_motion_stops_for_those_who_ask(visitor: Visitor) -> None:
    visitor.page.emulate_media(reduced_motion="reduce")
    visitor.open_chat()
    visitor.page.route("**/webhooks/web/message", lambda route: None)  # never answered
    visitor.box.fill("What is CAR-T?")
    visitor.box.press("Enter")
    expect(visitor.chat.get_by_role("status")).to_have_text("Looking that up…")
    running = "document.getAnimations().filter((one) => one.playState === 'running').length"
    assert [frame.evaluate(running) for frame in visitor.page.frames] == [0, 0]


def test_forced_colours_keep_every_control_in_sight(visitor: Visitor) -> None:
    visitor.page.emulate_media(forced_colors="active")
    visitor.open_chat()
    visitor.say("What are the risks of CAR-T for lupus?")
    edgeless = visitor.frame.evaluate(
        """[...document.querySelectorAll('button, textarea, .mine')]
             .filter((node) => node.checkVisibility())
             .filter((node) => parseFloat(getComputedStyle(node).borderTopWidth) < 1)
             .map((node) => node.textContent)"""
    )
    assert edgeless == []
