"""The ClinicalTrials.gov API v2, politely: https://clinicaltrials.gov/data-api/api

No key, GET only. Nothing is published about rate limits; robots.txt asks for a delay of one second.
Errors are plain text, never JSON. A search that holds only NCT numbers ignores all filters, so a
study asked for by number is fetched by its own address.

Requests are paced, retried where the trouble may pass, and counted; each has a budget of seconds
for everything (`exchange`).
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from knowledge.trials.breaker import CircuitBreaker
from knowledge.trials.errors import (
    RegistryDrift,
    RegistryError,
    RegistryRejected,
    RegistryUnavailable,
)
from knowledge.trials.exchange import Answer, MayPass, exchange
from knowledge.trials.records import nct_number

__all__ = [
    "CircuitBreaker", "Fetched", "RegistryClient", "RegistryDrift", "RegistryError",
    "RegistryRejected", "RegistryUnavailable",
]  # fmt: skip

logger = logging.getLogger(__name__)

USER_AGENT = "Cartographer/1.0 (guide to CAR-T trials for patients; python-requests)"
#: Budgets in seconds: of a request in the background, and of one that a patient waits for.
_BACKGROUND_SECONDS = 60.0
_CHAT_SECONDS = 6.0
#: Longest silence within an answer, in seconds.
_READ_SECONDS = {True: 20.0, False: 4.0}
_MOST_PAGES = 50
_RETRIES = 2
_LONGEST_RETRY_AFTER = 5.0
_LONGEST_MESSAGE = 300
#: A study is not asked for again within these seconds.
_REMEMBERED_SECONDS = 600.0
_MOST_REMEMBERED = 500


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

        RegistryDrift where the pages go round in a circle, never end, hold fewer studies than the
        registry counted, or one of them on two pages: then its data changed meanwhile, and another
        study may have slipped between two pages.
        """
        wanted = {**params, "format": "json", "pageSize": str(page_size), "countTotal": "true"}
        seen: set[str] = set()
        numbers: set[str] = set()
        received, total = 0, None
        for _ in range(_MOST_PAGES):
            page = self._json("/studies", wanted, _BACKGROUND_SECONDS, background=True)
            if not isinstance(page, dict) or not isinstance(page.get("studies"), list):
                raise RegistryDrift("/studies has no list of studies")
            total = page.get("totalCount", total)
            received += len(page["studies"])
            here = {number for study in page["studies"] if (number := _number(study))}
            if here & numbers:
                raise RegistryDrift("/studies gave a study on two pages: it changed meanwhile")
            numbers |= here
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
    ) -> Answer:
        """The answer, asked for up to three times where the trouble may pass."""
        for attempt in range(_RETRIES + 1):
            self._wait_for_turn(deadline)
            try:
                return exchange(
                    self._base + path, params, self._user_agent, deadline, _READ_SECONDS[background]
                )
            except MayPass as trouble:
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


def _number(study: Any) -> str | None:
    """A study's NCT number, None where it has none."""
    try:
        found = study["protocolSection"]["identificationModule"]["nctId"]
    except (KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None


def _understood(answer: Answer, missing_ok: bool) -> Any:
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
