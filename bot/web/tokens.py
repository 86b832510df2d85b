"""Session tokens: the conversation's id, signed by us, so that nobody can choose or guess one."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import jwt

_ALGORITHM = "HS256"
_AUDIENCE = "cartographer-widget"


@dataclass(frozen=True)
class Session:
    """A conversation that a token stands for. expires_at: seconds since 1970."""

    conversation: str
    clinic: str
    locale: str
    expires_at: float


class TokenInvalid(Exception):
    """The token is not ours, was changed, or has expired."""


class Tokens:
    """Mints and reads session tokens.

    secret: at least 32 characters. lifetime: seconds.
    """

    def __init__(
        self, secret: str, lifetime: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._secret = secret
        self._lifetime = lifetime
        self._clock = clock

    def mint(self, clinic: str, locale: str) -> tuple[Session, str]:
        """A new conversation (128 random bits) and its token."""
        session = Session(secrets.token_hex(16), clinic, locale, self._clock() + self._lifetime)
        token = jwt.encode(
            {
                "sub": session.conversation,
                "clinic": clinic,
                "locale": locale,
                "exp": int(session.expires_at),
                "aud": _AUDIENCE,
            },
            self._secret,
            algorithm=_ALGORITHM,
        )
        return session, token

    def read(self, token: str) -> Session:
        """The session of a token. Raises TokenInvalid."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["exp", "sub", "aud"], "verify_exp": False},
            )
            session = Session(
                str(claims["sub"]), str(claims["clinic"]), str(claims["locale"]), claims["exp"]
            )
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise TokenInvalid(str(error)) from error
        if session.expires_at <= self._clock():
            raise TokenInvalid("expired")
        return session
