"""What content must keep to, beyond being readable: sources, wording, dates, promises.

Rules by their ids in the recruitment and quality guidance that they come from (FDA's information
sheet on recruiting, 21 CFR 312.7; see `RULES`). Every problem says file, line and how to mend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from knowledge.curated.content import Content, Topic
from knowledge.curated.reading import CONTENT_FOLDER, Node, Problem, Reader, load_nodes

#: Wording that never reaches a patient: (rule, pattern, what is wrong and how to mend it).
#: A match that is plainly denied ("it is not a cure") is let through by `_denied`.
RULES: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (rule, re.compile(pattern, re.IGNORECASE), advice)
    for rule, pattern, advice in (
        (
            "L01",
            r"\bnew (?:treatment|drug|therapy|procedure)s?\b(?!.*\b(?:experimental|investigational))",
            "say 'experimental' in the same sentence",
        ),
        ("L02", r"\bfree (?:treatment|medical care|therapy)\b", "say 'the study may cover ...'"),
        (
            "L03",
            r"\b(?:cures?|cured|breakthrough|miracle|game.?changer|life.?saving|revolutionary|promising)\b",
            "leave it out, or deny it plainly",
        ),
        (
            "L04",
            r"\b(?:is|are|was|were|be|been|proven|shown to be|completely|totally) (?:safe|effective)\b|\bguarantee[ds]?\b|\bsuperior\b",
            "tie it to 'in a study of N people', or leave it out",
        ),
        (
            "L05",
            r"\byou (?:are|may be|might be|seem|look|qualify|would be|could be) (?:eligible|suitable|a (?:good )?candidate|a match)\b|\byou qualify\b",
            "only the study team can decide",
        ),
        (
            "L08",
            r"(?:^|[.!?:;]\s+)(?:please )?(?:stop|start|reduce|increase|skip|change) (?:taking )?(?:your |the )?(?:medic|steroid|pill|dose|drug|tablet|prednis|insulin)",
            "never tell anybody to change a medicine",
        ),
        (
            "L10",
            r"\b(?:hurry|limited places|don't miss|act now|last chance)\b",
            "no pressure",
        ),
    )
)
_DENIAL = re.compile(
    r"\b(?:not|no|never|nobody|cannot|can't|isn't|aren't|without|nor|neither|if|whether|says?|promises?|claims?|promised|avoid|beware|offer(?:s|ed|ing)?|\"|“)\b|[\"“?]",
    re.IGNORECASE,
)

#: Sites that sell, copy or invent (facts checked on 2026-11-21).
DENIED_DOMAINS = (
    "winenfood.com", "eatsip365.com", "visualfoodie.com", "simnabuleo.com", "helpdementia.com",
    "autoimmuneally.com", "hillgene.com", "placidway.com", "cancerfax.com",
)  # fmt: skip

#: Longest answer, in words: more belongs behind a choice. Lists make some longer.
MOST_WORDS = 150
PLACEHOLDERS = {"{condition}", "{specialist}", "{clinic}"}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
#: Emergency numbers and the like, which the safety lines carry with their own sources.
_NOT_A_CLAIM = re.compile(
    r"\b(?:911|999|112|988|024|111|116 ?123|NCT\d+|CD19|BCMA|CD-19|CAR-T|24 hours|B12|"
    r"type 1|tipo 1|phase (?:1|2|3|4)|fase (?:1|2|3|4)|IgG4)\b",
    re.IGNORECASE,
)


def check(folder: Path = CONTENT_FOLDER, today: date | None = None) -> list[Problem]:
    """Every problem of a content folder, in the order of files and lines."""
    reader = Reader(folder)
    content = reader.read()
    problems = list(reader.problems)
    problems += _sources(folder, content, today or date.today())
    for path in sorted((folder / "topics").glob("*.yml")):
        problems += _Topic(path, content, today or date.today()).problems()
    problems += _conditions(folder, content)
    problems += _emergency_numbers(folder, today or date.today())
    problems += _cards(folder, content)
    problems += _fixed_sentences(folder, content)
    return sorted(set(problems), key=lambda p: (str(p.path), p.line, p.message))


class _Topic:
    """The checks of one topic file."""

    def __init__(self, path: Path, content: Content, today: date) -> None:
        self._path = path
        self._content = content
        self._today = today
        self._topic: Topic | None = content.topics.get(path.stem)
        try:
            self._node: Any = load_nodes(path)
        except yaml.YAMLError:
            self._node = None

    def problems(self) -> Iterator[Problem]:
        if self._topic is None or not isinstance(self._node, Node):
            return  # the reader has said what is wrong
        yield from self._ids()
        yield from self._review()
        for condition, node in self._answers():
            yield from self._dates(node)
            for locale, paragraphs in node["answer"].items():
                yield from self._length(locale, paragraphs, node)
                for paragraph in paragraphs:
                    yield from self._paragraph(paragraph, locale, condition)

    def _answers(self) -> Iterator[tuple[str | None, Node]]:
        if self._node.get("answer"):
            yield None, self._node
        yield from (self._node.get("variants") or {}).items()

    def _ids(self) -> Iterator[Problem]:
        assert self._topic is not None
        for each in self._topic.next:
            if each not in self._content.topics:
                yield self._problem(self._line("next"), f"next: there is no topic '{each}'")
        for condition in self._topic.variants:
            if condition not in self._content.conditions:
                line = self._node["variants"].lines[condition]
                yield self._problem(line, f"variants: there is no condition '{condition}'")
        for locale, title in self._topic.title.items():
            if len(title) > 70:
                line = self._line("title")
                yield self._problem(line, f"title.{locale} is too long for a button ({len(title)})")
        if "en" not in self._topic.title:
            yield self._problem(self._line("title"), "title: the English one is missing")

    def _review(self) -> Iterator[Problem]:
        assert self._topic is not None
        review = self._topic.review
        if review.status not in {"draft", "reviewed"}:
            yield self._problem(self._line("review"), "review.status: draft or reviewed")
        if review.status == "reviewed" and not (review.by and review.on):
            yield self._problem(
                self._line("review"), "a review needs a name (by) and a date (on); else it is draft"
            )

    def _dates(self, node: Node) -> Iterator[Problem]:
        as_of = node.get("as_of", self._node.get("as_of"))
        due = node.get("next_review", self._node.get("next_review"))
        line = node.lines.get("next_review", self._line("next_review"))
        if isinstance(due, date) and due < self._today:
            yield self._problem(line, f"next_review {due} is past: check the facts, set a new date")
        if isinstance(as_of, date) and as_of > self._today:
            yield self._problem(self._line("as_of"), f"as_of {as_of} lies in the future")

    def _length(self, locale: str, paragraphs: Any, node: Node) -> Iterator[Problem]:
        words = sum(len(str(paragraph["text"]).split()) for paragraph in paragraphs)
        if words > MOST_WORDS:
            line = node.lines.get("answer", node.line)
            yield self._problem(
                line, f"answer.{locale} has {words} words; at most {MOST_WORDS}, more via `next`"
            )

    def _paragraph(self, node: Node, locale: str, condition: str | None) -> Iterator[Problem]:
        text = " ".join(str(node["text"]).split())
        sources = tuple(node.get("sources") or ())
        for each in sources:
            if each not in self._content.sources:
                line = node.lines.get("sources", node.line)
                yield self._problem(line, f"there is no source '{each}'")
        for placeholder in re.findall(r"\{[^}]*\}", text):
            if placeholder not in PLACEHOLDERS:
                yield self._problem(node.line, f"unknown placeholder {placeholder}")
        if locale == "en":
            yield from _wording(self._path, node.line, text)
        yield from self._claims(node, text, sources)

    def _claims(self, node: Node, text: str, sources: tuple[str, ...]) -> Iterator[Problem]:
        assert self._topic is not None
        if not self._topic.about_therapy:
            return
        numbers = _NUMBER.findall(_NOT_A_CLAIM.sub(" ", text))
        if not numbers:
            return
        known = [self._content.sources[each] for each in sources if each in self._content.sources]
        if not known:
            yield self._problem(
                node.line, f"a claim without a source ({', '.join(numbers)}): name its sources"
            )
            return
        lines = " ".join(f"{source.line} {source.date} {source.title}" for source in known)
        told = {_plain(number) for number in _NUMBER.findall(lines)} | _spelt(lines)
        for number in numbers:
            if _plain(number) not in told:
                yield self._problem(
                    node.line, f"the number {number} stands in no source line of this paragraph"
                )

    def _line(self, key: str) -> int:
        return int(self._node.lines.get(key, 1))

    def _problem(self, line: int, message: str) -> Problem:
        return Problem(self._path, line, message)


def _wording(path: Path, line: int, text: str) -> Iterator[Problem]:
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        for rule, pattern, advice in RULES:
            found = pattern.search(sentence)
            if found and not _denied(sentence, found.start()):
                yield Problem(path, line, f"{rule}: '{found.group().strip()}': {advice}")


def _denied(sentence: str, position: int) -> bool:
    return _DENIAL.search(sentence[:position]) is not None or sentence.rstrip().endswith("?")


_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]


def _spelt(text: str) -> set[str]:
    words = set(re.findall(r"[a-z]+", text.lower()))
    return {str(value) for value, word in enumerate(_SMALL) if word in words}


def _plain(number: str) -> str:
    return re.sub(r"[.,](?=\d{3}\b)", "", number).replace(",", ".").rstrip(".")


def _sources(folder: Path, content: Content, today: date) -> Iterator[Problem]:
    where: dict[str, tuple[Path, int]] = {}
    for path in sorted((folder / "sources").glob("*.yml")):
        for node in load_nodes(path) or ():
            if isinstance(node, Node) and "id" in node:
                where[node["id"]] = (path, node.line)
    for source in content.sources.values():
        path, line = where[source.id]
        parts = urlsplit(source.url)
        host = (parts.hostname or "").removeprefix("www.")
        if parts.scheme not in {"http", "https"} or "." not in host:
            yield Problem(path, line, f"{source.id}: '{source.url}' is no web address")
        if any(host == denied or host.endswith(f".{denied}") for denied in DENIED_DOMAINS):
            yield Problem(path, line, f"{source.id}: {host} is on the deny-list; find the original")
        if not re.fullmatch(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", source.date):
            yield Problem(path, line, f"{source.id}: date must be YYYY-MM-DD, not '{source.date}'")
        if source.checked > today:
            yield Problem(path, line, f"{source.id}: checked {source.checked} lies in the future")
        if not source.line:
            yield Problem(path, line, f"{source.id}: `line` is empty: what do claims rest on?")
    for number, term in enumerate(content.glossary):
        for each in term.sources:
            if each not in content.sources:
                message = f"term {number + 1} ({term.term['en']}): there is no source '{each}'"
                yield Problem(folder / "glossary.yml", 1, message)


def _emergency_numbers(folder: Path, today: date) -> Iterator[Problem]:
    """Emergency and crisis numbers: each with a source, none past its review date."""
    path = folder / "safety" / "lines.yml"
    for node in load_nodes(path) or () if path.exists() else ():
        source = node.get("source") or {}
        if not str(source.get("url", "")).startswith("http"):
            yield Problem(path, node.line, f"{node.get('number')}: name the source's address")
        due = node.get("next_review")
        if not isinstance(due, date) or due < today:
            yield Problem(path, node.line, f"{node.get('number')}: next_review {due} is past")


def _conditions(folder: Path, content: Content) -> Iterator[Problem]:
    path = folder / "conditions.yml"
    if not path.exists():
        yield Problem(path, 1, "the file is missing")
        return
    lines = getattr(load_nodes(path), "lines", {})
    for condition in content.conditions.values():
        for field in ("name", "full_name", "specialist"):
            if not getattr(condition, field).get("en"):
                yield Problem(
                    path, lines.get(condition.id, 1), f"{condition.id}: {field}.en missing"
                )


def _cards(folder: Path, content: Content) -> Iterator[Problem]:
    """Every safety card in English and Spanish, with a number to call."""
    path = folder / "safety" / "cards.yml"
    for card, texts in content.cards.items():
        for locale in ("en", "es"):
            if not re.search(r"\d{3}", texts.get(locale, "")):
                yield Problem(path, 1, f"{card}.{locale} must name a number to call")


#: Sentences that every reply is built with: name -> what it must say.
_MUST_SAY = {
    "specialist": "{specialist}",
    "specialist_other": "{condition}",
    "specialist_unknown": "specialist",
}


def _fixed_sentences(folder: Path, content: Content) -> Iterable[Problem]:
    path = folder / "phrases.yml"
    for name, must in _MUST_SAY.items():
        if must not in content.phrases.get(name, {}).get("en", ""):
            yield Problem(path, 1, f"the phrase '{name}' must say '{must}'")
    path = folder / "status.yml"
    for row in ("default", "unnamed", *content.conditions):
        if row in content.status or row in {"default", "unnamed"}:
            text = content.status.get(row, {}).get("en", "")
            if not re.search(r"\bexperimental\b|\b(?:is|are) approved\b", text):
                yield Problem(path, 1, f"'{row}' must say whether CAR-T is experimental there")
