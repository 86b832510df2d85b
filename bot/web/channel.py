"""The Rasa channel `web`: the HTTP of contract.md, and nothing else of Rasa's.

Rasa's own routes are not reachable: this channel answers `/` itself, turns every error into JSON
with a kind reply, and puts the security headers on every answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from functools import partial, wraps
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.exceptions import MethodNotSupported, NotFound, PayloadTooLarge, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, empty, file, html, json

from bot.nlu.words import clean
from bot.safety.gate import SafetyGate
from bot.settings import MAX_BODY_BYTES, SESSION_SECONDS, service_settings
from bot.web import headers
from bot.web.about import about_page
from bot.web.limits import (
    NEW_SESSIONS_PER_ADDRESS,
    PER_ADDRESS,
    PER_SESSION,
    SHEETS_PER_SESSION,
    Limit,
    address_key,
    limiter,
)
from bot.web.readiness import Readiness
from bot.web.redaction import redact
from bot.web.requests import (
    Refusal,
    body_of,
    feedback_of,
    incoming_message,
    session_wanted,
    too_large,
)
from bot.web.review import ReviewNotes
from bot.web.sheet import sheet_answer, wanted_format
from bot.web.tokens import Session, TokenInvalid, Tokens
from bot.web.tracker_store import erase_conversations, truncate_log
from bot.web.turns import ChoiceUnknown, Conflict, Person, TurnFailed, Turns
from knowledge.clinics import DEMO, clinic, clinic_named
from knowledge.database import open_engine
from knowledge.guide import guide
from knowledge.replies.compose import Setting
from knowledge.settings import LOCALES

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
#: Files of the widget and the demo page, by the address they are served under.
_FILES = {
    "/widget.js": ("widget.js", "text/javascript; charset=utf-8"),
    "/static/chat.js": ("chat.js", "text/javascript; charset=utf-8"),
    "/static/fit.js": ("fit.js", "text/javascript; charset=utf-8"),
    "/static/chat.css": ("chat.css", "text/css; charset=utf-8"),
    "/static/demo.css": ("demo.css", "text/css; charset=utf-8"),
}
#: How often ended conversations are purged, in seconds.
_PURGE_EVERY = 600

Handler = Callable[..., Awaitable[HTTPResponse]]


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
        routes = _Routes(on_new_message)
        blueprint = _WholeApp("web", routes)
        for handler, address, method in (
            (routes.healthz, "/healthz", "GET"),
            (routes.readyz, "/readyz", "GET"),
            (routes.chat, "/chat", "GET"),
            (routes.about, "/about", "GET"),
            *((routes.static, address, "GET") for address in _FILES),
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


class _WholeApp(Blueprint):
    """A blueprint that also sets up the app around it: `/`, errors, headers, body limit, purge."""

    def __init__(self, name: str, routes: _Routes) -> None:
        super().__init__(name)
        self.ctx.routes = routes

    def register(self, app: Sanic, options: Any) -> None:
        routes = self.ctx.routes
        app.config.REQUEST_MAX_SIZE = MAX_BODY_BYTES
        app.config.FALLBACK_ERROR_FORMAT = "json"
        app.ctx.readiness = routes.readiness
        app.register_middleware(routes.own_root, "request")
        app.register_middleware(routes.add_headers, "response")
        app.error_handler.add(Exception, routes.failed)
        app.register_listener(routes.start_purging, "after_server_start")
        app.register_listener(routes.stop_purging, "before_server_stop")
        super().register(app, options)


def _guarded(handler: Handler) -> Handler:
    """Refusals and failures as the JSON of contract.md."""

    @wraps(handler)
    async def guarded(self: _Routes, request: Request, *args: Any) -> HTTPResponse:
        try:
            return await handler(self, request, *args)
        except Refusal as refusal:
            return self.refuse(request, refusal)

    return guarded


class _Routes:
    """The handlers. One instance a process."""

    def __init__(self, tell: Callable[[UserMessage], Awaitable[Any]]) -> None:
        settings = service_settings()
        self._guide = guide()
        self._secret = settings.secret_key
        self._tokens = Tokens(settings.secret_key, SESSION_SECONDS)
        self._limiter = limiter(settings.rate_limit, settings.redis_url)
        self._gate = SafetyGate()
        self._tracker = open_engine(settings.tracker_url)
        self._notes = ReviewNotes(self._guide, self._tracker, settings.secret_key)
        self._turns = Turns(
            self._guide, self._gate, tell, settings.secret_key, note=self._notes.answered
        )
        self.readiness = Readiness(self._turns, self._guide, self._erase)

    # -- pages

    async def own_root(self, request: Request) -> HTTPResponse | None:
        """Answer `/`, where Rasa would tell its version."""
        if request.path != "/" or request.method not in {"GET", "HEAD"}:
            return None
        return await _page("demo.html", headers.PAGE)

    async def static(self, request: Request) -> HTTPResponse:
        name, media_type = _FILES[request.path]
        shown = await file(STATIC / name, mime_type=media_type)
        shown.headers["Cache-Control"] = "public, max-age=300"
        if name == "widget.js":
            # Clinics load it into their own pages.
            shown.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return shown

    @_guarded
    async def chat(self, request: Request) -> HTTPResponse:
        """The frame that a clinic's page shows."""
        found = clinic(request.args.get("clinic") or DEMO.id)
        if found is None:
            raise _not_found("unknown clinic")
        return await _page("chat.html", headers.frame_policy(found))

    @_guarded
    async def about(self, request: Request) -> HTTPResponse:
        """Who reviewed the answers, how old they are, what they rest on."""
        found = clinic(request.args.get("clinic") or DEMO.id)
        if found is None:
            raise _not_found("unknown clinic")
        self._limit(request, PER_ADDRESS, "address")
        locale = request.args.get("locale")
        setting = Setting(found, locale if locale in LOCALES else "en")
        page = await asyncio.to_thread(about_page, self._guide, setting)
        return html(page, headers={"Content-Security-Policy": headers.PAGE})

    async def healthz(self, request: Request) -> HTTPResponse:
        return json({"status": "alive"})

    async def readyz(self, request: Request) -> HTTPResponse:
        wrong = await self.readiness.what_is_wrong()
        if wrong:
            return json({"status": "not ready", "wrong": wrong}, status=503)
        return json({"status": "ready"})

    # -- sessions

    @_guarded
    async def open_session(self, request: Request) -> HTTPResponse:
        self._limit(request, NEW_SESSIONS_PER_ADDRESS, "new")
        clinic_id, locale = session_wanted(body_of(request))
        found = clinic(clinic_id)
        if found is None:
            raise _not_found("unknown clinic")
        self._check_origin(request, clinic_id)
        locale = locale if locale in LOCALES else "en"
        session, token = self._tokens.mint(clinic_id, locale)
        welcome = self._guide.composer.welcome(Setting(found, locale))
        await asyncio.to_thread(self._open, session, welcome)
        expires = _iso(session.expires_at)
        answer = {"token": token, "expires_at": expires, "messages": [welcome.as_json()]}
        return json(answer, status=201)

    def _open(self, session: Session, welcome: Any) -> None:
        self._guide.replies.open(
            session.conversation, session.clinic, session.locale, session.expires_at
        )
        self._guide.replies.add(session.conversation, [welcome])

    @_guarded
    async def end_session(self, request: Request) -> HTTPResponse:
        session = await self._session(request)
        await asyncio.to_thread(self._notes.forget, session.conversation)
        await asyncio.to_thread(self._erase, [session.conversation])
        return empty()

    def _erase(self, conversations: list[str]) -> None:
        for conversation in conversations:
            self._guide.replies.erase(conversation)
        truncate_log(self._guide.engine)
        erase_conversations(self._tracker, conversations)

    # -- messages

    @_guarded
    async def message(self, request: Request) -> HTTPResponse:
        self._limit(request, PER_ADDRESS, "address")
        session = await self._session(request)
        incoming = incoming_message(body_of(request))
        if not self._limiter.allow(f"session:{session.conversation}", PER_SESSION):
            raise _too_many()
        person = Person(session.conversation, session.clinic, session.locale)
        try:
            replies = await self._turns.answer(person, incoming)
        except Conflict:
            raise Refusal(
                409, "conflict", "error_conflict", "this id was used for another message"
            ) from None
        except ChoiceUnknown:
            raise Refusal(
                400, "unknown_choice", "error_choice", "that choice was not offered here"
            ) from None
        except TurnFailed:
            raise Refusal(
                503, "turn_failed", "error_turn_failed", "no answer; the same id may be sent again"
            ) from None
        return json({"messages": replies})

    @_guarded
    async def feedback(self, request: Request) -> HTTPResponse:
        self._limit(request, PER_ADDRESS, "address")
        session = await self._session(request)
        id_, helpful, why = feedback_of(body_of(request))
        why = redact(clean(why)) if why else None
        kept = await asyncio.to_thread(
            self._guide.replies.rate, session.conversation, id_, helpful, why
        )
        if not kept:
            raise _not_found("no such reply in this conversation")
        if not helpful:
            await asyncio.to_thread(self._notes.rated_down, session.conversation, id_)
        return empty()

    @_guarded
    async def sheet(self, request: Request) -> HTTPResponse:
        """The visit sheet, as `format` says: html (a page to print), pdf, json (FHIR)."""
        self._limit(request, PER_ADDRESS, "address")
        session = await self._session(request)
        wanted = wanted_format(request.args.get("format"))
        if not self._limiter.allow(f"sheet:{session.conversation}", SHEETS_PER_SESSION):
            raise _too_many()
        return await asyncio.to_thread(
            sheet_answer, self._guide, session.conversation, session.clinic, session.locale, wanted
        )

    # -- who may

    async def _session(self, request: Request) -> Session:
        scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
        refusal = Refusal(401, "unauthorized", "error_unauthorized", "open a session first")
        if scheme.lower() != "bearer" or not token:
            raise refusal
        try:
            session = self._tokens.read(token.strip())
        except TokenInvalid:
            raise refusal from None
        self._check_origin(request, session.clinic)
        if await asyncio.to_thread(self._guide.replies.session, session.conversation) is None:
            raise refusal
        return session

    def _check_origin(self, request: Request, clinic_id: str) -> None:
        origin = request.headers.get("origin")
        if not headers.origin_allowed(origin, request.host, clinic(clinic_id)):
            raise Refusal(403, "forbidden", "error_forbidden", "this site may not use this chat")

    def _limit(self, request: Request, limit: Limit, what: str) -> None:
        address = request.remote_addr or request.ip
        if not self._limiter.allow(f"{what}:{address_key(address, self._secret)}", limit):
            raise _too_many()

    # -- the app around

    def refuse(self, request: Request, refusal: Refusal) -> HTTPResponse:
        """A refusal as JSON, with a reply that says what to do and carries the emergency line."""
        setting = self._setting_of(request)
        reply = self._guide.composer.failure(refusal.phrase, setting)
        error = {"code": refusal.code, "message": refusal.message}
        shown = json({"error": error, "messages": [reply.as_json()]}, status=refusal.status)
        if refusal.status == 429:
            shown.headers["Retry-After"] = "60"
        return shown

    def _setting_of(self, request: Request) -> Setting:
        token = (request.headers.get("authorization") or "").partition(" ")[2]
        try:
            session = self._tokens.read(token.strip())
        except TokenInvalid:
            return Setting(DEMO)
        return Setting(clinic_named(session.clinic), session.locale)

    async def failed(self, request: Request, error: Exception) -> HTTPResponse:
        """Whatever no handler caught: unknown addresses, oversized bodies, our own faults."""
        if isinstance(error, Refusal):
            return self.refuse(request, error)
        if isinstance(error, PayloadTooLarge):
            return self.refuse(request, too_large("the body may have at most 32 KiB"))
        if isinstance(error, NotFound):
            return self.refuse(request, _not_found("unknown address"))
        if isinstance(error, MethodNotSupported):
            return self.refuse(
                request, Refusal(405, "method_not_allowed", "error_not_found", "unknown method")
            )
        if isinstance(error, SanicException) and 400 <= error.status_code < 500:
            return self.refuse(
                request,
                Refusal(error.status_code, "bad_request", "error_bad_request", "bad request"),
            )
        logger.error("request.failed: %s", type(error).__name__)
        return self.refuse(request, Refusal(503, "failed", "error_turn_failed", "internal error"))

    async def add_headers(self, request: Request, response: HTTPResponse) -> None:
        for name, value in {**headers.EVERYWHERE, **headers.NOT_STORED}.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", headers.NOTHING)

    async def start_purging(self, app: Sanic, loop: Any) -> None:
        """Purge ended conversations in the background, as long as the server runs."""
        self._purging = loop.create_task(self._purge())

    async def stop_purging(self, _app: Sanic, _loop: Any) -> None:
        """End it with the server."""
        self._purging.cancel()

    async def _purge(self) -> None:
        await asyncio.to_thread(self._notes.warm_up)
        while True:
            try:
                ended = await asyncio.to_thread(self._guide.replies.purge)
                await asyncio.to_thread(self._erase, ended)
                await asyncio.to_thread(self._notes.end)
            except Exception as error:
                logger.error("purge.failed: %s", type(error).__name__)
            await asyncio.sleep(_PURGE_EVERY)


async def _page(name: str, policy: str) -> HTTPResponse:
    shown = await file(STATIC / name, mime_type="text/html; charset=utf-8")
    shown.headers["Content-Security-Policy"] = policy
    return shown


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _not_found(message: str) -> Refusal:
    return Refusal(404, "not_found", "error_not_found", message)


def _too_many() -> Refusal:
    return Refusal(429, "too_many", "error_too_many", "too many requests; wait a minute")
