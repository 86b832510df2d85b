"""Group questions by what they mean, so that a maintainer reads a subject and not a list.

Average-linkage agglomerative clustering on cosine distance: it needs no number of clusters, and a
question like no other stays by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering

#: Texts in, vectors of length one out, shape (texts, dimensions).
Encode = Callable[[Sequence[str]], NDArray[Any]]

#: Questions further apart than this cosine distance on average are different subjects. Measured on
#: planted questions (tests/knowledge/review): from 0.55 to 0.65 the subjects come out whole.
FURTHEST = 0.6


def clustered(vectors: NDArray[Any], furthest: float = FURTHEST) -> list[list[int]]:
    """Row numbers by cluster, the largest cluster first; within one, the most typical first."""
    if len(vectors) < 2:
        return [[row] for row in range(len(vectors))]
    model = AgglomerativeClustering(
        n_clusters=None, distance_threshold=furthest, metric="cosine", linkage="average"
    )
    found: dict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(model.fit_predict(vectors)):
        found[int(label)].append(row)
    ordered = sorted(found.values(), key=lambda rows: (-len(rows), rows[0]))
    return [_typical_first(vectors, rows) for rows in ordered]


def _typical_first(vectors: NDArray[Any], rows: list[int]) -> list[int]:
    centre = vectors[rows].mean(axis=0)
    closeness = vectors[rows] @ centre
    return [rows[position] for position in np.argsort(-closeness, kind="stable")]
