"""Paragraphs without bullets in eligibility texts: the criteria that run on in them."""

from __future__ import annotations

import re

_TEST = re.compile(
    r"\b(?:h(?:a)?emoglobin|platelets?|absolute (?:neutrophil|lymphocyte)|neutrophils?|white blood"
    r"|leu[ck]ocytes?|igg|aspartate|alanine|ast\b|alt\b|a[sl]l?t and|total bilirubin|serum"
    r"|bilirubin|alkaline|albumin|estimated glomerular|egfr|creatinine|calculated|left ventricular"
    r"|lvef|oxygen saturation|inr\b|international normali[sz]ed|prothrombin|qtc)",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"(?:[<>≤≥=]|less than|greater than|at least|more than)\W*\d", re.IGNORECASE)
_SYSTEM = re.compile(
    r"[\s;,.]*(?:h(?:a)?ematolog\w*|hepatic|renal|cardiac|pulmonary|liver|kidney)"
    r"(?: function)?\s*[-–:]\s*$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)])\.\s+(?=[A-Z])")
#: Fewer than this many tests or sentences are no list.
_A_LIST = 3


def names_tests(words: str) -> bool:
    """Does a paragraph name several laboratory tests?"""
    return len(_TEST.findall(words)) >= _A_LIST


def pieces_of(text: str, start: int, end: int, *, lonely: bool) -> list[tuple[int, int]]:
    """A paragraph's criteria, as offsets: its laboratory limits, its sentences, or all of it.

    lonely: it stands under no item, so that its sentences are criteria themselves.
    """
    limits = _limits(text, start, end)
    if len(limits) >= _A_LIST:
        return limits
    if lonely:
        for separator in (re.compile(r"[;；]\s+"), _SENTENCE_END):
            pieces = _cut(text, start, end, separator)
            if len(pieces) >= _A_LIST:
                return pieces
    return [(start, end)]


def _limits(text: str, start: int, end: int) -> list[tuple[int, int]]:
    body = text[start:end]
    cuts: list[int] = []
    for match in _TEST.finditer(body):
        depth = body[: match.start()].count("(") - body[: match.start()].count(")")
        segment = body[cuts[-1] if cuts else 0 : match.start()]
        if depth <= 0 and (not cuts or _LIMIT.search(segment)):
            cuts.append(match.start())
    if len(cuts) < _A_LIST:
        return []
    found = []
    for at, after in zip(cuts, [*cuts[1:], len(body)]):
        piece = _SYSTEM.sub("", body[at:after]).rstrip(" ;,；")
        found.append((start + at, start + at + len(piece)))
    return found


def _cut(text: str, start: int, end: int, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    pieces, at = [], start
    for match in separator.finditer(text, start, end):
        stop = match.start() + (1 if text[match.start()] == "." else 0)
        pieces.append((at, stop))
        at = match.end()
    pieces.append((at, end))
    return [piece for piece in pieces if piece[1] - piece[0] > 2]
