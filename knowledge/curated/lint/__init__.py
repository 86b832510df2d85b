"""What content must keep to, beyond being readable: sources, wording, dates, promises.

Rules by the ids of the recruitment and quality guidance that they come from:

- L01-L05, L08, L10, L13-L15: wording (`wording`, by sentence; FDA on recruiting, 21 CFR 312.7)
- L06, L09, L19: payment never first, benefits beside risks, plain text (`wording`, by answer)
- L07, L11, L12: what replies owe and what a trial listing may tell (`fixed`)
- L16: reading level, explained medical words (`readability`)
- L17, L18: domains and dates (`sources`, `topics`, `fixed`)
- L20: emergency text the same everywhere (`topics`)
- and each sentence that claims something names its source, with its numbers (`evidence`)

Every problem says file, line and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml

from knowledge.curated.content import Content
from knowledge.curated.lint import fixed, sources, visit_sheet
from knowledge.curated.lint.readability import Jargon, Readability
from knowledge.curated.lint.topics import TopicFile
from knowledge.curated.reading import (
    CONTENT_FOLDER,
    UNREADABLE,
    Problem,
    Reader,
    load_nodes,
    unreadable,
)

__all__ = ["check"]


def check(folder: Path = CONTENT_FOLDER, today: date | None = None) -> list[Problem]:
    """Every problem of a content folder, in the order of files and lines.

    today: for review and checking dates; the real one by default.
    """
    if broken := list(_unreadable(folder)):
        return broken  # what the other files say of these could only mislead
    reader = Reader(folder)
    content = reader.read()
    problems = {*reader.problems, *_all(folder, content, today or date.today())}
    return sorted(problems, key=lambda p: (str(p.path), p.line, p.message))


def _unreadable(folder: Path) -> Iterator[Problem]:
    for path in sorted(folder.rglob("*.yml")):
        try:
            load_nodes(path)
        except UNREADABLE as error:
            yield unreadable(path, error)


def _all(folder: Path, content: Content, today: date) -> Iterator[Problem]:
    yield from sources.problems(folder, content, today)
    readability = Readability(content, _jargon(folder))
    for path in sorted((folder / "topics").glob("*.yml")):
        yield from TopicFile(path, content, today, readability).problems()
    for complaint in readability.complaints_on_all():
        yield Problem(folder / "topics", 1, complaint)
    yield from fixed.problems(folder, content, today)
    yield from visit_sheet.problems(folder, content, today)


def _jargon(folder: Path) -> dict[str, Jargon]:
    words = yaml.safe_load((folder / "jargon.yml").read_text(encoding="utf-8"))
    return {locale: Jargon(tuple(listed)) for locale, listed in words.items()}
