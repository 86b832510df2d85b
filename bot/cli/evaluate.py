"""Measure the current model: the whole turn, each question a fresh conversation."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from bot.evaluation.measures import measure, read_rows
from bot.evaluation.report import as_text
from bot.models import ModelUnusable, named
from knowledge.settings import PROJECT

#: Questions that the model is measured on and never trained on.
TEST_QUESTIONS = PROJECT / "tests" / "nlu"


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


def run(arguments: argparse.Namespace) -> int:
    """Ask every question and print the figures. Exit 1 without a model or questions."""
    from bot.service import Service, someone

    files = arguments.tsv or sorted(TEST_QUESTIONS.glob("*.tsv"))
    try:
        rows = [row for file in files for row in read_rows(file)]
        service = Service(named(arguments.model))
    except (ModelUnusable, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if not rows:
        print("There are no questions to ask.", file=sys.stderr)
        return 1

    async def ask_all() -> list[list[dict[str, object]]]:
        answers = []
        for number, row in enumerate(rows, 1):
            person = someone(row.locale)
            answers.append(await service.ask(row.text, person))
            service.forget(person)
            if number % 100 == 0:
                print(f"{number} of {len(rows)} questions asked", file=sys.stderr, flush=True)
        return answers

    figures = measure(rows, asyncio.run(ask_all()))
    print(as_text(figures))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0
