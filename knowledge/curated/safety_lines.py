"""Whom to call or text in a country, and the safety cards that say so.

The numbers stand with their sources in `content/safety/lines.yml`, the words around them in
`content/safety/country_cards.yml`. Nothing is guessed: a country without a number of its own that
fits the card has no card here, and the caller shows the general one (`cards.yml`).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.curated.reading import CONTENT_FOLDER

#: The member states of the European Union, where 112 works (the source stands at the "EU" line).
#: ISO 3166-1 alpha-2.
EUROPEAN_UNION = frozenset(
    {"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV",
     "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"}
)  # fmt: skip
#: What lists the lines of countries that we know none of stands under this name of a country.
_ANY = "any"
#: Hours that can be told in every language ("10:00-24:00").
_CLOCK = re.compile(r"\d{2}:\d{2}-\d{2}:\d{2}")


@dataclass(frozen=True)
class SafetyLine:
    """A number to call or write to.

    country: ISO 3166-1 alpha-2, or "EU", or "any". kind: "emergency", "police", "crisis",
    "crisis_young", "abuse" or "directory" (number: the address of the page). by: "call", "text",
    "chat", "whatsapp". text: what to send where, or the number for texts, if it is another one.
    source_url, checked: where the number stands, and when it was read.
    """

    country: str
    kind: str
    number: str
    by: frozenset[str]
    text: str | None
    chat: str | None
    hours: str
    name: str
    source_url: str
    checked: datetime.date


def safety_lines(country: str | None) -> tuple[SafetyLine, ...]:
    """The lines of a country (alpha-2), in the order of the file; those of the EU behind them.

    Empty for a country that we have no checked number for.
    """
    wanted = [country, "EU" if country in EUROPEAN_UNION else None]
    return tuple(line for code in wanted if code for line in _lines() if line.country == code)


def country_card(card: str, country: str | None, language: str) -> str | None:
    """A safety card with the numbers of a country, to call and to write to.

    Where we know no line for a crisis, the card names a directory of lines instead.
    card: id as in `cards.yml`. None where country or language is not known to us: show the
    general card.
    """
    words = _words().get(language)
    known = safety_lines(country)
    emergency = _emergency(card, known)
    if words is None or card not in words or emergency is None:
        return None
    lines = ""
    if card.startswith("crisis"):
        wanted = ("abuse", "crisis") if card == "crisis_abuse" else ("crisis",)
        lines = next(filter(None, (_ways(words, known, kind) for kind in wanted)), "")
        if not lines:
            directory = next(line for line in _lines() if line.country == _ANY)
            lines = words["find"].format(find=directory.number)
    said = words[card].format(
        emergency=emergency.number, silent=_silently(words, known), lines=lines
    )
    return " ".join(said.split())


def _emergency(card: str, known: Sequence[SafetyLine]) -> SafetyLine | None:
    kinds = ("police", "emergency") if card == "crisis_abuse" else ("emergency",)
    return next(
        (_first(known, kind, "call") for kind in kinds if _first(known, kind, "call")), None
    )


def _first(known: Sequence[SafetyLine], kind: str, way: str) -> SafetyLine | None:
    return next((line for line in known if line.kind == kind and way in line.by), None)


def _ways(words: Mapping[str, str], known: Sequence[SafetyLine], kind: str) -> str:
    """How to reach the lines of a kind, "" if there is none to call."""
    call = _first(known, kind, "call")
    if call is None:
        return ""
    number = f"{call.number} ({call.hours})" if _CLOCK.fullmatch(call.hours) else call.number
    text = call if "text" in call.by else _first(known, kind, "text")
    if text is not None:
        pattern = "call_or_text" if text.text else "call_or_text_same"
        return words[pattern].format(call=number, text=text.text)
    if "whatsapp" in call.by and call.text:
        return words["call_or_whatsapp"].format(call=number, text=call.text)
    if call.chat and " " not in call.chat:
        return words["call_or_chat"].format(call=number, chat=call.chat)
    return words["call"].format(call=number)


def _silently(words: Mapping[str, str], known: Sequence[SafetyLine]) -> str:
    """How to reach an emergency service without speaking, "" where we know no way."""
    text = _first(known, "emergency", "text")
    return words["text_emergency"].format(text=text.text) if text and text.text else ""


@lru_cache(maxsize=1)
def _lines() -> tuple[SafetyLine, ...]:
    return tuple(
        SafetyLine(
            country=node["country"],
            kind=node["kind"],
            number=node["number"],
            by=frozenset(node["by"]),
            text=node.get("text"),
            chat=node.get("chat"),
            hours=node["hours"],
            name=node["name"],
            source_url=node["source"]["url"],
            checked=node["checked"],
        )
        for node in _read("lines.yml")
    )


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Mapping[str, str]]:
    words: Mapping[str, Mapping[str, str]] = _read("country_cards.yml")
    return words


def _read(name: str, folder: Path = CONTENT_FOLDER) -> Any:
    return yaml.safe_load((folder / "safety" / name).read_text(encoding="utf-8"))
