"""Training one model: Rasa's graph, without what only Rasa's own cache of components needs.

`rasa train` hashes all training data, with every vector, before and after each component, to take
up in a later run what has not changed. One question more changes all that follows it, so here every
component is trained each time, the same data gives the same model, and the hashing is spared. So is
the copying of all messages for each importer, and the compression of what hardly gets smaller. And
what does not wait for each other, as the fits of four classifiers, is trained side by side.
`rasa train` trains the same model, only slower.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import dask.threaded
from rasa.engine.constants import PLACEHOLDER_IMPORTER
from rasa.engine.graph import ExecutionContext, GraphModelConfiguration
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import (
    MODEL_ARCHIVE_COMPONENTS_DIR,
    MODEL_ARCHIVE_METADATA_FILE,
    LocalModelStorage,
)
from rasa.engine.storage.storage import ModelMetadata
from rasa.engine.validation import validate
from rasa.shared.core.domain import Domain
from rasa.shared.data import TrainingType
from rasa.shared.importers.importer import (
    CombinedDataImporter,
    ResponsesSyncImporter,
    TrainingDataImporter,
)
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import dump_obj_as_json_to_file

from bot.nlu.fitting import side_by_side
from knowledge.settings import PROJECT

#: Most of them only wait for a fit.
_THREADS = 8


def train_model(file: Path) -> None:
    """Train on the project's configuration, domain and data, and write the model to a file.

    Raises RasaException where they can't be read or do not fit each other.
    """
    importer = _importer()
    recipe = Recipe.recipe_for_name(importer.get_config()["recipe"])
    model = recipe.graph_config_for_recipe(
        importer.get_config(), {}, training_type=TrainingType.BOTH
    )
    validate(model)
    with tempfile.TemporaryDirectory() as folder:
        storage = _Storage(Path(folder))
        graph = model.train_schema
        runner = _Runner(graph, storage, ExecutionContext(graph))
        domain = importer.get_domain()
        with side_by_side():
            runner.run(inputs={PLACEHOLDER_IMPORTER: importer})
        storage.create_model_package(file, model, domain)


class _Runner(DaskGraphRunner):
    """As Rasa's, with threads: while the classifiers are fitted, in processes, the rest goes on."""

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        wanted = targets or self._graph_schema.target_names
        graph = self._build_dask_graph(self._graph_schema.minimal_graph_schema(wanted))
        self._add_inputs_to_graph(inputs, graph)
        return dict(dask.threaded.get(graph, wanted, num_workers=_THREADS))


class _Storage(LocalModelStorage):
    """Writes the package without compression: it holds numbers, which shrink by a tenth at best."""

    def create_model_package(
        self,
        model_archive_path: str | Path,
        model_configuration: GraphModelConfiguration,
        domain: Domain,
    ) -> ModelMetadata:
        metadata = self._create_model_metadata(domain, model_configuration)
        described = self._storage_path / MODEL_ARCHIVE_METADATA_FILE
        dump_obj_as_json_to_file(described, metadata.as_dict())
        with tarfile.open(model_archive_path, "w:gz", compresslevel=0) as archive:
            for path in self._storage_path.iterdir():
                folder = "" if path == described else MODEL_ARCHIVE_COMPONENTS_DIR
                archive.add(path, str(Path(folder, path.name)))
        return metadata


class _Importer(ResponsesSyncImporter):
    """As Rasa's, but puts the training data together once, for whoever asks."""

    def __init__(self, importers: Sequence[TrainingDataImporter]) -> None:
        super().__init__(_CombinedImporter(importers))

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        return self._with_responses

    @cached_property
    def _with_responses(self) -> TrainingData:
        responses = self.get_domain().retrieval_intent_responses
        return _together([self._importer.get_nlu_data(), TrainingData(responses=responses)])


class _CombinedImporter(CombinedDataImporter):
    """As Rasa's, but does not copy every message at each step."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        return self._data

    @cached_property
    def _data(self) -> TrainingData:
        return _together([importer.get_nlu_data() for importer in self._importers])


def _together(parts: Sequence[TrainingData]) -> TrainingData:
    data = TrainingData(
        [],
        {text: synonym for part in parts for text, synonym in part.entity_synonyms.items()},
        [feature for part in parts for feature in part.regex_features],
        [table for part in parts for table in part.lookup_tables],
        {name: response for part in parts for name, response in part.responses.items()},
    )
    # Set, not given: what it is given it looks through for doubles, as each part has been already.
    data.training_examples = [example for part in parts for example in part.training_examples]
    return data


def _importer() -> TrainingDataImporter:
    found = TrainingDataImporter.load_from_config(
        str(PROJECT / "config.yml"), str(PROJECT / "domain.yml"), [str(PROJECT / "data")]
    )
    # The outermost adds texts out of stories for end-to-end policies; none learns from texts here.
    return _Importer(found.importer._importer._importers)
