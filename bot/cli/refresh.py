"""Bring the trial listings up to date from the registry."""

from __future__ import annotations

import argparse
import sys

from knowledge.guide import guide
from knowledge.trials.client import RegistryError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_arguments: argparse.Namespace) -> int:
    """Refresh; exit 1 where the registry can't be reached, with what is shown meanwhile."""
    try:
        report = guide().mirror.refresh(progress=lambda text: print(text, flush=True))
    except RegistryError as error:
        print(f"The registry could not be read: {error}", file=sys.stderr)
        print("Listings go on showing what was last seen, with its date.", file=sys.stderr)
        return 1
    print(report)
    return 0
