"""Take out what could identify a person, before a message goes on to Rasa, a store or a log.

Names after a cue, phones, e-mails, links, birth dates and whole dates of years ago, record and
insurance numbers, street addresses and postal codes go. What medicine needs stays: NCT numbers,
ages, temperatures, scores, doses, diseases named after people (Graves, Still, Sjögren), places,
months and years, and the days of what is new.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from knowledge.places import postal_codes_resolved

_NAME = (
    r"(?-i:[A-ZÀ-ÖØ-Þ][\w'’-]+(?:\s+(?:(?:de|del|la|van|von|bin|al)\s+)*[A-ZÀ-ÖØ-Þ][\w'’-]+){0,3})"
)
#: At least two capitalised words: one alone could be anything.
_FULL_NAME = (
    r"(?-i:[A-ZÀ-ÖØ-ÞŁŚŻ][\w'’-]+(?:\s+(?:(?:de|da|del|la|van|den|von|bin|al)\s+)*"
    r"[A-ZÀ-ÖØ-ÞŁŚŻ][\w'’-]+){1,3})"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|"
    r"junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre|"
    r"januar[iy]?|jänner|februar[iy]?|märz|mai|juni|juli|augustus|oktober|dezember|december|"
    r"janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|"
    r"gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|"
    r"janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|maart|mei|maj)"
)
DATE = (
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d{{4}}[./-]\d{{2}}[./-]\d{{2}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th|º|er|\.)?[\s-]+(?:of\s+|de\s+)?{_MONTH}\.?,?[\s-]+(?:de[l]?\s+|of\s+)?"
    rf"\d{{4}}|{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|"
    rf"\d{{4}}\s?年\s?\d{{1,2}}\s?月\s?\d{{1,2}}\s?日)"
)
#: A number of a person's: a group or more with digits, a few capitals before them or a letter last.
_ID = r"(?:(?-i:[A-Z]{1,4})[\s-]?)?\w*\d\w*(?:[\s/.-]{1,2}\w*\d\w*)*(?:[\s-](?-i:[A-HJ-Z])\b)?"


def _digits(count: int) -> str:
    """A look ahead at so many digits, whatever stands between them."""
    return rf"(?=(?:[\s/.-]?\w{{0,4}}?[\s/.-]?\d){{{count}}})"


#: Words that follow "I am" or "this is" with a capital and are no name.
_NOT_NAMES = re.compile(
    r"(?i)^(?:lupus|sle|ms|mg|ra|nmo|hiv|graves|sj[oö]gren|crohn|still|american|british|german|"
    r"french|spanish|mexican|canadian|indian|african|asian|black|white|in|on|at|not|so|very|a|an|"
    r"the|from|really|just|still|also|stage|type|car|pregnant|scared|worried|tired|looking|trying)\b"
)

_RULES: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"(?i)\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[email]"),
    (re.compile(r"(?i)\b(?:https?://|www\.)\S+"), "[link]"),
    (
        re.compile(
            rf"(?i)\b(?:d\.?o\.?b\.?|born(?:\s+on)?|birth\s?da(?:te|y)|date of birth|"
            rf"fecha de nacimiento|nac[ií](?:da)?(?:\s+el)?|geboren(?:\s+am)?|née?\s+le)"
            rf"[\s:,is]*{DATE}"
        ),
        "[birth date]",
    ),
    (re.compile(r"\b\d{3}-\d{2}-\d{4}\b"), "[number]"),
    (
        re.compile(
            r"(?i)\b(?:mrn|nhs\s*(?:number|no\.?)|ssn|social security\s*number|"
            r"(?:medical\s+)?record\s*(?:number|no\.?|#)|"
            r"(?:patient|hospital|insurance|member|policy|account|passport|subject|participant|chart|"
            r"case|file|reference|claim)(?:'s)?\s*(?:id|number|no\.?|#)|historia cl[ií]nica|"
            r"n[uú]mero de (?:historia|expediente|paciente|p[oó]liza|pasaporte))"
            rf"(?:\s+(?:is|es))?\s*[:#]?\s*{_digits(3)}{_ID}"
        ),
        "[number]",
    ),
    # The same without the word "number", and names of numbers that are words in another language.
    (
        re.compile(
            r"(?i)\b(?:nhs|social security|(?:medical\s+)?record|patient|chart|case|file|ref(?:erence)?|"
            r"claim|policy|expediente|caso|aktenzeichen|dossier|dni|nie|curp|passport|pasaporte|nino|"
            r"nric|hkid|pesel|cpf|aadhaar|codice fiscale|personnummer|bsn|medicare)"
            rf"(?:\s+(?:is|es))?\s*[:#.]?\s*{_digits(5)}{_ID}"
        ),
        "[number]",
    ),
    (re.compile(r"\b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b"), "[number]"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b"), "[number]"),
    (re.compile(rf"(?i)(?<![\w.]){DATE}(?![\w/])"), "[date]"),
    (re.compile(r"(?<![\w.])\d{3}\s\d{3}\s\d{4}(?!\w)"), "[number]"),
    (
        re.compile(
            r"(?<![\w.])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{1,4}\)[\s.-]?)?\d{2,5}(?:[\s.-]\d{2,6}){1,4}"
            r"(?![\w%/.]\d|\w)"
        ),
        "[phone]",
    ),
    # International numbers in whatever grouping; long runs of digits.
    (re.compile(r"(?<!\w)\+\d[\d\s().-]{6,}\d"), "[phone]"),
    (re.compile(r"(?<![\w.])0\d{2,4}[-/ ]\d{5,}(?!\w)"), "[phone]"),
    (re.compile(r"(?<!\w)\+?\d{9,20}(?!\w)"), "[number]"),
    (
        re.compile(
            r"(?i)\b\d{1,5}[a-z]?,?\s+(?-i:[A-Z][\w'’-]+)(?:\s+(?-i:[A-Z][\w'’-]+)){0,2}\s+"
            r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|close|court|way|"
            r"place|terrace|square|crescent)\b\.?"
        ),
        "[address]",
    ),
    (
        re.compile(
            r"\b(?:(?i:calle|avenida|avda\.?|plaza|paseo|rue|viale|rua|ulica|ul\.)|[Vv]ia)\s+"
            r"(?:(?i:de|del|la|las|das|dos|da)\s+)*[A-ZÀ-ÖØ-ÞŁŚŻ][^,.\d\n]{1,40},?\s*\d{1,4}\b"
        ),
        "[address]",
    ),
    (
        re.compile(
            r"(?i)\b[\w-]+(?:stra(?:ß|ss)e|str\.|gasse|allee|gracht|straat|laan|gatan|vägen|gade)\s+"
            r"\d{1,4}[a-z]?\b"
        ),
        "[address]",
    ),
    (
        re.compile(
            r"\b(?:[A-ZÀ-ÖØ-Þ][\w.'’-]+\s+){1,3}(?i:gate|gata|vei|veg|vej|väg|plass|plads|allé|torg)\s+"
            r"\d{1,4}(?:\s?[A-Za-z]\b)?"
        ),
        "[address]",
    ),
    (
        re.compile(
            r"\b[A-ZÀ-ÖØ-Þ][\w'’-]{2,}(?:gata|gaten|veien|vegen|vejen|gaden|katu|(?<=\w{5})tie)\s+"
            r"\d{1,4}(?:\s?[A-Za-z]\b)?"
        ),
        "[address]",
    ),
    (re.compile(r"(?i)\b\d{1,4},?\s+rue\s+(?:de\s+|du\s+|des\s+|la\s+)*\w+"), "[address]"),
    # Said by its place: "Anna Kowalska here", "Anna Kowalska: ...", "thanks, Anna Kowalska".
    (re.compile(_FULL_NAME + r"(?=\s+here\b)"), "[name]"),
    (re.compile(r"(?m)^\s*" + _FULL_NAME + r"(?=:)"), "[name]"),
    (
        re.compile(r"(?i)(?:(?<=\bthanks, )|(?<=\bregards, )|(?<=\bask for ))" + _FULL_NAME),
        "[name]",
    ),
    (re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b"), "[postcode]"),
    (re.compile(r"(?<=[A-Z]{2}\s)\d{5}(?:-\d{4})?\b"), "[postcode]"),
    (
        re.compile(
            r"(?i)\b(?:zip(?:\s*code)?|post(?:al)?\s*code|código postal|plz)[\s:is]*[\w-]{4,10}"
        ),
        "[postcode]",
    ),
    (
        re.compile(
            r"(?-i:\b(?:Dr|Dra|Prof|Mr|Mrs|Ms|Miss|Sr|Sra)\b)\.?\s+" + _NAME,
            re.IGNORECASE,
        ),
        "[name]",
    ),
]
_CUED_NAME = re.compile(
    r"(?i)\b(my name is|my name's|me llamo|mi nombre es|ich heiße|mein name ist|je m'appelle|"
    r"i am called|call me|i'm|i am|this is|soy|my (?:son|daughter|wife|husband|mother|father|mum|mom|"
    r"dad|sister|brother|friend|child|partner)(?:'s name is| is called|,)?)\s+(" + _NAME + ")"
)
_SURE_CUES = re.compile(r"(?i)name|llamo|nombre|heiße|m'appelle|called|call me|my ")


def redact(text: str) -> str:
    """The text with identifying parts replaced by words in square brackets."""
    text = postal_codes_resolved(text)
    for pattern, replacement in _RULES:
        text = pattern.sub(_guarded(replacement), text)
    return _CUED_NAME.sub(_name, text)


def _guarded(replacement: str) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        found = match.group()
        if replacement == "[phone]" and sum(ch.isdigit() for ch in found) < 7:
            return found
        if replacement == "[phone]" and re.fullmatch(DATE, found, re.IGNORECASE):
            return found
        if replacement == "[date]" and not _of_a_life(match):
            return found
        return replacement

    return replace


#: A whole date of so many years ago is taken for one of birth; a later one tells of what is new.
_YEARS_AGO = 3
#: What happened since then is asked for; nobody is born since a date.
_SINCE = re.compile(r"(?i)\b(?:since|after|from|until|before|desde(?:\s+el)?|a partir del?)\s+$")
_TWO_DIGITS = re.compile(r"\d{1,2}([./-])\d{1,2}([./-])(\d{2})")
_UNIT = re.compile(r"\s*(?:mg|mcg|µg|g|ml|kg|mm|cm|%|days?|weeks?|months?)\b")


def _of_a_life(match: re.Match[str]) -> bool:
    """Whether a date may be somebody's birthday."""
    found, this_year = match.group(), date.today().year
    parts = [int(part) for part in re.findall(r"\d+", found)]
    if len(parts) == 3 and not (min(parts[:2]) <= 12 and sorted(parts)[1] <= 31):
        return False
    if short := _TWO_DIGITS.fullmatch(found):
        if short[1] != short[2] or short[1] == "-" or _UNIT.match(match.string, match.end()):
            return False
        century = this_year // 100 * 100
        year = century + parts[2] - (100 if century + parts[2] > this_year else 0)
    else:
        year = next((part for part in parts if part > 31), 0)
    if year >= 2015 and _SINCE.search(match.string, 0, match.start()):
        return False
    return 1900 <= year <= this_year - _YEARS_AGO


def _name(match: re.Match[str]) -> str:
    cue, name = match.groups()
    if _NOT_NAMES.match(name):
        return match.group()
    if not _SURE_CUES.search(cue) and len(name.split()) < 2:
        return match.group()
    return f"{cue} [name]"
