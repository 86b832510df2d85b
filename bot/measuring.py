"""Measure a model on the questions that no model is trained on, and keep the figures with it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.gates import Measured, NotMeasured
from bot.models import Manifest, note_metrics, sha256_of
from knowledge.settings import PROJECT

#: Questions with known answers, written apart from the training ones.
QUESTIONS = PROJECT / "tests" / "nlu"


def measured(model: Manifest) -> Measured:
    """How a model does: as noted in its manifest, else measured now (a minute or two).

    Raises NotMeasured where the evaluation fails.
    """
    fingerprint = _fingerprint()
    try:
        known = Measured.read(model.metrics)
        if known.questions == fingerprint:
            return known
    except NotMeasured:
        pass
    print(f"Measuring {model.name} on the questions of tests/nlu …", flush=True)
    found = Measured.of(figures_of(model), fingerprint)
    note_metrics(model, found.as_json())
    return found


def figures_of(model: Manifest, tsv: Sequence[Path] = ()) -> dict[str, Any]:
    """What `evaluate` finds. tsv: the questions, all of tests/nlu by default.

    In a process of its own: Rasa can't let go of one model to load another.
    Raises NotMeasured where the evaluation fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        command = [sys.executable, "-W", "ignore", "-m", "bot", "evaluate"]
        ran = subprocess.run(
            [*command, "--model", model.name, "--json", str(out)]
            + [part for file in tsv for part in ("--tsv", str(file))],
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
        )
        if ran.returncode or not out.is_file():
            raise NotMeasured(f"{model.name} could not be measured; see the messages above")
        return dict(json.loads(out.read_text()))


def _fingerprint() -> str:
    files = sorted(QUESTIONS.rglob("*.tsv"))
    return "-".join(sha256_of(file)[:8] for file in files)
