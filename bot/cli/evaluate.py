"""Measure the current model: the whole turn, each question a fresh conversation."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.comparison import compared
from bot.evaluation.expected import expected_f1
from bot.evaluation.html import as_html
from bot.evaluation.measures import Ranking, Row, measure, read_rows
from bot.evaluation.report import as_text
from bot.gates import NotMeasured
from bot.measuring import figures_of
from bot.models import ModelUnusable, named
from bot.nlu.encoders import keep_vectors
from bot.service import Service, someone
from bot.web.turn import Person, Replies, TurnFailed
from knowledge.settings import PROJECT, VAR

#: Questions that the model is measured on and never trained on.
TEST_QUESTIONS = PROJECT / "tests" / "nlu"
#: A question whose turn was late is asked so often.
_TRIES = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the questions are, and where the figures go."""
    parser.add_argument(
        "--tsv",
        type=Path,
        action="append",
        metavar="FILE",
        help="questions with columns text, topic, conditions (default: all of tests/nlu)",
    )
    parser.add_argument(
        "--model", default="current", metavar="NAME", help="a trained model (default: current)"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures to this file")
    parser.add_argument("--html", type=Path, metavar="OUT", help="write a readable report")
    parser.add_argument(
        "--compare",
        metavar="OLD",
        help="what is won and lost beside another model (its name, or `current`) or earlier --json",
    )


def run(arguments: argparse.Namespace) -> int:
    """Ask every question and print the figures. Exit 1 without a model or questions."""
    files = arguments.tsv or sorted(TEST_QUESTIONS.glob("*.tsv"))
    try:
        rows = [row for file in files for row in read_rows(file)]
        more = [] if arguments.tsv else [row for file in _blind() for row in read_rows(file)]
        keep_vectors(VAR / "vectors.sqlite")
        service = Service(named(arguments.model))
    except (ModelUnusable, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if not rows:
        print("There are no questions to ask.", file=sys.stderr)
        return 1

    figures = asyncio.run(_figures(service, rows, more))
    comparison = None
    if arguments.compare:
        try:
            comparison = compared(figures, _old(arguments.compare, arguments.tsv or []))
        except (ModelUnusable, NotMeasured, OSError, ValueError, KeyError) as error:
            print(f"--compare {arguments.compare}: {error}", file=sys.stderr)
            return 1
    print(as_text(figures))
    if comparison:
        print(comparison.as_text())
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False))
    if arguments.html:
        arguments.html.write_text(as_html(figures, comparison), encoding="utf-8")
    return 0


def _blind() -> list[Path]:
    """Questions written by somebody who saw no others: a topic has twice as many with them."""
    return sorted((TEST_QUESTIONS / "acceptance").glob("*.tsv"))


async def _figures(service: Service, rows: Sequence[Row], more: Sequence[Row]) -> dict[str, Any]:
    """more: questions that are only read by the classifier, for the expected F1."""
    answers, rankings = [], []
    for number, row in enumerate(rows, 1):
        person = someone(row.locale)
        answers.append(await _answer(service, row, person))
        service.forget(person)
        rankings.append(await _ranking(service, row))
        if number % 100 == 0:
            print(f"{number} of {len(rows)} questions asked", file=sys.stderr, flush=True)
    figures = measure(rows, answers, rankings)
    rankings += [await _ranking(service, row) for row in more]
    return {**figures, "expected_f1": expected_f1([*rows, *more], rankings)}


async def _answer(service: Service, row: Row, person: Person) -> Replies:
    """On a busy machine a turn may run out of time, which says nothing about the model."""
    for _ in range(_TRIES - 1):
        try:
            return await service.ask(row.text, person)
        except TurnFailed:
            await asyncio.sleep(1)
    return await service.ask(row.text, person)


async def _ranking(service: Service, row: Row) -> Ranking:
    parsed = await service.parse(row.text)
    return [(each["topic"], each["confidence"]) for each in parsed["topic_ranking"]]


def _old(name: str, tsv: Sequence[Path]) -> dict[str, Any]:
    """Another model's figures on the same questions: from a file, or measured now."""
    if Path(name).is_file():
        return dict(json.loads(Path(name).read_text(encoding="utf-8")))
    return figures_of(named(name), tsv)
