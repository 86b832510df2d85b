"""What the danger classifier learns from: told apart, and never what something is measured with."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from knowledge.settings import PROJECT

EXAMPLES = PROJECT / "data" / "danger.tsv"
HELD_BACK = Path(__file__).parent / "held_back.tsv"
BY_MEANING = Path(__file__).parent / "by_meaning.tsv"
FIRST_SIGHT = Path(__file__).parent / "first_sight.tsv"


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def test_each_example_is_of_one_kind_and_stands_once() -> None:
    examples = list(_rows(EXAMPLES))
    assert {row["danger"] for row in examples} == {"emergency", "crisis", "none"}
    assert {row["made_for"] for row in examples} == {"rules", "meaning"}
    texts = [_plain(row["text"]) for row in examples]
    assert len(texts) == len(set(texts))


def test_nothing_that_measures_is_learnt_from() -> None:
    learnt = {_plain(row["text"]) for row in _rows(EXAMPLES)}
    files = [HELD_BACK, BY_MEANING, FIRST_SIGHT, *(PROJECT / "tests" / "nlu").rglob("*.tsv")]
    for file in files:
        measured = {_plain(row["text"]) for row in _rows(file) if row.get("text")}
        assert measured
        common = len(learnt & measured)
        assert not common, f"{common} questions of {file.name} are learnt from"
