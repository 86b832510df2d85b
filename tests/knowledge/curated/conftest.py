"""A copy of the content to plant faults in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge.curated.lint import check
from knowledge.curated.reading import CONTENT_FOLDER

#: The day on which the content was checked last: only what a test plants is stale on it.
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content as it was when the tests began: somebody may be writing in it."""
    return Path(shutil.copytree(CONTENT_FOLDER, tmp_path_factory.mktemp("snapshot") / "content"))


@pytest.fixture(scope="session")
def known(snapshot: Path) -> set[tuple[str, str]]:
    """What `check` says about the content as it is (nothing, where the whole suite passes)."""
    return {(p.path.name, p.message) for p in check(snapshot, TODAY)}


@pytest.fixture
def folder(snapshot: Path, tmp_path: Path) -> Path:
    """A copy of the content, to break."""
    return Path(shutil.copytree(snapshot, tmp_path / "content"))


@pytest.fixture
def complaints(folder: Path, known: set[tuple[str, str]]) -> Callable[..., list[str]]:
    """What `check` newly says about the copy: "file:line: message"."""

    def told(today: date = TODAY) -> list[str]:
        return [
            f"{p.path.name}:{p.line}: {p.message}"
            for p in check(folder, today)
            if (p.path.name, p.message) not in known
        ]

    return told


def edit(path: Path, old: str, new: str) -> int:
    """Replace the first `old` by `new`; returns its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} not in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def say(folder: Path, sentence: str, topic: str = "crs") -> int:
    """Plant a paragraph at the head of a topic's English answer; returns its line."""
    path = folder / "topics" / f"{topic}.yml"
    return edit(path, "    - text:", f"    - text: '{sentence}'\n    - text:")
