"""What of a question may be kept for review: less than what a turn needs.

`redact` leaves in what an answer needs and takes names by their cues. A maintainer needs only what
was asked. So here every date, every longer number, every capitalised word that our content does not
use, and every first name goes as well; better a gap in a question than a person in the queue.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from functools import lru_cache

from bot.web.redaction import DATE, redact
from knowledge.curated.reading import read_content

_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|close|court|crescent|"
    r"terrace|square|place|highway|hwy|parkway)"
)
#: Units and things that medicine writes in digits and letters as one word.
_MEDICAL = re.compile(
    r"(?i)^(?:nct\d{8}|cd\d{1,2}|b\d{1,2}|il-?\d{1,2}|igg\d?|hba1c|h1n1|covid-?19|car-?t\d?|t\d|"
    r"\d{1,3}(?:st|nd|rd|th|s|x|yo|y|m|f|kg|mg|g|ml|mcg|µg|cm|mm|km|lbs?|h|hrs?|min|days?|weeks?|"
    r"months?|years?|c|f|%|k)?)$"
)
_PATTERNS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"\S*@\S*"), "[email]"),
    (
        re.compile(
            r"(?i)\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|info|io|co|[a-z]{2})\b(?:/\S*)?"
        ),
        "[link]",
    ),
    (re.compile(rf"(?i){DATE}"), "[date]"),
    (re.compile(r"\b\d{1,4}\s?[./-]\s?\d{1,2}(?:\s?[./-]\s?\d{2,4})+\b"), "[date]"),
    (re.compile(rf"(?i)\b\d{{1,5}}\s+(?:[\w'’.-]+\s+){{1,3}}{_STREET}\b\.?"), "[address]"),
    # Runs of digit groups: telephones and record numbers in whatever spelling.
    (re.compile(r"(?<!NCT)(?<!\d)\+?\(?\d[\d\s().\-/]{4,}\d"), "[number]"),
    (re.compile(r"(?<![\w])(?!NCT\d)(?=[\w-]*\d[\w-]*\d[\w-]*\d[\w-]*\d)[\w-]+"), "[number]"),
]
#: Numbers beside a gap belong to what was taken out.
_BESIDE = re.compile(r"\+?(?<!\w)\d[\d\s()/-]*(?=\[(?:number|phone|name|address)\])")
_GAPS = re.compile(r"(\[[a-z ]+\])(?:[\s,.'’-]*\1)+")
_CLAUSE = re.compile(r"(?<=[.?!;:])\s+|[()\n]")
_PART = re.compile(r"\[[a-z ]+\]|\w*\d\w*|[^\W\d_]+(?:['’-][^\W\d_]+)*|\w+|\W")
#: After these a word that our content does not know is taken for a name, capital or not.
_CUES = frozenset(
    {"i'm", "im", "i am", "name is", "name's", "call me", "this is", "soy", "me llamo", "ich bin",
     "ich heiße", "je suis", "m'appelle", "mi chiamo", "sono", "meu nome", "jestem"}
)  # fmt: skip
#: After these stands a thing, though it be a name somewhere: "during Ramadan", "doing yoga".
_THINGS_FOLLOW = frozenset(
    """during celebrate celebrating observe observing practise practising practice practicing doing
    play playing eat eating drink drinking durante celebrar practicar practico hacer hago comer
    beber jugar tocar während""".split()  # noqa: SIM905
)
#: And after these, where it has no capital: "can I do yoga", but "when do Anna's cells".
_THINGS_FOLLOW_BOTH = frozenset(
    f"{first} {second}"
    for firsts, seconds in (
        (("i", "to", "we", "you", "still"), ("do",)),
        (("fast", "fasting"), ("for", "in", "at")),
        (("ayuno", "ayunar", "ayuna"), ("de", "en", "por")),
    )
    for first in firsts
    for second in seconds
)
#: "I'm [name] and", which says who asks.
_INTRODUCED = re.compile(
    rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, sorted(_CUES)))})"
    r"\s+\[name\]\s*(?:and|y|und|et|e|,)?\s+"
)
#: A full stop after a shorter word is an abbreviation's ("ul. Kwiatowa").
_SHORTEST_LAST_WORD = 4
#: Languages that write ordinary nouns with a capital, so that a capital says nothing.
_CAPITALISES_NOUNS = frozenset({"de"})


def keepable(text: str, language: str = "en") -> str:
    """The text without anything that could point to a person; gaps are words in brackets."""
    text = redact(text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    text = _BESIDE.sub("[number] ", _without_names(text, language))
    return _whole_clauses(_GAPS.sub(r"\1", text).strip())


def _whole_clauses(text: str) -> str:
    """The clauses without a gap, where there are any: the others say who asks, not what."""
    text = _INTRODUCED.sub("\n", text)
    whole = [c.strip() for c in _CLAUSE.split(text) if "[" not in c and len(c.split()) > 2]
    return " ".join(whole) or text


def _without_names(text: str, language: str) -> str:
    shown: list[str] = []
    said = ["", ""]
    start, beside_name = True, False
    for part in _PART.findall(text):
        if not part[0].isalnum():
            shown.append(part)
            start = (
                start or part in "?!\n" or (part == "." and len(said[-1]) >= _SHORTEST_LAST_WORD)
            )
            beside_name = (beside_name and part in " -'’.") or part in {"[name]", "[address]"}
            if part[0] == "[":
                said = [said[-1], part]
            continue
        cued = said[-1] in _CUES or " ".join(said) in _CUES
        if any(ch.isdigit() for ch in part):
            hidden = _hidden_number(part, beside_name)
        else:
            capital_tells = not start and language not in _CAPITALISES_NOUNS
            thing = not beside_name and (
                said[-1] in _THINGS_FOLLOW
                or (part.islower() and " ".join(said) in _THINGS_FOLLOW_BOTH)
            )
            hidden = None if thing else _hidden_word(part, capital_tells, beside_name or cued)
        shown.append(hidden or part)
        said = [said[-1], part.casefold()]
        start, beside_name = False, hidden == "[name]"
    return "".join(shown)


def _hidden_number(number: str, beside_name: bool) -> str | None:
    """A number that medicine needs stays, unless it follows a name: there it is a house's."""
    medical = _MEDICAL.match(number) and not (beside_name and number.isdigit())
    return None if medical else "[number]"


def _hidden_word(word: str, capital_tells: bool, beside_name: bool) -> str | None:
    """What to put in a word's place, None to leave it.

    capital_tells: a capital is not just the sentence's first. beside_name: after a name or its cue.
    """
    lower, capital = word.casefold(), word[0].isupper()
    if beside_name and capital and len(word) > 1 and lower not in _diseases():
        return "[name]"
    if len(word) == 1 or lower in _words() or re.sub(r"['’]s$", "", lower) in _words():
        return None
    if beside_name or lower in _first_names() or (capital and capital_tells):
        return "[name]"
    return "[name]" if capital and lower in _last_names() else None


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Words that our content writes in small letters or all capitals twice, and of diseases."""
    content = read_content()
    texts = [q for t in content.topics.values() for each in t.questions.values() for q in each]
    texts += [
        paragraph.text
        for topic in content.topics.values()
        for answer in (topic.answer, *topic.variants.values())
        if answer
        for paragraphs in answer.paragraphs.values()
        for paragraph in paragraphs
    ]
    counted = Counter(
        word for text in texts for word in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text)
    )
    small = {word for word, times in counted.items() if word.islower() and times > 1}
    shouted = {w.casefold() for w, times in counted.items() if w.isupper() and times > 1}
    return frozenset(small | shouted | _diseases())


@lru_cache(maxsize=1)
def _diseases() -> frozenset[str]:
    """The words of diseases' names, among them those of the people they are named after."""
    content = read_content()
    names = [alias for c in content.conditions.values() for alias in c.aliases]
    names += [alias for disease in content.diseases for alias in disease.aliases]
    return frozenset(word.casefold() for name in names for word in re.findall(r"[^\W\d_]+", name))


@lru_cache(maxsize=1)
def _first_names() -> frozenset[str]:
    kinds = ("first_names", "first_names_female", "first_names_male", "first_romanized_names")
    return frozenset().union(*map(_names, kinds))


@lru_cache(maxsize=1)
def _last_names() -> frozenset[str]:
    return _names("last_names") | _names("last_romanized_names")


def _names(kind: str) -> frozenset[str]:
    """Names of all countries that Faker knows, in small letters."""
    import faker.providers.person as person

    found: set[str] = set()
    for module in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"{person.__name__}.{module.name}").Provider
        listed = getattr(provider, kind, ())
        # A few providers compute theirs; what they draw from is listed by the others.
        for name in () if isinstance(listed, property) else listed:
            found.update(part.casefold() for part in re.split(r"[\s-]+", name) if len(part) > 2)
    return frozenset(found)
