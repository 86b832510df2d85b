"""The sheet as a FHIR R4 (4.0.1) QuestionnaireResponse, for a patient portal to take in.

It answers the Questionnaire that it contains, which also has a canonical address of its own
(`CANONICAL`). It names no subject, author or source: whose sheet it is the portal knows. None of
its items has a LOINC code, since LOINC has none that means just this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from knowledge.visit_sheet.sheet import MarkGroup, QuestionArea, Sheet, SheetMark, SheetTrial

#: The Questionnaire's `url`. It is a name, not an address: any host may serve the guide.
CANONICAL = "urn:uuid:6a2f0c1e-5b7d-5f0e-9a3c-2f4f4d1f9a11"
VERSION = "1.0.0"
_ID = "visit-sheet"
_MARKS = "urn:uuid:0d1c9a52-3c0e-5a43-8f63-7f7a4b7e2c10"
_KINDS = "urn:uuid:5f3e8b0a-7a8f-5c56-b0a5-90a0f8f1d0b4"

Json = dict[str, Any]

#: The facts of a trial (`sheet.Fact.name`), and how they read.
_FACTS = {
    "status": "Status", "phase": "Phase", "given": "What is given", "design": "Groups",
    "ages": "Ages", "sponsor": "Sponsor", "site": "Nearest site", "contact": "Contact",
    "updated": "Record last updated",
}  # fmt: skip
#: What is asked of each, under its link: the answer's type, how it reads, whether it repeats.
_TRIAL = {
    "number": ("string", "NCT number", False),
    "title": ("string", "Title in the registry", False),
    "record": ("url", "Record in the registry", False),
    **{fact: ("string", text, False) for fact, text in _FACTS.items()},
    "checked": ("text", "When the record was checked", False),
}
_MARK = {
    "area": ("string", "What it is about", False),
    "quote": ("text", "The registry's words", False),
    "start": ("integer", "Where the quote starts in the record", False),
    "why": ("text", "Why it is marked so", False),
}
_QUESTION = {
    "area": ("string", "What it is about", False),
    "ask": ("text", "Question", False),
    "why": ("text", "Background", False),
    "trial": ("string", "Trials it is about", True),
    "quote": ("text", "What the records say", True),
}
_SOURCE = {
    "title": ("string", "Title", False),
    "publisher": ("string", "Publisher", False),
    "address": ("url", "Address", False),
    "date": ("date", "Date of publication", False),
    "read": ("date", "Day on which it was read", False),
}
_CODES = {
    _MARKS: {"fits": "Fits", "may_not_fit": "May not fit", "ask": "Ask the study team"},
    _KINDS: {"inclusion": "Inclusion criterion", "exclusion": "Exclusion criterion"},
}


def questionnaire() -> Json:
    """What the sheet answers."""
    return {
        "resourceType": "Questionnaire",
        "id": _ID,
        "url": CANONICAL,
        "version": VERSION,
        "name": "CarTTrialVisitSheet",
        "title": "Notes on CAR-T trials for an appointment",
        "status": "active",
        "description": "What a person chose to take from a trial guide to their specialist. "
        "General information, no assessment of the person.",
        "item": [
            _asked("statement", "text", "What this is, and is not", repeats=True),
            _group(
                "trial",
                "Trial discussed",
                *_rows("trial", _TRIAL),
                _group(
                    "trial.mark",
                    "Criterion",
                    _coded("trial.mark.verdict", "How it stands", _MARKS),
                    _coded("trial.mark.kind", "Kind of criterion", _KINDS),
                    *_rows("trial.mark", _MARK),
                ),
            ),
            _group(
                "question",
                "Question for the specialist or the study team",
                *_rows("question", _QUESTION),
            ),
            _group("source", "Source", *_rows("source", _SOURCE)),
        ],
    }


def as_fhir(sheet: Sheet) -> Json:
    """The response. Items that have nothing to say are left out."""
    return {
        "resourceType": "QuestionnaireResponse",
        "language": sheet.locale,
        "contained": [questionnaire()],
        "questionnaire": f"#{_ID}",
        "status": "completed",
        "authored": sheet.made_on.isoformat(),
        "item": [
            _item("statement", "valueString", *sheet.opening, *sheet.owed),
            *(_trial(trial) for trial in sheet.trials),
            *(item for area in sheet.areas for item in _questions(area)),
            *(
                _items(
                    "source",
                    _item("source.title", "valueString", source.title),
                    _item("source.publisher", "valueString", source.publisher),
                    _item("source.address", "valueUri", source.url),
                    _item("source.date", "valueDate", source.date),
                    _item("source.read", "valueDate", source.read),
                )
                for source in sheet.sources
            ),
        ],
    }


def _trial(trial: SheetTrial) -> Json:
    return _items(
        "trial",
        _item("trial.number", "valueString", trial.nct_id),
        _item("trial.title", "valueString", trial.title),
        _item("trial.record", "valueUri", trial.url),
        *(_item(f"trial.{fact.name}", "valueString", fact.text) for fact in trial.facts),
        _item("trial.checked", "valueString", trial.checked),
        *(_mark(group, mark) for group in trial.marks for mark in group.marks),
    )


def _mark(group: MarkGroup, mark: SheetMark) -> Json:
    return _items(
        "trial.mark",
        _item("trial.mark.verdict", "valueCoding", _coding(_MARKS, group.verdict)),
        _item("trial.mark.kind", "valueCoding", _coding(_KINDS, mark.kind)),
        _item("trial.mark.area", "valueString", mark.area),
        _item("trial.mark.quote", "valueString", mark.quote),
        _item("trial.mark.start", "valueInteger", mark.start),
        _item("trial.mark.why", "valueString", mark.why),
    )


def _questions(area: QuestionArea) -> Iterator[Json]:
    for question in area.questions:
        yield _items(
            "question",
            _item("question.area", "valueString", area.label),
            _item("question.ask", "valueString", question.ask),
            _item("question.why", "valueString", question.why),
            _item("question.trial", "valueString", *question.trials),
            _item(
                "question.quote",
                "valueString",
                *(f"{quote.nct_id}: {quote.words}" for quote in question.quotes),
            ),
        )


# -- items of a response


def _item(link: str, kind: str, *values: Any) -> Json:
    return {"linkId": link, "answer": [{kind: value} for value in values if value != ""]}


def _items(link: str, *items: Json) -> Json:
    return {"linkId": link, "item": [each for each in items if each.get("answer", True)]}


def _coding(system: str, code: str) -> Json:
    return {"system": system, "code": code, "display": _CODES[system][code]}


# -- items of the questionnaire


def _rows(link: str, rows: Mapping[str, tuple[str, str, bool]]) -> Iterator[Json]:
    for id_, (kind, text, repeats) in rows.items():
        yield _asked(f"{link}.{id_}", kind, text, repeats)


def _asked(link: str, kind: str, text: str, repeats: bool = False) -> Json:
    return {"linkId": link, "text": text, "type": kind, "repeats": repeats}


def _coded(link: str, text: str, system: str) -> Json:
    options: Sequence[Mapping[str, Any]] = [
        {"valueCoding": _coding(system, code)} for code in _CODES[system]
    ]
    return {**_asked(link, "choice", text), "answerOption": options}


def _group(link: str, text: str, *items: Json) -> Json:
    return {**_asked(link, "group", text, repeats=True), "item": list(items)}
