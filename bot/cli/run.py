"""Start the whole guide: action server, Rasa server, and the trial listings kept fresh."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from types import FrameType

import requests

from bot.models import ModelUnusable, current, is_fresh, verified_path
from bot.settings import ServiceSettings, SettingInvalid, service_settings
from knowledge.clinics import ClinicsFileInvalid
from knowledge.curated.reading import ContentInvalid
from knowledge.guide import Guide, guide
from knowledge.settings import PROJECT

logger = logging.getLogger(__name__)

#: The listings are brought up to date this often, in seconds (DESIGN decision 6: few hours).
_REFRESH_EVERY = 3 * 3600
#: Less free disk than this (bytes) is too little for databases, logs and a model.
_LEAST_DISK = 200 * 1024 * 1024
#: A server that takes longer to get ready (seconds) will not.
_READY_WITHIN = 90
#: A server that died is started again, but no more often than this, in seconds.
_RESTART_AFTER = 2.0


class CannotStart(Exception):
    """The guide can't start; the message says why and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: settings come from the environment."""


def run(_arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C. Exit 1 with a plain message where it can't start."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = service_settings()
        _check_machine(settings)
        with _Registry() as registry:
            opened = guide()
            _ensure_model()
            return _Service(settings, opened, registry).run()
    except (CannotStart, SettingInvalid, ContentInvalid, ClinicsFileInvalid) as error:
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
    """Train where there is no current model, or content and data have changed since."""
    try:
        manifest = current()
        verified_path(manifest)
        if is_fresh(manifest):
            return
        print("The content changed since the model was trained: training a new one.", flush=True)
    except ModelUnusable as why:
        print(f"No model to serve ({why}): training one.", flush=True)
    if subprocess.run([sys.executable, "-m", "bot", "train"], cwd=PROJECT).returncode:
        raise CannotStart("training failed; see the messages above.")


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


class _Service:
    """The two servers and the refresher."""

    def __init__(self, settings: ServiceSettings, opened: Guide, registry: _Registry) -> None:
        self._settings = settings
        self._guide = opened
        self._stop = threading.Event()
        self._servers: dict[str, subprocess.Popen[bytes]] = {}

    def run(self) -> int:
        """Start everything, say where it is, and watch it until stopped."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._on_signal)
        try:
            self._start("bot.action_server")
            self._start("bot.rasa_server")
            self._refresh_in_background()
            self._wait_until_ready()
            host = (
                "localhost"
                if self._settings.host in {"127.0.0.1", "0.0.0.0"}
                else (self._settings.host)
            )
            print(f"\nReady: http://{host}:{self._settings.port}/   (Ctrl-C stops it)", flush=True)
            self._watch()
        finally:
            self._end()
        return 0

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _start(self, module: str) -> None:
        self._servers[module] = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", module],
            cwd=PROJECT,
            # A group of its own: Ctrl-C reaches us alone, and we end the servers in order.
            start_new_session=True,
        )

    def _refresh_in_background(self) -> None:
        print("Bringing the trial listings up to date in the background …", flush=True)
        threading.Thread(
            target=self._guide.mirror.keep_fresh,
            args=(self._stop, _REFRESH_EVERY),
            name="refresh",
            daemon=True,
        ).start()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN
        host = "127.0.0.1" if self._settings.host == "0.0.0.0" else self._settings.host
        url = f"http://{host}:{self._settings.port}/readyz"
        last = "it did not answer"
        while not self._stop.is_set():
            for module, server in self._servers.items():
                if server.poll() is not None:
                    raise CannotStart(f"{module} stopped at the start; see the messages above.")
            try:
                answer = requests.get(url, timeout=20)
                if answer.ok:
                    return
                last = "; ".join(answer.json().get("wrong", []))
            except requests.RequestException:
                pass
            if time.monotonic() > deadline:
                raise CannotStart(f"the service did not get ready: {last}")
            self._stop.wait(0.2)

    def _watch(self) -> None:
        """Start a server again that died, so that patients are not left with silence."""
        while not self._stop.wait(_RESTART_AFTER):
            for module, server in list(self._servers.items()):
                if server.poll() is not None:
                    logger.error(
                        "%s stopped (exit %s): starting it again", module, server.returncode
                    )
                    self._start(module)

    def _end(self) -> None:
        self._stop.set()
        for server in reversed(list(self._servers.values())):
            if server.poll() is None:
                server.terminate()
        for server in self._servers.values():
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
        print("Stopped.", flush=True)


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
