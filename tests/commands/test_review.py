"""What reaches the review queue, what never does, and how a maintainer works through it."""

from __future__ import annotations

import datetime
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from knowledge.curated.reading import read_content
from knowledge.database import create_tables, open_engine
from knowledge.review.due import due
from knowledge.review.store import Question, ReviewQueue
from tests.commands.test_commands import run
from tests.conftest import PROJECT, Guide, Patient
from tests.knowledge.review.planted import planted, planted_as, traces

# -- from the chat


def kept(server: Guide, word: str) -> list[Question]:
    """The questions in the running guide's queue that hold a word."""
    queue = ReviewQueue(open_engine(f"sqlite:///{server.folder / 'knowledge.sqlite'}"))
    return [question for question in queue.questions() if word in question.text]


def rate(patient: Patient, reply: dict[str, Any], helpful: bool) -> None:
    answer = patient.post({"id": reply["id"], "helpful": helpful}, path="feedback")
    assert answer.status_code == 204


def test_a_question_that_was_not_understood_is_kept_without_the_person(
    patient: Patient, server: Guide
) -> None:
    patient.say("My name is Anna Kowalska, 0171 5550123. Does my xylophone get gramophoned?")
    (question,) = kept(server, "xylophone")
    assert "Kowalska" not in question.text
    assert "555" not in question.text
    assert question.person not in {None, patient.token}


def test_deleting_the_conversation_takes_its_questions_out_of_the_queue(
    patient: Patient, server: Guide
) -> None:
    patient.say("does my zeppelin get bamboozled by gramophones?")
    assert kept(server, "zeppelin")
    headers = {"Authorization": f"Bearer {patient.token}"}
    requests.delete(f"{server.url}/webhooks/web/session", headers=headers, timeout=10)
    assert not kept(server, "zeppelin")


def test_a_thumbs_down_keeps_the_question_and_a_thumbs_up_does_not(
    patient: Patient, server: Guide
) -> None:
    sure = "what is cytokine release syndrome"
    reply = patient.say(f"{sure}, asked upwards?")[-1]
    rate(patient, reply, helpful=True)
    assert not [q for q in kept(server, "upwards") if q.reason == "thumbs_down"]
    reply = patient.say(f"{sure}, asked downwards?")[-1]
    rate(patient, reply, helpful=False)
    assert [question.reason for question in kept(server, "downwards")] == ["thumbs_down"]


def test_a_safety_turn_is_never_kept_even_with_a_thumbs_down(
    patient: Patient, server: Guide
) -> None:
    replies = patient.say("I have chest pain and can't breathe, does my xylograph help?")
    assert replies[0]["kind"] == "safety"
    for reply in replies:
        rate(patient, reply, helpful=False)
    assert not kept(server, "xylograph")
    assert not kept(server, "chest")


def test_forty_questions_about_eight_new_subjects_surface_without_the_people(
    server: Guide,
) -> None:
    earlier = {question.id for question in kept(server, "")}
    for each in planted():
        server.open().say(each.text)
    queue = [question for question in kept(server, "") if question.id not in earlier]
    for question in queue:
        told = [t for each in planted_as(question.text).identifiers for t in traces(each)]
        assert not [trace for trace in told if trace in question.text.casefold()]
    stored = b"".join(path.read_bytes() for path in server.folder.glob("knowledge.sqlite*"))
    assert not [i for each in planted() for i in each.identifiers if i.encode() in stored]

    ran = run(
        "bot", "review", "queue", "--json",
        DATABASE_URL=f"sqlite:///{server.folder / 'knowledge.sqlite'}",
    )  # fmt: skip
    new = {question.text for question in queue}
    surfaced = set()
    for cluster in json.loads(ran.stdout):
        subjects = Counter(planted_as(t).subject for t in cluster["questions"] if t in new)
        for subject, number in subjects.most_common(1):
            if number >= 3 and number > 0.6 * len(cluster["questions"]):
                surfaced.add(subject)
    assert len(surfaced) >= 7


# -- at the maintainer's desk


@pytest.fixture
def desk(tmp_path: Path) -> dict[str, str]:
    """A queue with two subjects in it, and content to add to."""
    url = f"sqlite:///{tmp_path / 'knowledge.sqlite'}"
    engine = open_engine(url)
    create_tables(engine)
    queue = ReviewQueue(engine)
    for number, text in enumerate(
        [
            "can I keep my cat at home after the infusion",
            "do I have to give my cat away before I get the cells",
            "is the cat allowed to stay when I come home",
            "can I get a tattoo after CAR-T",
            "is a new tattoo allowed before the trial",
        ]
    ):
        queue.add(f"person-{number}", text, "unsure", "recovery")
    folder = shutil.copytree(PROJECT / "knowledge/curated/content", tmp_path / "content")
    return {"DATABASE_URL": url, "content": str(folder)}


def review(desk: dict[str, str], *command: str) -> tuple[int, str]:
    ran = run(
        "bot", "review", "queue", *command, "--content", desk["content"],
        DATABASE_URL=desk["DATABASE_URL"],
    )  # fmt: skip
    assert "Traceback" not in ran.stderr
    return ran.returncode, ran.stdout


def subjects(desk: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(review(desk, "--json")[1])
    return found


def test_the_queue_shows_subjects_with_counts_and_a_suggested_topic(desk: dict[str, str]) -> None:
    cats, tattoos = subjects(desk)
    assert (cats["count"], tattoos["count"]) == (3, 2)
    assert all("cat" in text for text in cats["questions"])
    assert cats["suggested"] in read_content(Path(desk["content"])).topics
    code, shown = review(desk, "--list")
    assert code == 0
    assert "3 question(s): 3 unsure" in shown


def test_a_subject_is_added_to_a_topic_and_leaves_the_queue(desk: dict[str, str]) -> None:
    cats, _ = subjects(desk)
    code, _ = review(desk, "--add", str(cats["id"]), "--to", "recovery")
    assert code == 0
    written = yaml.safe_load((Path(desk["content"]) / "topics" / "recovery.yml").read_text())
    assert set(cats["questions"]) <= set(written["questions"]["en"])
    assert [each["count"] for each in subjects(desk)] == [2]


def test_a_subject_becomes_an_faq(desk: dict[str, str]) -> None:
    _, tattoos = subjects(desk)
    review(
        desk, "--new", str(tattoos["id"]), "--id", "tattoos", "--title", "May I get a tattoo?",
        "--answer", "Ask your team before you get one.", "--yes",
    )  # fmt: skip
    written = yaml.safe_load((Path(desk["content"]) / "topics" / "tattoos.yml").read_text())
    assert written["questions"]["en"] == tattoos["questions"]
    assert [each["count"] for each in subjects(desk)] == [3]


def test_a_subject_is_dropped(desk: dict[str, str]) -> None:
    cats, tattoos = subjects(desk)
    assert review(desk, "--drop", str(cats["id"]))[0] == 0
    assert [each["id"] for each in subjects(desk)] == [tattoos["id"]]
    assert review(desk, "--drop", "999")[0] == 1


# -- reviews that are due


def test_answers_whose_review_is_near_or_past_are_listed_most_urgent_first() -> None:
    content = read_content()
    last = max(
        answer.next_review
        for topic in content.topics.values()
        for answer in (topic.answer, *topic.variants.values())
        if answer
    )
    found = due(content, last, 0)
    assert [each.next_review for each in found] == sorted(each.next_review for each in found)
    assert {each.topic for each in found} == {
        topic.id for topic in content.topics.values() if topic.answer or topic.variants
    }
    assert due(content, datetime.date(2000, 1, 1), 30) == []


def test_the_command_lists_what_is_due() -> None:
    ran = run("bot", "review", "due", "--days", "3650")
    assert ran.returncode == 0, ran.stderr
    assert "next review" in ran.stdout
    assert "crs" in ran.stdout
