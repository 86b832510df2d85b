"""The handlers of the HTTP of contract.md."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from functools import wraps
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from sanic.request import Request
from sanic.response import HTTPResponse, empty, file, html, json

from bot.nlu.words import clean
from bot.safety.gate import SafetyGate
from bot.safety.second_opinion import Parse
from bot.settings import SESSION_SECONDS, service_settings
from bot.web import headers
from bot.web.about import about_page
from bot.web.admission import Admission
from bot.web.erasure import Erasure
from bot.web.limits import (
    NEW_SESSIONS_PER_ADDRESS,
    PER_ADDRESS,
    PER_SESSION,
    SHEETS_PER_SESSION,
    limiter,
)
from bot.web.readiness import Readiness
from bot.web.redaction import redact
from bot.web.refusals import Refusals
from bot.web.requests import (
    Refusal,
    body_of,
    feedback_of,
    incoming_message,
    not_found,
    session_wanted,
)
from bot.web.review import ReviewNotes
from bot.web.sheet import sheet_answer, wanted_format
from bot.web.tokens import Session, Tokens
from bot.web.turn import ChoiceUnknown, Person, TurnFailed
from bot.web.turns import Conflict, Turns
from knowledge.clinics import DEMO, clinic
from knowledge.database import open_engine
from knowledge.guide import guide
from knowledge.replies.setting import Setting
from knowledge.settings import LOCALES

STATIC = Path(__file__).parent / "static"
#: Files of the widget and the demo page, by the address they are served under.
FILES = {
    "/widget.js": ("widget.js", "text/javascript; charset=utf-8"),
    "/static/chat.js": ("chat.js", "text/javascript; charset=utf-8"),
    "/static/fit.js": ("fit.js", "text/javascript; charset=utf-8"),
    "/static/chat.css": ("chat.css", "text/css; charset=utf-8"),
    "/static/demo.css": ("demo.css", "text/css; charset=utf-8"),
}

Handler = Callable[..., Awaitable[HTTPResponse]]


def _refusing(handler: Handler) -> Handler:
    """Refusals as the JSON of contract.md."""

    @wraps(handler)
    async def refusing(self: Routes, request: Request, *args: Any) -> HTTPResponse:
        try:
            return await handler(self, request, *args)
        except Refusal as refusal:
            return self.refusals.show(request, refusal)

    return refusing


class Routes:
    """The handlers. One instance a process."""

    def __init__(self, tell: Callable[[UserMessage], Awaitable[Any]], parse: Parse) -> None:
        settings = service_settings()
        self._guide = guide()
        self._tokens = Tokens(settings.secret_key, SESSION_SECONDS)
        self._admission = Admission(
            self._tokens,
            limiter(settings.rate_limit, settings.redis_url),
            self._guide.replies,
            settings.secret_key,
        )
        tracker = open_engine(settings.tracker_url)
        self._notes = ReviewNotes(self._guide, tracker, settings.secret_key)
        self._turns = Turns(
            self._guide, SafetyGate(), tell, parse, settings.secret_key, note=self._notes.answered
        )
        self.refusals = Refusals(self._guide.composer, self._tokens)
        self.erasure = Erasure(self._guide, tracker, self._notes)
        self.readiness = Readiness(self._turns, self._guide, self.erasure.erase)

    # -- pages

    async def own_root(self, request: Request) -> HTTPResponse | None:
        """Answer `/`, where Rasa would tell its version."""
        if request.path != "/" or request.method not in {"GET", "HEAD"}:
            return None
        return await _page("demo.html", headers.PAGE)

    async def static(self, request: Request) -> HTTPResponse:
        name, media_type = FILES[request.path]
        shown = await file(STATIC / name, mime_type=media_type)
        shown.headers["Cache-Control"] = "public, max-age=300"
        if name == "widget.js":
            # Clinics load it into their own pages.
            shown.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return shown

    @_refusing
    async def chat(self, request: Request) -> HTTPResponse:
        """The frame that a clinic's page shows."""
        found = clinic(request.args.get("clinic") or DEMO.id)
        if found is None:
            raise not_found("unknown clinic")
        return await _page("chat.html", headers.frame_policy(found))

    @_refusing
    async def about(self, request: Request) -> HTTPResponse:
        """Who reviewed the answers, how old they are, what they rest on."""
        found = clinic(request.args.get("clinic") or DEMO.id)
        if found is None:
            raise not_found("unknown clinic")
        self._admission.limit_address(request, PER_ADDRESS, "address")
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

    @_refusing
    async def open_session(self, request: Request) -> HTTPResponse:
        self._admission.limit_address(request, NEW_SESSIONS_PER_ADDRESS, "new")
        clinic_id, locale = session_wanted(body_of(request))
        found = clinic(clinic_id)
        if found is None:
            raise not_found("unknown clinic")
        self._admission.check_origin(request, clinic_id)
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

    @_refusing
    async def end_session(self, request: Request) -> HTTPResponse:
        session = await self._admission.session(request)
        await asyncio.to_thread(self.erasure.given_up, session.conversation)
        return empty()

    # -- messages

    @_refusing
    async def message(self, request: Request) -> HTTPResponse:
        self._admission.limit_address(request, PER_ADDRESS, "address")
        session = await self._admission.session(request)
        incoming = incoming_message(body_of(request))
        self._admission.limit(f"session:{session.conversation}", PER_SESSION)
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

    @_refusing
    async def feedback(self, request: Request) -> HTTPResponse:
        self._admission.limit_address(request, PER_ADDRESS, "address")
        session = await self._admission.session(request)
        id_, helpful, why = feedback_of(body_of(request))
        why = redact(clean(why)) if why else None
        kept = await asyncio.to_thread(
            self._guide.replies.rate, session.conversation, id_, helpful, why
        )
        if not kept:
            raise not_found("no such reply in this conversation")
        if not helpful:
            await asyncio.to_thread(self._notes.rated_down, session.conversation, id_)
        return empty()

    @_refusing
    async def sheet(self, request: Request) -> HTTPResponse:
        """The visit sheet, as `format` says: html (a page to print), pdf, json (FHIR)."""
        self._admission.limit_address(request, PER_ADDRESS, "address")
        session = await self._admission.session(request)
        wanted = wanted_format(request.args.get("format"))
        self._admission.limit(f"sheet:{session.conversation}", SHEETS_PER_SESSION)
        return await asyncio.to_thread(
            sheet_answer, self._guide, session.conversation, session.clinic, session.locale, wanted
        )


async def _page(name: str, policy: str) -> HTTPResponse:
    shown = await file(STATIC / name, mime_type="text/html; charset=utf-8")
    shown.headers["Content-Security-Policy"] = policy
    return shown


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
