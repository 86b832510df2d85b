"""The trained models that are here: which is served, which was before, and how they did."""

from __future__ import annotations

import argparse

from bot.cli.console import table
from bot.gates import Measured, NotMeasured
from bot.models import Manifest, ModelUnusable, current, is_fresh, served_before, trained


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One thing to do, for now."""
    parser.add_argument("what", nargs="?", choices=["list"], default="list", help="list them")


def run(_arguments: argparse.Namespace) -> int:
    """List the models, newest first."""
    here = trained()[::-1]
    if not here:
        print("No model has been trained yet: python -m bot train")
        return 0
    try:
        serving = current().file
    except ModelUnusable:
        serving = ""
    before = served_before()
    rows = [[model.name, _state(model, serving, before), *_figures(model)] for model in here]
    print(table(["model", "state", "content", "mean expected F1", "emergencies caught"], rows))
    return 0


def _state(model: Manifest, serving: str, before: list[str]) -> str:
    if model.file == serving:
        return "served"
    return "served before" if model.file in before else "candidate"


def _figures(model: Manifest) -> list[str]:
    fits = "as the files" if is_fresh(model) else "older"
    try:
        measured = Measured.read(model.metrics)
    except NotMeasured:
        return [fits, "not measured", ""]
    caught = measured.safety_recall
    return [fits, f"{measured.mean_f1():.3f}", "" if caught is None else f"{caught:.1%}"]
