"""Vectors by which questions are grouped into subjects: both encoders side by side.

e5's vectors share a large common part, which hides what tells questions apart; what our topics'
titles have in common is taken off first. On planted questions (tests/knowledge/review) the two
together group best, over the widest range of distances.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from bot.nlu.encoders import Vectors, encoder
from knowledge.curated.reading import read_content


def encode(texts: Sequence[str]) -> Vectors:
    """Vectors of shape (texts, 896), each of length one."""
    both = np.hstack([encoder("use").encode(texts), _unit(encoder("e5").encode(texts) - _common())])
    return np.asarray(both / np.sqrt(2.0), dtype=np.float32)


@lru_cache(maxsize=1)
def _common() -> Vectors:
    titles = [topic.title["en"] for topic in read_content().topics.values()]
    return np.asarray(encoder("e5").encode(titles).mean(axis=0))


def _unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
