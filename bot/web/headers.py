"""Headers that every answer carries, and which sites may frame the chat or call it."""

from __future__ import annotations

from urllib.parse import urlsplit

from knowledge.clinics import DEMO
from knowledge.curated.content import Clinic
from knowledge.visit_sheet.html import STYLE_HASH

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NOT_STORED = {"Cache-Control": "no-store"}

#: The visit sheet brings its style along; opened from the frame, it is under the frame's policy.
SHEET = f"default-src 'none'; style-src '{STYLE_HASH}'; img-src data:; frame-ancestors 'none'"
_FRAME = (
    f"default-src 'none'; script-src 'self'; style-src 'self' '{STYLE_HASH}'; "
    "img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
NOTHING = "default-src 'none'; frame-ancestors 'none'"


def frame_policy(clinic: Clinic) -> str:
    """The chat frame's Content-Security-Policy: only the clinic's own sites may show it."""
    if clinic.id == DEMO.id and not clinic.origins:
        return _FRAME.format(ancestors="*")  # the demo holds nobody's patients
    return _FRAME.format(ancestors=" ".join(("'self'", *clinic.origins)))


def origin_allowed(origin: str | None, host: str, clinic: Clinic | None) -> bool:
    """Whether a request with this `Origin` may talk to us: none at all, our own, the clinic's."""
    if origin is None:
        return True
    parts = urlsplit(origin)
    if parts.scheme in {"http", "https"} and parts.netloc == host:
        return True
    return clinic is not None and origin in clinic.origins
