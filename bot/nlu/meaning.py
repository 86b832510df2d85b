"""Rasa component: what a message names, and the wording whose meaning is then compared.

Extracts entities (condition, place, NCT number, ordinal, limits of a search) and the language, and
sets the message's `meaning`: therapy and diseases under one canonical name each, so that what is
learnt about one disease holds for all ("normalise the domain before the meaning").
"""

from __future__ import annotations

import json
import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.conditions import ConditionMatcher, Mention, aliases_of
from bot.nlu.language import language_of
from bot.nlu.ordinals import ordinal_in
from bot.nlu.parts import PARTS, PIECES, pieces, split
from bot.nlu.search_filters import search_filters
from bot.nlu.therapy import canonical_therapy
from bot.nlu.words import clean
from knowledge.curated.reading import read_content
from knowledge.places import PlaceMention, find_places

#: The message attribute that the tokenizer and the sentence featurizer read.
MEANING = "meaning"
LANGUAGE = "language"

_NCT = re.compile(r"(?i)\bNCT[\s\-:#]*0*(\d{1,8})\b")
#: What every disease of the list is called in the meaning, so that topics generalise over them.
_CANONICAL_DISEASE = "lupus"


# Also a featurizer by type: Rasa lets extractors see predictions only, and training needs meanings.
@DefaultV1Recipe.register(
    [
        DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR,
        DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER,
    ],
    is_trainable=True,
)
class MeaningReader(GraphComponent, EntityExtractorMixin):
    """Reads conditions, places, NCT numbers, ordinals and language; stores the disease names."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        aliases: list[tuple[str, str, str | None]],
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._aliases = aliases
        self._matcher = ConditionMatcher(aliases)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MeaningReader:
        content = read_content()
        aliases = aliases_of(content.conditions, content.diseases)
        return cls(config, model_storage, resource, aliases)

    def train(self, training_data: TrainingData) -> Resource:
        """Store the disease names with the model, so that it is complete by itself."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "aliases.json").write_text(json.dumps(self._aliases, ensure_ascii=False))
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MeaningReader:
        with model_storage.read_from(resource) as folder:
            aliases = json.loads((folder / "aliases.json").read_text())
        return cls(config, model_storage, resource, [tuple(alias) for alias in aliases])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for message in training_data.training_examples:
            if message.get(TEXT):
                text = clean(message.get(TEXT))
                message.set(MEANING, meaning_of(text, self._matcher.find(text)))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            found, mentions = named_in(text, self._matcher)
            entities = message.get(ENTITIES, []) + self.add_extractor_name(found)
            message.set(ENTITIES, entities, add_to_output=True)
            meaning = meaning_of(text, mentions)
            message.set(MEANING, meaning)
            parts, shorter = split(meaning), pieces(meaning)
            read = {text: Message({TEXT: text, MEANING: text}) for text in (*parts, *shorter)}
            message.set(PARTS, [read[text] for text in parts])
            message.set(PIECES, [read[text] for text in shorter])
            session = (message.get("metadata") or {}).get("locale", "en")
            message.set(LANGUAGE, language_of(text, default=session), add_to_output=True)
        return messages


def meaning_of(text: str, mentions: list[Mention]) -> str:
    """The text with diseases, therapy and NCT numbers under canonical names."""
    pieces, position = [], 0
    for mention in mentions:
        pieces.append(text[position : mention.start])
        pieces.append(_canonical_name(mention) or text[mention.start : mention.end])
        position = mention.end
    pieces.append(text[position:])
    return _NCT.sub("NCT01234567", canonical_therapy("".join(pieces)))


def _canonical_name(mention: Mention) -> str | None:
    """None for what is a question of its own, as written ("can I join with asthma?")."""
    if mention.problem:
        return None
    return "HIV" if mention.id == "hiv" else _CANONICAL_DISEASE


def named_in(text: str, matcher: ConditionMatcher) -> tuple[list[dict[str, Any]], list[Mention]]:
    """The entities of a text, and the diseases among them."""
    places = find_places(text)
    mentions = _outside(places, matcher.find(text))
    return _entities(text, mentions, places), mentions


def _outside(places: list[PlaceMention], mentions: list[Mention]) -> list[Mention]:
    """Without those that are the state of a city ("Jackson, MS")."""
    return [
        mention
        for mention in mentions
        if not any(p.start < mention.start and mention.end <= p.end for p in places)
    ]


def _entities(
    text: str, mentions: list[Mention], places: list[PlaceMention]
) -> list[dict[str, Any]]:
    found = [
        _entity("condition", m.id, m.start, m.end, name=m.name, problem=m.problem) for m in mentions
    ]
    found += [
        _entity("nct_id", f"NCT{int(m.group(1)):08d}", m.start(), m.end())
        for m in _NCT.finditer(text)
    ]
    taken = [(m.start, m.end) for m in mentions]
    for place in places:
        if all(place.end <= start or place.start >= end for start, end in taken):
            found.append(_entity("place", place.place.key, place.start, place.end))
    ordinal = ordinal_in(text)
    if ordinal is not None:
        found.append(_entity("ordinal", str(ordinal.position), ordinal.start, ordinal.end))
    found += [
        _entity("limit", f"{wish.kind}={wish.value}", wish.start, wish.end)
        for wish in search_filters(text)
    ]
    return found


def _entity(kind: str, value: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    return {"entity": kind, "value": value, "start": start, "end": end, **more}
