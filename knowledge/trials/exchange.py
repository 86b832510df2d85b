"""One request to the registry, bounded in time and size.

What a server does can't hold a caller up: the request runs in a thread of its own, within a budget
of seconds for everything (name look-up, redirects, a body of one byte a second), and its connection
is cut at the end of it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from knowledge.trials.errors import RegistryDrift, RegistryError, RegistryUnavailable

_CONNECT_SECONDS = 2.0
_MOST_BYTES = 20 * 1024 * 1024
_MOST_REDIRECTS = 3


@dataclass(frozen=True)
class Answer:
    """What came back. media_type: in lower case."""

    status: int
    media_type: str
    body: bytes


class MayPass(Exception):
    """Trouble that may be over at the next try."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        self.why = why
        self.retry_after = retry_after


@dataclass
class _Cut:
    """Cuts the connections of a request, wherever it waits."""

    sockets: list[socket.socket] = field(default_factory=list)
    now: bool = False

    def __call__(self) -> None:
        self.now = True
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def watch(self, connection: HTTPConnection) -> None:
        if connection.sock is not None:
            self.sockets.append(connection.sock)
        if self.now:
            self()


def exchange(
    url: str, params: Mapping[str, str], user_agent: str, deadline: float, read_s: float
) -> Answer:
    """One GET within its time. Raises RegistryError, or MayPass.

    deadline: on the monotonic clock. read_s: longest silence within the answer, in seconds.
    """
    cut = _Cut()
    outcome: list[Answer | Exception] = []

    def run() -> None:
        try:
            outcome.append(_get(url, params, user_agent, deadline, read_s, cut))
        except (RegistryError, MayPass) as error:
            outcome.append(error)
        except requests.exceptions.SSLError:
            outcome.append(RegistryUnavailable("no safe connection"))
        except Exception as error:  # whatever the network library makes of a broken answer
            outcome.append(MayPass(type(error).__name__))

    thread = threading.Thread(target=run, name="registry", daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if thread.is_alive() or not outcome:
        cut()
        raise RegistryUnavailable("no answer in time")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def _get(
    url: str,
    params: Mapping[str, str],
    user_agent: str,
    deadline: float,
    read_s: float,
    cut: _Cut,
) -> Answer:
    home = urlsplit(url)
    with requests.Session() as session:
        adapter = _WatchedAdapter(cut)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        for _ in range(_MOST_REDIRECTS + 1):
            response = session.get(
                url,
                params=params,
                headers={"User-Agent": user_agent, "Accept": "application/json, text/plain"},
                timeout=(_CONNECT_SECONDS, read_s),
                stream=True,
                allow_redirects=False,
            )
            if not response.is_redirect:
                return _read(response, deadline)
            url, params = urljoin(url, response.headers["Location"]), {}
            response.close()
            there = urlsplit(url)
            if (there.scheme, there.netloc) != (home.scheme, home.netloc):
                raise RegistryDrift("redirected to another host")
    raise RegistryDrift("redirected too often")


def _read(response: requests.Response, deadline: float) -> Answer:
    status = response.status_code
    if status == 429 or status >= 500:
        raise MayPass(f"status {status}", _retry_after(response))
    parts, size = [], 0
    for chunk in response.iter_content(1 << 16):
        parts.append(chunk)
        size += len(chunk)
        if size > _MOST_BYTES:
            raise RegistryDrift("the answer is too large")
        if time.monotonic() > deadline:
            raise RegistryUnavailable("no answer in time")
    return Answer(status, response.headers.get("Content-Type", "").lower(), b"".join(parts))


def _retry_after(response: requests.Response) -> float | None:
    """Seconds that `Retry-After` asks for: a number, or a date."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return max(0.0, (at - datetime.now(timezone.utc)).total_seconds())


class _WatchedAdapter(HTTPAdapter):
    """Tells of each connection that it opens, so that it can be cut."""

    def __init__(self, cut: _Cut) -> None:
        self._cut = cut
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        cut = self._cut

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                cut.watch(self)

        class Safe(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                cut.watch(self)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SafePool(HTTPSConnectionPool):
            ConnectionCls = Safe

        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": PlainPool, "https": SafePool}
