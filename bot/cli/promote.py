"""Let a trained model serve people, where the gates hold (`bot/gates.py`); at once, in one step.

A running guide takes it up without a dropped turn.
"""

from __future__ import annotations

import argparse

from bot.cli.console import bad, good, weak
from bot.faq.misfiled import Batch, batches
from bot.gates import MOST_LOST, Measured, NotMeasured, refusals
from bot.measuring import measured
from bot.models import (
    Manifest,
    ModelUnusable,
    current,
    learned_from,
    make_current,
    named,
    verified_path,
)
from knowledge.curated.lint import check


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model, and what the maintainer takes upon herself."""
    parser.add_argument(
        "model", nargs="?", default="newest", help="a model's name (default: the newest)"
    )
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="TOPIC",
        help="take this topic's loss or new questions, having looked; may be given again",
    )
    parser.add_argument(
        "--without-gates",
        action="store_true",
        help="measure nothing and let it serve (for development; never where people are served)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Promote; exit 1 where a gate does not hold or there is no such model."""
    try:
        model = named(arguments.model)
        verified_path(model)
        why_not = [] if arguments.without_gates else _refusals(model, arguments.accept)
    except (ModelUnusable, NotMeasured) as error:
        bad(str(error))
        return 1
    if why_not:
        bad(f"{model.name} may not serve:")
        for reason in why_not:
            bad(f"  - {reason}")
        weak("What is served stays as it is. Mend the questions, or accept a topic's loss by name.")
        return 1
    make_current(model)
    good(f"{model.name} is served from now on. (python -m bot rollback goes back)")
    return 0


def _refusals(model: Manifest, accepted: list[str]) -> list[str]:
    try:
        serving = named(current().file)
    except ModelUnusable:
        return [str(problem) for problem in check()]
    if serving.file == model.file:
        return []
    learned = _learned(model, serving)
    new = measured(model)
    old = measured(serving)
    _show(new, old)
    return refusals(new, old, check(), learned, accepted)


def _learned(model: Manifest, serving: Manifest) -> list[Batch]:
    before = learned_from(serving)
    if not before:
        weak(f"{serving.name} has no list of its questions: which are new can't be told.")
        return []
    found = batches(learned_from(model), before)
    for batch in found:
        for question, near in batch.elsewhere.items():
            print(f"  {batch.topic}: '{question}' looks like `{near.topic}` ({near.question})")
    return found


def _show(new: Measured, old: Measured) -> None:
    mean = f"{new.mean_f1():.3f}, before {old.mean_f1():.3f}"
    print(f"mean expected F1 of {len(new.topics)} topics: {mean}")
    for topic, score in new.topics.items():
        change = score.expected - old.topics[topic].expected if topic in old.topics else 0.0
        if abs(change) > MOST_LOST / 2:
            print(f"  {topic}: {change * 100:+.1f} points")
