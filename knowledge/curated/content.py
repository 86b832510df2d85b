"""What the curated content holds, as plain values (the files are read in `reading.py`)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Text by locale ("en", "es"). English is always there.
Localised = Mapping[str, str]

#: Groups whose topics are not about the therapy (contract.md), so that no experimental and no
#: specialist sentence is owed. A topic may say so for itself with `about_therapy: false`.
GROUPS_NOT_ABOUT_THERAPY = frozenset({"safety", "assistant", "edges", "conversation"})

GROUPS = GROUPS_NOT_ABOUT_THERAPY | {
    "basics",
    "status",
    "evidence",
    "risks",
    "process",
    "trials",
}

EVIDENCE_LEVELS = (
    "approved_label",
    "randomised_trial",
    "uncontrolled_trial",
    "case_series",
    "case_report",
    "expert_guidance",
    "registry",
    "none_found",
)


@dataclass(frozen=True)
class Source:
    """Where a claim comes from.

    date: when it was published, ISO. checked: when we last read it. line: the short wording that
    the claims rest on; every number of a claim stands in it.
    """

    id: str
    title: str
    publisher: str
    url: str
    date: str
    type: str
    checked: datetime.date
    line: str


@dataclass(frozen=True)
class Claim:
    """A sentence and the ids of the sources that it rests on (none, where it claims nothing)."""

    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """A few sentences as they are shown, and what each of them rests on."""

    text: str
    claims: tuple[Claim, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The ids of all its sources, in the order of the sentences."""
        return tuple(dict.fromkeys(id_ for claim in self.claims for id_ in claim.sources))


@dataclass(frozen=True)
class Answer:
    """One answer: for a topic, or for a topic and a condition. `paragraphs` by locale."""

    paragraphs: Mapping[str, tuple[Paragraph, ...]]
    as_of: datetime.date
    next_review: datetime.date
    evidence: str | None = None


@dataclass(frozen=True)
class Review:
    """Who vouches for a topic: `reviewed` only with a named person, their role and a date.

    languages: in which they read it; what they did not read is a draft.
    """

    status: str
    by: str | None = None
    role: str | None = None
    on: str | None = None
    languages: tuple[str, ...] = ("en",)

    def of(self, locale: str) -> Review:
        """The review of the text in a language."""
        return self if locale in self.languages else Review("draft")

    def shown(self) -> dict[str, str | None]:
        """As a reply carries it: `by` is the person with their role."""
        by = ", ".join(each for each in (self.by, self.role) if each) or None
        return {"status": self.status, "by": by, "on": self.on}


@dataclass(frozen=True)
class Topic:
    """One FAQ: what is asked, what is answered, and how people ask it.

    intent: "ask" for topics that are answered from this file; another name where the dialogue
    does something else with it (a search, a restart).
    answer: None while the topic has no content yet.
    variants: answers by condition id, where the facts differ.
    questions: example questions by language, for training.
    """

    id: str
    group: str
    title: Localised
    about_therapy: bool
    intent: str
    review: Review
    answer: Answer | None
    variants: Mapping[str, Answer]
    next: tuple[str, ...]
    questions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Condition:
    """A disease we know: how to call it, whom to ask, and the words people use for it."""

    id: str
    name: Localised
    full_name: Localised
    specialist: Localised
    autoimmune: bool
    aliases: tuple[str, ...]
    mesh: tuple[str, ...]
    registry: tuple[str, ...]


@dataclass(frozen=True)
class Disease:
    """A disease outside our list, so that it can be named without echoing anybody's words."""

    name: Localised
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class GlossaryTerm:
    """A term in plain words."""

    term: Localised
    aliases: tuple[str, ...]
    text: Localised
    sources: tuple[str, ...]


@dataclass(frozen=True)
class ProductStatus:
    """Where a product stands for a disease in a jurisdiction; "any" stands for all of them.

    jurisdiction: ISO 3166-1 alpha-2, or "EU". status: a name in `Content.status_wording`. source:
    the id of what it rests on, as read on `as_of`.
    """

    product: str
    condition: str
    jurisdiction: str
    status: str
    as_of: datetime.date
    source: str


@dataclass(frozen=True)
class VisitQuestion:
    """A question for the visit sheet.

    when: what one of the chosen trials must have for it to be asked (`knowledge/visit_sheet`), {}
    for always. quote: categories of criteria whose words stand beneath it. why: what is known, by
    locale, with its claims; {} where the question needs none.
    """

    id: str
    area: str
    when: Mapping[str, Any]
    quote: tuple[str, ...]
    ask: Localised
    why: Mapping[str, Paragraph]


@dataclass(frozen=True)
class VisitSheetContent:
    """What the visit sheet is made with. notes: lines that the person fills in by hand."""

    questions: tuple[VisitQuestion, ...]
    notes: tuple[Localised, ...]
    review: Review
    as_of: datetime.date
    next_review: datetime.date


@dataclass(frozen=True)
class Clinic:
    """A clinic that embeds the widget.

    origins: sites allowed to frame it; empty means any. country: ISO 3166-1 alpha-2, where given.
    names: how it is called in a locale, where that is not its name.
    """

    id: str
    name: str
    origins: tuple[str, ...] = ()
    country: str | None = None
    names: Localised = field(default_factory=dict, hash=False)

    def called(self, locale: str) -> str:
        """Its name in a locale."""
        return self.names.get(locale, self.name)


@dataclass(frozen=True)
class Content:
    """All curated content, as read from the files of one folder."""

    topics: Mapping[str, Topic]
    sources: Mapping[str, Source]
    conditions: Mapping[str, Condition]
    diseases: tuple[Disease, ...]
    glossary: tuple[GlossaryTerm, ...]
    #: The sentences that replies are built with: name -> locale -> text.
    phrases: Mapping[str, Localised]
    #: Safety cards: card id -> locale -> text.
    cards: Mapping[str, Localised]
    #: Where products stand, by disease and jurisdiction; how that is worded, by status; and how
    #: the jurisdictions are called within a sentence.
    status: tuple[ProductStatus, ...]
    status_wording: Mapping[str, Localised]
    jurisdictions: Mapping[str, Localised]
    visit_sheet: VisitSheetContent
    #: Of the files and of the code that reads them.
    hash: str = field(default="", compare=False)


def questions_of(content: Content) -> dict[str, list[str]]:
    """The example questions of every topic, in all languages."""
    return {
        topic.id: [question for asked in topic.questions.values() for question in asked]
        for topic in content.topics.values()
    }
