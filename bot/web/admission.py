"""Who may ask, and how often: sessions by their token, sites by their origin, limits."""

from __future__ import annotations

import asyncio

from sanic.request import Request

from bot.web import headers
from bot.web.limits import Limit, Limiter, address_key
from bot.web.requests import Refusal, too_many
from bot.web.tokens import Session, TokenInvalid, Tokens
from knowledge.clinics import clinic
from knowledge.replies.store import ReplyStore


class Admission:
    """Lets requests in, or raises a Refusal."""

    def __init__(self, tokens: Tokens, limiter: Limiter, replies: ReplyStore, secret: str) -> None:
        self._tokens = tokens
        self._limiter = limiter
        self._replies = replies
        self._secret = secret

    async def session(self, request: Request) -> Session:
        """The session whose token the request carries. Raises Refusal 401 or 403."""
        scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
        refusal = Refusal(401, "unauthorized", "error_unauthorized", "open a session first")
        if scheme.lower() != "bearer" or not token:
            raise refusal
        try:
            session = self._tokens.read(token.strip())
        except TokenInvalid:
            raise refusal from None
        self.check_origin(request, session.clinic)
        if await asyncio.to_thread(self._replies.session, session.conversation) is None:
            raise refusal
        return session

    def check_origin(self, request: Request, clinic_id: str) -> None:
        """Raises Refusal 403 for another site than the clinic's."""
        origin = request.headers.get("origin")
        if not headers.origin_allowed(origin, request.host, clinic(clinic_id)):
            raise Refusal(403, "forbidden", "error_forbidden", "this site may not use this chat")

    def limit_address(self, request: Request, limit: Limit, what: str) -> None:
        """Raises Refusal 429 where the request's address asked too often."""
        address = request.remote_addr or request.ip
        self.limit(f"{what}:{address_key(address, self._secret)}", limit)

    def limit(self, key: str, limit: Limit) -> None:
        """Raises Refusal 429 where `key` came too often."""
        if not self._limiter.allow(key, limit):
            raise too_many()
