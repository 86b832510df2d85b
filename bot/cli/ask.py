"""Ask one question in a fresh conversation, and print the replies as JSON."""

from __future__ import annotations

import argparse
import json
import sys

from bot.models import ModelUnusable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The question."""
    parser.add_argument("text", help="the question, in quotes")


def run(arguments: argparse.Namespace) -> int:
    """Ask; exit 1 where there is no usable model."""
    from bot.service import ask_once

    try:
        replies = ask_once(arguments.text)
    except ModelUnusable as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(replies, ensure_ascii=False, indent=2))
    return 0
