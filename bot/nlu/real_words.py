"""Everyday words that are one slip away from a disease's name: which they are, and the list kept.

`scripts/real-words` feeds the words of large frequency lists to this module, which keeps those that
the matcher would take for a misspelt name. What is a disease's name in some language belongs among
its aliases, and is left out here by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from bot.nlu.conditions import ConditionMatcher, aliases_of
from bot.nlu.words import words
from knowledge.curated.reading import read_content

LIST = Path(__file__).with_suffix(".txt")


def near_names(vocabulary: Iterable[str]) -> list[str]:
    """The words, as they are compared, that would be taken for a disease's name; sorted."""
    content = read_content()
    matcher = ConditionMatcher(aliases_of(content.conditions, content.diseases), real_words=())
    single = {found[0].text for word in vocabulary if len(found := words(word)) == 1}
    return sorted(word for word in single if matcher.misspells(word))


if __name__ == "__main__":
    LIST.write_text("\n".join(near_names(line.strip() for line in sys.stdin)) + "\n", "utf-8")
