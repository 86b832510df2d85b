"""The many spellings of "CAR-T", read as one."""

from __future__ import annotations

import re

#: What people write for "CAR-T": car t, cart cell, car tee, c.a.r. t, chimeric antigen receptor ...
_SPELLINGS = re.compile(
    r"""(?ix)
    \bchimeric[\s-]*antigen[\s-]*receptor(?:[\s-]*t)?(?:[\s-]*cells?)?\b
    | \bc\.?\s?a\.?\s?r\.?[\s\-‐-―]*(?:t|tee|tea|ti|té)(?=[\s\-‐-―]*(?:cells?|therap\w*|células?|zell\w*|cellules?|cellule)\b)
    | \bcar[\s\-‐-―]*(?:t|tee)s?\b
    | \bc\.a\.r\.?[\s-]*t\b
    | (?<!shopping\ )\bcarts?(?=[\s-]*(?:cells?|therap\w*|treatment|trial\w*|infusion|for\b|in\b|$|[?.!,]))
    | \b(?-i:CART|CARTs)\b
    | \bcar[\s-]*(?:tea|tee|tcell|tcells)\b
    | \bcar[\s-]+ti\b(?=[\s-]+(?:cells?|for|therap\w*|in)\b)
    """
)


def canonical_therapy(text: str) -> str:
    """The text with every spelling of CAR-T written "CAR-T"."""
    return _SPELLINGS.sub("CAR-T", text)
