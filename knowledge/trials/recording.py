"""The recorded data that come with the product, for a first run without the registry.

CAR-T and CAR-NK studies in autoimmune disease as ClinicalTrials.gov (public domain) listed them on
2026-08-22, as API v2 records. 312 of the 315 were rebuilt from flattened tables: their facts are
real, but they lack eligibility text, contacts and sex. Every listing from them says what it is.
"""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

#: The day of the recording, UTC; the registry's own time of it is not known.
RECORDED_AT = datetime(2026, 8, 22)
_FILE = Path(__file__).parent / "recorded.jsonl.gz"


def recorded_records() -> list[dict[str, Any]]:
    """The records, as the API gives them."""
    with gzip.open(_FILE, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
