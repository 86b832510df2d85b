"""The ClinicalTrials.gov API v2, politely: https://clinicaltrials.gov/data-api/api

No key, GET only. Nothing is published about rate limits; robots.txt asks for a delay of one second.
Errors are plain text, never JSON. A search that holds only NCT numbers ignores all filters, so a
study asked for by number is fetched by its own address.
"""

from __future__ import annotations

import json
import logging
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

logger = logging.getLogger(__name__)

USER_AGENT = "Cartographer/1.0 (patient guide to CAR-T trials; python-requests)"
_NCT = re.compile(r"^NCT\d{8}$")
_CONNECT_SECONDS = 2.0
_MAX_BYTES = 60 * 1024 * 1024
_MAX_PAGES = 50
_RETRIES = 2
_LONGEST_RETRY_AFTER = 5.0


class RegistryError(Exception):
    """Something is wrong between us and the registry."""


class RegistryUnavailable(RegistryError):
    """The registry can't be reached, is busy, or answered nothing usable in time."""


class RegistryRejected(RegistryError):
    """The registry refused the request (400); the message is its own."""


class RegistryDrift(RegistryError):
    """The answer is JSON, but not of the shape that the API has."""


class CircuitBreaker:
    """After `failures` in a row, no call for `seconds`; then one is let through to try."""

    def __init__(
        self,
        failures: int = 5,
        seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._seconds = seconds
        self._clock = clock
        self._failures = 0
        self._opened_at = float("-inf")

    def check(self) -> None:
        """Raises RegistryUnavailable while the circuit is open."""
        if self._failures >= self._limit and self._clock() - self._opened_at < self._seconds:
            raise RegistryUnavailable("not asked: the registry failed several times just now")

    def note(self, ok: bool) -> None:
        """Count a call's outcome."""
        self._failures = 0 if ok else self._failures + 1
        if not ok:
            self._opened_at = self._clock()


class RegistryClient:
    """Reads the registry. Safe to share between threads.

    pause_s: least time between two requests of a sync. A single study asked for in a chat turn does
    not wait for it.
    """

    def __init__(
        self, base_url: str, pause_s: float = 1.0, breaker: CircuitBreaker | None = None
    ) -> None:
        self._base = base_url.rstrip("/")
        self._host = urlsplit(base_url).netloc
        self._pause = pause_s
        self._breaker = breaker or CircuitBreaker()
        self._pace = threading.Lock()
        self._last_request = float("-inf")
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT

    def version(self) -> dict[str, Any]:
        """The API's version and `dataTimestamp` (UTC, without zone). Raises RegistryError."""
        found = self._get("/version", {}, budget_s=20, paced=True)
        if not isinstance(found, dict) or not isinstance(found.get("dataTimestamp"), str):
            raise RegistryDrift("/version has no dataTimestamp")
        return found

    def studies(
        self, params: Mapping[str, str], page_size: int = 1000
    ) -> Iterator[dict[str, Any]]:
        """All studies of a search, page by page. Raises RegistryError."""
        wanted = {**params, "format": "json", "pageSize": str(page_size)}
        seen: set[str] = set()
        for _ in range(_MAX_PAGES):
            page = self._get("/studies", wanted, budget_s=120, paced=True)
            if not isinstance(page, dict) or not isinstance(page.get("studies"), list):
                raise RegistryDrift("/studies has no list of studies")
            yield from page["studies"]
            token = page.get("nextPageToken")
            if not token:
                return
            if not isinstance(token, str) or token in seen:
                raise RegistryDrift("/studies gave the same page token twice")
            seen.add(token)
            wanted["pageToken"] = token
        raise RegistryDrift("/studies has no last page")

    def study(self, nct_id: str, budget_s: float = 6.0) -> dict[str, Any] | None:
        """One study, None where the registry has none of that number. Raises RegistryError.

        budget_s: everything together takes no longer, retries included.
        """
        if not _NCT.match(nct_id):
            return None
        found = self._get(f"/studies/{nct_id}", {"format": "json"}, budget_s, missing_ok=True)
        if found is not None and not isinstance(found, dict):
            raise RegistryDrift("/studies/{nctId} is no object")
        return found

    # -- one request

    def _get(
        self,
        path: str,
        params: Mapping[str, str],
        budget_s: float,
        paced: bool = False,
        missing_ok: bool = False,
    ) -> Any:
        self._breaker.check()
        deadline = time.monotonic() + budget_s
        for attempt in range(_RETRIES + 1):
            if paced:
                self._wait_for_pace()
            try:
                answer = self._once(path, params, deadline, missing_ok)
            except _Retry as retry:
                wait = retry.after if retry.after is not None else random.uniform(0.1, 0.5 * 2**attempt)
                if attempt == _RETRIES or time.monotonic() + wait + 0.5 > deadline:
                    self._breaker.note(ok=False)
                    raise RegistryUnavailable(retry.why) from None
                time.sleep(wait)
            except RegistryError as error:
                self._breaker.note(ok=isinstance(error, RegistryRejected))
                raise
            else:
                self._breaker.note(ok=True)
                return answer
        raise AssertionError("unreachable")

    def _wait_for_pace(self) -> None:
        with self._pace:
            wait = self._last_request + self._pause - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self._last_request = time.monotonic()

    def _once(
        self, path: str, params: Mapping[str, str], deadline: float, missing_ok: bool
    ) -> Any:
        left = deadline - time.monotonic()
        if left <= 0.05:
            raise RegistryUnavailable("out of time")
        try:
            response = self._follow(self._base + path, params, left)
            with response:
                status = response.status_code
                if status == 404 and missing_ok:
                    return None
                if status == 429 or status >= 500:
                    raise _Retry(f"status {status}", _retry_after(response))
                body = _read(response, deadline)
        except requests.exceptions.SSLError:
            raise RegistryUnavailable("no safe connection") from None
        except requests.RequestException as error:
            raise _Retry(type(error).__name__, None) from None
        if status == 400:
            raise RegistryRejected(body.decode("utf-8", "replace")[:300])
        if status != 200:
            # 403 and the like: a wall in front of the registry. Asking again would not help.
            raise RegistryUnavailable(f"status {status}")
        try:
            return json.loads(body)
        except ValueError:
            raise RegistryUnavailable("the answer is not JSON") from None

    def _follow(self, url: str, params: Mapping[str, str], left: float) -> requests.Response:
        """GET, following redirects within the registry only (an alias number is one)."""
        for _ in range(3):
            response = self._session.get(
                url,
                params=params,
                timeout=(min(_CONNECT_SECONDS, left), left),
                stream=True,
                allow_redirects=False,
            )
            if not response.is_redirect:
                return response
            target = requests.compat.urljoin(url, response.headers.get("Location", ""))
            response.close()
            if urlsplit(target).netloc != self._host:
                raise RegistryUnavailable("redirected to another host")
            url, params = target, {}
        raise RegistryUnavailable("redirected too often")


class _Retry(Exception):
    def __init__(self, why: str, after: float | None) -> None:
        self.why = why
        self.after = after


def _retry_after(response: requests.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return min(float(value), _LONGEST_RETRY_AFTER) if value.isdecimal() else None


def _read(response: requests.Response, deadline: float) -> bytes:
    """The body, within time and size: a server that sends a byte a second is given up."""
    parts, size = [], 0
    try:
        # read1 returns what has arrived; read would wait for a whole chunk, drop by drop.
        while chunk := response.raw.read1(1 << 16, decode_content=True):
            parts.append(chunk)
            size += len(chunk)
            _check_progress(size, deadline)
    except urllib3.exceptions.HTTPError as error:
        raise _Retry(type(error).__name__, None) from None
    return b"".join(parts)


def _check_progress(size: int, deadline: float) -> None:
    if size > _MAX_BYTES:
        raise RegistryUnavailable("the answer is too large")
    if time.monotonic() > deadline:
        raise RegistryUnavailable("the answer is too slow")
