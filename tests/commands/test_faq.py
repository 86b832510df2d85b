"""Adding an FAQ as a maintainer does: one command, one file, nothing else touched."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
import yaml

from tests.commands.test_commands import run
from tests.conftest import PROJECT

PETS = [
    "--title", "Can I keep my pets?",
    "--answer", "Pets can carry germs. Ask your team who may clean up after them.",
    "--question", "can I keep my cat at home after the infusion",
    "--question", "who should clean the litter box",
    "--source-url", "https://www.cdc.gov/healthy-pets/",
    "--source-title", "Healthy pets, healthy people",
    "--source-publisher", "CDC",
    "--source-date", "2026-01-15",
    "--source-line", "Animals can carry germs that make people ill.",
]  # fmt: skip


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(
        shutil.copytree(PROJECT / "knowledge" / "curated" / "content", tmp_path / "content")
    )


def as_bytes(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*.yml")}


def faq(*command: str, content: Path) -> tuple[int, str]:
    ran = run("bot", "faq", *command, "--content", str(content))
    assert "Traceback" not in ran.stderr
    return ran.returncode, ran.stdout + ran.stderr


def test_a_new_faq_is_one_file_with_its_own_source_and_nothing_else_changes(content: Path) -> None:
    before = as_bytes(content)
    code, said = faq("new", *PETS, content=content)
    path = content / "topics" / "keep_pets.yml"
    assert code == 0, said
    after = as_bytes(content)
    assert after.keys() - before.keys() == {str(path)}
    assert all(after[name] == before[name] for name in before)
    written = yaml.safe_load(path.read_text())
    (source,) = written["sources"]
    assert source["url"] == "https://www.cdc.gov/healthy-pets/"
    assert source["checked"] == written["as_of"] == datetime.date.today()
    assert f"[{source['id']}]" in written["answer"]["en"][0]["text"]
    assert written["review"]["status"] == "draft"
    assert written["next_review"] > datetime.date.today()
    assert len(written["questions"]["en"]) == 2


def test_the_lint_speaks_of_the_new_file(content: Path) -> None:
    code, said = faq("new", *PETS, "--answer", "It is a miracle cure.", content=content)
    assert code == 1
    assert "keep_pets.yml:" in said


def test_what_looks_like_a_topic_we_have_is_not_written_unasked(content: Path) -> None:
    before = as_bytes(content)
    double = [
        "--title", "What is a cytokine storm?", "--answer", "A fever reaction.",
        "--question", "how bad is the cytokine storm",
        "--question", "what is cytokine release syndrome like",
    ]  # fmt: skip
    code, said = faq("new", *double, content=content)
    assert code == 1
    assert "This looks like `crs`: add it there?" in said
    assert as_bytes(content) == before
    faq("new", *double, "--yes", content=content)
    assert (content / "topics" / "cytokine_storm.yml").exists()


def test_what_is_missing_is_named(content: Path) -> None:
    code, said = faq("new", "--title", "Pets?", content=content)
    assert code == 1
    assert "--answer" in said
    assert "--question" in said


def test_a_topic_is_never_written_over(content: Path) -> None:
    before = as_bytes(content)
    code, said = faq("new", *PETS, "--id", "crs", content=content)
    assert code == 1
    assert "already" in said
    assert as_bytes(content) == before


def test_questions_are_added_and_not_a_character_else_changes(content: Path) -> None:
    path = content / "topics" / "placebo.yml"
    path.write_text("# a maintainer's note\n" + path.read_text())
    before = path.read_text().splitlines()
    _, said = faq(
        "add-question", "placebo", "is it a sham: yes or no?", "Placebo??", content=content
    )
    assert "1 added, 1 known already" in said
    after = path.read_text().splitlines()
    added = [line for line in after if line not in before]
    assert added == ["    - 'is it a sham: yes or no?'"]
    assert [line for line in after if line not in added] == before
    assert yaml.safe_load(path.read_text())["questions"]["en"][-1] == "is it a sham: yes or no?"


def test_questions_in_a_new_language_get_a_list_of_their_own(content: Path) -> None:
    code, said = faq(
        "add-question", "crs", "cos'è la tempesta", "--language", "it", content=content
    )
    assert code == 0, said
    assert yaml.safe_load((content / "topics" / "crs.yml").read_text())["questions"]["it"] == [
        "cos'è la tempesta"
    ]


def test_questions_come_from_a_csv_file(content: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text('question,topic\n"does the storm, once begun, end",crs\nsham group,placebo\n')
    _, said = faq("import", str(file), content=content)
    assert "crs: 1 added" in said
    crs = yaml.safe_load((content / "topics" / "crs.yml").read_text())
    assert "does the storm, once begun, end" in crs["questions"]["en"]


def test_a_csv_that_names_an_unknown_topic_changes_nothing(content: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("question,topic\nsham group,placebo\nwhat,nowhere\n")
    before = as_bytes(content)
    code, said = faq("import", str(file), content=content)
    assert code == 1
    assert "nowhere" in said
    assert as_bytes(content) == before


def test_a_batch_that_is_filed_under_the_wrong_topic_is_refused(
    content: Path, tmp_path: Path
) -> None:
    crs = yaml.safe_load((content / "topics" / "crs.yml").read_text())["questions"]["en"][:12]
    file = tmp_path / "wrong.csv"
    file.write_text(
        "question,topic\n" + "".join(f'"so {q}",placebo\n' for q in crs if '"' not in q)
    )
    before = as_bytes(content)
    code, said = faq("import", str(file), content=content)
    assert code == 1
    assert "new questions look like another topic's (crs" in said
    assert "Nothing was added" in said
    assert as_bytes(content) == before
