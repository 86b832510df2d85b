"""The commands of the contract, and Rasa's own, as a maintainer types them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

#: A maintainer's shell, where nobody has set how Rasa should behave.
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("RASA_")}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *command],
        cwd=PROJECT,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_ask_prints_the_replies_as_json(model: None, tmp_path: Path) -> None:
    ran = run("bot", "ask", "can I get CAR-T for lupus?", DATABASE_URL=f"sqlite:///{tmp_path}/k.db")
    assert ran.returncode == 0, ran.stderr
    (reply,) = json.loads(ran.stdout)
    assert (reply["topic"], reply["condition"]) == ("availability", "lupus")


def test_evaluate_measures_a_file_of_questions(model: None, tmp_path: Path) -> None:
    questions = tmp_path / "questions.tsv"
    questions.write_text(
        "text\ttopic\tconditions\n"
        "can I get CAR-T for lupus?\tavailability\tlupus\n"
        "what's the weather\tout_of_scope\t-\n"
        "I can't breathe\temergency\t-\n"
        "is it a cure for MS or lupus?\tis_it_a_cure|how_long_it_lasts\tmultiple_sclerosis,lupus\n"
    )
    out = tmp_path / "figures.json"
    ran = run(
        "bot", "evaluate", "--tsv", str(questions), "--json", str(out),
        DATABASE_URL=f"sqlite:///{tmp_path}/k.db",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    figures = json.loads(out.read_text())
    assert figures["accuracy"]["share"] == 1.0
    assert figures["conditions"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert "topic right" in ran.stdout


def test_evaluate_says_which_column_is_missing(model: None, tmp_path: Path) -> None:
    questions = tmp_path / "questions.tsv"
    questions.write_text("text\tlabel\nhello\tgreet\n")
    ran = run("bot", "evaluate", "--tsv", str(questions))
    assert ran.returncode == 1
    assert "topic" in ran.stderr


def test_check_reports_file_and_line_and_fails(tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(PROJECT / "knowledge/curated/content", tmp_path / "content")
    path = Path(folder) / "topics" / "what_is_cart.yml"
    path.write_text(path.read_text().replace("as_of:", "as_of: 2030-01-01\nwas:", 1))
    ran = run("bot", "check", str(folder))
    assert ran.returncode == 1
    assert re.search(r"what_is_cart\.yml:\d+: ", ran.stdout)


def test_check_is_clean() -> None:
    assert run("bot", "check").returncode == 0


def test_refresh_brings_the_listings_up_to_date(tmp_path: Path) -> None:
    from tests.registry import ReplayRegistry

    with ReplayRegistry() as registry:
        ran = run(
            "bot", "refresh",
            REGISTRY_URL=registry.url, DATABASE_URL=f"sqlite:///{tmp_path}/k.db",
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


def test_refresh_without_a_registry_says_so(tmp_path: Path) -> None:
    ran = run(
        "bot", "refresh",
        REGISTRY_URL="http://127.0.0.1:1/api/v2", DATABASE_URL=f"sqlite:///{tmp_path}/k.db",
    )  # fmt: skip
    assert ran.returncode == 1
    assert "registry" in ran.stderr.lower()
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("command", [["data", "validate", "--max-history", "5"]])
def test_rasas_own_validator_is_content(command: list[str]) -> None:
    ran = run("rasa", *command)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    warned = re.findall(r"'([^']+)' is not used in any story", ran.stdout + ran.stderr)
    assert set(warned) <= {"utter_ask"}  # the retrieval action that our one action stands in for


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    source = "\n".join(
        path.read_text()
        for folder in ("bot", "knowledge", "actions")
        for path in (PROJECT / folder).rglob("*.py")
    )
    read = set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', source))
    read |= set(re.findall(r'_port\("([A-Z_]+)"', source))
    documented = set(re.findall(r"^#? ?([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.M))
    assert read == documented
    readme = (PROJECT / "README.md").read_text()
    assert all(f"`{name}`" in readme for name in documented)


def test_rasas_own_shell_understands_with_the_same_model(model: None) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "rasa", "shell", "nlu", "--model", "models"],
        cwd=PROJECT,
        env=ENVIRONMENT,
        input="can I get CAR-T for lupus?\n/stop\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "ask/availability" in ran.stdout
