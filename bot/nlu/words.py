"""Words of a message as they are compared: folded case, no accents, with their offsets."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
#: Letters of scripts that put no spaces between words, or glue articles on.
_UNSPACED = (
    r"\u0e01-\u0e4e\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0620-\u065f\u066e-\u06d3"
    r"\u0900-\u0963\u0966-\u097f"
)
#: A text in such a script is matched by substrings.
UNSPACED = re.compile(rf"[{_UNSPACED}]")
#: A word; letters with dots between them ("S.L.E.") are one, and a change of script ends one.
_WORD = re.compile(
    rf"(?<!\w)(?:[^\W\d_]\.){{2,}}(?:[^\W\d_](?!\w))?|[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\W_])+(?:['’`´]s\b)?"
)
_GENITIVE_OR_DOT = re.compile(r"['’`´]s$|\.")


@dataclass(frozen=True)
class Word:
    """A word as compared (`text`), as written (`raw`), and where it stands."""

    text: str
    raw: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case, without accents, apostrophes or invisible characters. Length may change."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    decomposed = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text).casefold())
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch) and ch not in "'’`´")


def folded(text: str) -> tuple[str, list[int]]:
    """The text folded, and for each of its characters the offset that it has in `text`."""
    pieces, offsets = [], []
    for offset, character in enumerate(text):
        piece = fold(character)
        pieces.append(piece)
        offsets += [offset] * len(piece)
    return "".join(pieces), offsets


def words(text: str) -> list[Word]:
    """The words of a text; hyphens split ("anti-MOG" is two words), a genitive 's is dropped."""
    found = []
    for match in _WORD.finditer(text):
        raw = match.group()
        compared = fold(raw if raw.isalnum() else _GENITIVE_OR_DOT.sub("", raw)) or fold(raw)
        if compared:
            found.append(Word(compared, raw, match.start(), match.end()))
    return found


def clean(text: str) -> str:
    """The text without invisible and control characters, spaces collapsed."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in visible).split())
