"""Product names of `products.yml` as patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

_PRODUCTS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "products.yml").read_text(encoding="utf-8")
)
CAR_T: dict[str, list[str]] = _PRODUCTS["car_t"]
CAR_NK: list[str] = _PRODUCTS["car_nk"]


def named(products: Iterable[str]) -> str:
    """A pattern for any of the products; the hyphens in their names may be missing."""
    names = (re.escape(name).replace(r"\-", r"[\s-]?") for name in products)
    return r"(?<!\w)(?:" + "|".join(names) + r")(?![^\W_])"
