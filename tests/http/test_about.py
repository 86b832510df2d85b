"""The page "About this guide": anybody can see who reviewed the answers, and how old they are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from knowledge.about import about
from knowledge.curated.freshness import Freshness
from knowledge.curated.reading import read_content
from tests.conftest import Guide


@pytest.mark.parametrize(
    ("locale", "draft"), [("en", "drafts. No clinician"), ("es", "borradores. Todavía ningún")]
)
def test_it_says_that_no_clinician_has_reviewed_the_answers(
    server: Guide, locale: str, draft: str
) -> None:
    page = server.get(f"/about?locale={locale}")
    assert page.status_code == 200
    assert f'<html lang="{locale}">' in page.text
    assert draft in page.text


def test_it_names_every_source_with_its_address(server: Guide) -> None:
    page = server.get("/about").text
    for source in read_content().sources.values():
        assert source.url.replace("&", "&amp;") in page


def test_it_says_when_the_trials_were_checked(server: Guide) -> None:
    assert "recorded registry data of" in server.get("/about").text


def test_an_unknown_clinic_has_no_such_page(server: Guide) -> None:
    assert server.get("/about?clinic=nowhere").status_code == 404


def test_an_answer_past_its_review_date_is_shown_as_such() -> None:
    content = read_content()
    long_after = max(t.answer.next_review for t in content.topics.values() if t.answer)
    shown = about(content, "en", long_after + timedelta(days=1))
    assert {answer.freshness for answer in shown.answers} <= {Freshness.STALE, Freshness.WITHDRAWN}
    assert about(content, "en", date(2026, 11, 21)).reviewed == 0
