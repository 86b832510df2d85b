"""The sheet as one HTML page to print: no script, nothing loaded from anywhere, its own language.

Registry texts and quotes are escaped by Jinja2 (autoescape), like everything else.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from knowledge.visit_sheet.sheet import Sheet

_FOLDER = Path(__file__).parent / "templates"
_PAGES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STYLE = (_FOLDER / "sheet.css").read_text(encoding="utf-8")
#: The style's name in a Content-Security-Policy, so that no other style is let in.
STYLE_HASH = f"sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}"


def as_html(sheet: Sheet) -> str:
    """The page."""
    return _PAGES.get_template("sheet.html").render(sheet=sheet, style=STYLE)
