"""Words of a message as they are compared: folded case, no accents, with their offsets."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_WORD = re.compile(r"[^\W_]+(?:['’`´]s\b)?", re.UNICODE)

#: Scripts that put no spaces between words, or glue articles on: matched as substrings.
UNSPACED = re.compile(
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0600-\u06ff\u0900-\u097f]"
)


@dataclass(frozen=True)
class Word:
    """A word as compared (`text`), as written (`raw`), and where it stands."""

    text: str
    raw: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case, without accents, apostrophes or invisible characters. Length may change."""
    decomposed = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text).casefold())
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch) and ch not in "'’`´")


def words(text: str) -> list[Word]:
    """The words of a text; hyphens split ("anti-MOG" is two words), a genitive 's is dropped."""
    found = []
    for match in _WORD.finditer(text):
        raw = match.group()
        folded = fold(re.sub(r"['’`´]s$", "", raw)) or fold(raw)
        if folded:
            found.append(Word(folded, raw, match.start(), match.end()))
    return found


def clean(text: str) -> str:
    """The text without invisible and control characters, spaces collapsed."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in visible).split())
