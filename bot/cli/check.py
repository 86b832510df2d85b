"""Check the content files: every problem as file:line, exit 1 where there is one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from knowledge.curated.lint import check
from knowledge.curated.reading import CONTENT_FOLDER


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder, for trying changes out elsewhere."""
    parser.add_argument("folder", nargs="?", type=Path, default=CONTENT_FOLDER)


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong; exit 2 where there is no content to check."""
    if not (arguments.folder / "topics").is_dir():
        print(f"{arguments.folder} holds no content (no folder 'topics' in it).", file=sys.stderr)
        return 2
    problems = check(arguments.folder)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problem(s) found." if problems else "The content is in order.")
    return 1 if problems else 0
