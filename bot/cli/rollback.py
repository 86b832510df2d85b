"""Go back to the model that was served before; at once, in one step."""

from __future__ import annotations

import argparse

from bot.cli.console import bad, good
from bot.models import ModelUnusable, current, roll_back


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_arguments: argparse.Namespace) -> int:
    """Roll back; exit 1 where nothing was served before."""
    try:
        left = current()
        back = roll_back()
    except ModelUnusable as error:
        bad(str(error))
        return 1
    good(f"{back.name} is served again. {left.name} stays here as a candidate.")
    return 0
