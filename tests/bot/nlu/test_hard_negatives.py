"""A classifier of danger learns most from what sounds like danger and is none."""

from __future__ import annotations

import numpy as np

from bot.nlu.hard_negatives import nearest

DANGERS = np.array([[1, 0, 0], [0.9, 0.1, 0]], dtype=np.float32)
CALM = np.array([[-1, 0, 0], [0.8, 0.3, 0], [0, 0, 1], [0.5, 0.6, 0]], dtype=np.float32)


def test_what_is_most_like_a_danger_comes_first() -> None:
    assert list(nearest(CALM, DANGERS, [3], [1.0], 2)) == [1, 3]


def test_a_view_counts_by_its_weight() -> None:
    """Told apart by the first view alone, then by the second alone."""
    dangers = np.array([[1, 0, 1, 0]], dtype=np.float32)
    calm = np.array([[1, 0, -1, 0], [-1, 0, 1, 0]], dtype=np.float32)
    assert nearest(calm, dangers, [2, 2], [1.0, 0.1], 1) == [0]
    assert nearest(calm, dangers, [2, 2], [0.1, 1.0], 1) == [1]


def test_no_more_are_picked_than_there_are() -> None:
    assert sorted(nearest(CALM, DANGERS, [3], (), 9)) == [0, 1, 2, 3]
