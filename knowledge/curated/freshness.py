"""How old an answer may be: served, served with a warning, or withdrawn."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum

from knowledge.curated.content import Answer

#: How long an answer is still served, with a warning, past its review date (DESIGN: honesty).
GRACE = timedelta(days=30)


class Freshness(Enum):
    """CURRENT until the review date, STALE (with a warning) for 30 days more, then WITHDRAWN."""

    CURRENT = "current"
    STALE = "stale"
    WITHDRAWN = "withdrawn"


def freshness(answer: Answer, today: date) -> Freshness:
    """How the answer stands on that day."""
    if today <= answer.next_review:
        return Freshness.CURRENT
    return Freshness.STALE if today <= answer.next_review + GRACE else Freshness.WITHDRAWN
