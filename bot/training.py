"""Training one model: Rasa's graph, without what only Rasa's own cache of components needs.

`rasa train` hashes all training data, with every vector, before and after each component, to take
up in a later run what has not changed. One question more changes all that follows it, so here every
component is trained each time, the same data gives the same model, and the hashing, a quarter of
the time, is spared. `rasa train` trains the same model, only slower.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from rasa.engine.constants import PLACEHOLDER_IMPORTER
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.validation import validate
from rasa.shared.data import TrainingType
from rasa.shared.importers.importer import E2EImporter, TrainingDataImporter

from knowledge.settings import PROJECT


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
        storage = LocalModelStorage.create(Path(folder))
        graph = model.train_schema
        runner = DaskGraphRunner.create(graph, storage, ExecutionContext(graph))
        domain = importer.get_domain()
        runner.run(inputs={PLACEHOLDER_IMPORTER: importer})
        storage.create_model_package(file, model, domain)


def _importer() -> TrainingDataImporter:
    importer = TrainingDataImporter.load_from_config(
        str(PROJECT / "config.yml"), str(PROJECT / "domain.yml"), [str(PROJECT / "data")]
    )
    # The outermost adds texts out of stories for end-to-end policies; none learns from texts here.
    return importer.importer if isinstance(importer, E2EImporter) else importer
