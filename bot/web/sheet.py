"""The visit sheet over HTTP: as a page, as a PDF, as FHIR JSON."""

from __future__ import annotations

import json

from sanic.response import HTTPResponse, raw

from bot.web import headers
from bot.web.requests import BAD_REQUEST, Refusal
from knowledge.clinics import clinic_named
from knowledge.guide import Guide
from knowledge.replies.setting import Setting
from knowledge.replies.sheet import FORMATS
from knowledge.visit_sheet.fhir import as_fhir
from knowledge.visit_sheet.html import as_html
from knowledge.visit_sheet.sheet import Sheet
from knowledge.visit_sheet.sheets import NothingChosen

_TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/fhir+json; charset=utf-8",
}


def wanted_format(value: str | None) -> str:
    """The format asked for, a page where none is. Raises Refusal 400."""
    if value is None:
        return "html"
    if value not in FORMATS:
        raise Refusal(400, *BAD_REQUEST, f"format must be one of {', '.join(FORMATS)}")
    return value


def sheet_answer(
    guide: Guide, conversation: str, clinic: str, locale: str, wanted: str
) -> HTTPResponse:
    """The conversation's sheet. Raises Refusal 404 where nothing is on it."""
    try:
        sheet = guide.visit_sheets.sheet(conversation, Setting(clinic_named(clinic), locale))
    except NothingChosen:
        raise Refusal(404, "no_sheet", "error_no_sheet", "nothing is on the sheet yet") from None
    answer = raw(_written(sheet, wanted), content_type=_TYPES[wanted])
    answer.headers["Content-Security-Policy"] = headers.SHEET
    answer.headers["Content-Disposition"] = f'inline; filename="car-t-visit-sheet.{wanted}"'
    return answer


def _written(sheet: Sheet, wanted: str) -> bytes:
    if wanted == "pdf":
        from knowledge.visit_sheet.pdf import as_pdf  # its libraries are slow to start

        return as_pdf(sheet)
    if wanted == "json":
        return json.dumps(as_fhir(sheet), ensure_ascii=False).encode()
    return as_html(sheet).encode()
