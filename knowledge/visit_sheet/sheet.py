"""The visit sheet as plain values, in the reader's language; renderers only lay it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Fact:
    """A line about a trial. name: which one ("status"). english: the registry's own words."""

    name: str
    label: str
    text: str
    english: bool = False


@dataclass(frozen=True)
class SheetMark:
    """A criterion. quote: exactly the record's eligibilityCriteria from `start` on.

    words: the quote without markdown escapes. kind: "inclusion" or "exclusion", and how that is
    said. area: what it is about. why: in plain words.
    """

    quote: str
    words: str
    start: int
    kind: str
    kind_said: str
    area: str
    why: str


@dataclass(frozen=True)
class MarkGroup:
    """The criteria of one verdict ("ask", "may_not_fit", "fits"), and how it is said."""

    verdict: str
    label: str
    marks: Sequence[SheetMark]


@dataclass(frozen=True)
class SheetTrial:
    """A trial. checked: when its record was read, as a sentence. marks_note: None without marks."""

    nct_id: str
    title: str
    url: str
    facts: Sequence[Fact]
    checked: str
    marks_note: str | None = None
    marks: Sequence[MarkGroup] = ()


@dataclass(frozen=True)
class Quote:
    """A criterion's words beneath a question."""

    nct_id: str
    words: str


@dataclass(frozen=True)
class SheetQuestion:
    """A question. why: what is known, "" for nothing. sources: numbers in the sheet's list.

    trials: the NCT numbers that it was asked for, () for all.
    """

    id: str
    ask: str
    why: str
    sources: Sequence[int]
    trials: Sequence[str]
    quotes: Sequence[Quote]


@dataclass(frozen=True)
class QuestionArea:
    """Questions about one thing."""

    id: str
    label: str
    questions: Sequence[SheetQuestion]


@dataclass(frozen=True)
class SheetSource:
    """Where something comes from. date: ISO, when it was published, "" where it does not say.

    read: ISO, the day on which we read it; said: both, in words.
    """

    title: str
    publisher: str
    url: str
    date: str
    read: str
    said: str


@dataclass(frozen=True)
class Sheet:
    """The whole sheet. locale: "en" or "es". labels: wording by name, for the renderers.

    opening: what the sheet is and is not. owed: that the therapy is experimental, and the
    specialist to ask. sources are referred to from 1 on.
    """

    locale: str
    made_on: date
    title: str
    opening: Sequence[str]
    owed: Sequence[str]
    trials: Sequence[SheetTrial]
    areas: Sequence[QuestionArea]
    notes: Sequence[str]
    sources: Sequence[SheetSource]
    labels: Mapping[str, str]
