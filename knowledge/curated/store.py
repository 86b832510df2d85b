"""The store that replies are composed from: content files in, `Content` out."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.curated.content import (
    Answer,
    Claim,
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
from knowledge.curated.tables import (
    COPIES,
    AnswerRow,
    ConditionRow,
    DiseaseRow,
    GlossaryRow,
    LoadedContent,
    SentenceRow,
    SourceRow,
    StatusRow,
    TopicRow,
    VisitQuestionRow,
    VisitSheetRow,
)
from knowledge.database import transaction


def load(engine: Engine, content: Content) -> bool:
    """Put the content into the store, in one transaction.

    Returns False, and touches nothing, where the store already holds just this content (by hash).
    """
    with transaction(engine) as session:
        if _loaded_hash(session) == content.hash:
            return False
        for table in COPIES:
            session.execute(delete(table))
        session.add_all(_rows(content))
    return True


#: How long the content in memory is served before the store is asked whether it is still current.
_LOOK_EVERY = 1.0


class CuratedStore:
    """Serves the loaded content, reading it anew only when another one has been loaded.

    look_every: seconds between two looks at the store; a reply needs the content dozens of times.
    """

    def __init__(self, engine: Engine, look_every: float = _LOOK_EVERY) -> None:
        self._engine = engine
        self._look_every = look_every
        self._looked_at = float("-inf")
        self._content: Content | None = None

    def content(self) -> Content:
        """The loaded content, without the example questions (those are for training only).

        Raises LookupError where nothing has been loaded yet.
        """
        if self._content is not None and time.monotonic() - self._looked_at < self._look_every:
            return self._content
        with Session(self._engine, future=True) as session:
            current = _loaded_hash(session)
            if current is None:
                raise LookupError("no curated content is loaded")
            if self._content is None or self._content.hash != current:
                self._content = _read(session, current)
            self._looked_at = time.monotonic()
        return self._content


def _loaded_hash(session: Session) -> str | None:
    loaded = session.execute(select(LoadedContent.content_hash)).scalar_one_or_none()
    return None if loaded is None else str(loaded)


def _rows(content: Content) -> Iterable[Any]:
    for topic in content.topics.values():
        yield TopicRow(
            id=topic.id,
            group=topic.group,
            title=dict(topic.title),
            about_therapy=topic.about_therapy,
            intent=topic.intent,
            review=vars(topic.review),
            next=list(topic.next),
        )
        answers = {**topic.variants, **({"": topic.answer} if topic.answer else {})}
        for condition, answer in answers.items():
            for locale, paragraphs in answer.paragraphs.items():
                yield AnswerRow(
                    topic_id=topic.id,
                    condition=condition,
                    locale=locale,
                    paragraphs=[_paragraph_row(p) for p in paragraphs],
                    as_of=answer.as_of,
                    next_review=answer.next_review,
                    evidence=answer.evidence,
                )
    for source in content.sources.values():
        yield SourceRow(**vars(source))
    for position, condition_ in enumerate(content.conditions.values()):
        yield ConditionRow(
            position=position,
            **{
                key: list(value) if isinstance(value, tuple) else value
                for key, value in vars(condition_).items()
            },
        )
    for disease in content.diseases:
        yield DiseaseRow(name=dict(disease.name), aliases=list(disease.aliases))
    for term in content.glossary:
        yield GlossaryRow(
            term=dict(term.term),
            aliases=list(term.aliases),
            text=dict(term.text),
            sources=list(term.sources),
        )
    for kind, sentences in (
        ("phrase", content.phrases),
        ("card", content.cards),
        ("status", content.status_wording),
        ("jurisdiction", content.jurisdictions),
    ):
        for key, text in sentences.items():
            yield SentenceRow(kind=kind, key=key, text=dict(text))
    for row in content.status:
        yield StatusRow(**vars(row))
    sheet = content.visit_sheet
    for question in sheet.questions:
        yield VisitQuestionRow(
            id=question.id,
            area=question.area,
            when=dict(question.when),
            quote=list(question.quote),
            ask=dict(question.ask),
            why={locale: _paragraph_row(why) for locale, why in question.why.items()},
        )
    yield VisitSheetRow(
        id=1,
        notes=[dict(note) for note in sheet.notes],
        review=vars(sheet.review),
        as_of=sheet.as_of,
        next_review=sheet.next_review,
    )
    yield LoadedContent(id=1, content_hash=content.hash)


def _read(session: Session, content_hash: str) -> Content:
    answers: dict[str, dict[str, list[AnswerRow]]] = defaultdict(lambda: defaultdict(list))
    for row in session.execute(select(AnswerRow)).scalars():
        answers[row.topic_id][row.condition].append(row)
    sentences: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for sentence in session.execute(select(SentenceRow)).scalars():
        sentences[sentence.kind][sentence.key] = sentence.text
    return Content(
        topics={
            row.id: _topic(row, answers[row.id])
            for row in session.execute(select(TopicRow)).scalars()
        },
        sources={
            row.id: Source(**{name: getattr(row, name) for name in Source.__annotations__})
            for row in session.execute(select(SourceRow)).scalars()
        },
        conditions={
            row.id: _condition(row)
            for row in session.execute(
                select(ConditionRow).order_by(ConditionRow.position)
            ).scalars()
        },
        diseases=tuple(
            Disease(row.name, tuple(row.aliases))
            for row in session.execute(select(DiseaseRow).order_by(DiseaseRow.id)).scalars()
        ),
        glossary=tuple(
            GlossaryTerm(row.term, tuple(row.aliases), row.text, tuple(row.sources))
            for row in session.execute(select(GlossaryRow).order_by(GlossaryRow.id)).scalars()
        ),
        phrases=sentences["phrase"],
        cards=sentences["card"],
        status=tuple(
            ProductStatus(**{name: getattr(row, name) for name in ProductStatus.__annotations__})
            for row in session.execute(select(StatusRow).order_by(StatusRow.id)).scalars()
        ),
        status_wording=sentences["status"],
        jurisdictions=sentences["jurisdiction"],
        visit_sheet=_visit_sheet(session),
        hash=content_hash,
    )


def _review(stored: dict[str, Any]) -> Review:
    # rows of a store that was filled before reviews named their languages have none
    return Review(**{**stored, "languages": tuple(stored.get("languages", ("en",)))})


def _topic(row: TopicRow, answers: dict[str, list[AnswerRow]]) -> Topic:
    parsed = {condition: _answer(rows) for condition, rows in answers.items()}
    return Topic(
        id=row.id,
        group=row.group,
        title=row.title,
        about_therapy=row.about_therapy,
        intent=row.intent,
        review=_review(row.review),
        answer=parsed.pop("", None),
        variants=parsed,
        next=tuple(row.next),
        questions={},
    )


def _answer(rows: list[AnswerRow]) -> Answer:
    return Answer(
        paragraphs={
            row.locale: tuple(_paragraph(*each) for each in row.paragraphs) for row in rows
        },
        as_of=rows[0].as_of,
        next_review=rows[0].next_review,
        evidence=rows[0].evidence,
    )


def _paragraph_row(paragraph: Paragraph) -> list[Any]:
    return [paragraph.text, [[claim.text, list(claim.sources)] for claim in paragraph.claims]]


def _paragraph(text: str, claims: list[Any]) -> Paragraph:
    return Paragraph(text, tuple(Claim(said, tuple(sources)) for said, sources in claims))


def _visit_sheet(session: Session) -> VisitSheetContent:
    row = session.execute(select(VisitSheetRow)).scalar_one()
    return VisitSheetContent(
        questions=tuple(
            VisitQuestion(
                id=each.id,
                area=each.area,
                when=each.when,
                quote=tuple(each.quote),
                ask=each.ask,
                why={locale: _paragraph(*why) for locale, why in each.why.items()},
            )
            for each in session.execute(
                select(VisitQuestionRow).order_by(VisitQuestionRow.position)
            ).scalars()
        ),
        notes=tuple(row.notes),
        review=_review(row.review),
        as_of=row.as_of,
        next_review=row.next_review,
    )


def _condition(row: ConditionRow) -> Condition:
    return Condition(
        id=row.id,
        name=row.name,
        full_name=row.full_name,
        specialist=row.specialist,
        autoimmune=row.autoimmune,
        aliases=tuple(row.aliases),
        mesh=tuple(row.mesh),
        registry=tuple(row.registry),
    )
