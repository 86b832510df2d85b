"""A script is stopped before it costs others their turn; a person never notices."""

from __future__ import annotations

import pytest

from bot.web.limits import Limit, LocalLimiter, RedisLimiter
from tests.conftest import REDIS, needs

FEW = Limit(3, 10)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_limit_holds_for_each_key_and_frees_with_time() -> None:
    clock = Clock()
    limiter = LocalLimiter(clock)
    assert [limiter.allow("a", FEW) for _ in range(4)] == [True, True, True, False]
    assert limiter.allow("b", FEW)
    clock.now += 11
    assert limiter.allow("a", FEW)


def test_memory_is_bounded_however_many_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalLimiter, "MAX_KEYS", 100)
    limiter = LocalLimiter()
    for number in range(500):
        limiter.allow(str(number), FEW)
    assert len(limiter._seen) <= 100


def _redis_answers() -> bool:
    import redis

    try:
        return bool(redis.Redis.from_url(REDIS, socket_timeout=1).ping())
    except redis.RedisError:
        return False


def test_workers_share_the_count_through_redis() -> None:
    needs(_redis_answers(), "Redis")
    import uuid

    key = uuid.uuid4().hex
    clock = Clock()
    one, other = RedisLimiter(REDIS, clock), RedisLimiter(REDIS, clock)
    allowed = [one.allow(key, FEW), other.allow(key, FEW), one.allow(key, FEW)]
    assert allowed == [True, True, True]
    assert not other.allow(key, FEW)


def test_without_redis_the_local_count_holds() -> None:
    limiter = RedisLimiter("redis://127.0.0.1:1/0", Clock())
    assert [limiter.allow("a", FEW) for _ in range(4)] == [True, True, True, False]
