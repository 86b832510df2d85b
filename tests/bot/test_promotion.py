"""A new model serves only where the gates hold, and reaches people without a dropped turn."""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.faq.misfiled import Batch
from bot.faq.nearest import Near
from bot.gates import Measured, NotMeasured, TopicScore, refusals
from bot.models import (
    Manifest,
    ModelUnusable,
    current,
    learned_from,
    make_current,
    named,
    roll_back,
    served_before,
    trained,
    verified_path,
    write_manifest,
)
from knowledge.curated.content import questions_of
from knowledge.curated.reading import read_content
from knowledge.database import create_tables, open_engine
from knowledge.replies.store import ReplyStore
from tests.conftest import Guide, start_guide, stop_guide

# -- the gates


def measured(**f1: float) -> Measured:
    """A model whose topics have these F1, counted and expected, on 500 questions each."""
    topics = {topic: TopicScore(500, value, value, value) for topic, value in f1.items()}
    return Measured(topics, 1.0, "q")


def test_a_model_that_is_as_good_may_serve() -> None:
    assert refusals(measured(crs=0.9, costs=0.8), measured(crs=0.91, costs=0.8)) == []


def test_a_topic_may_not_lose_more_than_two_points() -> None:
    (reason,) = refusals(measured(crs=0.97, costs=0.80), measured(crs=0.9, costs=0.83))
    assert reason.startswith("costs: expected F1 0.800, before 0.830")


def test_a_loss_that_was_looked_at_can_be_accepted_by_name() -> None:
    new, old = measured(crs=0.97, costs=0.80), measured(crs=0.9, costs=0.83)
    assert refusals(new, old, accepted=["costs"]) == []
    assert refusals(new, old, accepted=["crs"]) != []


def test_three_questions_of_few_may_be_chance_and_four_are_not() -> None:
    def of_twelve(hits: int) -> Measured:
        # `hits` of 12 found, and nothing else taken for the topic.
        f1 = round(2 * hits / (12 + hits), 3)
        return Measured({"crs": TopicScore(12, f1, hits / 12, 0.9)}, 1.0, "q")

    assert refusals(of_twelve(9), of_twelve(12)) == []
    assert refusals(of_twelve(8), of_twelve(12)) != []


def test_many_small_losses_are_a_loss() -> None:
    old = measured(**{f"t{n}": 0.9 for n in range(20)})
    new = measured(**{f"t{n}": 0.885 for n in range(20)})
    assert any(reason.startswith("all topics") for reason in refusals(new, old))


def test_an_emergency_that_is_no_longer_caught_refuses_the_model() -> None:
    old = measured(crs=0.9)
    (reason,) = refusals(replace(old, safety_recall=0.999), old)
    assert "emergencies" in reason


def test_content_with_problems_refuses_the_model() -> None:
    (reason,) = refusals(measured(crs=0.9), measured(crs=0.9), content_problems=["crs.yml:1: x"])
    assert "bot check" in reason


def batch(wrong: int, number: int) -> Batch:
    """New questions about placebo, some of which belong to CRS."""
    near = Near("crs", 0.8, "what is CRS")
    return Batch("placebo", number, {f"question {n}": near for n in range(wrong)})


def test_new_questions_that_belong_elsewhere_refuse_the_model_unless_accepted() -> None:
    same = measured(crs=0.9, placebo=0.9)
    (reason,) = refusals(same, same, learned=[batch(8, 10)])
    assert reason == "placebo: 8 of 10 new questions look like another topic's (crs)"
    assert refusals(same, same, learned=[batch(8, 10)], accepted=["placebo"]) == []
    assert refusals(same, same, learned=[batch(1, 10), batch(0, 50)]) == []


def really(which: str) -> Measured:
    """Three models as their classifiers were measured on 2026-11-21: the one served, one with a new
    FAQ of eight questions, and one with all questions about CRS filed under placebo as well."""
    kept = json.loads((Path(__file__).parent / "measured.json").read_text())[which]
    topics = {topic: TopicScore(*row) for topic, row in kept["topics"].items()}
    return Measured(topics, kept["safety_recall"], "tests/nlu")


def test_a_good_faq_passes_the_gates() -> None:
    assert refusals(really("good_faq"), really("before")) == []


def test_many_mislabelled_questions_are_refused_by_what_they_cost() -> None:
    reasons = refusals(really("bad_batch"), really("before"))
    assert any(reason.startswith("crs: expected F1") for reason in reasons)
    assert any(reason.startswith("placebo: expected F1") for reason in reasons)


def test_models_measured_on_different_questions_are_not_compared() -> None:
    with pytest.raises(NotMeasured):
        refusals(measured(crs=0.9), replace(measured(crs=0.9), questions="others"))


def test_figures_survive_the_manifest() -> None:
    once = measured(crs=0.9)
    assert Measured.read(json.loads(json.dumps(once.as_json()))) == once


# -- the pointer


@pytest.fixture
def another(own_models: Path) -> Manifest:
    """A second model: the same one with a byte more, so that its hash differs."""
    path = own_models / "another.tar.gz"
    path.write_bytes(verified_path(current()).read_bytes() + b"\0")
    return write_manifest(path)


def test_a_model_is_promoted_and_gone_back_from(another: Manifest) -> None:
    first = current()
    make_current(another)
    assert current() == another
    assert served_before()[-1] == first.file
    assert roll_back().file == first.file
    assert current().file == first.file


def test_nothing_served_before_is_nothing_to_go_back_to(
    another: Manifest, own_models: Path
) -> None:
    (own_models / "current.json").unlink()
    make_current(another)
    with pytest.raises(ModelUnusable):
        roll_back()


def test_a_model_that_was_tampered_with_is_not_gone_back_to(
    another: Manifest, own_models: Path
) -> None:
    first = current()
    make_current(another)
    make_current(first)
    path = own_models / another.file
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ModelUnusable):
        roll_back()
    assert current().file == first.file


def test_a_model_keeps_the_questions_that_it_learned_from(another: Manifest) -> None:
    assert learned_from(another) == questions_of(read_content())
    assert learned_from(replace(another, file="unknown.tar.gz")) == {}


def test_a_model_is_found_by_its_name(another: Manifest) -> None:
    assert named("another") == another
    assert another in trained()
    with pytest.raises(ModelUnusable):
        named("nowhere")


# -- serving


def test_two_servers_never_work_on_one_conversation_at_once(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'k.sqlite'}")
    create_tables(engine)
    now = [1000.0]
    first, second = (ReplyStore(engine, clock=lambda: now[0]) for _ in range(2))
    assert first.claim("conversation", seconds=10)
    assert not second.claim("conversation", seconds=10)
    assert second.claim("another", seconds=10)
    first.release("conversation")
    assert second.claim("conversation", seconds=10)
    now[0] += 11  # the second server died
    assert first.claim("conversation", seconds=10)


class Asker(threading.Thread):
    """Somebody who asks and asks, and keeps what came back."""

    def __init__(self, guide: Guide, keep_alive: bool) -> None:
        super().__init__(daemon=True)
        self._patient = guide.open()
        self._http: Any = requests.Session() if keep_alive else requests
        self._url = f"{guide.url}/webhooks/web/message"
        self.stop = threading.Event()
        self.statuses: list[int | str] = []
        self.conditions: set[str | None] = set()

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self._patient.token}"}
        self._ask("can I get CAR-T for lupus?", headers)
        while not self.stop.is_set():
            self.conditions.add(self._ask("what are the risks?", headers))

    def _ask(self, text: str, headers: dict[str, str]) -> str | None:
        body = {"id": str(uuid.uuid4()), "text": text}
        try:
            answer = self._http.post(self._url, json=body, headers=headers, timeout=20)
        except requests.RequestException as error:
            self.statuses.append(type(error).__name__)
            return None
        self.statuses.append(answer.status_code)
        return str(answer.json()["messages"][-1].get("condition"))


def wait_for_line(log: Path, line: str) -> None:
    deadline = time.monotonic() + 120
    while line not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)


def test_a_promoted_model_is_taken_up_without_a_dropped_turn(
    another: Manifest, tmp_path: Path
) -> None:
    first = current()
    guide = start_guide(tmp_path)
    try:
        early = guide.open()
        message = {"id": str(uuid.uuid4()), "text": "is CAR-T a cure for lupus?"}
        answered = early.post(message).json()
        askers = [Asker(guide, keep_alive) for keep_alive in (True, True, False)]
        for asker in askers:
            asker.start()
        make_current(another)
        wait_for_line(guide.log, f"Serving {another.name} now.")
        time.sleep(2)
        roll_back()
        wait_for_line(guide.log, f"Serving {first.name} now.")
        time.sleep(2)
        for asker in askers:
            asker.stop.set()
            asker.join(30)
        for asker in askers:
            assert len(asker.statuses) > 10
            assert set(asker.statuses) == {200}
            assert asker.conditions == {"lupus"}
        assert early.post(message).json() == answered
    finally:
        stop_guide(guide)


def test_a_model_that_cannot_answer_never_takes_over(
    another: Manifest, own_models: Path, tmp_path: Path
) -> None:
    path = own_models / another.file
    path.write_bytes(b"not a model")
    broken = write_manifest(path)
    guide = start_guide(tmp_path)
    try:
        make_current(broken)
        wait_for_line(guide.log, "did not get ready")
        assert guide.open().say("can I get CAR-T for lupus?")[0]["topic"] == "availability"
    finally:
        stop_guide(guide)
