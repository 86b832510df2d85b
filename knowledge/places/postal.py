"""Postal codes, and the city that each leads to.

Known: ZIP codes of the United States (package `zipcodes`), and by their beginning codes of Great
Britain, Canada, Germany and Spain (`postal.yml`). Five figures by themselves are a ZIP code, unless
the message says another country; in the middle of a sentence they are none without a cue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge.places.gazetteer import cities, country_code, fold, gazetteer, place
from knowledge.places.place import Place, distance_km

_PREFIXES: dict[str, dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("postal.yml").read_text(encoding="utf-8")
)
_BRITISH = re.compile(r"\b(?P<area>[A-Z]{1,2})\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b")
_CANADIAN = re.compile(r"\b[ABCEGHJ-NPR-TVXY]\d[ABCEGHJ-NPR-TV-Z][ -]?\d[ABCEGHJ-NPR-TV-Z]\d\b")
_FIGURES = r"(?P<code>\d{5})(?:-\d{4})?"
_CUE = (
    r"(?P<cue>zip(?:[\s-]?codes?)?|post(?:al)?[\s-]?codes?|c[oó]digo postal|c\.?p\.?|plz"
    r"|postleitzahl)"
    r"(?:\s+(?:is|es|ist|of|de|number))?\s*[:#]?\s*"
)
_FIVE = re.compile(
    rf"(?:(?i:\b{_CUE})"
    r"|(?i:\b(?P<near>near|around|in|close to|cerca del?|en|bei|in der nähe von)\s+)"
    rf"|\b(?P<state>[A-Z]{{2}}),?\s+|^\W*)(?P<prefix>D-|DE-|ES-)?{_FIGURES}"
    rf"(?!\w|[.,]\d|\s*(?:%|[a-z]+s\b))"
)
_WHOLE = re.compile(r"\W*(?:D-|DE-|ES-)?\d{5}(?:-\d{4})?(?:\s+[A-ZÄÖÜ][\w-]+)?\W*")
#: What says of which country a code is.
_OF_COUNTRY = {"plz": "DE", "postleitzahl": "DE", "D-": "DE", "DE-": "DE", "ES-": "ES"}
#: The Spanish words for one are used in many countries.
_ANYWHERE = re.compile(r"c[oó]digo|c\.?p\.?", re.IGNORECASE)


@dataclass(frozen=True)
class PostalCode:
    """A postal code in a text. place: its city or state, None where no list knows it."""

    place: Place | None
    start: int
    end: int


def postal_codes(text: str) -> list[PostalCode]:
    """The postal codes of a text, in its order."""
    return sorted(_found(text), key=lambda each: each.start)


def _found(text: str) -> Iterator[PostalCode]:
    capitals = text.upper() if len(text.upper()) == len(text) else text
    whole = len(text.split()) <= 2
    for match in _BRITISH.finditer(capitals if whole else text):
        if match["area"] in _PREFIXES["GB"]:
            yield PostalCode(_by_prefix("GB", match["area"]), match.start(), match.end())
    for match in _CANADIAN.finditer(capitals if whole else text):
        yield PostalCode(_by_prefix("CA", match.group()), match.start(), match.end())
    for match in _FIVE.finditer(text):
        found = _of_five(match, text)
        cued = match["cue"] or _WHOLE.fullmatch(text)
        in_its_state = found is not None and match["state"] in {None, found.admin1}
        if cued or (in_its_state and (match["near"] or match["state"])):
            start = match.start("prefix" if match["prefix"] else "code")
            yield PostalCode(found, start, match.end())


def _of_five(match: re.Match[str], text: str) -> Place | None:
    """Where five figures are, as their cue and the countries named in the text tell."""
    cue, prefix = (match["cue"] or "").lower(), match["prefix"] or ""
    country = _OF_COUNTRY.get(prefix) or _OF_COUNTRY.get(cue) or _country_in(text)
    if country in {"DE", "ES"}:
        return _by_prefix(country, match["code"])
    if country not in {None, "US"} or _ANYWHERE.match(cue):
        return None
    return _american(match["code"])


def _country_in(text: str) -> str | None:
    """A country that the text names, in a word or two."""
    words = re.findall(r"[^\W\d_]+", text)
    pairs = [" ".join(pair) for pair in zip(words, words[1:])]
    found = (country_code(name) for name in (*pairs, *words) if len(name) > 3)
    return next((code for code in found if code), None)


@lru_cache(maxsize=256)
def _by_prefix(country: str, code: str) -> Place | None:
    known = _PREFIXES[country]
    name = next((known[code[:n]] for n in (2, 1) if code[:n] in known), None)
    if name is None or name.startswith("state/"):
        return place(name) if name else None
    found = [each for each in gazetteer().named(fold(name)) if each.kind == "city"]
    return next((each for each in found if each.country == country), None)


@lru_cache(maxsize=256)
def _american(code: str) -> Place | None:
    """The city of a ZIP code: of its name in its state, else the nearest that the gazetteer has."""
    import zipcodes  # loads its data at the first look-up

    rows: list[dict[str, str]] = zipcodes.matching(code)  # type: ignore[no-untyped-call]
    if not rows or not rows[0]["lat"]:
        return None
    row = rows[0]
    here = (float(row["lat"]), float(row["long"]))
    named = gazetteer().named(fold(row["city"]))
    for each in named:
        if each.kind == "city" and (each.country, each.admin1) == ("US", row["state"]):
            return each
    there = [each for each in cities() if each.country == "US"]
    return min(
        there, key=lambda each: distance_km(*here, each.latitude or 0.0, each.longitude or 0.0)
    )
