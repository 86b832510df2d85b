"""`python -m bot COMMAND`: all that a maintainer does, from adding an FAQ to serving it."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys

COMMANDS = {
    "run": "start the whole guide and print the demo page's address",
    "train": "train a model from the content and data files: a candidate",
    "evaluate": "measure the current model on questions that it was not trained on",
    "promote": "let a trained model serve people, where the gates hold",
    "rollback": "go back to the model that was served before",
    "models": "list the trained models",
    "faq": "add an FAQ, or questions to one",
    "review": "questions that were not answered well, and topics due for a review",
    "ask": "ask one question in a fresh conversation; prints the replies as JSON",
    "check": "check the content files; exits 1 with file:line messages",
    "refresh": "bring the trial listings up to date from the registry",
    "criteria": "print the eligibility criteria of one registry record as JSON lines",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _quiet_frozen_libraries()
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = arguments if arguments is not None else sys.argv[1:]
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if given and given[0] == name:
            # Only the command asked for is imported: Rasa takes seconds.
            module = importlib.import_module(f"bot.cli.{name}")
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    parsed = parser.parse_args(given)
    return int(parsed.run(parsed))


def _quiet_frozen_libraries() -> None:
    """Rasa's pinned libraries warn about each other at every start; nobody here can mend that."""
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
