"""The supervisor of the running guide: the listening socket, the two servers, a new model's turn.

It holds the socket that people connect to and lends it to the Rasa server. So a server that died is
replaced with no connection refused, and a promoted model is taken up without a dropped turn: a
second server loads it, must answer a canary question rightly, accepts from the same socket; then
the first one drains.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType

import requests

from bot.models import Manifest, ModelUnusable, current, verified_path
from bot.rasa_server import DRAIN, READY, listen
from bot.settings import ServiceSettings
from knowledge.guide import Guide
from knowledge.settings import PROJECT

logger = logging.getLogger(__name__)

#: The listings are brought up to date this often, in seconds (DESIGN decision 6: few hours).
_REFRESH_EVERY = 3 * 3600
#: A server that takes longer to get ready (seconds) will not. On two idle processors it takes 6 to
#: 20; on a busy machine more than 90 have been seen.
_READY_WITHIN = 240
#: A model that did not get ready is tried again after this long (seconds): the machine may have
#: been busy, with a training for one.
_TRY_AGAIN_AFTER = 300
#: How often servers and the pointer to the current model are looked at, in seconds; so a server
#: that died is started again no more often than this.
_LOOK_EVERY = 2.0


class CannotStart(Exception):
    """The guide can't start; the message says why and what to do."""


@dataclass(frozen=True)
class _RasaServer:
    """A Rasa server, the model that it serves, and where it says that it is ready."""

    process: subprocess.Popen[bytes]
    model: Manifest
    ready: int

    def gets_ready(self, seconds: float, stop: threading.Event) -> bool:
        """Whether it accepts connections within that time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not stop.is_set():
            if select.select([self.ready], [], [], 0.2)[0]:
                # Nothing to read but the end of the pipe: it has stopped.
                return os.read(self.ready, len(READY)) == READY
        return False

    def ended(self) -> bool:
        return self.process.poll() is not None


class Supervisor:
    """Starts the servers, watches them, and hands over to a newly promoted model."""

    def __init__(self, settings: ServiceSettings, opened: Guide) -> None:
        self._settings = settings
        self._guide = opened
        self._stop = threading.Event()
        self._listening = _listen(settings)
        self._draining: list[_RasaServer] = []
        self._refused: Manifest | None = None
        self._try_again_at = 0.0

    def run(self) -> int:
        """Start everything, say where it is, and watch it until stopped."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._on_signal)
        self._actions = _start("bot.action_server")
        self._rasa = self._start_rasa(current())
        try:
            self._refresh_in_background()
            self._wait_until_ready()
            if not self._stop.is_set():
                address = f"http://{_shown(self._settings.host)}:{self._settings.port}/"
                print(f"\nReady: {address}   (Ctrl-C stops it)", flush=True)
            while not self._stop.wait(_LOOK_EVERY):
                self._look_after_servers()
                self._look_for_a_new_model()
        finally:
            self._end()
        return 0

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    # -- start

    def _start_rasa(self, model: Manifest, *options: str) -> _RasaServer:
        ready, tell = os.pipe()
        try:
            process = _start(
                "bot.rasa_server",
                *("--model", model.name, "--socket", str(self._listening.fileno())),
                *("--tell", str(tell), *options),
                lend=(self._listening.fileno(), tell),
            )
        finally:
            os.close(tell)
        return _RasaServer(process, model, ready)

    def _refresh_in_background(self) -> None:
        print("Bringing the trial listings up to date in the background …", flush=True)
        threading.Thread(
            target=self._guide.mirror.keep_fresh,
            args=(self._stop, _REFRESH_EVERY),
            name="refresh",
            daemon=True,
        ).start()

    def _wait_until_ready(self) -> None:
        if not self._rasa.gets_ready(_READY_WITHIN, self._stop) and not self._stop.is_set():
            raise CannotStart("the Rasa server did not get ready; see the messages above.")
        deadline = time.monotonic() + _READY_WITHIN
        host = "127.0.0.1" if self._settings.host == "0.0.0.0" else self._settings.host
        url = f"http://{host}:{self._settings.port}/readyz"
        last = "it did not answer"
        while not self._stop.is_set():
            for process in (self._actions, self._rasa.process):
                if process.poll() is not None:
                    raise CannotStart("a server stopped at the start; see the messages above.")
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

    # -- watch

    def _look_after_servers(self) -> None:
        """Start a server again that died, so that patients are not left with silence."""
        if self._actions.poll() is not None:
            code = self._actions.returncode
            logger.error("the action server stopped (exit %s): starting it again", code)
            self._actions = _start("bot.action_server")
        if self._rasa.ended():
            code = self._rasa.process.returncode
            logger.error("the Rasa server stopped (exit %s): starting it again", code)
            os.close(self._rasa.ready)
            self._rasa = self._start_rasa(self._rasa.model)
        for server in [each for each in self._draining if each.ended()]:
            self._draining.remove(server)

    def _look_for_a_new_model(self) -> None:
        """Hand over to the model that was promoted or gone back to, if it answers rightly."""
        try:
            wanted = current()
            if wanted.sha256 == self._rasa.model.sha256:
                return
            if wanted == self._refused and time.monotonic() < self._try_again_at:
                return
            verified_path(wanted)
        except ModelUnusable as error:
            logger.warning("serving %s still: %s", self._rasa.model.name, error)
            return
        successor = self._start_rasa(wanted, "--canary")
        if successor.gets_ready(_READY_WITHIN, self._stop):
            self._rasa.process.send_signal(DRAIN)
            os.close(self._rasa.ready)
            self._draining.append(self._rasa)
            self._rasa = successor
            print(f"Serving {wanted.name} now.", flush=True)
            return
        _stop(successor.process)
        os.close(successor.ready)
        if not self._stop.is_set():
            self._refused = wanted
            self._try_again_at = time.monotonic() + _TRY_AGAIN_AFTER
            logger.error(
                "%s did not get ready: serving %s still. Go back with: python -m bot rollback",
                wanted.name,
                self._rasa.model.name,
            )

    def _end(self) -> None:
        self._stop.set()
        servers = [*(each.process for each in (*self._draining, self._rasa)), self._actions]
        for process in servers:
            if process.poll() is None:
                process.terminate()
        for process in servers:
            _stop(process)
        self._listening.close()
        print("Stopped.", flush=True)


def _start(module: str, *options: str, lend: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", module, *options],
        cwd=PROJECT,
        # A group of its own: Ctrl-C reaches us alone, and we end the servers in order.
        start_new_session=True,
        pass_fds=lend,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()


def _listen(settings: ServiceSettings) -> socket.socket:
    try:
        return listen(settings)
    except OSError as error:
        raise CannotStart(
            f"can't listen on {settings.host}, port {settings.port} ({error.strerror}). "
            f"Choose another: make run PORT={settings.port + 1}"
        ) from None


def _shown(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "0.0.0.0"} else host
