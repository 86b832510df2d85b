"""Topic files as text: written whole, or with questions added, comments and order kept."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import FoldedScalarString

from knowledge.curated.content import GROUPS

#: What is known to be true today must be looked at again after so many days (lint, by group).
_REVIEW_AFTER = {"status": 90, "evidence": 90}
_REVIEW_OTHERS_AFTER = 180
_ID = re.compile(r"[a-z][a-z0-9_]{1,40}")
_WIDTH = 92
#: Words of a question that do not tell what it is about.
_SAYS_LITTLE = frozenset(
    """a am an and are at be by can could did do does for from get have how i in is it its may me
    must my of on or our shall should that the their there these they this to was we what when where
    which who whose why will with would you your""".split()  # noqa: SIM905
)


class FaqInvalid(ValueError):
    """What was given can't become an FAQ; the message says why and what to do."""


@dataclass(frozen=True)
class NewSource:
    """A source that no file holds yet. date: YYYY, YYYY-MM or YYYY-MM-DD. line: what it says."""

    id: str
    url: str
    title: str
    publisher: str
    date: str
    type: str
    line: str


@dataclass(frozen=True)
class NewFaq:
    """An FAQ as a maintainer gives it. answer: paragraphs. sources: ids of known sources."""

    id: str
    group: str
    title: str
    answer: Sequence[str]
    questions: Sequence[str]
    sources: Sequence[str] = ()
    new_sources: Sequence[NewSource] = ()
    next: Sequence[str] = ()
    evidence: str | None = None


def topic_id(title: str) -> str:
    """An id for a title: "Does travel insurance cover it?" becomes "travel_insurance_cover"."""
    words = re.findall(r"[a-z0-9]+", title.casefold())
    telling = [word for word in words if word not in _SAYS_LITTLE and word[0].isalpha()]
    return "_".join(telling[:3])[:40] or "new_topic"


def write_new(folder: Path, faq: NewFaq, today: datetime.date) -> Path:
    """Write the FAQ's one file, and return its path. Raises FaqInvalid."""
    if not _ID.fullmatch(faq.id):
        raise FaqInvalid(f"'{faq.id}' is no topic id: small letters, digits and _ only")
    if faq.group not in GROUPS:
        raise FaqInvalid(f"unknown group '{faq.group}': one of {', '.join(sorted(GROUPS))}")
    path = folder / "topics" / f"{faq.id}.yml"
    if path.exists():
        raise FaqInvalid(f"there is a topic '{faq.id}' already: add questions to it, or rename")
    text = _dumped(_as_map(faq, today))
    # "x" would fail on a file that appeared meanwhile, rather than write over it.
    with path.open("x", encoding="utf-8") as stream:
        stream.write(text)
    return path


def add_questions(folder: Path, topic: str, questions: Sequence[str], language: str) -> int:
    """Add questions to a topic's file; returns how many it did not hold yet. Raises FaqInvalid.

    They are put into the text, so that not a character of the rest changes.
    """
    path = folder / "topics" / f"{topic}.yml"
    if not path.is_file():
        raise FaqInvalid(f"there is no topic '{topic}'")
    text = path.read_text(encoding="utf-8")
    before = _questions_in(text, language)
    known = {_same(question) for question in before}
    fresh: dict[str, str] = {}
    for question in questions:
        written = " ".join(question.split())
        if written and _same(written) not in known:
            fresh.setdefault(_same(written), written)
    if fresh:
        after = _inserted(text, language, [*fresh.values()])
        if _questions_in(after, language) != [*before, *fresh.values()]:
            raise FaqInvalid(f"{path.name} is laid out in a way of its own: add them by hand")
        path.write_text(after, encoding="utf-8")
    return len(fresh)


def _questions_in(text: str, language: str) -> list[str]:
    listed = (yaml.safe_load(text).get("questions") or {}).get(language) or ()
    return [str(question) for question in listed]


def _inserted(text: str, language: str, fresh: Sequence[str]) -> str:
    lines = text.rstrip().splitlines()
    if "questions:" not in lines:
        lines.append("questions:")
    end = _end_of_block(lines, lines.index("questions:"))
    head = f"  {language}:"
    if head in lines:
        end = _end_of_block(lines, lines.index(head, lines.index("questions:")))
        return "\n".join([*lines[:end], *_items(fresh), *lines[end:], ""])
    return "\n".join([*lines[:end], head, *_items(fresh), *lines[end:], ""])


def _end_of_block(lines: Sequence[str], head: int) -> int:
    """The line after the block that the line `head` begins: the next one as little indented."""

    def indent(line: str) -> int:
        return len(line) - len(line.lstrip())

    for number in range(head + 1, len(lines)):
        if lines[number].strip() and indent(lines[number]) <= indent(lines[head]):
            return number
    return len(lines)


def _items(questions: Sequence[str]) -> list[str]:
    dumped = _dumped(CommentedSeq(questions))
    return [f"    {line}" for line in dumped.splitlines()]


def _as_map(faq: NewFaq, today: datetime.date) -> Any:
    after = _REVIEW_AFTER.get(faq.group, _REVIEW_OTHERS_AFTER)
    ids = [*faq.sources, *(source.id for source in faq.new_sources)]
    review = CommentedMap({"status": "draft", "by": None, "on": None})
    review.fa.set_flow_style()
    follow = CommentedSeq(faq.next)
    follow.fa.set_flow_style()
    written = CommentedMap(
        {
            "topic": faq.id,
            "group": faq.group,
            "title": {"en": faq.title},
            "review": review,
            "as_of": today,
            "next_review": today + datetime.timedelta(days=after),
        }
    )
    if faq.evidence:
        written["evidence"] = faq.evidence
    if faq.next:
        written["next"] = follow
    if faq.new_sources:
        written["sources"] = [_source(source, today) for source in faq.new_sources]
    written["answer"] = {
        "en": [{"text": FoldedScalarString(_cited(each, ids))} for each in faq.answer]
    }
    written["questions"] = {"en": list(faq.questions)}
    return written


def _source(source: NewSource, today: datetime.date) -> dict[str, Any]:
    return {
        "id": source.id,
        "title": source.title,
        "publisher": source.publisher,
        "url": source.url,
        "date": _as_date(source.date),
        "type": source.type,
        "checked": today,
        "line": FoldedScalarString(source.line),
    }


def _as_date(written: str) -> datetime.date | str:
    try:
        return datetime.date.fromisoformat(written)
    except ValueError:
        return written


def _cited(paragraph: str, sources: Sequence[str]) -> str:
    """Each sentence with the sources it rests on, unless the maintainer has put them in."""
    text = " ".join(paragraph.split())
    if not sources or "[" in text:
        return text
    mark = f"[{'; '.join(sources)}]"
    return " ".join(f"{sentence} {mark}" for sentence in re.split(r"(?<=[.!?])\s+", text))


def _same(question: str) -> str:
    return re.sub(r"\W+", " ", question.casefold()).strip()


def _dumped(value: Any) -> str:
    stream = io.StringIO()
    writer = YAML()
    writer.allow_unicode = True
    writer.representer.ignore_aliases = lambda _value: True
    if isinstance(value, CommentedSeq):
        writer.width = 4096
    else:
        writer.width = _WIDTH
        writer.indent(mapping=2, sequence=4, offset=2)
    # "null" as the other files write it, where ruamel would leave nothing.
    writer.representer.add_representer(
        type(None), lambda r, _none: r.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    writer.dump(value, stream)
    return stream.getvalue()
