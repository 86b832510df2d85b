"""The Rasa channel `web`: the HTTP of contract.md, and nothing else of Rasa's.

Rasa's own routes are not reachable: this channel answers `/` itself, turns every error into JSON
with a kind reply, and puts the security headers on every answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.settings import MAX_BODY_BYTES
from bot.web import headers
from bot.web.routes import FILES, Routes


class WebChannel(InputChannel):
    """Serves the widget, its sessions and its messages."""

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        return cls()

    def url_prefix(self) -> str:
        """Rasa would put a channel under /webhooks/<name>; the widget lives at the root."""
        return "/"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """All routes. `on_new_message` hands a message to Rasa."""
        understanding = _Understanding()
        routes = Routes(on_new_message, understanding.parse)
        blueprint = _WholeApp("web", routes, understanding)
        for handler, address, method in (
            (routes.healthz, "/healthz", "GET"),
            (routes.readyz, "/readyz", "GET"),
            (routes.chat, "/chat", "GET"),
            (routes.about, "/about", "GET"),
            *((routes.static, address, "GET") for address in FILES),
            (routes.open_session, "/webhooks/web/session", "POST"),
            (routes.end_session, "/webhooks/web/session", "DELETE"),
            (routes.message, "/webhooks/web/message", "POST"),
            (routes.feedback, "/webhooks/web/feedback", "POST"),
            (routes.sheet, "/webhooks/web/sheet", "GET"),
        ):
            name = f"{method}{address}".replace("/", "_").replace(".", "_")
            # Sanic writes on the handlers that it is given, which bound methods do not allow.
            blueprint.add_route(partial(handler), address, methods=[method], name=name)
        return blueprint


class _Understanding:
    """What Rasa's NLU pipeline makes of a text: a channel is handed only the way to a turn."""

    #: The app that holds Rasa's agent, from its registering on.
    app: Sanic

    async def parse(self, text: str) -> Mapping[str, Any]:
        return dict(await self.app.ctx.agent.parse_message(text))


class _WholeApp(Blueprint):
    """A blueprint that also sets up the app around it: `/`, errors, headers, body limit, purge."""

    def __init__(self, name: str, routes: Routes, understanding: _Understanding) -> None:
        super().__init__(name)
        self.ctx.routes = routes
        self.ctx.understanding = understanding

    def register(self, app: Sanic, options: Any) -> None:
        routes = self.ctx.routes
        self.ctx.understanding.app = app
        app.config.REQUEST_MAX_SIZE = MAX_BODY_BYTES
        app.config.FALLBACK_ERROR_FORMAT = "json"
        app.ctx.readiness = routes.readiness
        app.register_middleware(routes.own_root, "request")
        app.register_middleware(_add_headers, "response")
        app.error_handler.add(Exception, routes.refusals.failed)
        app.register_listener(routes.erasure.start, "after_server_start")
        app.register_listener(routes.erasure.stop, "before_server_stop")
        super().register(app, options)


async def _add_headers(request: Request, response: HTTPResponse) -> None:
    for name, value in {**headers.EVERYWHERE, **headers.NOT_STORED}.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", headers.NOTHING)
