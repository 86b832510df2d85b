"""Rate limits: so many requests in a stretch of time, for each session and each address.

In this process by default; in Redis, shared by all workers, where `REDIS_URL` is set.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Limit:
    """At most `times` in `seconds`."""

    times: int
    seconds: float


#: A person types far less; a script is stopped before it costs others their turn.
PER_SESSION = Limit(30, 60)
PER_ADDRESS = Limit(120, 60)
NEW_SESSIONS_PER_ADDRESS = Limit(30, 60)
#: A PDF takes up to a second of the processor.
SHEETS_PER_SESSION = Limit(10, 60)


class Limiter(Protocol):
    """Counts, and says whether one more is allowed."""

    def allow(self, key: str, limit: Limit) -> bool:
        """Count one for `key`; False where that is more than the limit."""
        ...


class LocalLimiter:
    """Counts in this process: a sliding window of times for each key."""

    #: Keys kept at most; the stalest go first, so that memory is bounded.
    MAX_KEYS = 50_000

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, deque[float]] = {}

    def allow(self, key: str, limit: Limit) -> bool:
        now = self._clock()
        times = self._seen.pop(key, deque())
        while times and times[0] <= now - limit.seconds:
            times.popleft()
        allowed = len(times) < limit.times
        if allowed:
            times.append(now)
        self._seen[key] = times
        if len(self._seen) > self.MAX_KEYS:
            self._seen.pop(next(iter(self._seen)))
        return allowed


class RedisLimiter:
    """Counts in Redis, in fixed windows. Where Redis does not answer, the local count holds."""

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        import redis

        self._redis: Any = redis.Redis.from_url(url, socket_timeout=0.2, socket_connect_timeout=0.2)
        self._errors = redis.RedisError
        self._clock = clock
        self._local = LocalLimiter()

    def allow(self, key: str, limit: Limit) -> bool:
        window = int(self._clock() // limit.seconds)
        name = f"limit:{key}:{window}"
        try:
            pipe = self._redis.pipeline()
            pipe.incr(name)
            pipe.expire(name, int(limit.seconds) + 1)
            return int(pipe.execute()[0]) <= limit.times
        except self._errors:
            return self._local.allow(key, limit)


class NoLimit:
    """Allows everything: for load tests."""

    def allow(self, key: str, limit: Limit) -> bool:
        return True


def limiter(enabled: bool, redis_url: str) -> Limiter:
    """The limiter that the settings ask for."""
    if not enabled:
        return NoLimit()
    return RedisLimiter(redis_url) if redis_url else LocalLimiter()


def address_key(address: str, secret: str) -> str:
    """A keyed hash of an address, so that none is kept in clear."""
    return hmac.new(secret.encode(), address.encode(), hashlib.sha256).hexdigest()[:16]
