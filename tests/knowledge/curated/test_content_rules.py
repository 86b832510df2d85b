"""`python -m bot check` is clean, and truly fails on what would mislead a patient."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from knowledge.curated.lint import check
from knowledge.curated.reading import CONTENT_FOLDER, ContentInvalid, read_content

TODAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content, to break."""
    return Path(shutil.copytree(CONTENT_FOLDER, tmp_path / "content"))


def edit(path: Path, old: str, new: str) -> int:
    """Replace the first `old` by `new`; returns its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} not in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def complaints(folder: Path, today: date = TODAY) -> list[str]:
    return [f"{p.path.name}:{p.line}: {p.message}" for p in check(folder, today)]


def test_the_content_is_in_order() -> None:
    assert [str(problem) for problem in check(today=TODAY)] == []


def test_every_topic_of_the_contract_has_a_file() -> None:
    assert len(read_content().topics) >= 93


def test_every_claim_about_the_therapy_is_sourced_with_address_and_date() -> None:
    for source in read_content().sources.values():
        assert re.match(r"https?://[\w.-]+\.\w+", source.url), source.id
        assert re.match(r"\d{4}", source.date), source.id


def test_a_deleted_source_is_noticed_where_it_is_cited(folder: Path) -> None:
    node = yaml.safe_load((folder / "topics" / "study_results.yml").read_text())
    cited = next(p["sources"][0] for p in node["answer"]["en"] if p.get("sources"))
    for path in (folder / "sources").glob("*.yml"):
        path.write_text(path.read_text().replace(f"- id: {cited}\n", f"- id: {cited}-gone\n"))
    assert any(f"there is no source '{cited}'" in each for each in complaints(folder))


def test_a_changed_number_is_noticed(folder: Path) -> None:
    path = folder / "topics" / "study_results.yml"
    text = path.read_text()
    number = re.search(r"- text: .*?\b(\d{2})\b", text, re.DOTALL)
    assert number is not None
    path.write_text(text[: number.start(1)] + "987" + text[number.end(1) :])
    assert any("the number 987 stands in no source line" in each for each in complaints(folder))


def test_a_claim_without_a_source_is_noticed(folder: Path) -> None:
    path = folder / "topics" / "crs.yml"
    line = edit(path, "    - text:", "    - text: It happens to 63 of 100 people.\n    - text:")
    found = complaints(folder)
    assert any(each.startswith(f"crs.yml:{line}: a claim without a source") for each in found)


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("CAR-T is a breakthrough.", "L03"),
        ("It cures lupus.", "L03"),
        ("This new treatment helps.", "L01"),
        ("You may be eligible.", "L05"),
        ("It has been shown to be safe.", "L04"),
        ("Stop taking your medicine first.", "L08"),
        ("Act now, there are limited places.", "L10"),
        ("You get free treatment.", "L02"),
    ],
)
def test_wording_that_misleads_is_noticed(folder: Path, sentence: str, rule: str) -> None:
    edit(
        folder / "topics" / "crs.yml",
        "    - text:",
        f"    - text: '{sentence}'\n    - text:",
    )
    assert any(rule in each for each in complaints(folder))


def test_a_plain_denial_is_allowed(folder: Path) -> None:
    edit(
        folder / "topics" / "crs.yml",
        "    - text:",
        "    - text: It is not a cure.\n    - text:",
    )
    assert complaints(folder) == []


def test_a_past_review_date_fails_the_build(folder: Path) -> None:
    path = folder / "topics" / "approval_status.yml"
    path.write_text(re.sub(r"next_review: \S+", "next_review: 2026-11-01", path.read_text()))
    assert any("next_review 2026-11-01 is past" in each for each in complaints(folder))


def test_an_unknown_topic_or_condition_is_noticed(folder: Path) -> None:
    path = folder / "topics" / "availability.yml"
    path.write_text(
        re.sub(r"next: \[", "next: [no_such_topic, ", path.read_text(), count=1).replace(
            "  lupus:\n", "  loopus:\n", 1
        )
    )
    found = "\n".join(complaints(folder))
    assert "there is no topic 'no_such_topic'" in found
    assert "there is no condition 'loopus'" in found


def test_a_missing_experimental_or_specialist_line_fails_the_build(folder: Path) -> None:
    status = folder / "status.yml"
    status.write_text(status.read_text().replace("experimental", "used"))
    phrases = folder / "phrases.yml"
    phrases.write_text(phrases.read_text().replace("Ask your {specialist}", "Ask around"))
    found = "\n".join(complaints(folder))
    assert "must say whether CAR-T is experimental" in found
    assert "must say '{specialist}'" in found


def test_a_denied_site_is_no_source(folder: Path) -> None:
    path = next((folder / "sources").glob("*.yml"))
    path.write_text(
        re.sub(r"url: \S+", "url: https://www.cancerfax.com/x", path.read_text(), count=1)
    )
    assert any("deny-list" in each for each in complaints(folder))


def test_an_invented_reviewer_is_not_enough(folder: Path) -> None:
    edit(folder / "topics" / "crs.yml", "status: draft", "status: reviewed")
    assert any("a review needs a name" in each for each in complaints(folder))


def test_broken_yaml_is_reported_by_line_not_by_traceback(folder: Path) -> None:
    (folder / "topics" / "crs.yml").write_text("topic: crs\ngroup: [risks\n")
    with pytest.raises(ContentInvalid) as raised:
        read_content(folder)
    assert "crs.yml:" in str(raised.value)
    assert complaints(folder)
