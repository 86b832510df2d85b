"""Which calm questions teach most: those that sound like the dangers that they are not.

Of ten thousand questions most are nothing like a cry for help, and teach a classifier of danger
nothing; those like one ("scared of dying in the trial: how many did?") draw its border.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.nlu.topic_model import (
    Matrix,
    TopicModelSettings,
    gaussian_kernel,
    squared_lengths,
    unit_views,
)


def nearest(
    calm: Matrix, dangers: Matrix, sizes: Sequence[int], weights: Sequence[float], number: int
) -> NDArray[Any]:
    """The indices of the `number` rows of `calm` (n, d) that are most like those of `dangers`
    (m, d): by the sum of a Gaussian kernel over all dangers, so that one odd danger weighs little.

    sizes, weights: of the views of which a row is made; all weigh alike where none is given.
    """
    centre = np.vstack([calm, dangers]).mean(axis=0)
    ends = [int(end) for end in np.cumsum([0, *sizes])]
    lengths = weights or [1.0] * len(sizes)
    ours, theirs = (unit_views(rows - centre, ends, lengths) for rows in (calm, dangers))
    kernel = gaussian_kernel(ours, theirs, squared_lengths(theirs), TopicModelSettings.gamma)
    alike = kernel.sum(axis=1)
    return np.argsort(-alike, kind="stable")[:number]
