"""Print the eligibility criteria of one registry record as JSON lines."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from knowledge.eligibility.criteria import criteria_of
from knowledge.trials.records import parse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The record."""
    parser.add_argument("file", type=Path, help="a study as ClinicalTrials.gov API v2 JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each criterion; exit 1 where the file is no study."""
    try:
        trial = parse(json.loads(arguments.file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        print(f"{arguments.file}: {error}", file=sys.stderr)
        return 1
    for criterion in criteria_of(trial.eligibility or ""):
        print(json.dumps(criterion.as_json(trial.nct_id), ensure_ascii=False))
    return 0
