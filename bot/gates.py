"""What a new model must show before it may serve people: the gates, apart from how it is measured.

A model ships only where no topic loses more than 2 points of F1, every emergency that was caught is
still caught, the content is in order, and its new questions are filed where they belong.

Which F1? A topic has some 25 questions in all held-out sets together, so that counting answers
moves by 2 to 4 points with each one, and any training tips some: a harmless FAQ of eight questions
took more than 2 points off 10 of 93 topics, the worst 4.1. Allowing for that would let real losses
through. So the literal 2 points hold for the *expected* F1 (`bot/evaluation/expected.py`), where a
question counts with the probability that the classifier gives its topic: by it the same FAQ cost no
topic more than 1.2 points, while CRS's 97 questions filed under placebo as well cost CRS 5.6 and
placebo 4.7. Counted, that bad batch lost no topic more than the good one did (the classifiers of
three models, 93 topics, 3,279 questions, 2026-11-21; `tests/bot/measured.json`).

Beside it, counted answers may not fall by more than three questions are worth (four lost and none
won are chance in 1 of 16 cases, by the sign test): there the dialogue has a part too. And all
topics together may lose 1 point, so that many small losses do not pass unseen.

A small batch of wrong questions moves no figure at all: `bot/faq/misfiled.py` reads them instead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.faq.misfiled import Batch

#: The most that a topic's expected F1 may fall, and the mean of all.
MOST_LOST = 0.02
MOST_LOST_TOGETHER = 0.01
#: As many counted answers more or less may be chance.
_CHANCE = 3


class NotMeasured(ValueError):
    """Figures that can't be compared; the message says why."""


@dataclass(frozen=True)
class TopicScore:
    """How well one topic is understood, 0 to 1. questions: how many ask for it, for f1 and recall.

    expected: its expected F1, on all held-out questions.
    """

    questions: int
    f1: float
    recall: float
    expected: float

    def worth_of(self, lost: int) -> float:
        """What F1 falls by where so many more questions are missed.

        F1 is 2h / (n + p) with h hits, n asked, p predicted; each one missed takes 1 off h and p.
        """
        hits = self.recall * self.questions
        if self.f1 <= 0 or hits <= lost:
            return self.f1
        asked_and_predicted = 2 * hits / self.f1
        return self.f1 - 2 * (hits - lost) / (asked_and_predicted - lost)


def _score(counted: Mapping[str, Any], expected: float | None) -> TopicScore:
    """A topic that is the second right one of its questions, or asked for in one set only, has
    but one of the two; the other says nothing then."""
    f1 = float(counted.get("f1", 0.0))
    return TopicScore(
        int(counted.get("n", 0)), f1, float(counted.get("recall", 0.0)),
        f1 if expected is None else expected,
    )  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """How a model did. topics: by topic id. safety_recall: share of emergencies caught, None
    where none were asked. questions: fingerprint of the questions that it was measured on."""

    topics: Mapping[str, TopicScore]
    safety_recall: float | None
    questions: str

    @classmethod
    def of(cls, figures: Mapping[str, Any], questions: str) -> Measured:
        """From the JSON that `python -m bot evaluate` writes. Raises NotMeasured."""
        try:
            counted, expected = figures["topics"], figures["expected_f1"]
            return cls(
                topics={
                    topic: _score(counted.get(topic, {}), expected.get(topic))
                    for topic in sorted({*counted, *expected})
                },
                safety_recall=figures["safety"]["caught"]["share"],
                questions=questions,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise NotMeasured(f"these are not the figures of an evaluation: {error!r}") from error

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Measured:
        """From what `as_json` gave. Raises NotMeasured."""
        try:
            topics = {topic: TopicScore(**row) for topic, row in kept["topics"].items()}
            return cls(topics, kept["safety_recall"], kept["questions"])
        except (KeyError, TypeError) as error:
            raise NotMeasured("the model was not measured") from error

    def as_json(self) -> dict[str, Any]:
        """As plain values, for the model's manifest."""
        return asdict(self)

    def mean_f1(self) -> float:
        """The mean expected F1 of all topics, each weighing the same."""
        return sum(score.expected for score in self.topics.values()) / max(len(self.topics), 1)


def refusals(
    new: Measured,
    old: Measured,
    content_problems: Sequence[object] = (),
    learned: Sequence[Batch] = (),
    accepted: Collection[str] = (),
) -> list[str]:
    """Why the new model may not take the old one's place, in plain words; [] where it may.

    learned: the questions that it has learned and the old one had not. accepted: topics whose loss
    or whose new questions the maintainer has looked at and takes.
    Raises NotMeasured where the two were measured on different questions.
    """
    if new.questions != old.questions:
        raise NotMeasured("the two models were measured on different questions: measure both again")
    return [
        *_content(content_problems),
        *_safety(new, old),
        *(str(batch) for batch in learned if batch.suspect and batch.topic not in accepted),
        *_topics(new, old, accepted),
    ]


def _content(problems: Sequence[object]) -> list[str]:
    if not problems:
        return []
    return [f"the content has {len(problems)} problem(s): python -m bot check"]


def _safety(new: Measured, old: Measured) -> list[str]:
    if old.safety_recall is None:
        return []
    if new.safety_recall is not None and new.safety_recall >= old.safety_recall:
        return []
    caught = 0.0 if new.safety_recall is None else new.safety_recall
    return [f"emergencies caught: {caught:.1%}, before {old.safety_recall:.1%}"]


def _topics(new: Measured, old: Measured, accepted: Collection[str]) -> list[str]:
    lost = []
    for topic, before in sorted(old.topics.items()):
        now = new.topics.get(topic, TopicScore(before.questions, 0.0, 0.0, 0.0))
        if topic in accepted:
            continue
        if before.expected - now.expected > MOST_LOST:
            lost.append(f"{topic}: expected F1 {now.expected:.3f}, before {before.expected:.3f}")
        # Figures are rounded to three places: half a unit of the last is no loss.
        elif before.f1 - now.f1 > max(MOST_LOST, before.worth_of(_CHANCE)) + 0.0015:
            lost.append(
                f"{topic}: F1 {now.f1:.2f}, before {before.f1:.2f} ({before.questions} questions)"
            )
    if old.mean_f1() - new.mean_f1() > MOST_LOST_TOGETHER:
        lost.append(f"all topics: mean expected F1 {new.mean_f1():.3f}, before {old.mean_f1():.3f}")
    return lost
