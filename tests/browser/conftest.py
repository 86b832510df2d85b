"""A real browser with the guide in it. `BASE_URL` tests a guide that is already running."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Frame, FrameLocator, Locator, Page, sync_playwright

from tests.conftest import needs

_AXE_RULES = {
    "iframes": False,
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
#: What the console says when a page breaks its own rules.
_BROKEN_RULES = ("Content Security Policy", "Content-Security-Policy", "sandboxed", "Uncaught")


@pytest.fixture(scope="session")
def url(request: pytest.FixtureRequest) -> str:
    """Where the guide answers, without a slash at the end."""
    running = os.environ.get("BASE_URL")
    return running.rstrip("/") if running else str(request.getfixturevalue("server").url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        found = chromium or playwright.chromium.executable_path
        needs(bool(shutil.which(found)), "Chromium")
        started = playwright.chromium.launch(
            executable_path=found,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                # A clinic's page made up in a test may load the guide from this machine.
                "--disable-features=LocalNetworkAccessChecks",
            ],
        )
        yield started
        started.close()


class Visitor:
    """Somebody on a clinic's page, and what their browser noticed."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.requested: list[str] = []
        self.complaints: list[str] = []
        page.context.on("request", lambda request: self.requested.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._heard(message.text))

    def _heard(self, text: str) -> None:
        if any(words in text for words in _BROKEN_RULES):
            self.complaints.append(text)

    @property
    def launcher(self) -> Locator:
        return self.page.locator("cartographer-guide .launcher")

    @property
    def chat(self) -> FrameLocator:
        return self.page.frame_locator("cartographer-guide iframe")

    @property
    def frame(self) -> Frame:
        """The chat's own document."""
        return next(frame for frame in self.page.frames if "/chat?" in frame.url)

    @property
    def box(self) -> Locator:
        return self.chat.get_by_label("Your question")

    def visit(self) -> None:
        self.page.goto(self.url)
        self.launcher.wait_for()

    def open_chat(self) -> None:
        """Visit and open the chat; the greeting is there."""
        self.visit()
        self.launcher.click()
        self.chat.locator(".reply").first.wait_for()

    def say(self, text: str) -> Locator:
        """Type and send; what is shown in answer."""
        turns = self.chat.locator(".turn")
        before = turns.count()
        self.box.fill(text)
        self.box.press("Enter")
        turns.nth(before).wait_for()
        return turns.nth(before)

    def answers_with(self, *replies: dict[str, Any], status: int = 200) -> None:
        """From here on the server's answer to a message is this one."""
        filled = [
            {"id": "r", "kind": "answer", "topic": "crs", "text": "", "locale": "en", **reply}
            for reply in replies
        ]
        self.page.unroute("**/webhooks/web/message")
        self.page.route(
            "**/webhooks/web/message",
            lambda route: route.fulfill(status=status, json={"messages": filled}),
        )

    def focused(self) -> str:
        """The id, else the tag, of what has the focus inside the chat."""
        return str(
            self.frame.evaluate("document.activeElement.id || document.activeElement.localName")
        )

    def overflows(self) -> bool:
        """Whether the chat or the page must be scrolled sideways."""
        script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return any(frame.evaluate(script) for frame in self.page.frames)

    def accessibility_faults(self) -> list[str]:
        """What axe finds on the page and inside the frame."""
        faults = []
        for document in self.page.frames:
            # Axe asks for a page, and uses only `evaluate`, which a frame has as well.
            found = Axe().run(document, options=_AXE_RULES)
            faults += [
                f"{fault['id']}: {node['target']} {node['failureSummary']}"
                for fault in found.response["violations"]
                for node in fault["nodes"]
            ]
        return faults


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new browser profile on a desk."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def visitor(page: Page, url: str) -> Iterator[Visitor]:
    """Somebody new; the browser must have had nothing to complain of when they leave."""
    somebody = Visitor(page, url)
    yield somebody
    assert somebody.complaints == []
