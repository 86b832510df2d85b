"""Let Rasa import where TensorFlow is not installed.

Rasa 3.6 imports TensorFlow in modules that it loads whatever the pipeline holds, which costs 2 GB
of disk, 350 MB of memory and seconds of start-up, though none of our components use it. Where
TensorFlow is missing, this module answers the imports of `tensorflow*` and `keras*` with stand-ins:
they can be named, subclassed and used as type hints or decorators, and raise as soon as anything
tries to compute with them. `scripts/install` writes a `.pth` file beside the environment's
packages, so that plain `rasa train`, `rasa test` and `rasa shell` load it too. Rasa 3.6.21 is the
last open release, so no upgrade can pull this away.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from typing import Any

PREFIXES = ("tensorflow", "keras")


class TensorFlowMissing(RuntimeError):
    """A component tried to compute with TensorFlow, which this environment leaves out."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} was called, but TensorFlow is not installed here. Take a component that does "
            "not need it, or install the full profile: make run PROFILE=full"
        )


class _StandInType(type):
    """Class of the stand-ins: any attribute is another stand-in, using one raises."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{cls.__module__}.{cls.__qualname__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # `@tf.function` on a method is the one call that happens while modules load.
        if cls.__qualname__ == "function" and len(args) == 1 and callable(args[0]):
            return args[0]
        raise TensorFlowMissing(f"{cls.__module__}.{cls.__qualname__}")

    def __getitem__(cls, _item: Any) -> Any:
        return cls

    def __or__(cls, _other: Any) -> Any:
        return cls

    __ror__ = __or__


def _stand_in(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return _StandInType(name, (), {"__module__": module})


class _StandInModule(types.ModuleType):
    """A module in which every public name exists."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{self.__name__}.{name}")


class _Finder:
    """Finds the modules under `PREFIXES` and makes a stand-in of each."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not name.split(".")[0].startswith(PREFIXES):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run: the names come on demand."""


def install() -> None:
    """Put the stand-in in place, unless the real TensorFlow is there."""
    if importlib.util.find_spec("tensorflow") is None:
        sys.meta_path.append(_Finder())


install()
