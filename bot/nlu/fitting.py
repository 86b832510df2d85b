"""Fits of several classifiers side by side.

In processes, not threads: LAPACK's factorisation, half of a fit, holds Python's lock while it runs.
Two fits side by side with half of the processors each take less time than one after the other with
all of them: each has long stretches that only one can work on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from threadpoolctl import threadpool_limits

from bot.nlu.topic_model import Matrix, TopicModel, TopicModelSettings

#: No more, since each takes half a gigabyte.
_AT_ONCE = 2

_pool: ProcessPoolExecutor | None = None


@contextmanager
def side_by_side() -> Iterator[None]:
    """Within it two models are fitted at a time, where there are two processors."""
    global _pool
    processors = os.cpu_count() or 1
    processes = min(_AT_ONCE, processors)
    with ProcessPoolExecutor(
        processes,
        # Spawned: a fork would copy locks that other threads hold.
        mp_context=get_context("spawn"),
        initializer=threadpool_limits,
        initargs=(processors // processes, "blas"),
    ) as _pool:
        try:
            for _ in range(processes):
                _pool.submit(_begin)
            yield
        finally:
            _pool = None


def fitted(
    dense: Matrix, labels: Sequence[str], settings: TopicModelSettings, views: Sequence[int]
) -> TopicModel:
    """As `TopicModel.fit`; where models are fitted side by side it waits for its turn."""
    if _pool is None:
        return TopicModel.fit(dense, labels, settings, views)
    return _pool.submit(TopicModel.fit, dense, labels, settings, views).result()


def _begin() -> None:
    """What a process does first, while there is nothing to fit yet: importing this module."""
