"""Start the whole guide: action server, Rasa server, and the trial listings kept fresh."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import shutil
import socket
import subprocess
import sys
import time

from bot.models import ModelUnusable, current, data_hash, is_fresh, verified_path
from bot.settings import ServiceSettings, SettingInvalid, service_settings
from bot.supervisor import CannotStart, Supervisor
from knowledge.clinics import ClinicsFileInvalid
from knowledge.curated.reading import ContentInvalid
from knowledge.guide import guide
from knowledge.schema import CannotMove
from knowledge.settings import PROJECT

#: Less free disk than this (bytes) is too little for databases, logs and a model.
_LEAST_DISK = 200 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: settings come from the environment."""


def run(_arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C. Exit 1 with a plain message where it can't start."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = service_settings()
        _check_machine(settings)
        with _Registry():
            opened = guide()
            _ensure_model()
            return Supervisor(settings, opened).run()
    except (
        CannotStart, SettingInvalid, ContentInvalid, ClinicsFileInvalid, CannotMove,
    ) as error:  # fmt: skip
        print(f"Cannot start: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno == errno.ENOSPC:
            print("Cannot start: the disk is full.", file=sys.stderr)
            return 1
        raise


def _check_machine(settings: ServiceSettings) -> None:
    for port, setting in ((settings.port, "PORT"), (settings.action_port, "ACTION_PORT")):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host if setting == "PORT" else "127.0.0.1", port))
            except OSError as error:
                raise CannotStart(
                    f"port {port} is taken ({error.strerror}). "
                    f"Choose another: make run {setting}={port + 1}"
                ) from None
    if shutil.disk_usage(PROJECT).free < _LEAST_DISK:
        raise CannotStart("there is less than 200 MB of free disk. Make room and try again.")


def _ensure_model() -> None:
    """Have a model to serve: trained here where there is none that fits this version of the code.

    New questions alone train nothing: their model is measured before it serves (`promote`).
    """
    try:
        manifest = current()
        verified_path(manifest)
    except ModelUnusable as why:
        print(f"No model to serve ({why}): training one.", flush=True)
        _bot("train")
        return
    if manifest.data_hash != data_hash():
        print("The model was trained by another version: training a new one.", flush=True)
        _bot("train")
        _bot("promote", "--without-gates")
    elif not is_fresh(manifest):
        print(
            f"Serving {manifest.name}, which does not know the newest questions yet. "
            "When they are ready: python -m bot train, then python -m bot promote",
            flush=True,
        )


def _bot(*command: str) -> None:
    if subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot", *command], cwd=PROJECT
    ).returncode:
        raise CannotStart("there is no model to serve; see the messages above.")


class _Registry:
    """The replaying registry of `REGISTRY=replay`, for as long as the guide runs."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _Registry:
        if os.environ.get("REGISTRY", "").lower() == "replay":
            port = _free_port()
            os.environ["REGISTRY_URL"] = f"http://127.0.0.1:{port}/api/v2"
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.registry", "--port", str(port)], cwd=PROJECT
            )
            _wait_for_port(port)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_port(port: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise CannotStart(f"nothing answered on port {port} within {seconds:.0f} s")
