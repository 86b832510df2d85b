"""What a new model wins and loses beside an old one, question by question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """Questions that both were asked. won, lost: as in the figures' `asked`, the new one's."""

    common: int
    won: list[dict[str, Any]]
    lost: list[dict[str, Any]]

    def as_text(self) -> str:
        """Counts, then each question that changed sides."""
        net = len(self.won) - len(self.lost)
        lines = [
            f"\nbeside the old model, on {self.common} questions: "
            f"{len(self.won)} won, {len(self.lost)} lost ({net:+d})"
        ]
        for title, changed in (("lost", self.lost), ("won", self.won)):
            lines += [
                f"  {title}: {each['text'][:90]}  ({'|'.join(each['expected'])} → {each['got']})"
                for each in changed
            ]
        return "\n".join(lines)


def compared(new: dict[str, Any], old: dict[str, Any]) -> Comparison:
    """Compare two results of `measures.measure`, by the questions' texts.

    Raises KeyError where one was made before questions were listed.
    """
    before = {each["text"]: each["right"] for each in old["asked"]}
    both = [each for each in new["asked"] if each["text"] in before]
    return Comparison(
        common=len(both),
        won=[each for each in both if each["right"] and not before[each["text"]]],
        lost=[each for each in both if not each["right"] and before[each["text"]]],
    )
