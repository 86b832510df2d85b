"""Train a model from the content and data files. It is a candidate until it is promoted.

The first one of all, where none can be served, is promoted at once.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time

from bot.cli.console import good
from bot.models import (
    Manifest,
    ModelUnusable,
    current,
    make_current,
    verified_path,
    write_manifest,
)
from bot.settings import MODELS
from knowledge.curated.reading import ContentInvalid, read_content


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_arguments: argparse.Namespace) -> int:
    """Train; exit 1 where the content can't be read or training fails."""
    try:
        content = read_content()
    except ContentInvalid as error:
        print(error, file=sys.stderr)
        return 1
    questions = sum(len(q) for t in content.topics.values() for q in t.questions.values())
    print(f"Training on {questions} questions about {len(content.topics)} topics …", flush=True)
    print("(the first time each question is read by the sentence encoders, which takes a minute)")
    started = time.monotonic()
    model = train()
    good(f"Trained {model.name} in {time.monotonic() - started:.0f} s.")
    if _nothing_is_served():
        make_current(model)
        print("There was no model to serve: this one is served from now on.")
    else:
        print("It is a candidate. To serve it, if the gates hold: python -m bot promote")
    return 0


def _nothing_is_served() -> bool:
    try:
        verified_path(current())
    except ModelUnusable:
        return True
    return False


def train() -> Manifest:
    """Train, and return the model's manifest. Raises RasaException where the data do not fit."""
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    from bot.training import train_model

    configure_structlog(logging.ERROR)
    configure_logging_and_warnings(log_level=logging.ERROR)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    file = MODELS / time.strftime("%Y%m%d-%H%M%S.tar.gz", time.gmtime())
    train_model(file)
    return write_manifest(file)
