"""Terms of the glossary, as questions name them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.curated.content import GlossaryTerm


def term_in(text: str, glossary: Sequence[GlossaryTerm]) -> GlossaryTerm | None:
    """The glossary's term that a text names; of several the longest name, CAR-T itself last."""
    asked = f" {_plain(text)} "
    best: tuple[int, GlossaryTerm] | None = None
    for number, term in enumerate(glossary):
        for name in (*term.term.values(), *term.aliases):
            plain = _plain(name)
            size = len(plain) if number else 1
            if plain and f" {plain} " in asked and (best is None or size > best[0]):
                best = (size, term)
    return best[1] if best else None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
