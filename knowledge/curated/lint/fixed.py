"""The checks of what every reply is built with: phrases, status, glossary, conditions, cards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from knowledge.curated.content import Claim, Content
from knowledge.curated.lint import evidence, wording
from knowledge.curated.lint.readability import CARD_GRADE, grade, readable
from knowledge.curated.reading import Problem, load_nodes
from knowledge.curated.status import PLACEHOLDERS as STATUS_PLACEHOLDERS

#: Sentences that replies owe (L07, L12): phrase -> what each locale must say.
_MUST_SAY = {
    "specialist": {"en": "{specialist}", "es": "{specialist}"},
    "specialist_other": {"en": "{condition}", "es": "{condition}"},
    "specialist_unknown": {"en": "specialist", "es": "especialista"},
    "out_of_date": {"en": "{date}", "es": "{date}"},
    "trials_not_endorsed": {"en": "not a recommendation", "es": "no es una recomendación"},
}
#: What a trial listing may tell (L11): the registry's basic facts, and where and when we read them.
_TRIAL_FIELDS = frozenset(
    [
        "nct_id",
        "title",
        "purpose",
        "summary",
        "status",
        "meaning",
        "phase",
        "phases",
        "ages",
        "min",
        "max",
        "site",
        "facility",
        "city",
        "country",
        "sites",
        "countries",
        "distance",
        "contact",
        "date",
        "url",
        "time",
        "interventions",
        "sponsor",
        "count",
        "numbers",
        "shown",
        "kinds",
        "condition",
        "place",
        "what",
        "why",
    ]
)
#: Longest safety card, in words (where a language writes words).
MOST_CARD_WORDS = 40
_SPACED = frozenset({"en", "es"})
#: A wording that says where a product stands, and those that need not.
_STATUS = re.compile(
    r"\b(?:is|are) (?:\w+ )?(?:experimental|approved)\b|\bes experimental\b|\bestán? aprobad"
)
_NO_STATUS = frozenset({"not_autoimmune", "unnamed"})
#: How long a row of status.yml may stand before somebody reads its source again.
_STATUS_DAYS = timedelta(days=90)


def problems(folder: Path, content: Content, today: date) -> Iterator[Problem]:
    """Every problem of the files beside the topics and the sources."""
    yield from _phrases(folder, content)
    yield from _status(folder / "status.yml", content, today)
    yield from _glossary(folder / "glossary.yml", content)
    yield from _conditions(folder / "conditions.yml", content)
    yield from _cards(folder / "safety" / "cards.yml", content)
    yield from _safety_lines(folder / "safety" / "lines.yml", today)


def _phrases(folder: Path, content: Content) -> Iterator[Problem]:
    """The wording of phrases.yml, and that of the visit sheet, which stands in its own file."""
    general, sheet = folder / "phrases.yml", folder / "visit_sheet.yml"
    where = {name: (general, line) for name, line in _lines(general).items()}
    for name, line in _lines(sheet, "wording").items():
        if name in where:
            yield Problem(sheet, line, f"'{name}' is already in {general.name}")
        where[name] = (sheet, line)
    for name, must in _MUST_SAY.items():
        path, line = where.get(name, (general, 1))
        for locale, words in must.items():
            if words not in content.phrases.get(name, {}).get(locale, ""):
                yield Problem(path, line, f"the phrase '{name}.{locale}' must say '{words}'")
    for name, texts in content.phrases.items():
        path, line = where[name]
        yield from _wording(path, line, name, texts)
        if name.startswith(("trial_", "trials_")):
            for text in texts.values():
                for field in sorted(set(re.findall(r"\{(\w+)\}", text)) - _TRIAL_FIELDS):
                    yield Problem(
                        path,
                        line,
                        f"L11: '{name}' tells {{{field}}}: a listing tells the registry's basic "
                        "facts only",
                    )


def _status(path: Path, content: Content, today: date) -> Iterator[Problem]:
    nodes = load_nodes(path)
    wording_lines = nodes["wording"].lines
    for name, texts in content.status_wording.items():
        line = wording_lines.get(name, 1)
        yield from _wording(path, line, name, texts)
        for locale in ("en", "es"):
            said = texts.get(locale, "")
            if name not in _NO_STATUS and not _STATUS.search(said):
                yield Problem(
                    path, line, f"'{name}.{locale}' must say whether CAR-T is experimental there"
                )
            for field in sorted(set(re.findall(r"\{\w+\}", said)) - STATUS_PLACEHOLDERS):
                yield Problem(path, line, f"'{name}.{locale}': unknown placeholder {field}")
    for row, node in zip(content.status, nodes["rows"]):
        if row.source not in content.sources:
            yield Problem(path, node.line, f"there is no source '{row.source}'")
        if row.condition != "any" and row.condition not in content.conditions:
            yield Problem(path, node.line, f"there is no condition '{row.condition}'")
        if row.status not in content.status_wording:
            yield Problem(path, node.line, f"status '{row.status}' has no wording")
        if row.as_of > today:
            yield Problem(path, node.line, f"as_of {row.as_of} lies in the future")
        if today - row.as_of > _STATUS_DAYS:
            yield Problem(
                path,
                node.line,
                f"L18: as_of {row.as_of} is more than {_STATUS_DAYS.days} days ago: read the "
                "source again, then set the date",
            )


def _glossary(path: Path, content: Content) -> Iterator[Problem]:
    for term, node in zip(content.glossary, load_nodes(path) or ()):
        for locale, text in term.text.items():
            for complaint in evidence.complaints(Claim(text, term.sources), content.sources, True):
                yield Problem(path, node.line, f"{term.term['en']}.{locale}: {complaint}")
        yield from _wording(path, node.line, term.term["en"], term.text)


def _conditions(path: Path, content: Content) -> Iterator[Problem]:
    if not path.exists():
        yield Problem(path, 1, "the file is missing")
        return
    lines = _lines(path)
    for condition in content.conditions.values():
        for field in ("name", "full_name", "specialist"):
            if not getattr(condition, field).get("en"):
                line = lines.get(condition.id, 1)
                yield Problem(path, line, f"{condition.id}: {field}.en is missing")


def _cards(path: Path, content: Content) -> Iterator[Problem]:
    """Every safety card in English and Spanish, with a number to call, short and easy."""
    lines = _lines(path)
    for card, texts in content.cards.items():
        line = lines.get(card, 1)
        for locale in ("en", "es"):
            if not re.search(r"\d{3}", texts.get(locale, "")):
                yield Problem(path, line, f"{card}.{locale} must name a number to call")
        for locale in sorted(_SPACED & set(texts)):
            if (words := len(texts[locale].split())) > MOST_CARD_WORDS:
                yield Problem(
                    path, line, f"{card}.{locale} has {words} words, at most {MOST_CARD_WORDS}"
                )
        if (reading := grade(readable(texts.get("en", "")))) > CARD_GRADE:
            yield Problem(
                path, line, f"{card}.en has reading grade {reading}, at most {CARD_GRADE:g}"
            )


def _safety_lines(path: Path, today: date) -> Iterable[Problem]:
    """Emergency and crisis numbers: each with a source, none past its review date."""
    for node in load_nodes(path) or () if path.exists() else ():
        source = node.get("source") or {}
        if not str(source.get("url", "")).startswith("https://"):
            yield Problem(path, node.line, f"{node.get('number')}: name the source's https address")
        due = node.get("next_review")
        if not isinstance(due, date) or due < today:
            yield Problem(path, node.line, f"L18: {node.get('number')}: next_review {due} is past")


def _wording(path: Path, line: int, name: str, texts: Mapping[str, str]) -> Iterator[Problem]:
    for locale, text in texts.items():
        for _, complaint in wording.sentence_complaints(text, locale):
            yield Problem(path, line, f"{name}.{locale}: {complaint}")


def _lines(path: Path, key: str | None = None) -> dict[str, int]:
    """The lines of a file's keys, or of those under one of them."""
    nodes: Any = load_nodes(path) if path.exists() else None
    if key is not None and isinstance(nodes, dict):
        nodes = nodes.get(key)
    return dict(getattr(nodes, "lines", {}))
