"""The ClinicalTrials.gov API v2, politely: https://clinicaltrials.gov/data-api/api

No key, GET only. Nothing is published about rate limits; robots.txt asks for a delay of one second.
Errors are plain text, never JSON. A search that holds only NCT numbers ignores all filters, so a
study asked for by number is fetched by its own address.

What a server does can't hold a caller up: each request runs in a thread of its own, within a
budget of seconds for everything (name look-up, redirects, retries, a body of one byte a second),
and its connection is cut at the end of it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from knowledge.trials.records import nct_number

logger = logging.getLogger(__name__)

USER_AGENT = "Cartographer/1.0 (guide to CAR-T trials for patients; python-requests)"
_CONNECT_SECONDS = 2.0
#: Budgets in seconds: of a request in the background, and of one that a patient waits for.
_BACKGROUND_SECONDS = 60.0
_CHAT_SECONDS = 6.0
#: Longest silence within an answer, in seconds.
_READ_SECONDS = {True: 20.0, False: 4.0}
_MOST_BYTES = 20 * 1024 * 1024
_MOST_PAGES = 50
_MOST_REDIRECTS = 3
_RETRIES = 2
_LONGEST_RETRY_AFTER = 5.0
_LONGEST_MESSAGE = 300
#: A study is not asked for again within these seconds.
_REMEMBERED_SECONDS = 600.0
_MOST_REMEMBERED = 500


class RegistryError(Exception):
    """Something is wrong between us and the registry. The message holds none of its text."""


class RegistryUnavailable(RegistryError):
    """The registry can't be reached, is busy, or did not answer in time.

    retry_after: seconds that it asked us to wait, where it did.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RegistryRejected(RegistryError):
    """The registry refused the request. text: its own sentence, shortened."""

    def __init__(self, text: str) -> None:
        super().__init__("the registry refused the request")
        self.text = text


class RegistryDrift(RegistryError):
    """The answer is not of the shape that the API has."""


class CircuitBreaker:
    """After `failures` in a row, no call for `seconds`; then one alone is let through to try."""

    def __init__(
        self,
        failures: int = 5,
        seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = float("-inf")

    def check(self) -> None:
        """Raises RegistryUnavailable while the circuit is open."""
        with self._lock:
            if self._failures < self._limit:
                return
            if self._clock() < self._closed_until:
                raise RegistryUnavailable("not asked: the registry failed several times just now")
            # This caller tries; the others wait for its outcome.
            self._closed_until = self._clock() + self._seconds

    def note(self, ok: bool) -> None:
        """Count a call's outcome."""
        with self._lock:
            self._failures = 0 if ok else self._failures + 1
            if not ok:
                self._closed_until = self._clock() + self._seconds


@dataclass(frozen=True)
class Fetched:
    """A study as the registry gave it, None where it has none of that number, and when (UTC)."""

    record: dict[str, Any] | None
    at: datetime


class RegistryClient:
    """Reads the registry. Safe to share between threads.

    base_url: of the API, without a final slash; redirects are followed within its host only.
    pause_s: least time between two requests. remember_s: how long a study that was fetched by
    number answers for itself.
    """

    def __init__(
        self,
        base_url: str,
        *,
        user_agent: str = USER_AGENT,
        pause_s: float = 1.0,
        remember_s: float = _REMEMBERED_SECONDS,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._user_agent = user_agent
        self._pause = pause_s
        self._remember = remember_s
        self._breaker = breaker or CircuitBreaker()
        self._pace = threading.Lock()
        self._next_at = float("-inf")
        self._memory_lock = threading.Lock()
        self._memory: dict[str, tuple[float, Fetched]] = {}
        self._in_flight: dict[str, threading.Lock] = {}

    def version(self) -> dict[str, Any]:
        """The API's version and `dataTimestamp` (UTC, without zone). Raises RegistryError."""
        found = self._json("/version", {}, budget_s=20.0, background=True)
        if not isinstance(found, dict) or not isinstance(found.get("dataTimestamp"), str):
            raise RegistryDrift("/version has no dataTimestamp")
        return found

    def studies(
        self, params: Mapping[str, str], *, page_size: int = 1000
    ) -> Iterator[dict[str, Any]]:
        """All studies of a search, page by page. Raises RegistryError.

        RegistryDrift where the pages go round in a circle, never end, or hold fewer studies than
        the registry counted.
        """
        wanted = {**params, "format": "json", "pageSize": str(page_size), "countTotal": "true"}
        seen: set[str] = set()
        received, total = 0, None
        for _ in range(_MOST_PAGES):
            page = self._json("/studies", wanted, _BACKGROUND_SECONDS, background=True)
            if not isinstance(page, dict) or not isinstance(page.get("studies"), list):
                raise RegistryDrift("/studies has no list of studies")
            total = page.get("totalCount", total)
            received += len(page["studies"])
            yield from page["studies"]
            token = page.get("nextPageToken")
            if token is None:
                if isinstance(total, int) and received < total:
                    raise RegistryDrift(f"/studies gave {received} of {total} studies")
                return
            if not isinstance(token, str) or token in seen:
                raise RegistryDrift("/studies gave the same page token twice")
            seen.add(token)
            wanted["pageToken"] = token
        raise RegistryDrift("/studies has no last page")

    def study(self, nct_id: str, *, budget_s: float = _CHAT_SECONDS) -> dict[str, Any] | None:
        """One study, None where the registry has none of that number. Raises RegistryError.

        A number that is another study's former one gives that study, under its own number.
        """
        return self.fetched(nct_id, budget_s=budget_s).record

    def fetched(self, nct_id: str, *, budget_s: float = _CHAT_SECONDS) -> Fetched:
        """Like `study`, with the time of fetching: it is asked for once in a while only.

        budget_s: everything together takes no longer, retries included.
        """
        number = nct_number(nct_id)
        if number is None:
            raise RegistryRejected("not an NCT number")
        deadline = time.monotonic() + budget_s
        with self._memory_lock:
            known = self._remembered(number)
            flight = self._in_flight.setdefault(number, threading.Lock())
        if known is not None:
            return known
        if not flight.acquire(timeout=budget_s):
            raise RegistryUnavailable("no answer in time")
        try:
            with self._memory_lock:
                known = self._remembered(number)
            if known is None:
                known = self._fetch(number, deadline)
            return known
        finally:
            flight.release()
            with self._memory_lock:
                self._in_flight.pop(number, None)

    def _remembered(self, number: str) -> Fetched | None:
        until, fetched = self._memory.get(number, (float("-inf"), None))
        return fetched if time.monotonic() < until else None

    def _fetch(self, number: str, deadline: float) -> Fetched:
        left = max(0.0, deadline - time.monotonic())
        record = self._json(f"/studies/{number}", {"format": "json"}, left, missing_ok=True)
        if record is not None and not isinstance(record, dict):
            raise RegistryDrift("/studies/{nctId} is no object")
        fetched = Fetched(record, datetime.now(timezone.utc))
        with self._memory_lock:
            while len(self._memory) >= _MOST_REMEMBERED:
                del self._memory[next(iter(self._memory))]
            self._memory[number] = (time.monotonic() + self._remember, fetched)
        return fetched

    # -- one question: paced, retried, counted

    def _json(
        self,
        path: str,
        params: Mapping[str, str],
        budget_s: float,
        *,
        background: bool = False,
        missing_ok: bool = False,
    ) -> Any:
        self._breaker.check()
        try:
            answer = self._patiently(path, params, time.monotonic() + budget_s, background)
            found = _understood(answer, missing_ok)
        except RegistryRejected:
            self._breaker.note(ok=True)
            raise
        except RegistryError as error:
            self._breaker.note(ok=False)
            logger.warning("registry.failed: %s: %s", type(error).__name__, error)
            raise
        self._breaker.note(ok=True)
        return found

    def _patiently(
        self, path: str, params: Mapping[str, str], deadline: float, background: bool
    ) -> _Answer:
        """The answer, asked for up to three times where the trouble may pass."""
        for attempt in range(_RETRIES + 1):
            self._wait_for_turn(deadline)
            try:
                return _exchange(
                    self._base + path, params, self._user_agent, deadline, _READ_SECONDS[background]
                )
            except _MayPass as trouble:
                asked = trouble.retry_after
                wait = random.uniform(0.1, 0.5 * 2**attempt) if asked is None else asked
                too_long = asked is not None and asked > _LONGEST_RETRY_AFTER
                if attempt == _RETRIES or too_long or time.monotonic() + wait + 0.2 > deadline:
                    raise RegistryUnavailable(trouble.why, asked) from None
                time.sleep(wait)
        raise AssertionError("unreachable")

    def _wait_for_turn(self, deadline: float) -> None:
        with self._pace:
            now = time.monotonic()
            turn = max(now, self._next_at)
            if turn >= deadline:
                raise RegistryUnavailable("not asked: too many requests are waiting")
            self._next_at = turn + self._pause
        time.sleep(turn - now)


@dataclass(frozen=True)
class _Answer:
    status: int
    media_type: str
    body: bytes


class _MayPass(Exception):
    """Trouble that may be over at the next try."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        self.why = why
        self.retry_after = retry_after


def _understood(answer: _Answer, missing_ok: bool) -> Any:
    """The JSON of an answer, None for a study that isn't there."""
    html = "html" in answer.media_type
    if answer.status == 404 and missing_ok and not html:
        return None
    if answer.status == 400 and not html:
        raise RegistryRejected(answer.body.decode("utf-8", "replace")[:_LONGEST_MESSAGE])
    if answer.status == 404:
        raise RegistryDrift("the address is gone")
    if answer.status != 200:
        # 403 and the like: a wall in front of the registry. Asking again would not help.
        raise RegistryUnavailable(f"status {answer.status}")
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise RegistryDrift("the answer is not JSON") from None


# -- one request: bounded in time and size


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


def _exchange(
    url: str, params: Mapping[str, str], user_agent: str, deadline: float, read_s: float
) -> _Answer:
    """One GET within its time. Raises RegistryError, or _MayPass."""
    cut = _Cut()
    outcome: list[_Answer | Exception] = []

    def run() -> None:
        try:
            outcome.append(_get(url, params, user_agent, deadline, read_s, cut))
        except (RegistryError, _MayPass) as error:
            outcome.append(error)
        except requests.exceptions.SSLError:
            outcome.append(RegistryUnavailable("no safe connection"))
        except Exception as error:  # whatever the network library makes of a broken answer
            outcome.append(_MayPass(type(error).__name__))

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
) -> _Answer:
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


def _read(response: requests.Response, deadline: float) -> _Answer:
    status = response.status_code
    if status == 429 or status >= 500:
        raise _MayPass(f"status {status}", _retry_after(response))
    parts, size = [], 0
    for chunk in response.iter_content(1 << 16):
        parts.append(chunk)
        size += len(chunk)
        if size > _MOST_BYTES:
            raise RegistryDrift("the answer is too large")
        if time.monotonic() > deadline:
            raise RegistryUnavailable("no answer in time")
    return _Answer(status, response.headers.get("Content-Type", "").lower(), b"".join(parts))


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
