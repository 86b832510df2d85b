"""What the guide tells of itself: who reviewed its answers, how old they are, what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge.curated.content import Answer, Content, Localised, Review, Source, Topic
from knowledge.curated.freshness import Freshness, freshness
from knowledge.trials.tables import TrialRow


@dataclass(frozen=True)
class AnswerStatus:
    """How an answer stands. condition: its name, None for the answer that fits all."""

    title: str
    condition: str | None
    review: Review
    as_of: date
    next_review: date
    freshness: Freshness


@dataclass(frozen=True)
class About:
    """answers: by title. sources: by title. content: the version of the content files."""

    answers: tuple[AnswerStatus, ...]
    sources: tuple[Source, ...]
    content: str

    @property
    def reviewed(self) -> int:
        """How many answers a named clinician has reviewed."""
        return sum(answer.review.status == "reviewed" for answer in self.answers)


def about(content: Content, locale: str, today: date) -> About:
    """How the content stands on that day; titles and names in `locale`."""
    topics = sorted(content.topics.values(), key=lambda topic: _text(topic.title, locale).lower())
    return About(
        answers=tuple(
            status for topic in topics for status in _statuses(topic, content, locale, today)
        ),
        sources=tuple(sorted(content.sources.values(), key=lambda source: source.title.lower())),
        content=content.hash[:12],
    )


def studies_listed(engine: Engine) -> int:
    """How many CAR-T studies in autoimmune disease the mirror holds."""
    listed = select(func.count()).where(
        TrialRow.autoimmune.is_(True), TrialRow.product == "car_t", TrialRow.gone_at.is_(None)
    )
    with Session(engine, future=True) as session:
        return int(session.execute(listed).scalar_one())


def _statuses(topic: Topic, content: Content, locale: str, today: date) -> Iterator[AnswerStatus]:
    answers: list[tuple[str | None, Answer]] = [
        (_text(content.conditions[id_].name, locale), answer)
        for id_, answer in topic.variants.items()
    ]
    if topic.answer is not None:
        answers.insert(0, (None, topic.answer))
    for condition, answer in answers:
        yield AnswerStatus(
            title=_text(topic.title, locale),
            condition=condition,
            review=topic.review.of(locale),
            as_of=answer.as_of,
            next_review=answer.next_review,
            freshness=freshness(answer, today),
        )


def _text(texts: Localised, locale: str) -> str:
    return texts.get(locale) or texts["en"]
