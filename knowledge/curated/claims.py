"""Sentences and the sources that each rests on, as a content file writes them.

A source id stands in square brackets after the sentence that rests on it, several with semicolons:

    All 5 were in remission after 3 months. [mackensen-2022; muller-2024] Nobody knows for how long.
"""

from __future__ import annotations

import re

from knowledge.curated.content import Claim, Paragraph

_ID = r"[a-z0-9][a-z0-9._-]*"
#: The sources of the sentence before it: "[one-id]", "[one-id; another-id]".
MARKER = re.compile(rf"\s*\[({_ID}(?:\s*;\s*{_ID})*)\]")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
#: Where a sentence ends: a full stop, its closing quote or bracket and its markers, with the next
#: one's first letter (or nothing) behind.
_END = re.compile(
    rf"""[.!?…]["”»')]*(?:\s*\[{_ID}(?:\s*;\s*{_ID})*\])*(?=\s+["“«'(¿¡]*[A-Z0-9ÁÉÍÓÚÑ{{]|\s*$)"""
    rf"|(?:\s*\[{_ID}(?:\s*;\s*{_ID})*\])+"
)
#: Full stops that end no sentence.
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|Dr|Dra|Sr|Sra|Prof|vs|St|approx|p\. ?ej|EE|U\.S|U\.K)\.$",
)


def paragraph(marked: str) -> Paragraph:
    """A paragraph as written, its markers turned into claims."""
    lines = [" ".join(line.split()) for line in marked.strip().splitlines()]
    return Paragraph(
        text="\n".join(MARKER.sub("", line) for line in lines),
        claims=tuple(_claim(sentence) for line in lines for sentence in sentences(line)),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with its markers. A line (of a list) is always its own."""
    found: list[str] = []
    for line in text.splitlines():
        rest = _BULLET.sub("", line)
        start = 0
        for end in _END.finditer(rest):
            if end.start() < start or _ABBREVIATION.search(rest[start : end.start() + 1]):
                continue
            found.append(rest[start : end.end()].strip())
            start = end.end()
        found.append(rest[start:].strip())
    return [each for each in found if each]


def _claim(sentence: str) -> Claim:
    ids = [id_.strip() for marker in MARKER.finditer(sentence) for id_ in marker[1].split(";")]
    return Claim(MARKER.sub("", sentence).strip(), tuple(dict.fromkeys(ids)))
