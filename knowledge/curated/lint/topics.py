"""The checks of one topic file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from knowledge.curated.content import Answer, Claim, Content, Topic
from knowledge.curated.lint import evidence, wording
from knowledge.curated.lint.readability import Readability
from knowledge.curated.reading import Node, Problem, load_nodes

#: Longest answer, in words: more belongs behind a choice.
MOST_WORDS = 120
#: Longest title, in characters: it is a button.
LONGEST_TITLE = 70
PLACEHOLDERS = {"{condition}", "{specialist}", "{clinic}"}
#: How long an answer may stand before somebody reads its sources again.
_REVIEW_SOON, _REVIEW = timedelta(days=90), timedelta(days=180)
#: Groups whose facts move fast: approvals, and how much evidence there is.
_FAST_GROUPS = {"status", "evidence"}
#: Groups that claim nothing about medicine.
_OWE_NO_SOURCES = {"assistant", "conversation"}
#: Topics whose answer only asks which word is meant; the term that follows brings its sources.
_ASKS_BACK = {"glossary_term"}
#: Topics whose answer is a safety card, and that card (rule L20).
_CARD_TOPICS = {"emergency": "emergency_general", "crisis": "crisis_self"}


class TopicFile:
    """One topic file: the topic as read, and its lines."""

    def __init__(self, path: Path, content: Content, today: date, readability: Readability) -> None:
        self._path = path
        self._content = content
        self._today = today
        self._readability = readability
        self._topic: Topic | None = content.topics.get(path.stem)
        self._lines = path.read_text(encoding="utf-8").splitlines()
        try:
            self._node: Any = load_nodes(path)
        except yaml.YAMLError:
            self._node = None

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the topic; nothing where the reader could not read it."""
        if self._topic is None or not isinstance(self._node, Node):
            return  # the reader has said what is wrong
        yield from self._ids(self._topic)
        yield from self._review(self._topic)
        for condition, answer, node in self._answers(self._topic):
            yield from self._dates(self._topic, answer, node)
            for locale in answer.paragraphs:
                yield from self._answer(self._topic, answer, node, locale)
            yield from self._same_sources(answer, node)
            if condition is None and self._topic.id in _CARD_TOPICS:
                yield from self._card(answer, node, _CARD_TOPICS[self._topic.id])

    def _answers(self, topic: Topic) -> Iterator[tuple[str | None, Answer, Node]]:
        if topic.answer:
            yield None, topic.answer, self._node
        for condition, answer in topic.variants.items():
            yield condition, answer, self._node["variants"][condition]

    # -- the topic

    def _ids(self, topic: Topic) -> Iterator[Problem]:
        for each in topic.next:
            if each not in self._content.topics:
                yield self._problem(self._line("next"), f"next: there is no topic '{each}'")
        for condition in topic.variants:
            if condition not in self._content.conditions:
                line = self._node["variants"].lines[condition]
                yield self._problem(line, f"variants: there is no condition '{condition}'")
        line = self._line("title")
        for locale, title in topic.title.items():
            if len(title) > LONGEST_TITLE:
                yield self._problem(
                    line,
                    f"title.{locale} has {len(title)} characters, a button at most {LONGEST_TITLE}",
                )
            for _, complaint in wording.sentence_complaints(title, locale):
                yield self._problem(line, f"title.{locale}: {complaint}")
        if "en" not in topic.title:
            yield self._problem(line, "title: the English one is missing")

    def _review(self, topic: Topic) -> Iterator[Problem]:
        review, line = topic.review, self._line("review")
        if review.status not in {"draft", "reviewed"}:
            yield self._problem(line, "review.status is draft or reviewed")
        if review.status != "reviewed":
            return
        if not (review.by and review.role and review.on):
            yield self._problem(
                line, "a review needs a name (by), a role and a date (on); without them it is draft"
            )
        elif unknown := sorted({*review.languages} - {"en", "es"}):
            yield self._problem(line, f"review.languages: {unknown} is none that we answer in")
        elif review.on > self._today.isoformat():
            yield self._problem(line, f"review.on {review.on} lies in the future")

    # -- its answers

    def _dates(self, topic: Topic, answer: Answer, node: Node) -> Iterator[Problem]:
        line = node.lines.get("next_review", self._line("next_review"))
        longest = _REVIEW_SOON if topic.group in _FAST_GROUPS else _REVIEW
        if answer.next_review < self._today:
            yield self._problem(
                line,
                f"L18: next_review {answer.next_review} is past: check the facts, set a new date",
            )
        if answer.next_review - answer.as_of > longest:
            latest = answer.as_of + longest
            yield self._problem(
                line,
                f"L18: next_review {answer.next_review} is more than {longest.days} days after "
                f"as_of: {latest} at the latest",
            )
        if answer.as_of > self._today:
            as_of = node.lines.get("as_of", self._line("as_of"))
            yield self._problem(as_of, f"as_of {answer.as_of} lies in the future")

    def _answer(self, topic: Topic, answer: Answer, node: Node, locale: str) -> Iterator[Problem]:
        start = node["answer"].lines.get(locale, node.line)
        text = "\n".join(paragraph.text for paragraph in answer.paragraphs[locale])
        if (words := len(text.split())) > MOST_WORDS:
            yield self._problem(
                start, f"answer.{locale} has {words} words, at most {MOST_WORDS}: more via `next`"
            )
        sourced = any(paragraph.sources for paragraph in answer.paragraphs[locale])
        if topic.about_therapy and topic.id not in _ASKS_BACK and not sourced:
            yield self._problem(start, f"L07: answer.{locale} names no source at all")
        if "en" not in answer.paragraphs:
            yield self._problem(start, "the English answer is missing")
        for complaint in wording.answer_complaints(text, topic.about_therapy):
            yield self._problem(start, complaint)
        for complaint in self._readability.complaints(answer, locale, topic.title.get(locale, "")):
            yield self._problem(start, complaint)
        for placeholder in sorted(set(re.findall(r"\{[^}]*\}", text)) - PLACEHOLDERS):
            known = ", ".join(sorted(PLACEHOLDERS))
            yield self._problem(start, f"unknown placeholder {placeholder}; known: {known}")
        if html.unescape(text) != text:
            yield self._problem(start, "an HTML entity (&amp; or the like): write the character")
        for paragraph, paragraph_node in zip(answer.paragraphs[locale], node["answer"][locale]):
            for claim in paragraph.claims:
                yield from self._sentence(topic, claim, locale, paragraph_node.line)

    def _sentence(
        self, topic: Topic, claim: Claim, locale: str, paragraph: int
    ) -> Iterator[Problem]:
        owed = topic.group not in _OWE_NO_SOURCES and topic.id not in _CARD_TOPICS
        for complaint in evidence.complaints(claim, self._content.sources, owed):
            yield self._problem(self._line_of(claim.text, paragraph), complaint)
        for sentence, complaint in wording.sentence_complaints(claim.text, locale):
            yield self._problem(self._line_of(sentence, paragraph), complaint)

    def _same_sources(self, answer: Answer, node: Node) -> Iterator[Problem]:
        """A translation rests on what the English text rests on."""
        english = {id_ for p in answer.paragraphs.get("en", ()) for id_ in p.sources}
        for locale, paragraphs in answer.paragraphs.items():
            other = {id_ for paragraph in paragraphs for id_ in paragraph.sources} - english
            if other:
                yield self._problem(
                    node["answer"].lines.get(locale, node.line),
                    f"answer.{locale} names sources that the English answer does not: "
                    f"{', '.join(sorted(other))}",
                )

    def _card(self, answer: Answer, node: Node, card: str) -> Iterator[Problem]:
        for locale, paragraphs in answer.paragraphs.items():
            said = "\n\n".join(paragraph.text for paragraph in paragraphs)
            if said != self._content.cards.get(card, {}).get(locale, "").strip():
                yield self._problem(
                    node["answer"].lines.get(locale, node.line),
                    f"L20: answer.{locale} must be the card '{card}' of safety/cards.yml, "
                    "word for word",
                )

    # -- lines

    def _line_of(self, sentence: str, start: int) -> int:
        """The line of the file on which a sentence begins, from a paragraph's line on."""
        words = sentence.split()[:4]
        for line in range(start, min(start + 40, len(self._lines) + 1)):
            here = self._lines[line - 1].split()
            following = self._lines[line].split() if line < len(self._lines) else []
            both = [word.strip("\"'-") for word in (*here, *following)]
            wanted = [word.strip("\"'-") for word in words]
            for offset in range(len(here)):
                if both[offset : offset + len(wanted)] == wanted:
                    return line
        return start

    def _line(self, key: str) -> int:
        return int(self._node.lines.get(key, 1))

    def _problem(self, line: int, message: str) -> Problem:
        return Problem(self._path, line, message)
