"""Questions that were not answered well, grouped by subject; and topics due for a review."""

from __future__ import annotations

import argparse
import datetime
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bot.cli import faq
from bot.cli.console import bad, good, interactive, table, weak
from bot.faq.files import FaqInvalid, add_questions
from bot.faq.nearest import Near, Neighbours
from bot.subjects import encode
from knowledge.curated.content import Content, questions_of
from knowledge.curated.reading import CONTENT_FOLDER, ContentInvalid, read_content
from knowledge.guide import guide
from knowledge.review.clusters import clustered
from knowledge.review.due import Due, due
from knowledge.review.store import Question, ReviewQueue

#: How many questions of a subject are shown at once.
_SHOWN = 6
_KEYS = "[a]dd to it   [n]ew FAQ   [d]rop   [s]kip   [q]uit"


@dataclass(frozen=True)
class Subject:
    """Questions that mean the same, the most typical first. id: stays while they stay together."""

    id: int
    questions: list[Question]
    like: Near | None

    @property
    def texts(self) -> list[str]:
        return [question.text for question in self.questions]

    @property
    def ids(self) -> list[int]:
        return [question.id for question in self.questions]

    def as_json(self) -> dict[str, object]:
        """For scripts."""
        return {
            "id": self.id,
            "count": len(self.questions),
            "reasons": dict(Counter(question.reason for question in self.questions)),
            "suggested": self.like.topic if self.like else None,
            "similarity": round(self.like.similarity, 3) if self.like else None,
            "questions": self.texts,
        }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`queue`, `due`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    queue = actions.add_parser("queue", help="questions that were not answered well, by subject")
    queue.add_argument("--json", action="store_true", help="print them for a script")
    queue.add_argument("--list", action="store_true", help="only show them")
    one = queue.add_mutually_exclusive_group()
    one.add_argument("--add", type=int, metavar="ID", help="add a subject's questions to a topic")
    one.add_argument("--new", type=int, metavar="ID", help="make a new FAQ of a subject")
    one.add_argument("--drop", type=int, metavar="ID", help="drop a subject")
    queue.add_argument("--to", metavar="TOPIC", help="with --add: instead of the suggested topic")
    queue.add_argument("--content", type=Path, default=CONTENT_FOLDER, help=argparse.SUPPRESS)
    faq.new_arguments(queue)
    soon = actions.add_parser("due", help="topics whose review date is near or past")
    soon.add_argument("--days", type=int, default=30, help="how far to look ahead (default: 30)")


def run(arguments: argparse.Namespace) -> int:
    """Do it; exit 1 where it can't be done."""
    try:
        return _due(arguments) if arguments.action == "due" else _queue(arguments)
    except (FaqInvalid, ContentInvalid) as error:
        bad(str(error))
        return 1


def _due(arguments: argparse.Namespace) -> int:
    today = datetime.date.today()
    found = due(read_content(), today, arguments.days)
    if not found:
        good(f"Nothing is due within {arguments.days} days.")
        return 0
    print(table(["next review", "topic", "condition", ""], [_row(each, today) for each in found]))
    return 0


def _row(each: Due, today: datetime.date) -> list[object]:
    left = (each.next_review - today).days
    when = f"{-left} days past" if left < 0 else f"in {left} days"
    return [each.next_review, each.topic, each.condition, when]


# -- the queue


def _queue(arguments: argparse.Namespace) -> int:
    queue = ReviewQueue(guide().engine)
    content = read_content(arguments.content)
    subjects = _subjects(queue, content)
    if arguments.json:
        print(json.dumps([each.as_json() for each in subjects], ensure_ascii=False, indent=1))
        return 0
    if not subjects:
        good("The queue is empty.")
        return 0
    for action, chosen in (("a", arguments.add), ("n", arguments.new), ("d", arguments.drop)):
        if chosen is not None:
            subject = next((each for each in subjects if each.id == chosen), None)
            if subject is None:
                raise FaqInvalid(f"there is no subject {chosen} in the queue")
            return _decide(action, subject, queue, arguments)
    if arguments.list or not interactive():
        for subject in subjects:
            _show(subject)
        return 0
    return _go_through(subjects, queue, arguments)


def _subjects(queue: ReviewQueue, content: Content) -> list[Subject]:
    questions = queue.questions()
    if not questions:
        return []
    neighbours = Neighbours(questions_of(content))
    found = []
    for rows in clustered(encode([question.text for question in questions])):
        members = [questions[row] for row in rows]
        like = neighbours.of([question.text for question in members], number=1)
        found.append(Subject(min(each.id for each in members), members, like[0] if like else None))
    return found


def _show(subject: Subject) -> None:
    reasons = Counter(question.reason.replace("_", " ") for question in subject.questions)
    told = ", ".join(f"{number} {reason}" for reason, number in reasons.most_common())
    weak(f"\n#{subject.id}  {len(subject.questions)} question(s): {told}")
    for text in subject.texts[:_SHOWN]:
        print(f"   {text}")
    if len(subject.texts) > _SHOWN:
        print(f"   … and {len(subject.texts) - _SHOWN} more")
    if subject.like:
        print(f"   like `{subject.like.topic}` ({subject.like.similarity:.2f})")


def _go_through(
    subjects: Sequence[Subject], queue: ReviewQueue, arguments: argparse.Namespace
) -> int:
    for number, subject in enumerate(subjects, 1):
        _show(subject)
        print(f"   {number} of {len(subjects)}   {_KEYS}", flush=True)
        key = ""
        while key not in {"a", "n", "d", "s", "q"}:
            key = click.getchar().casefold()
        if key == "q":
            return 0
        if key != "s":
            try:
                _decide(key, subject, queue, arguments)
            except FaqInvalid as error:
                bad(str(error))
    return 0


def _decide(key: str, subject: Subject, queue: ReviewQueue, arguments: argparse.Namespace) -> int:
    code = 0
    if key == "a":
        topic = arguments.to or (subject.like.topic if subject.like else "")
        for language in sorted({question.language for question in subject.questions}):
            asked = [q.text for q in subject.questions if q.language == language]
            add_questions(arguments.content, topic, asked, _filed_under(language))
        good(f"Added to `{topic}`.")
    elif key == "n":
        filled = {**vars(arguments), "question": [*(arguments.question or ()), *subject.texts]}
        code = faq.new(argparse.Namespace(**filled))
    else:
        good("Dropped.")
    queue.remove(subject.ids)
    return code


def _filed_under(language: str) -> str:
    """Topic files list the common languages by their code, and all others together."""
    return language if language in {"en", "es", "de", "fr"} else "other"
