"""The Rasa server with our channel only, on a socket that the supervisor holds; no HTTP API.

The socket outlives this process: a successor takes it over while this one drains, so that a new
model reaches people without a dropped turn (reloading a model within a process leaks memory,
RasaHQ/rasa#11284).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bot.models import ModelUnusable, named, verified_path
from bot.settings import ServiceSettings, service_settings
from knowledge.settings import PROJECT

#: What the supervisor sends to make this process finish its turns and go.
DRAIN = signal.SIGUSR1
#: What is written to the supervisor's pipe once this process accepts connections.
READY = b"ready\n"

#: Connections that wait to be accepted, as Rasa's own default.
_BACKLOG = 100
#: An idle connection is closed after this long, in seconds; draining waits for that, since a
#: client could be sending just when an idle connection is cut.
_KEEP_ALIVE = 15
#: Sanic looks at idle connections twice in this time, so some live half as long again.
_DRAIN_WITHIN = 2 * _KEEP_ALIVE
#: A model that has answered no canary question rightly after this long (seconds) never will.
_CANARY_WITHIN = 45.0
#: At the end, running turns get this long (seconds): a turn takes 8 at most.
_FINISH_WITHIN = 10.0


def main() -> int:
    """Serve a model until stopped. Returns 1 where there is none, or it answers wrongly."""
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    arguments = _arguments()
    settings = service_settings()
    try:
        model = verified_path(named(arguments.model))
    except ModelUnusable as error:
        print(error, file=sys.stderr)
        return 1

    from sanic.server.loop import try_use_uvloop

    app = _app(model, settings)
    listening = socket.socket(fileno=arguments.socket) if arguments.socket else listen(settings)
    try_use_uvloop()
    worker = _Worker(app, listening, arguments.tell, arguments.canary)
    return asyncio.new_event_loop().run_until_complete(worker.serve())


def listen(settings: ServiceSettings) -> socket.socket:
    """The socket that people connect to. Raises OSError, where the port is taken for one."""
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(found[4][:2], family=found[0], backlog=_BACKLOG)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.rasa_server", description=__doc__)
    parser.add_argument("--model", default="current", help="name of the model to serve")
    parser.add_argument("--socket", type=int, help="descriptor to accept from (default: our own)")
    parser.add_argument("--tell", type=int, help="descriptor to write READY to")
    parser.add_argument(
        "--canary", action="store_true", help="answer a question rightly before accepting any"
    )
    return parser.parse_args()


def _app(model: Path, settings: ServiceSettings) -> Any:
    import rasa.core.run
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    # At DEBUG Rasa logs every message in clear: never below WARNING here.
    configure_structlog(logging.WARNING)
    configure_logging_and_warnings(log_level=logging.WARNING)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    endpoints = AvailableEndpoints.read_endpoints(str(PROJECT / "endpoints.yml"))
    endpoints.action.url = f"http://127.0.0.1:{settings.action_port}/webhook"
    channels = rasa.core.run.create_http_input_channels(None, str(PROJECT / "credentials.yml"))
    app = rasa.core.run.configure_app(
        channels, enable_api=False, endpoints=endpoints, keep_alive_timeout=_KEEP_ALIVE
    )
    load = partial(rasa.core.run.load_agent_on_start, str(model), endpoints, None)
    app.register_listener(load, "before_server_start")
    app.register_listener(rasa.core.run.close_resources, "after_server_stop")
    return app


class _Worker:
    """Accepts from the shared socket until it is told to drain or to stop."""

    def __init__(self, app: Any, listening: socket.socket, tell: int | None, canary: bool) -> None:
        self._app = app
        self._listening = listening
        self._tell = tell
        self._canary = canary
        self._draining = False

    async def serve(self) -> int:
        """Serve, and return the exit code."""
        stop, drain = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(DRAIN, drain.set)
        self._app.register_middleware(self._close_while_draining, "response")
        server = await self._app.create_server(
            sock=self._listening,
            return_asyncio_server=True,
            access_log=False,
            asyncio_server_kwargs={"start_serving": False},
        )
        await server.startup()
        await server.before_start()
        if self._canary and not await self._answers_rightly():
            return 1
        await server.start_serving()
        await server.after_start()
        if self._tell is not None:
            os.write(self._tell, READY)
        await _first(stop, drain)
        server.close()
        await self._drain(server, stop)
        await server.before_stop()
        await self._finish(server)
        await server.after_stop()
        return 0

    async def _answers_rightly(self) -> bool:
        """Whether a canary turn goes well. The first turns of a process are slow: models load."""
        if not self._app.ctx.agent.is_ready():
            return False
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _CANARY_WITHIN
        while wrong := await self._app.ctx.readiness.what_is_wrong():
            if loop.time() > deadline:
                print("; ".join(wrong), file=sys.stderr)
                return False
            await asyncio.sleep(1)
        return True

    async def _drain(self, server: Any, stop: asyncio.Event) -> None:
        """Answer on the open connections, each for the last time, until all are closed."""
        self._draining = True
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _DRAIN_WITHIN
        while server.connections and not stop.is_set() and loop.time() < deadline:
            await asyncio.sleep(0.1)

    async def _finish(self, server: Any) -> None:
        for connection in list(server.connections):
            connection.close_if_idle()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _FINISH_WITHIN
        while server.connections and loop.time() < deadline:
            await asyncio.sleep(0.05)

    async def _close_while_draining(self, request: Any, _response: Any) -> None:
        if self._draining and request.stream is not None:
            request.stream.keep_alive = False


async def _first(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


if __name__ == "__main__":
    sys.exit(main())
