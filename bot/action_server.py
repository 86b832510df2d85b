"""The action server, on loopback only: `rasa_sdk`'s own app, without its openness.

`rasa_sdk` would listen on every interface, and would put the message into its error answers.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa_sdk.endpoint import create_app
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.settings import service_settings
from knowledge.guide import guide
from knowledge.places import place
from knowledge.trials.search import search

logger = logging.getLogger(__name__)

#: Turns worked on at once; a turn that waits for the registry holds one of these, not the server.
_THREADS = 32


def action_app() -> Sanic:
    """The Sanic app that runs `actions/`."""
    warm_up()
    app = create_app("actions", cors_origins=None)

    async def failed(_request: Request, error: Exception) -> HTTPResponse:
        # The kind of failure only: the request holds the person's words.
        logger.error("action.failed: %s at %s", type(error).__name__, _where(error))
        return json({"error": type(error).__name__}, status=500)

    async def more_threads(_app: Sanic, loop: Any) -> None:
        loop.set_default_executor(ThreadPoolExecutor(_THREADS))

    app.error_handler.add(Exception, failed)
    app.register_listener(more_threads, "before_server_start")
    return app


def _where(error: BaseException) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return "?"
    return f"{frame.tb_frame.f_globals.get('__name__')}:{frame.tb_lineno}"


def warm_up() -> None:
    """Load now what the first patient would otherwise wait for: content, gazetteer, trials."""
    opened = guide()
    opened.curated.content()
    search(opened.engine, conditions=[], place=place("country/US"))


def main() -> None:
    """Run until stopped."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    asyncio.set_event_loop_policy(None)
    settings = service_settings()
    action_app().run("127.0.0.1", settings.action_port, access_log=False, debug=False)


if __name__ == "__main__":
    main()
