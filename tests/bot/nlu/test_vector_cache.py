"""Sentence vectors are kept by text: a second training or measuring reads only what is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.nlu import encoders
from bot.nlu.encoders import VectorCache, Vectors


class Lengths:
    """An encoder that tells of a text how long it is, and remembers what it was asked."""

    id = "lengths"
    dimensions = 2

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)


@pytest.fixture
def lengths(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lengths]:
    encoder = Lengths()
    monkeypatch.setattr(encoders, "ENCODERS", {"lengths": lambda: encoder})
    encoders.encoder.cache_clear()
    yield encoder
    encoders.encoder.cache_clear()


def test_a_text_is_read_once_whatever_the_order(tmp_path: Path, lengths: Lengths) -> None:
    cache = VectorCache(tmp_path / "vectors.sqlite")
    cache.encode(lengths, ["long one", "short"])
    again = cache.encode(lengths, ["short", "new", "long one", "short"])
    assert again[:, 0].tolist() == [5, 3, 8, 5]
    assert sorted(lengths.asked) == ["long one", "new", "short"]


def test_no_texts_give_no_vectors(tmp_path: Path, lengths: Lengths) -> None:
    assert VectorCache(tmp_path / "vectors.sqlite").encode(lengths, []).shape == (0, 2)


def test_what_was_measured_once_is_not_read_again(tmp_path: Path, lengths: Lengths) -> None:
    for _ in range(2):
        encoders.ENCODERS["lengths"] = lambda: lengths
        encoders.keep_vectors(tmp_path / "vectors.sqlite")
        assert encoders.encoder("lengths").encode(["is it a cure?"])[0, 0] == 13
    assert lengths.asked == ["is it a cure?"]


def test_what_people_write_is_not_kept(lengths: Lengths) -> None:
    assert encoders.encoder("lengths") is lengths
