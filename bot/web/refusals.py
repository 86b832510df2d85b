"""What is answered when a request is not: JSON, with a reply that says what to do."""

from __future__ import annotations

import logging

from sanic.exceptions import MethodNotSupported, NotFound, PayloadTooLarge, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.web.requests import Refusal, not_found, too_large
from bot.web.tokens import TokenInvalid, Tokens
from knowledge.clinics import DEMO, clinic_named
from knowledge.replies.compose import Composer
from knowledge.replies.setting import Setting

logger = logging.getLogger(__name__)


class Refusals:
    """Shows refusals and failures in the language and the name of the request's session."""

    def __init__(self, composer: Composer, tokens: Tokens) -> None:
        self._composer = composer
        self._tokens = tokens

    def show(self, request: Request, refusal: Refusal) -> HTTPResponse:
        """A refusal as JSON, with a reply that says what to do and carries the emergency line."""
        reply = self._composer.failure(refusal.phrase, self._setting_of(request))
        error = {"code": refusal.code, "message": refusal.message}
        shown = json({"error": error, "messages": [reply.as_json()]}, status=refusal.status)
        if refusal.status == 429:
            shown.headers["Retry-After"] = "60"
        return shown

    async def failed(self, request: Request, error: Exception) -> HTTPResponse:
        """Whatever no handler caught: unknown addresses, oversized bodies, our own faults."""
        if isinstance(error, Refusal):
            return self.show(request, error)
        if isinstance(error, PayloadTooLarge):
            return self.show(request, too_large("the body may have at most 32 KiB"))
        if isinstance(error, NotFound):
            return self.show(request, not_found("unknown address"))
        if isinstance(error, MethodNotSupported):
            return self.show(
                request, Refusal(405, "method_not_allowed", "error_not_found", "unknown method")
            )
        if isinstance(error, SanicException) and 400 <= error.status_code < 500:
            return self.show(
                request,
                Refusal(error.status_code, "bad_request", "error_bad_request", "bad request"),
            )
        logger.error("request.failed: %s", type(error).__name__)
        return self.show(request, Refusal(503, "failed", "error_turn_failed", "internal error"))

    def _setting_of(self, request: Request) -> Setting:
        token = (request.headers.get("authorization") or "").partition(" ")[2]
        try:
            session = self._tokens.read(token.strip())
        except TokenInvalid:
            return Setting(DEMO)
        return Setting(clinic_named(session.clinic), session.locale)
