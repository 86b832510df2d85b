"""Read the content files into `Content`, and say where a file is wrong.

One topic is one file of `content/topics/`; sources are lists in `content/sources/`, or stand in the
one topic file that rests on them. Every problem carries file and line, so that a maintainer without
Python can mend it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import yaml

from knowledge.curated.claims import paragraph
from knowledge.curated.content import (
    EVIDENCE_LEVELS,
    GROUPS,
    GROUPS_NOT_ABOUT_THERAPY,
    Answer,
    Condition,
    Content,
    Disease,
    GlossaryTerm,
    Paragraph,
    ProductStatus,
    Review,
    Source,
    Topic,
    VisitQuestion,
    VisitSheetContent,
)

CONTENT_FOLDER = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Problem:
    """Something wrong in a content file. `line` counts from 1."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        try:
            shown = self.path.relative_to(Path.cwd())
        except ValueError:
            shown = self.path
        return f"{shown}:{self.line}: {self.message}"


class ContentInvalid(Exception):
    """The content can't be used. `problems` says why, by file and line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class Node(dict):  # type: ignore[type-arg]
    """A YAML mapping that knows the line of itself and of each of its keys."""

    line: int
    lines: dict[str, int]


class _LineLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's safe loader, whose mappings are `Node`s."""


def _construct_node(loader: Any, mapping: yaml.MappingNode) -> Node:
    node = Node()
    node.line = mapping.start_mark.line + 1
    node.lines = {}
    for key_node, value_node in mapping.value:
        key = str(key_node.value)  # as it is written: YAML 1.1 takes the key "on" for True
        node.lines[key] = key_node.start_mark.line + 1
        node[key] = loader.construct_object(value_node, deep=True)
    return node


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_node)


def load_nodes(path: Path) -> Any:
    """A YAML file with `Node`s for mappings. Raises yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LineLoader)  # noqa: S506


#: What reading a file raises that is no YAML.
UNREADABLE = (yaml.YAMLError, UnicodeDecodeError)


def unreadable(path: Path, error: Exception) -> Problem:
    """What to say of a file that is no YAML."""
    mark = getattr(error, "problem_mark", None)
    detail = getattr(error, "problem", None) or str(error)
    return Problem(path, mark.line + 1 if mark else 1, f"not readable as YAML: {detail}")


class Reader:
    """Reads one content folder, collecting problems instead of stopping at the first."""

    def __init__(self, folder: Path = CONTENT_FOLDER) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self._digest = hashlib.sha256(_code())
        self._sources: dict[str, tuple[Source, Path]] = {}

    def read(self) -> Content:
        """The whole folder. Look at `problems` before you use what comes back."""
        for path in sorted(self.folder.glob("sources/*.yml")):
            self._read_sources(path, self._load(path))
        conditions = self._conditions()
        topics = {topic.id: topic for topic in self._topics()}
        status = self._mapping("status.yml")
        visit_sheet = self._mapping("visit_sheet.yml")
        return Content(
            topics=topics,
            sources={id_: source for id_, (source, _) in self._sources.items()},
            conditions=conditions,
            diseases=tuple(self._read_list("diseases.yml", self._disease)),
            glossary=tuple(self._read_list("glossary.yml", self._term)),
            phrases={**self._mapping("phrases.yml"), **(visit_sheet.get("wording") or {})},
            cards=self._mapping("safety/cards.yml"),
            status=tuple(self._status(status.get("rows") or ())),
            status_wording=status.get("wording") or {},
            jurisdictions=status.get("jurisdictions") or {},
            visit_sheet=self._visit_sheet(visit_sheet),
            hash=self._digest.hexdigest(),
        )

    # -- files

    def _load(self, path: Path) -> Any:
        raw = path.read_bytes()
        self._digest.update(path.relative_to(self.folder).as_posix().encode() + b"\0" + raw)
        try:
            return yaml.load(raw.decode("utf-8"), Loader=_LineLoader)  # noqa: S506 (safe loader)
        except UNREADABLE as error:
            self.problems.append(unreadable(path, error))
            return None

    def _mapping(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        if not path.exists():
            return {}
        loaded = self._load(path)
        return dict(loaded) if isinstance(loaded, Node) else {}

    def _read_list(self, name: str, parse: Callable[[Path, Node], Any]) -> Iterable[Any]:
        path = self.folder / name
        if not path.exists():
            return
        for node in self._load(path) or ():
            parsed = self._guarded(path, node, parse)
            if parsed is not None:
                yield parsed

    def _read_sources(self, path: Path, nodes: Any) -> None:
        for node in nodes or ():
            source = self._guarded(path, node, self._source)
            if source is None:
                continue
            if source.id in self._sources:
                where = self._sources[source.id][1].name
                self._problem(path, node.line, f"'{source.id}' is already in {where}")
            self._sources[source.id] = (source, path)

    def _guarded(self, path: Path, node: Any, parse: Callable[[Path, Node], Any]) -> Any:
        line = getattr(node, "line", 1)
        try:
            return parse(path, node)
        except KeyError as error:
            self._problem(path, line, f"{error.args[0]!r} is missing here; add it")
        except (TypeError, ValueError, AttributeError) as error:
            self._problem(path, line, f"not of the expected shape: {error}")
        return None

    def _problem(self, path: Path, line: int, message: str) -> None:
        self.problems.append(Problem(path, line, message))

    # -- records

    def _source(self, _path: Path, node: Node) -> Source:
        return Source(
            id=node["id"],
            title=node["title"],
            publisher=node["publisher"],
            url=node["url"],
            date=str(node["date"]),
            type=node["type"],
            checked=_date(node["checked"]),
            line=" ".join(str(node["line"]).split()),
        )

    def _conditions(self) -> dict[str, Condition]:
        path = self.folder / "conditions.yml"
        found: dict[str, Condition] = {}
        for id_, node in self._mapping("conditions.yml").items():
            condition = self._guarded(path, node, partial(_condition, id_))
            if condition is not None:
                found[id_] = condition
        return found

    def _status(self, nodes: Iterable[Any]) -> Iterable[ProductStatus]:
        path = self.folder / "status.yml"
        for node in nodes:
            row = self._guarded(path, node, _product_status)
            if row is not None:
                yield row

    def _visit_sheet(self, node: Mapping[str, Any]) -> VisitSheetContent:
        path = self.folder / "visit_sheet.yml"
        if not node:
            return VisitSheetContent((), (), Review("draft"), date.min, date.max)
        found = [self._guarded(path, each, _visit_question) for each in node["questions"]]
        return VisitSheetContent(
            questions=tuple(question for question in found if question is not None),
            notes=tuple(dict(each) for each in node["notes"]),
            review=_review(node["review"]),
            as_of=_date(node["as_of"]),
            next_review=_date(node["next_review"]),
        )

    def _disease(self, _path: Path, node: Node) -> Disease:
        return Disease(
            name=dict(node["name"]), aliases=tuple(str(a) for a in node.get("aliases", ()))
        )

    def _term(self, _path: Path, node: Node) -> GlossaryTerm:
        return GlossaryTerm(
            term=dict(node["term"]),
            aliases=tuple(str(alias) for alias in node.get("aliases", ())),
            text=dict(node["text"]),
            sources=tuple(node.get("sources", ())),
        )

    def _topics(self) -> Iterable[Topic]:
        for path in sorted((self.folder / "topics").glob("*.yml")):
            node = self._load(path)
            if not isinstance(node, Node):
                continue
            self._read_sources(path, node.get("sources"))
            topic = self._guarded(path, node, self._topic)
            if topic is None:
                continue
            if topic.id != path.stem:
                self._problem(
                    path,
                    node.lines["topic"],
                    f"the file holds topic '{topic.id}'; name it {topic.id}.yml",
                )
            yield topic

    def _topic(self, path: Path, node: Node) -> Topic:
        group = node["group"]
        if group not in GROUPS:
            self._problem(path, node.lines["group"], f"unknown group '{group}'")
        answer = self._answer(path, node, node) if node.get("answer") else None
        variants = {}
        for condition, variant in (node.get("variants") or {}).items():
            variants[condition] = self._answer(path, variant, node)
        return Topic(
            id=node["topic"],
            group=group,
            title=dict(node["title"]),
            about_therapy=bool(node.get("about_therapy", group not in GROUPS_NOT_ABOUT_THERAPY)),
            intent=node.get("intent", "ask"),
            review=_review(node["review"]),
            answer=answer,
            variants=variants,
            next=tuple(node.get("next") or ()),
            questions={
                language: tuple(str(question) for question in questions)
                for language, questions in (node.get("questions") or {}).items()
            },
        )

    def _answer(self, path: Path, node: Node, topic: Node) -> Answer:
        evidence = node.get("evidence", topic.get("evidence"))
        if evidence is not None and evidence not in EVIDENCE_LEVELS:
            line = node.lines.get("evidence", node.line)
            self._problem(path, line, f"unknown evidence level '{evidence}'")
        return Answer(
            paragraphs={
                locale: tuple(self._paragraph(path, each) for each in paragraphs)
                for locale, paragraphs in node["answer"].items()
            },
            as_of=_date(node.get("as_of", topic.get("as_of"))),
            next_review=_date(node.get("next_review", topic.get("next_review"))),
            evidence=evidence,
        )

    def _paragraph(self, path: Path, node: Node) -> Paragraph:
        for key in set(node) - {"text"}:
            self._problem(
                path,
                node.lines[key],
                f"'{key}' has no place beside a text; sources stand after their sentence: [its-id]",
            )
        return paragraph(str(node["text"]))


def _condition(id_: str, _path: Path, node: Mapping[str, Any]) -> Condition:
    aliases = [str(alias) for group in node["aliases"].values() for alias in group]
    return Condition(
        id=id_,
        name=dict(node["name"]),
        full_name=dict(node["full_name"]),
        specialist=dict(node["specialist"]),
        autoimmune=bool(node.get("autoimmune", True)),
        aliases=tuple(aliases),
        mesh=tuple(str(term) for term in node.get("mesh", ())),
        registry=tuple(str(term) for term in node.get("registry", ())),
    )


def _review(node: Mapping[str, Any]) -> Review:
    return Review(
        status=node["status"],
        by=node.get("by"),
        role=node.get("role"),
        on=str(node["on"]) if node.get("on") else None,
        languages=tuple(node.get("languages", ("en",))),
    )


def _visit_question(_path: Path, node: Mapping[str, Any]) -> VisitQuestion:
    return VisitQuestion(
        id=node["id"],
        area=node["area"],
        when=dict(node.get("when") or {}),
        quote=tuple(node.get("quote") or ()),
        ask=dict(node["ask"]),
        why={locale: paragraph(text) for locale, text in (node.get("why") or {}).items()},
    )


def _product_status(_path: Path, node: Mapping[str, Any]) -> ProductStatus:
    return ProductStatus(
        product=node["product"],
        condition=node["condition"],
        jurisdiction=node["jurisdiction"],
        status=node["status"],
        as_of=_date(node["as_of"]),
        source=node["source"],
    )


def _date(value: Any) -> date:
    if isinstance(value, date):
        return value
    if value is None:
        raise KeyError("as_of and next_review")
    return date.fromisoformat(str(value))


def _code() -> bytes:
    """The code that reads the files and keeps what they say.

    It is part of the content's hash: what another version of it has stored is stored anew.
    """
    return b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))


#: What somebody still holds of what was read: a training needs the same content in five places.
_held: WeakValueDictionary[tuple[Any, ...], Content] = WeakValueDictionary()


def read_content(folder: Path = CONTENT_FOLDER) -> Content:
    """Read a content folder. What was read of it before and is still held is given again, unless a
    file, or the code that reads it, has changed since.

    Raises ContentInvalid with every problem found, each by file and line.
    """
    files = ((path, path.stat()) for path in sorted(folder.rglob("*.yml")))
    state = (_code(), *((path, stat.st_mtime_ns, stat.st_size) for path, stat in files))
    held = _held.get(state)
    if held is not None:
        return held
    reader = Reader(folder)
    content = reader.read()
    if reader.problems:
        raise ContentInvalid(reader.problems)
    _held[state] = content
    return content
