"""An eligibility text as its criteria, each an exact slice of it.

Rules of the split (those of the project's gold annotations): one criterion for each leaf bullet; a
parent with children is one too where it says something by itself; a pure lead-in is not, nor a
heading. A bullet that bundles several facts stays whole. Only laboratory limits that run on in a
paragraph under a lead-in ("Adequate organ function as per below:") are cut, at each test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from knowledge.eligibility.headings import (
    Kind,
    cohort,
    heading,
    is_lead_in,
    is_placeholder,
    list_sentence,
    role_of_children,
)
from knowledge.eligibility.layout import Line, inline_items, lines_of, number_of, style_of
from knowledge.eligibility.paragraphs import names_tests, pieces_of
from knowledge.trials.records import readable

Role = Literal["criterion", "example", "exception", "placeholder"]


@dataclass(frozen=True)
class Passage:
    """A criterion as it stands in the text: `text` is exactly text[start:start + len]."""

    text: str
    start: int
    kind: Kind
    parent: str | None
    role: Role
    leaf: bool
    split: Literal["bullet", "run_on", "paragraph"]
    source_no: str
    applies_to: str | None


@dataclass
class _Item:
    """A line, or a piece of one, with what stands under it."""

    start: int
    end: int
    depth: int
    marker: str
    kind: Kind
    heading: str | None
    applies_to: str | None
    number: str = ""
    parent: _Item | None = None
    children: list[_Item] = field(default_factory=list)
    is_paragraph: bool = False
    is_section: bool = False


def split(text: str) -> list[Passage]:
    """All criteria of a text, in its order."""
    items = _Reader(text).items()
    passages: list[Passage] = []
    for item in items:
        passages.extend(_passages(text, item))
    return passages


class _Reader:
    """Reads lines into items, keeping track of headings and of what is open above a line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._kind: Kind = "inclusion"
        self._heading: str | None = None
        self._applies_to: str | None = None
        self._open: list[_Item] = []
        self._items: list[_Item] = []
        self._count = 0

    def items(self) -> list[_Item]:
        lines = lines_of(self._text)
        for index, line in enumerate(lines):
            following = lines[index + 1] if index + 1 < len(lines) else None
            self._read(line, following)
        return self._items

    def _read(self, line: Line, following: Line | None) -> None:
        words = readable(self._text[line.start : line.end])
        found = None if is_placeholder(words) else heading(words)
        if found is not None and (line.indent < 3 or not line.marker):
            rest = self._start_list(line, found)
            if rest is None:
                return
            line = rest
            words = readable(self._text[line.start : line.end])
        if not line.marker:
            about = list_sentence(words) if line.indent < 3 else False
            if about is not False and following is not None:
                self._kind = about or self._kind
                self._open = []
                return
            if self._is_section(line, words, following):
                self._start_section(line, words)
                return
        if not line.marker and self._continues(line):
            self._extend(line, words)
            return
        self._add(line)

    def _start_list(self, line: Line, found: tuple[Kind | None, str | None, int]) -> Line | None:
        """Begin a list; returns what follows the heading in its line, if that is a criterion."""
        kind, applies_to, cut = found
        self._kind = kind or self._kind
        self._applies_to = applies_to
        raw = self._text[line.start : line.end]
        self._heading = raw[: cut if cut < len(raw) else None].strip() if applies_to else None
        self._open, self._count = [], 0
        words = readable(raw)
        if cut >= len(words) or list_sentence(words[cut:]) is not False:
            return None
        start = line.start + raw.find(words[cut : cut + 12])
        if start < line.start:
            return None
        rest = lines_of(self._text[start : line.end])
        if not rest:
            return None
        return Line(start + rest[0].start, line.end, 0, rest[0].marker, True)

    def _is_section(self, line: Line, words: str, following: Line | None) -> bool:
        """A short line without marker over a list: a sub-heading."""
        if following is None or not following.marker or not line.after_blank:
            return False
        longest = 120 if line.indent == 0 else 60
        return len(words) <= longest and not words.rstrip().endswith((".", ";", ","))

    def _start_section(self, line: Line, words: str) -> None:
        if _names_both_kinds(words):
            return
        self._heading = self._text[line.start : line.end]
        self._applies_to = cohort(words)
        self._open = []

    def _continues(self, line: Line) -> bool:
        if not self._items or not self._open:
            return False
        if line.after_blank or line.indent > 0:
            return line.indent > 0
        # Unmarked lines are criteria of their own, but for a sentence's second half.
        marked = bool(self._open[-1].marker)
        return marked or not re.match(r"[a-z]?[A-Z0-9≥>\\]", self._text[line.start :])

    def _extend(self, line: Line, words: str) -> None:
        """A line without marker inside an item: its further text, or a paragraph under it."""
        last = self._open[-1]
        lead_in = readable(self._text[last.start : last.end]).rstrip().endswith((":", "："))
        if line.after_blank and (lead_in or names_tests(words)):
            parent = self._above(line.indent)
            child = self._make(line.start, line.end, line.indent, "", parent or last)
            child.is_paragraph = True
            return
        last.end = line.end

    def _add(self, line: Line) -> None:
        parent = self._above(line.indent)
        for start, end, marker in inline_items(self._text, line.start, line.end, line.marker):
            outer = parent
            if marker != line.marker and parent is not None and _continues_parent(parent, marker):
                outer = parent.parent
            item = self._make(start, end, line.indent, marker, outer)
            parent = item.parent
            item.is_paragraph = not marker

    def _above(self, indent: int) -> _Item | None:
        while self._open and self._open[-1].depth >= indent:
            self._open.pop()
        return self._open[-1] if self._open else None

    def _make(self, start: int, end: int, depth: int, marker: str, parent: _Item | None) -> _Item:
        item = _Item(
            start, end, depth, marker, self._kind, self._heading, self._applies_to, parent=parent
        )
        if parent is not None:
            parent.children.append(item)
            order = len(parent.children)
            own = _label(marker) if style_of(marker) == "letter" else str(order)
            item.number = f"{parent.number}.{own}"
            while self._open and self._open[-1] is not parent:
                self._open.pop()
        else:
            self._count += 1
            item.number = str(self._count)
            self._open = []
        self._items.append(item)
        self._open.append(item)
        return item


def _passages(text: str, item: _Item) -> list[Passage]:
    raw = text[item.start : item.end]
    words = readable(raw)
    if not re.search(r"\w{2}", words):
        return []
    if item.children and is_lead_in(words):
        return []
    parent, applies_to = _parent_of(text, item)
    role = _role(text, item, words)
    pieces = [(item.start, item.end)]
    if item.is_paragraph:
        pieces = pieces_of(text, item.start, item.end, lonely=item.parent is None)
    many = len(pieces) > 1
    return [
        Passage(
            text=text[start:end],
            start=start,
            kind=item.kind,
            parent=parent,
            role=role,
            leaf=not item.children,
            split=("run_on" if item.parent else "paragraph") if many else "bullet",
            source_no=item.parent.number if many and item.parent else item.number,
            applies_to=applies_to,
        )
        for start, end in pieces
    ]


def _parent_of(text: str, item: _Item) -> tuple[str | None, str | None]:
    """The text above an item, and whom that limits it to."""
    applies_to = item.applies_to
    above = item.parent
    while above is not None:
        named = cohort(readable(text[above.start : above.end]))
        if named and above.children and is_lead_in(readable(text[above.start : above.end])):
            applies_to = named
        above = above.parent
    if item.parent is not None:
        return text[item.parent.start : item.parent.end], applies_to
    return item.heading, applies_to


def _role(text: str, item: _Item, words: str) -> Role:
    if is_placeholder(words):
        return "placeholder"
    above = item.parent
    while above is not None:
        role = role_of_children(readable(text[above.start : above.end]))
        if role != "criterion":
            return role
        above = above.parent
    return "criterion"


def _continues_parent(parent: _Item, marker: str) -> bool:
    number, own = number_of(marker), number_of(parent.marker)
    siblings = len(parent.children)
    return number is not None and own is not None and number == own + 1 and siblings != number - 1


def _label(marker: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", marker)


def _names_both_kinds(words: str) -> bool:
    return bool(re.fullmatch(r"\W*(?:or|and)\W*", words, re.IGNORECASE))
