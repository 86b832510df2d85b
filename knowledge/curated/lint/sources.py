"""The checks of source records: real addresses, kept domains, honest types, recent checks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from knowledge.curated.content import Content, Source
from knowledge.curated.reading import Node, Problem, load_nodes

#: What a source may be. The kinds of study are the evidence levels of an answer; "secondary" is
#: somebody else's copy or summary of an original that we could not open.
TYPES = frozenset(
    {"randomised_trial", "uncontrolled_trial", "case_series", "case_report", "review",
     "animal_study", "expert_guidance", "registry", "regulator", "label", "law", "hospital",
     "charity", "news", "secondary"}
)  # fmt: skip
#: What a source on a site of kind `press` may call itself.
_PRESS_TYPES = frozenset({"news", "secondary"})
#: The date of a page that names none; the day it was read is no date of publication.
UNDATED = "undated"
#: A source that nobody has read for longer is stale: as long as the longest review interval.
MOST_DAYS_UNREAD = 180


@dataclass(frozen=True)
class Domains:
    """Sites that may be cited, by kind, and sites that must not be."""

    allowed: Mapping[str, str]
    denied: frozenset[str]

    def kind(self, host: str) -> str | None:
        """The kind of a site or of the site it belongs to; None where it is not on the list."""
        return next((self.allowed[name] for name in _names(host) if name in self.allowed), None)

    def is_denied(self, host: str) -> bool:
        """Whether a site, or the one it belongs to, is on the deny-list."""
        return any(name in self.denied for name in _names(host))


def read_domains(folder: Path) -> Domains:
    """The lists of `domains.yml`."""
    loaded = yaml.safe_load((folder / "domains.yml").read_text(encoding="utf-8"))
    allowed = {host: kind for kind, hosts in loaded["allowed"].items() for host in hosts}
    return Domains(allowed, frozenset(loaded["denied"]))


def problems(folder: Path, content: Content, today: date) -> Iterator[Problem]:
    """Every problem of the source records, in `sources/` and in topic files."""
    domains = read_domains(folder)
    where = dict(_where(folder))
    cited = _cited(content)
    for source in content.sources.values():
        path, line = where[source.id]
        if source.id not in cited:
            yield Problem(path, line, f"{source.id}: nothing rests on it: cite it, or take it out")
        for complaint in (*_address(source, domains), *_record(source, today)):
            yield Problem(path, line, f"{source.id}: {complaint}")


def _cited(content: Content) -> set[str]:
    answers = (
        answer
        for topic in content.topics.values()
        for answer in (topic.answer, *topic.variants.values())
        if answer
    )
    return {
        *(id_ for a in answers for ps in a.paragraphs.values() for p in ps for id_ in p.sources),
        *(id_ for term in content.glossary for id_ in term.sources),
        *(row.source for row in content.status),
    }


def _where(folder: Path) -> Iterator[tuple[str, tuple[Path, int]]]:
    for path in sorted((folder / "sources").glob("*.yml")):
        yield from _records(path, load_nodes(path))
    for path in sorted((folder / "topics").glob("*.yml")):
        try:
            node = load_nodes(path)
        except yaml.YAMLError:
            continue  # the reader has said so
        yield from _records(path, node.get("sources") if isinstance(node, Node) else None)


def _records(path: Path, nodes: object) -> Iterator[tuple[str, tuple[Path, int]]]:
    for node in nodes if isinstance(nodes, list) else ():
        if isinstance(node, Node) and "id" in node:
            yield node["id"], (path, node.line)


def _address(source: Source, domains: Domains) -> Iterator[str]:
    parts = urlsplit(source.url)
    host = (parts.hostname or "").removeprefix("www.")
    if parts.scheme != "https" or "." not in host:
        yield f"L17: '{source.url}': the address must begin with https://"
    if domains.is_denied(host):
        yield f"L17: {host} is on the deny-list of domains.yml: find the original"
        return
    kind = domains.kind(host)
    if kind is None:
        yield f"L17: {host} is not in domains.yml: cite a better source, or add the site there"
    elif kind == "press" and source.type not in _PRESS_TYPES:
        yield (
            f"L17: {host} is press: its type is news (or secondary), not {source.type}; "
            "better, cite the original"
        )


def _record(source: Source, today: date) -> Iterator[str]:
    if source.type not in TYPES:
        yield f"type '{source.type}' is none of {', '.join(sorted(TYPES))}"
    if not re.fullmatch(rf"{UNDATED}|\d{{4}}(?:-\d{{2}}(?:-\d{{2}})?)?", source.date):
        yield (
            f"date must be YYYY-MM-DD (or YYYY, or YYYY-MM), or {UNDATED} where the page names "
            f"none, not '{source.date}'"
        )
    elif source.date != UNDATED and source.date > today.isoformat():
        yield f"date {source.date} lies in the future"
    if source.checked > today:
        yield f"checked {source.checked} lies in the future"
    if today - source.checked > timedelta(days=MOST_DAYS_UNREAD):
        yield (
            f"L18: checked {source.checked} is more than {MOST_DAYS_UNREAD} days ago: "
            "read it again, then set the date"
        )
    if not source.line:
        yield "`line` is empty: write the short wording that claims rest on"
    for field in (source.title, source.publisher, source.line):
        if html.unescape(field) != field:
            yield f"an HTML entity in '{field[:40]}': write the character itself"


def _names(host: str) -> Iterator[str]:
    """A host and the domains it belongs to: a.b.org, b.org."""
    parts = host.split(".")
    for start in range(len(parts) - 1):
        yield ".".join(parts[start:])
