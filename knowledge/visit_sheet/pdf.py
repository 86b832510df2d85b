"""The sheet as a PDF: title, subject, language, outline, links; fonts embedded, for all names.

DejaVu Sans (in matplotlib) has Latin, Greek, Cyrillic, Arabic and Hebrew letters; what it has not
(Chinese, Japanese, Korean) comes from Noto Sans CJK, which is opened only where it is needed.
fpdf2 can tag figures and links but no text, and of a document that is tagged in part screen readers
leave out the rest; so nothing is tagged, and the HTML page is the one for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import cvttf_NotoSansCJK_Regular as noto_cjk
from fontTools.ttLib import TTFont
from fpdf import FPDF, ViewerPreferences
from fpdf.enums import XPos, YPos

from knowledge.visit_sheet.sheet import MarkGroup, Sheet, SheetQuestion, SheetTrial

#: Found without importing matplotlib, which takes long.
_DEJAVU = Path(str(distribution("matplotlib").locate_file("matplotlib/mpl-data/fonts/ttf")))
_FACES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
_MARGIN = 18.0  # mm
_BOX = "☐"


def as_pdf(sheet: Sheet) -> bytes:
    """The document."""
    return _Document(sheet).made()


class _Pages(FPDF):
    """A4 pages with their number beneath."""

    def __init__(self, page_words: str) -> None:
        super().__init__(format="A4")
        self._page_words = page_words
        self.alias_nb_pages("{all}")

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("DejaVu", size=8)
        self.cell(0, 5, self._page_words.replace("{number}", str(self.page_no())), align="C")


class _Document:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._labels = sheet.labels
        self._pdf = pdf = _Pages(sheet.labels["page"])
        for style, name in _FACES.items():
            pdf.add_font("DejaVu", style, _DEJAVU / name)
        if _beyond_dejavu(sheet):
            pdf.add_font("CJK", "", Path(noto_cjk.get_TTF_path()))
            pdf.set_fallback_fonts(["CJK"], exact_match=False)
        pdf.set_title(sheet.title)
        pdf.set_subject(" ".join(sheet.opening))
        pdf.set_lang(sheet.locale)
        pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        pdf.set_margin(_MARGIN)
        pdf.set_auto_page_break(True, 20)
        pdf.add_page()

    def made(self) -> bytes:
        sheet = self._sheet
        self._heading(sheet.title, 0)
        for line in sheet.opening:
            self._text(line, size=9)
        self._pdf.ln(1)
        for line in sheet.owed:
            self._text(line, "B")
        if sheet.trials:
            self._heading(self._labels["trials"], 1)
        for trial in sheet.trials:
            self._trial(trial)
        if sheet.areas:
            self._heading(self._labels["questions"], 1)
        for area in sheet.areas:
            self._heading(area.label, 2)
            for question in area.questions:
                self._question(question)
        if sheet.notes:
            self._heading(self._labels["notes"], 1)
        for note in sheet.notes:
            self._note(note)
        self._sources()
        return bytes(self._pdf.output())

    # -- parts

    def _trial(self, trial: SheetTrial) -> None:
        self._heading(f"{trial.title} ({trial.nct_id})", 2)
        for fact in trial.facts:
            self._text(f"{fact.label}: {fact.text}")
        self._text(trial.checked, size=8.5)
        self._text(trial.url, size=8.5, link=trial.url)
        if not trial.marks:
            return
        self._heading(self._labels["marks"], 3)
        self._text(f"{trial.marks_note} {self._labels['only_team']}", size=9)
        for group in trial.marks:
            self._heading(group.label, 3)
            self._marks(group)

    def _marks(self, group: MarkGroup) -> None:
        area = ""
        for mark in group.marks:
            if mark.area != area:
                area = mark.area
                self._text(f"{area[0].upper()}{area[1:]}", "B", size=9, indent=3)
            bullet = _BOX if group.verdict == "ask" else "•"
            self._text(f"{bullet} {mark.kind_said} “{mark.words}”", indent=5)
            if group.verdict != "ask":
                self._text(mark.why, size=8.5, indent=9)

    def _question(self, question: SheetQuestion) -> None:
        self._text(f"{_BOX} {question.ask}", indent=3)
        if question.trials:
            about = self._labels["about"].replace("{trials}", ", ".join(question.trials))
            self._text(about, size=8.5, indent=8)
        if question.why:
            numbers = "".join(f" [{number}]" for number in question.sources)
            self._text(
                self._labels["why"].replace("{why}", question.why) + numbers, size=8.5, indent=8
            )
        for quote in question.quotes:
            said = f"{self._labels['record_says']} ({quote.nct_id}): “{quote.words}”"
            self._text(said, size=8.5, indent=8)

    def _note(self, note: str) -> None:
        pdf = self._pdf
        if pdf.will_page_break(30):
            pdf.add_page()
        self._text(note, "B")
        for _ in range(2):
            pdf.ln(9)
            pdf.line(pdf.l_margin, pdf.y, pdf.w - pdf.r_margin, pdf.y)
        pdf.ln(4)

    def _sources(self) -> None:
        if not self._sheet.sources:
            return
        self._heading(self._labels["sources"], 1)
        for number, source in enumerate(self._sheet.sources, start=1):
            self._text(f"{number}. {source.title}. {source.publisher}, {source.said}.", size=8.5)
            self._text(source.url, size=8.5, indent=5, link=source.url)

    # -- pieces

    def _heading(self, text: str, level: int) -> None:
        """level: 0 the title, 1 to 3 within it; all but the last stand in the outline too."""
        pdf = self._pdf
        size = (17, 14, 11.5, 10)[level]
        pdf.ln((0, 5, 3, 2)[level])
        if pdf.will_page_break(25):
            pdf.add_page()
        if level < 3:
            pdf.start_section(text[:120], level=level)
        self._text(text, "B", size)

    def _text(
        self, text: str, style: str = "", size: float = 10, indent: float = 0, link: str = ""
    ) -> None:
        pdf = self._pdf
        pdf.set_font("DejaVu", style, size)
        pdf.set_x(pdf.l_margin + indent)
        pdf.multi_cell(
            0, size * 0.5, text, align="L", link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        pdf.ln(0.8)


@lru_cache(maxsize=1)
def _dejavu() -> frozenset[int]:
    with TTFont(_DEJAVU / _FACES[""]) as font:
        return frozenset(font.getBestCmap())


def _beyond_dejavu(sheet: Sheet) -> bool:
    return any(ord(char) not in _dejavu() for text in _texts(sheet) for char in text if char > " ")


def _texts(value: Any) -> Iterator[str]:
    """Every text of the sheet, for its letters."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from _texts(getattr(value, each.name))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
