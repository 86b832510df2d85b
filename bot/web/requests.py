"""Reading requests: limits and shapes of contract.md, checked before anything costly."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sanic.request import Request

from bot.settings import MAX_CHARACTERS
from bot.web.turn import Incoming

_MAX_ID = 80
_MAX_CHOICE = 200
_MAX_WHY = 500


@dataclass(frozen=True)
class Refusal(Exception):
    """A request that is not answered. phrase: what to tell the person (`phrases.yml`)."""

    status: int
    code: str
    phrase: str
    message: str


BAD_REQUEST = ("bad_request", "error_bad_request")


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object in a request's body; {} for no body at all.

    Raises Refusal: 415 for another media type, 400 for anything that is not a JSON object.
    """
    if not request.body:
        return {}
    media_type = (request.headers.get("content-type") or "").split(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(415, "unsupported_media_type", "error_media_type", "send application/json")
    try:
        loaded = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refusal(400, *BAD_REQUEST, "the body is not JSON") from None
    if not isinstance(loaded, dict):
        raise Refusal(400, *BAD_REQUEST, "the body must be a JSON object")
    return loaded


def session_wanted(body: dict[str, Any]) -> tuple[str, str]:
    """Clinic id and locale of a session request. Raises Refusal 400."""
    clinic, locale = body.get("clinic", "demo"), body.get("locale", "en")
    if not isinstance(clinic, str) or not isinstance(locale, str):
        raise Refusal(400, *BAD_REQUEST, "clinic and locale must be strings")
    return clinic, locale


def incoming_message(body: dict[str, Any]) -> Incoming:
    """The message of a request. Raises Refusal 400 or 413."""
    id_, text, choice = body.get("id"), body.get("text"), body.get("choice")
    if not isinstance(id_, str) or not 0 < len(id_) <= _MAX_ID or not id_.isprintable():
        raise Refusal(400, *BAD_REQUEST, "id must be a string made by the client, such as a UUID")
    if (text is None) == (choice is None):
        raise Refusal(400, *BAD_REQUEST, "send either text or choice")
    if text is not None:
        if not isinstance(text, str):
            raise Refusal(400, *BAD_REQUEST, "text must be a string")
        if len(text) > MAX_CHARACTERS:
            raise too_large(f"text must have at most {MAX_CHARACTERS} characters")
        return Incoming(id_, text=text)
    if not isinstance(choice, str) or len(choice) > _MAX_CHOICE:
        raise Refusal(400, *BAD_REQUEST, "choice must be a string that was offered")
    return Incoming(id_, choice=choice)


def feedback_of(body: dict[str, Any]) -> tuple[str, bool, str | None]:
    """Reply id, whether it helped, and why. Raises Refusal 400."""
    id_, helpful, why = body.get("id"), body.get("helpful"), body.get("why")
    if not isinstance(id_, str) or not isinstance(helpful, bool):
        raise Refusal(400, *BAD_REQUEST, "id must be a string and helpful true or false")
    if why is not None and (not isinstance(why, str) or len(why) > _MAX_WHY):
        raise Refusal(400, *BAD_REQUEST, f"why must be a string of at most {_MAX_WHY} characters")
    return id_, helpful, why


def too_large(message: str) -> Refusal:
    """A body or a text over the limit."""
    return Refusal(413, "too_large", "error_too_large", message)


def too_many() -> Refusal:
    """More requests than the limits allow."""
    return Refusal(429, "too_many", "error_too_many", "too many requests; wait a minute")


def not_found(message: str) -> Refusal:
    """An address, a clinic or a reply that there is not."""
    return Refusal(404, "not_found", "error_not_found", message)
