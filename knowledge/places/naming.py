"""What a place is called in the language of a reply.

Countries by the Unicode CLDR (Babel), cities and states by `spanish.yml`; what neither knows keeps
its name in GeoNames.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml
from babel import Locale

from knowledge.places.place import Place

#: By the place's key.
SPANISH: dict[str, str] = yaml.safe_load(
    (Path(__file__).parent / "spanish.yml").read_text(encoding="utf-8")
)
#: Where the CLDR's long form would puzzle: it says "RAE de Hong Kong (China)".
_SHORT = {"HK": "Hong Kong", "MO": "Macao"}
#: Countries that a sentence calls with an article, by locale.
_ARTICLES = {
    "en": {
        r"United|Netherlands|Czech Republic|Philippines|Bahamas|Gambia|Maldives": "the",
    },
    "es": {
        r"Reino": "el",
        r"Países|Emiratos|Territorios": "los",
        r"República|Isla\b": "la",
        r"Islas": "las",
    },
}


def name_in(place: Place, locale: str) -> str:
    """A place's name by itself: "Germany", "Alemania"."""
    if locale != "es":
        return place.name
    if place.kind == "country":
        return _SHORT.get(place.country) or _countries(locale).get(place.country, place.name)
    return SPANISH.get(place.key, place.name)


def name_in_sentence(place: Place, locale: str) -> str:
    """With its article, where a sentence wants one: "the United States", "el Reino Unido"."""
    name = name_in(place, locale)
    if place.kind == "country":
        for pattern, article in _ARTICLES.get(locale, {}).items():
            if re.match(pattern, name):
                return f"{article} {name}"
    return name


@lru_cache(maxsize=8)
def _countries(locale: str) -> dict[str, str]:
    """Names by alpha-2 code."""
    return dict(Locale.parse(locale).territories)
