"""Numeric limits in criteria ("LVEF < 40%", "25-70 years", "at least 2"), by a small grammar.

A limit is a bound ("≥ 18", "at least two", "18 or older"), two of them, or a range ("18 to 65",
"between 18 and 65"), with an optional unit. Numbers may have thousands' commas, be words, or end in
a power of ten. The grammar is tried at given places only; what it can't read is no limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pyparsing as pp

from knowledge.eligibility.facts import Operator
from knowledge.number_words import NUMBER_WORDS

#: Where a limit may begin.
LIMIT_START = re.compile(
    r"[<>≤≥≧≦＜＞=]|\b(?:between|from|at least|at most|no (?:less|more|younger|older)|not (?:less"
    r"|more|younger|older)|greater|more than|less than|over|above|below|under|older|younger|up to"
    r"|minimum|maximum|one|two|three|four)\b|(?<![\w.])\d",
    re.IGNORECASE,
)

_AT_LEAST = (
    ">= ≥ ≧ => 'at least' 'no less than' 'not less than' 'greater than or equal to' "
    "'greater or equal to' 'more than or equal to' 'no younger than' 'a minimum of' 'minimum of' "
    "'minimum' 'equal to or greater than' 'greater than to or equal' 'not younger than'"
)
_ABOVE = "> ＞ 'greater than' 'more than' 'above' 'over' 'older than' 'exceeding' 'higher than'"
_AT_MOST = (
    "<= ≤ ≦ =< 'at most' 'no more than' 'not more than' 'less than or equal to' 'up to' "
    "'less or equal to' 'no older than' 'not older than' 'maximum' 'not exceeding' 'not exceed' "
    "'equal to or less than' 'lower than or equal to' 'under or equal to' 'does not exceed'"
)
_BELOW = "< ＜ 'less than' 'below' 'under' 'younger than' 'lower than' 'fewer than'"


@dataclass(frozen=True)
class Limit:
    """What a text sets as lowest and highest, as printed; None for no such bound.

    unit: as printed, lower case, "" for none. strict_low, strict_high: the printed number itself is
    outside. end: the offset after the limit.
    """

    low: float | None
    high: float | None
    unit: str
    end: int
    strict_low: bool = False
    strict_high: bool = False

    @property
    def least(self) -> Operator:
        """How the lower bound compares."""
        return ">" if self.strict_low else ">="

    @property
    def most(self) -> Operator:
        """How the upper bound compares."""
        return "<" if self.strict_high else "<="

    def turned(self) -> Limit:
        """What remains where this is excluded: a ceiling becomes a floor, and the other way."""
        return Limit(
            self.high, self.low, self.unit, self.end, not self.strict_high, not self.strict_low
        )

    def up_to(self, other: Limit) -> Limit:
        """With the upper bound of another, which follows in the text."""
        return replace(
            self,
            high=other.high,
            strict_high=other.strict_high,
            unit=self.unit or other.unit,
            end=other.end,
        )


def limit_at(text: str, at: int) -> Limit | None:
    """The limit that begins at an offset (after spaces and light punctuation), if any."""
    results = next(_grammar().scan_string(text[at : at + 110], max_matches=1), None)
    if results is None or results[1] > 0:
        return None
    tokens, _, end = results
    bounds: dict[str, float] = {}
    strict = {"low": False, "high": False}
    for name, value, is_strict in tokens["bounds"]:
        bounds.setdefault(name, value)
        strict[name] = is_strict
    unit = " ".join(str(tokens.as_dict().get("unit", "")).lower().split())
    return Limit(
        bounds.get("low"), bounds.get("high"), unit, at + end, strict["low"], strict["high"]
    )


@lru_cache(maxsize=1)
def _grammar() -> pp.ParserElement:
    number = _number()
    unit = _unit()
    bound = _bound(number)
    inner = pp.Optional(unit.copy())
    dash = pp.Suppress(pp.one_of("- – — ~ ～ to and", caseless=True))
    span = (pp.Suppress(pp.Optional(pp.CaselessLiteral("between") | pp.CaselessLiteral("from")))
            + number + pp.Suppress(inner) + dash + number)  # fmt: skip
    span.add_parse_action(_as_range)
    joint = pp.Suppress(pp.Optional(pp.one_of("and , to but -", caseless=True)))
    older = pp.Suppress(inner) + pp.Suppress(
        pp.Optional(pp.Regex(r"(?:of age|old)", flags=2))
        + pp.Regex(r"(?:\(?or|and) (?:older|above|over|more|greater|higher)|or \+|\+", flags=2)
    )
    open_ended = number + older
    open_ended.add_parse_action(lambda t: [("low", t[0], False)])
    younger = pp.Suppress(inner) + pp.Suppress(
        pp.Optional(pp.Regex(r"(?:of age|old)", flags=2))
        + pp.Regex(r"(?:\(?or|and) (?:younger|below|under|less|lower)", flags=2)
    )
    closed = number + younger
    closed.add_parse_action(lambda t: [("high", t[0], False)])
    half_open = number + pp.Suppress(inner) + dash + bound
    half_open.add_parse_action(lambda t: [("low", t[0], False), t[1]])
    joined = bound + pp.Suppress(inner) + joint + bound
    bounds = half_open | joined | bound | span | open_ended | closed
    return pp.Group(bounds)("bounds") + pp.Optional(unit("unit"))


def _number() -> pp.ParserElement:
    digits = pp.Regex(r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
    digits.add_parse_action(lambda t: float(t[0].replace(",", "").replace("，", "")))
    power = pp.Suppress(pp.Regex(r"[×x*]\s*10")) + pp.Suppress(pp.Optional(pp.one_of("^ e E")))
    exponent = power + pp.Regex(r"\d{1,2}|[⁹⁶³]|¹²").add_parse_action(_exponent)
    scaled = digits + exponent
    scaled.add_parse_action(lambda t: t[0] * 10 ** t[1])
    words = pp.one_of(list(NUMBER_WORDS), caseless=True, as_keyword=True)
    words.add_parse_action(lambda t: float(NUMBER_WORDS[t[0].lower()]))
    return scaled | digits | words


def _exponent(tokens: Any) -> int:
    raised = {"⁹": 9, "⁶": 6, "³": 3, "¹²": 12}
    return raised.get(tokens[0]) or int(tokens[0])


def _unit() -> pp.ParserElement:
    return pp.Regex(
        r"(?:%|percent|g\s?/\s?d?l|gm/dl|mg/dl|m[lL]\s?/\s?min(?:ute)?|/\s?[uµμ]l|/\s?mm\^?[3³]"
        r"|cells?\s?/\s?(?:[uµμ]l|mm\^?[3³])|/\s?m?l|per (?:[uµμ]l|microlit\w+)|/l"
        r"|years?|yrs?|months?|weeks?|days?|×\s?uln|x\s?uln|points?)",
        flags=2,
    )


def _bound(number: pp.ParserElement) -> pp.ParserElement:
    kinds = []
    for words, name, strict in (
        (_AT_LEAST, "low", False),
        (_AT_MOST, "high", False),
        (_ABOVE, "low", True),
        (_BELOW, "high", True),
    ):
        sign = pp.Suppress(pp.one_of(_alternatives(words), caseless=True))
        filler = pp.Suppress(pp.Optional(pp.Regex(r"(?:or equal to|age[ds]?|an?|to)\b", flags=2)))
        kind = sign + filler + number
        kind.add_parse_action(_as_bound(name, strict))
        kinds.append(kind)
    return kinds[0] | kinds[1] | kinds[2] | kinds[3]


def _alternatives(words: str) -> list[str]:
    found = pp.OneOrMore(pp.QuotedString("'") | pp.Word(pp.printables + "≥≧≤≦＞＜"))
    return list(found.parse_string(words))


def _as_bound(name: str, strict: bool) -> Callable[[Any], list[tuple[str, float, bool]]]:
    def action(tokens: Any) -> list[tuple[str, float, bool]]:
        return [(name, tokens[0], strict)]

    return action


def _as_range(tokens: Any) -> list[tuple[str, float, bool]]:
    return [("low", tokens[0], False), ("high", tokens[1], False)]
