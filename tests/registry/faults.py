"""What may go wrong with the registry's answers, on demand."""

from __future__ import annotations

import gzip
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tests.registry.server import ReplayRegistry

Fault = Literal[
    "", "503", "500", "429", "429_for_long", "403", "refuse", "silence", "drip", "drip_headers",
    "truncated", "wrong_shape", "html", "html_404", "not_utf8", "empty", "half", "huge", "gzip_bomb",
    "redirect_elsewhere", "redirect_loop", "token_loop", "renamed_enum", "nameless", "fewer",
    "broken_version", "shifted", "no_conditions", "no_locations", "no_points",
    "502", "429_bare", "twice", "dates_ahead",
]  # fmt: skip
#: What is called otherwise from one day to the next.
LOST_FIELDS = {"no_conditions": "conditions", "no_locations": "locations", "no_points": "geoPoint"}


def broken(request: BaseHTTPRequestHandler, registry: ReplayRegistry, path: str) -> bool:
    """Play the fault that is set; False where there is none to play here."""
    fault = registry.fault
    plain = _PLAIN_FAULTS.get(fault)
    if plain is not None:
        send(request, *plain)
    elif fault == "429":
        send(request, 429, "text/plain", "", Retry_After="1")
    elif fault == "429_for_long":
        send(request, 429, "text/plain", "", Retry_After="3600")
    elif fault == "refuse":
        request.close_connection = True
        request.connection.close()
    elif fault == "silence":
        registry.pause(60)
    elif fault == "drip":
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", "100000")
        request.end_headers()
        _drip(request, registry, b" " * 1000)
    elif fault == "broken_version" and path == "/version":
        send(request, 200, "application/json", '{"apiVersion": "3.0"}')
    elif fault == "empty" and path != "/version":
        send(request, 200, "application/json", '{"studies": []}')
    elif fault == "redirect_loop":
        send(request, 302, request.path, "")
    elif fault == "huge":
        _send_huge(request)
    elif fault == "gzip_bomb":
        bomb = gzip.compress(b" " * (64 << 20), compresslevel=9)
        send(request, 200, "application/json", bomb, Content_Encoding="gzip")
    elif fault == "drip_headers":
        _drip(request, registry, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000)
    else:
        return False
    return True


_PLAIN_FAULTS: dict[str, tuple[int, str, str]] = {
    "503": (503, "text/html", "<html>Service Unavailable</html>"),
    "502": (502, "text/html", "<html>Bad Gateway</html>"),
    "429_bare": (429, "text/plain", ""),
    "500": (500, "text/plain", "Internal Server Error"),
    "403": (403, "text/html", "<html>Forbidden</html>"),
    "truncated": (200, "application/json", '{"studies": [{"protocolSec'),
    "wrong_shape": (200, "application/json", '["results", 5]'),
    "html": (200, "text/html", "<html><body>maintenance</body></html>"),
    "html_404": (404, "text/html", "<html><body>nginx</body></html>"),
    "not_utf8": (200, "application/json", "\udcff\udcfe"),
    "redirect_elsewhere": (302, "http://169.254.169.254/latest/meta-data/", ""),
}


def _send_huge(request: BaseHTTPRequestHandler) -> None:
    size = 40 << 20
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(size))
    request.end_headers()
    for _ in range(size >> 16):
        request.wfile.write(b" " * (1 << 16))


def _drip(request: BaseHTTPRequestHandler, registry: ReplayRegistry, raw: bytes) -> None:
    for byte in raw:
        request.wfile.write(bytes([byte]))
        request.wfile.flush()
        registry.pause(0.5)
        if registry.ended:
            return


def send(
    request: BaseHTTPRequestHandler, status: int, media_type: str, body: str | bytes, **headers: str
) -> None:
    """Answer. media_type: for a redirect, where to."""
    raw = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body
    request.send_response(status)
    request.send_header("Location" if status in {301, 302} else "Content-Type", media_type)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(raw)))
    request.end_headers()
    request.wfile.write(raw)
