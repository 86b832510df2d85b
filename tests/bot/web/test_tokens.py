"""Nobody can choose, guess or change the conversation that a token stands for."""

from __future__ import annotations

import base64
import json

import jwt
import pytest

from bot.web.tokens import TokenInvalid, Tokens

SECRET = "s" * 40


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_minted_token_reads_back_as_its_session() -> None:
    session, token = Tokens(SECRET, 60, Clock()).mint("demo", "es")
    read = Tokens(SECRET, 60, Clock()).read(token)
    assert (read.conversation, read.clinic, read.locale) == (session.conversation, "demo", "es")


def test_two_conversations_never_share_an_id() -> None:
    tokens = Tokens(SECRET, 60)
    ids = {tokens.mint("demo", "en")[0].conversation for _ in range(500)}
    assert len(ids) == 500
    assert all(len(id_) >= 32 for id_ in ids)


def test_a_token_ends_with_its_time() -> None:
    clock = Clock()
    tokens = Tokens(SECRET, 60, clock)
    _, token = tokens.mint("demo", "en")
    clock.now += 61
    with pytest.raises(TokenInvalid):
        tokens.read(token)


def _forged() -> list[str]:
    claims = {"sub": "x" * 32, "clinic": "demo", "locale": "en", "exp": 9_999_999_999}
    good = jwt.encode({**claims, "aud": "cartographer-widget"}, SECRET, algorithm="HS256")
    header, body, signature = good.split(".")

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return [
        "",
        "nonsense",
        "a.b.c",
        jwt.encode({**claims, "aud": "cartographer-widget"}, "t" * 40, algorithm="HS256"),
        jwt.encode({**claims, "aud": "another"}, SECRET, algorithm="HS256"),
        jwt.encode(claims, SECRET, algorithm="HS256"),
        jwt.encode({"aud": "cartographer-widget", "sub": "x"}, SECRET, algorithm="HS256"),
        jwt.encode({**claims, "aud": "cartographer-widget"}, SECRET, algorithm="HS512"),
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        f"{header}.{part({**claims, 'sub': 'y' * 32, 'aud': 'cartographer-widget'})}.{signature}",
        f"{header}.{body}.{signature[:-4]}AAAA",
        good + "x",
    ]


@pytest.mark.parametrize("token", _forged())
def test_a_token_that_we_did_not_sign_is_refused(token: str) -> None:
    with pytest.raises(TokenInvalid):
        Tokens(SECRET, 60).read(token)
