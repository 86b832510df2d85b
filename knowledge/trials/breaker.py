"""Leaves the registry alone for a while after it has failed several times."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from knowledge.trials.errors import RegistryUnavailable


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
