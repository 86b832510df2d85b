"""Rasa training data from the content files: each topic file brings its own example questions.

Together with Rasa's own file importer (domain, rules, conversation), so that adding a FAQ is adding
one file under `knowledge/curated/content/topics/`.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.danger_classifier import danger_examples
from bot.nlu.topic_classifier import ASK
from knowledge.curated.content import Topic
from knowledge.curated.reading import read_content


class TopicFileImporter(TrainingDataImporter):
    """Turns topic files into retrieval intents `ask/<topic>`, or intents of their own."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: Any = None,
        **kwargs: Any,
    ) -> None:
        self._topics = list(read_content().topics.values())

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Every example question of every topic, and what else the danger classifier learns."""
        questions = [
            Message.build(text=question, intent=label_of(topic))
            for topic in self._topics
            for questions in topic.questions.values()
            for question in questions
        ]
        return TrainingData([*questions, *danger_examples()])

    def get_domain(self) -> Domain:
        """The intents, and a placeholder response a topic: the action composes the real one."""
        asked = [topic for topic in self._topics if topic.intent == ASK and topic.questions]
        return Domain.from_dict(
            {
                "intents": sorted({topic.intent for topic in self._topics if topic.questions}),
                "responses": {f"utter_{label_of(t)}": [{"text": t.title["en"]}] for t in asked},
            }
        )

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """None: the dialogue is in `data/`."""
        return StoryGraph([])

    def get_conversation_tests(self) -> StoryGraph:
        """None: they are in `tests/`."""
        return StoryGraph([])

    def get_config(self) -> dict[str, Any]:
        """None: `config.yml` is read by Rasa's own importer."""
        return {}

    def get_config_file_for_auto_config(self) -> str | None:
        return None


def label_of(topic: Topic) -> str:
    """What the classifier predicts for a topic: "ask/crs", or the topic's own intent."""
    return f"{ASK}/{topic.id}" if topic.intent == ASK else topic.intent
