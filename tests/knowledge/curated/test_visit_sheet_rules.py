"""`bot check` looks after the visit sheet's questions as after answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.knowledge.curated.conftest import edit

Complaints = Callable[..., list[str]]

FAULTS = [
    ("[lucin-2025]", "[no-such-source]", "there is no source 'no-such-source'"),
    ("15 years or more.", "17 years or more.", "the number 17 stands in no line"),
    (" [injury-policy-2014]", "", "names other sources than the English text"),
    ("when: {placebo: true}", "when: {colour: red}", "'colour' is not known"),
    ("when: {groups: one}", "when: {groups: two}", "'two' is not known"),
    ("quote: [vaccination]", "quote: [vaccines]", "'vaccines' is no category of criteria"),
    ("area: vaccines", "area: needles", "there is no wording 'sheet_area_needles'"),
    ("What is my chance of each group?", "Say my chance.", "ask.en must be a question"),
    ("What is my chance of each group?", "It is proven to be safe. Is it?", "L04"),
]


@pytest.mark.parametrize(("old", "new", "complaint"), FAULTS)
def test_a_fault_is_noticed_at_its_question(
    folder: Path, complaints: Complaints, old: str, new: str, complaint: str
) -> None:
    edit(folder / "visit_sheet.yml", old, new)
    found = [each for each in complaints() if complaint in each]
    assert found
    assert all(each.startswith("visit_sheet.yml:") for each in found)


def test_a_past_review_date_is_noticed(complaints: Complaints) -> None:
    late = complaints(today=date(2027, 6, 1))
    assert any(each.startswith("visit_sheet.yml:") and "L18" in each for each in late)
