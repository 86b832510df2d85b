"""The sheet as a page, as a PDF and for a portal: complete, in its language, and harmless."""

from __future__ import annotations

import html
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from fhir.resources.questionnaire import Questionnaire
from fhir.resources.questionnaireresponse import QuestionnaireResponse
from pypdf import PdfReader

from knowledge.visit_sheet.fhir import CANONICAL, as_fhir, questionnaire
from knowledge.visit_sheet.html import STYLE, as_html
from knowledge.visit_sheet.pdf import as_pdf
from knowledge.visit_sheet.sheet import Sheet
from tests.knowledge.visit_sheet.conftest import CHECKED, Talk, in_both

HOSTILE = "<img src=x onerror=alert(1)>\"'</q><script>alert(1)</script>"


@pytest.fixture
def full(talk: Talk) -> Sheet:
    """A sheet with all there is."""
    talk.lists_trials()
    talk.checks_fit()
    talk.chooses("all")
    return talk.sheet()


def with_title(sheet: Sheet, title: str) -> Sheet:
    return replace(sheet, trials=[replace(sheet.trials[0], title=title), *sheet.trials[1:]])


def pdf_text(sheet: Sheet) -> str:
    pages = PdfReader(io.BytesIO(as_pdf(sheet))).pages
    # pypdf puts a zero byte before each letter of the second font.
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\0", "").split())


# -- the page


@in_both
def test_the_page_has_its_language_one_title_and_headings_in_order(full: Sheet) -> None:
    page = html.unescape(as_html(full))
    assert f'<html lang="{full.locale}">' in page
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))
    for words in (full.title, *full.owed, *full.notes):
        assert words in page


def test_the_page_runs_nothing_and_loads_nothing(full: Sheet) -> None:
    page = as_html(full)
    assert not re.search(r"<script|\son\w+=|javascript:|@import|url\(", page)
    assert STYLE in page
    assert set(re.findall(r'(?:src|href)="([^"#]*)"', page)) <= {
        "data:,",
        *(trial.url for trial in full.trials),
        *(source.url for source in full.sources),
    }


def test_the_page_holds_what_the_registry_says_as_text(full: Sheet) -> None:
    page = as_html(with_title(full, HOSTILE))
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img" in page


def test_the_page_is_well_formed(full: Sheet) -> None:
    page = as_html(full).replace("<!doctype html>", "")
    for void in ("meta", "link"):
        page = re.sub(rf"<({void}\b[^>]*)>", r"<\1/>", page)
    tree = ET.fromstring(page)  # noqa: S314 (our own page)
    ids = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    targets = {
        href[1:] for node in tree.iter("a") if (href := node.get("href", "")).startswith("#")
    }
    assert targets <= set(ids)


# -- the PDF


@in_both
def test_the_pdf_says_the_same_and_knows_its_title_and_language(full: Sheet) -> None:
    reader = PdfReader(io.BytesIO(as_pdf(full)))
    assert reader.metadata is not None
    assert reader.metadata.title == full.title
    assert reader.metadata.subject == " ".join(full.opening)
    assert reader.trailer["/Root"]["/Lang"] == full.locale
    assert reader.outline
    text = pdf_text(full)
    for words in (full.title, *full.owed, *full.notes, *(t.nct_id for t in full.trials)):
        assert words in text
    assert ("☐ " in text) and (full.labels["ask"] in text)


@pytest.mark.parametrize(
    "name",
    [
        "Ensayo en niños: ¿qué año?",
        "北京高博医院",
        "東京大学病院",
        "서울대학교병원",
        "Ωμέγα Кардио Łódź β≥2",
    ],
)
def test_names_in_other_letters_show_in_the_pdf(full: Sheet, name: str) -> None:
    small = replace(full, trials=full.trials[:1], areas=[], notes=[], sources=[])
    assert name in pdf_text(with_title(small, name))


# -- for a portal


@in_both
def test_the_response_is_fhir_r4_and_answers_its_questionnaire(full: Sheet) -> None:
    response = as_fhir(full)
    QuestionnaireResponse.parse_obj(response)
    (contained,) = response["contained"]
    assert response["questionnaire"] == f"#{contained['id']}"
    assert contained["url"] == CANONICAL
    answered = links(response["item"])
    known = links(contained["item"])
    assert {link for link, _ in answered} <= {link for link, _ in known}
    kinds = dict(known)
    for link, kind in answered:
        assert kind in ACCEPTED[kinds[link]], link


#: Keys of an answer by the type of its question.
ACCEPTED = {
    "string": {"valueString"}, "text": {"valueString"}, "url": {"valueUri"}, "date": {"valueDate"},
    "integer": {"valueInteger"}, "choice": {"valueCoding"}, "group": {None},
}  # fmt: skip


def links(items: list[dict[str, object]]) -> list[tuple[str, str | None]]:
    """(linkId, type or the key of its answers) of all items, nested ones too."""
    found: list[tuple[str, str | None]] = []
    for item in items:
        answers: list[dict[str, object]] = item.get("answer", [])  # type: ignore[assignment]
        kind = item.get("type") or next((key for answer in answers for key in answer), None)
        found.append((str(item["linkId"]), kind))  # type: ignore[arg-type]
        found += links(item.get("item", []))  # type: ignore[arg-type]
    return found


def test_the_questionnaire_is_fhir_r4() -> None:
    Questionnaire.parse_obj(questionnaire())


def test_the_response_names_nobody(full: Sheet) -> None:
    response = as_fhir(full)
    assert not {"subject", "author", "source", "identifier", "encounter"} & set(response)


def test_the_response_carries_the_marks_with_their_quotes(full: Sheet) -> None:
    [checked] = [
        item
        for item in as_fhir(full)["item"]
        if item["linkId"] == "trial" and item["item"][0]["answer"][0]["valueString"] == CHECKED
    ]
    marks = [item for item in checked["item"] if item["linkId"] == "trial.mark"]
    assert len(marks) == sum(len(g.marks) for t in full.trials for g in t.marks)
    first = {item["linkId"]: item["answer"][0] for item in marks[0]["item"]}
    assert first["trial.mark.verdict"]["valueCoding"]["code"] == "ask"
    assert first["trial.mark.quote"]["valueString"]
