"""How the fit check is shown, and the visit sheet from the chat to paper."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from playwright.sync_api import Locator, expect
from pypdf import PdfReader

if TYPE_CHECKING:
    from tests.browser.conftest import Visitor

_TEXT = (
    "How it stands.\n\nA study of X cells (NCT00000001)\n- May not fit\n\nAnother one (NCT00000002)"
)


def _row(nct_id: str, verdict: str, text: str) -> dict[str, object]:
    why = {"ask": "We don't know.", "may_not_fit": "It may not match.", "fits": "In line."}[verdict]
    return {
        "nct_id": nct_id, "text": text, "start": 0, "kind": "exclusion", "verdict": verdict,
        "why": why, "category": "age",
    }  # fmt: skip


_ROWS = [
    _row("NCT00000001", "fits", r"Age \>= 18"),
    _row("NCT00000001", "ask", "Adequate organ function"),
    _row("NCT00000001", "may_not_fit", "Earlier CAR-T"),
    _row("NCT00000002", "ask", "Any other reason"),
]


def show_fit(visitor: Visitor) -> Locator:
    """A fit check's result with a visit sheet beneath."""
    visitor.answers_with(
        {
            "kind": "fit", "topic": "am_i_eligible", "text": _TEXT, "criteria": _ROWS,
            "sheet": {"formats": ["html", "pdf", "json"]},
        }
    )  # fmt: skip
    return visitor.say("show how it stands")


def test_criteria_stand_by_trial_and_by_how_they_stand(visitor: Visitor) -> None:
    visitor.open_chat()
    shown = show_fit(visitor)
    first, second = shown.locator(".criteria details").all()
    expect(first.locator("summary")).to_have_text("A study of X cells (NCT00000001)")
    expect(first.locator("q").first).to_be_hidden()
    first.locator("summary").click()
    heads = first.locator("h3").all_inner_texts()
    assert [head.lstrip("?≠≈ \n") for head in heads] == [
        "To ask the study team",
        "May not fit",
        "In line with what you said",
    ]
    expect(first.locator("q").last).to_have_text("Age >= 18")
    expect(first).to_contain_text("It may not match.")
    expect(second.locator("q")).to_be_hidden()


def test_by_keyboard_alone(visitor: Visitor) -> None:
    visitor.open_chat()
    shown = show_fit(visitor)
    shown.locator("summary").nth(1).focus()
    visitor.page.keyboard.press("Enter")
    expect(shown.locator("details").nth(1).locator("q")).to_be_visible()
    visitor.page.keyboard.press("Tab")
    assert visitor.frame.evaluate("document.activeElement.textContent") == "Print"


def test_how_it_stands_can_be_told_without_colours(visitor: Visitor) -> None:
    visitor.page.emulate_media(forced_colors="active")
    visitor.open_chat()
    shown = show_fit(visitor)
    for summary in shown.locator("summary").all():
        summary.click()
    signs = shown.locator(".sign")
    assert signs.all_inner_texts()[:3] == ["?", "≠", "≈"]
    assert all(sign.get_attribute("aria-hidden") == "true" for sign in signs.all())


def _make_sheet(visitor: Visitor) -> Locator:
    visitor.open_chat()
    visitor.say("Any trials near Boston for myasthenia gravis?")
    visitor.say("make a sheet for my doctor")
    visitor.chat.get_by_role("button", name="Add all of this").click()
    sheet = visitor.chat.get_by_role("group", name="Your sheet")
    sheet.wait_for()
    return sheet


def test_the_sheet_can_be_printed_and_saved(visitor: Visitor) -> None:
    sheet = _make_sheet(visitor)
    with visitor.page.expect_popup() as opened:
        sheet.get_by_role("button", name="Print").click()
    page = opened.value
    expect(page.get_by_role("heading", level=1)).to_contain_text("notes for my appointment")
    # Its own style holds under the chat's policy.
    assert page.locator(".owed").evaluate("box => getComputedStyle(box).borderTopWidth") == "2px"
    assert page.evaluate("document.scripts.length") == 0
    page.close()
    with visitor.page.expect_download(timeout=60000) as pdf:
        sheet.get_by_role("button", name="Save as PDF").click()
    assert pdf.value.suggested_filename == "car-t-visit-sheet.pdf"
    assert len(PdfReader(io.BytesIO(pdf.value.path().read_bytes())).pages) > 1
    with visitor.page.expect_download(timeout=60000) as portal:
        sheet.get_by_role("button", name="patient portal").click()
    saved = json.loads(portal.value.path().read_text(encoding="utf-8"))
    assert saved["resourceType"] == "QuestionnaireResponse"
    expect(sheet.get_by_role("status")).to_have_text("Your sheet was saved to this device.")


def test_a_sheet_that_cannot_be_made_is_said_to_be_so(visitor: Visitor) -> None:
    visitor.open_chat()
    visitor.page.route("**/webhooks/web/sheet*", lambda route: route.abort())
    shown = show_fit(visitor)
    shown.get_by_role("button", name="Save as PDF").click()
    expect(shown.get_by_role("status")).to_contain_text("could not be made")


def test_without_the_file_that_draws_it_the_text_is_there(visitor: Visitor) -> None:
    visitor.page.route("**/static/fit.js", lambda route: route.abort())
    visitor.open_chat()
    shown = show_fit(visitor)
    expect(shown).to_contain_text("May not fit")
    expect(shown.locator(".criteria")).to_have_count(0)


def test_the_page_passes_axe_and_fits_a_phone(visitor: Visitor) -> None:
    sheet = _make_sheet(visitor)
    with visitor.page.expect_popup() as opened:
        sheet.get_by_role("button", name="Print").click()
    page = opened.value
    page.set_viewport_size({"width": 320, "height": 568})
    opened_page = type(visitor)(page, visitor.url)
    assert not opened_page.overflows()
    assert opened_page.accessibility_faults() == []
