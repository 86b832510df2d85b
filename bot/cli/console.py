"""How the commands speak: colours where somebody looks, plain text in a pipe; tables."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from colorclass import Color, disable_all_colors
from terminaltables import AsciiTable

if "NO_COLOR" in os.environ or not sys.stdout.isatty():
    disable_all_colors()


def good(text: str) -> None:
    """Something that went well."""
    print(Color("{autogreen}") + text + Color("{/autogreen}"), flush=True)


def weak(text: str) -> None:
    """Something to look at."""
    print(Color("{autoyellow}") + text + Color("{/autoyellow}"), flush=True)


def bad(text: str) -> None:
    """Something that failed, to the error stream."""
    print(Color("{autored}") + text + Color("{/autored}"), file=sys.stderr, flush=True)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows in columns, with a line under the head."""
    cells = [list(head), *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
    shown = AsciiTable(cells)
    shown.outer_border = False
    shown.inner_column_border = False
    return str(shown.table)


def interactive() -> bool:
    """Whether somebody is there to answer a question."""
    return sys.stdin.isatty() and sys.stdout.isatty()
