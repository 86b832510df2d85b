"""What a new model must show before it may serve people: the gates, apart from how it is measured.

A model ships only where no topic loses more than 2 F1 points, every emergency that was caught is
still caught, and the content is in order. Most topics are measured on some fifteen questions, of
which one weighs 3 to 6 points, and any training moves a few: with eight new questions about a
subject of its own, 18 of 93 topics moved by more than 2 points, up as often as down, and their mean
did not (measured 2026-11-21). So a topic's loss counts where it is also more than three questions'
worth: four lost and none won are chance in 1 of 16 cases (sign test). All topics together may lose
1 point, so that many small losses do not pass unseen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

#: The most that a topic's F1 may fall, and the mean of all.
MOST_LOST = 0.02
MOST_LOST_TOGETHER = 0.01
#: As many questions more or less may be chance.
_CHANCE = 3


class NotMeasured(ValueError):
    """Figures that can't be compared; the message says why."""


@dataclass(frozen=True)
class TopicScore:
    """How well one topic is understood. questions: how many ask for it. f1, recall: 0 to 1."""

    questions: int
    f1: float
    recall: float

    def worth_of(self, lost: int) -> float:
        """What F1 falls by where so many more questions are missed.

        F1 is 2h / (n + p) with h hits, n asked, p predicted; each one missed takes 1 off h and p.
        """
        hits = self.recall * self.questions
        if self.f1 <= 0 or hits <= lost:
            return self.f1
        asked_and_predicted = 2 * hits / self.f1
        return self.f1 - 2 * (hits - lost) / (asked_and_predicted - lost)


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
            return cls(
                topics={
                    topic: TopicScore(int(row["n"]), float(row["f1"]), float(row["recall"]))
                    for topic, row in figures["topics"].items()
                },
                safety_recall=figures["safety"]["caught"]["share"],
                questions=questions,
            )
        except (KeyError, TypeError, ValueError) as error:
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
        """The mean of all topics, each weighing the same."""
        return sum(score.f1 for score in self.topics.values()) / max(len(self.topics), 1)


def refusals(
    new: Measured,
    old: Measured,
    content_problems: Sequence[object] = (),
    accepted: Collection[str] = (),
) -> list[str]:
    """Why the new model may not take the old one's place, in plain words; [] where it may.

    accepted: topics whose loss the maintainer has looked at and takes.
    Raises NotMeasured where the two were measured on different questions.
    """
    if new.questions != old.questions:
        raise NotMeasured("the two models were measured on different questions: measure both again")
    return [*_content(content_problems), *_safety(new, old), *_topics(new, old, accepted)]


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
        now = new.topics.get(topic, TopicScore(before.questions, 0.0, 0.0))
        allowed = max(MOST_LOST, before.worth_of(_CHANCE))
        # Figures are rounded to three places: half a unit of the last is no loss.
        if before.f1 - now.f1 > allowed + 0.0015 and topic not in accepted:
            lost.append(
                f"{topic}: F1 {now.f1:.2f}, before {before.f1:.2f} ({before.questions} questions)"
            )
    if old.mean_f1() - new.mean_f1() > MOST_LOST_TOGETHER:
        lost.append(f"all topics: mean F1 {new.mean_f1():.3f}, before {old.mean_f1():.3f}")
    return lost
