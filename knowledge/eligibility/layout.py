r"""The lines of an eligibility text: where each begins, what marks it, how deep it stands.

The registry's texts are markdown of sorts: bullets `*`, `-`, `•`, `o`, escaped ones (`\-`), numbers
(`1.`, `1\.`, `2)`), letters and roman numerals, bullets before numbers (`* 3\. `), nesting by
indentation. Offsets are into the text as it was given; nothing is unescaped here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BULLET = r"(?:\\?[-–*•·●▪◦‣])(?:\s+|(?=[A-Z(]))|o\s+(?=[A-Z])"
_NUMBERED = r"\(?\d{1,2}\\?(?:\s?[.、](?!\d)\s*|\)\s*)"
_LETTERED = r"\(?[a-zA-Z]\\?\)\s*|[a-zA-Z]\\?\.\s+(?=\S)"
_ROMAN = r"\(?[ivx]{1,5}\\?[.)]\s+"
_MARKER = re.compile(rf"(?:{_BULLET}|{_NUMBERED}|{_ROMAN}|{_LETTERED})")
#: The end of a line; a heading in the middle of one begins the next.
_LINE_END = re.compile(
    r"\n|(?<=[.;:。；)][ \t])(?=(?:Key |Main |Major )?(?:Inclusion|Exclusion) [Cc]riteria\s?"
    r"(?:[:：]|\(?1\\?[.)]\s))"
)
_ROMAN_VALUES = {
    word: value
    for value, word in enumerate(
        ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"], start=1
    )
}
#: A number after one of these is a grade or a count, not the next item's number.
_NOT_AN_ITEM = re.compile(
    r"(?:\b(?:grades?|class|stages?|phases?|types?|scores?|level|day|week|cycle|arm|cohort|section|table"
    r"|part|step|category|version|v|age[ds]?|than|to|of|or|and|least|is)|[-–=<>≥≤×*/])\s*\\?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """A line that isn't blank. start, end: the offsets of its text, without marker and margins.

    marker: as written, "" for none. after_blank: a blank line (or nothing) stands before it.
    """

    start: int
    end: int
    indent: int
    marker: str
    after_blank: bool

    @property
    def number(self) -> int | None:
        """The marker's number ("3." is 3, "c)" is 3, "iv." is 4), None for a bullet or none."""
        return number_of(self.marker)


def lines_of(text: str) -> list[Line]:
    """The lines of a text, in order."""
    found: list[Line] = []
    position, after_blank = 0, True
    for raw in _LINE_END.split(text):
        content = raw.rstrip()
        if content.endswith("\\"):
            content = content[:-1].rstrip()
        indent = len(content) - len(content.lstrip())
        if not content.strip():
            after_blank = True
        else:
            at = _end_of_markers(content, indent)
            marker = content[indent:at].strip()
            if at < len(content):
                found.append(
                    Line(position + at, position + len(content), indent, marker, after_blank)
                )
                after_blank = False
        position += len(raw)
        position += text[position : position + 1] == "\n"
    return found


def number_of(marker: str) -> int | None:
    """The number that a marker stands for."""
    core = re.sub(r"[^0-9A-Za-z]", "", marker)
    if core.isdigit():
        return int(core)
    if core.lower() in _ROMAN_VALUES and len(core) > 1:
        return _ROMAN_VALUES[core.lower()]
    if core in ("i", "v", "x"):
        return _ROMAN_VALUES[core]
    return ord(core.lower()) - 96 if len(core) == 1 and core.isalpha() else None


def style_of(marker: str) -> str:
    """What kind of marker: "number", "letter", "roman", "bullet" or "" (none)."""
    core = re.sub(r"[^0-9A-Za-z]", "", marker)
    if not marker:
        return ""
    if core.isdigit():
        return "number"
    if core in _ROMAN_VALUES:
        return "roman"
    return "letter" if len(core) == 1 and core != "o" else "bullet"


def inline_items(text: str, start: int, end: int, marker: str) -> list[tuple[int, int, str]]:
    """An item's text cut where further numbered items run on in the same line.

    "Aged 18-70 years 2. Acute leukemia" under number 1 is two items; "grade 2. No" is not. Returns
    (start, end, marker) for each; one entry where nothing runs on.
    """
    style, number = style_of(marker), number_of(marker)
    if style == "bullet":
        cuts = _run_on_bullets(text, start, end, marker)
    elif number is not None:
        cuts = _run_on_markers(text, start, end, style, number)
    else:
        cuts = []
    pieces, at, mark = [], start, marker
    for cut_start, cut_end, cut_marker in cuts:
        pieces.append((at, _trimmed(text, at, cut_start), mark))
        at, mark = cut_end, cut_marker
    pieces.append((at, _trimmed(text, at, end), mark))
    return [piece for piece in pieces if piece[1] > piece[0]]


def _run_on_bullets(text: str, start: int, end: int, marker: str) -> list[tuple[int, int, str]]:
    """ "- Age 18 - Lupus - Consent": at least two more of the same mark, each before a capital."""
    if marker not in {"-", "*", "•", "·"}:
        return []
    pattern = re.compile(rf"(?<=\s){re.escape(marker)}\s+(?=[A-Z])")
    found = [(match.start(), match.end(), marker) for match in pattern.finditer(text, start, end)]
    return found if len(found) > 1 else []


def _run_on_markers(
    text: str, start: int, end: int, style: str, number: int
) -> list[tuple[int, int, str]]:
    body = text[start:end]
    wanted = number + 1
    pattern = {
        "number": r"\(?\d{1,2}\\?[.、)](?!\d)\s*(?=[A-Z一-龥])",
        "letter": r"\(?[a-z]\\?\)\s*(?=\S)",
        "roman": r"\(?[ivx]{1,4}\\?[.)]\s+(?=\S)",
    }[style]
    found: list[tuple[int, int, str]] = []
    for match in re.finditer(rf"(?<=[\s;；。.，,]){pattern}", body):
        value = number_of(match.group().strip())
        before = body[: match.start()].rstrip()
        # A nested item may be followed by its grandparent's next number ("4. Lung ...; 6. Women"),
        # and a number may be missing ("3. Heart disease. 5. Infection").
        skips = style == "number" and before.endswith((";", "；", "。")) and value is not None
        furthest = wanted + 3 if skips else wanted + before.endswith(".")
        fits = value is not None and wanted <= value <= furthest
        if style == "letter" and value is not None and wanted < value <= wanted + 1:
            fits = before.endswith((";", ","))
        if fits and value is not None and not _NOT_AN_ITEM.search(before):
            found.append((start + match.start(), start + match.end(), match.group().strip()))
            wanted = value + 1
    return found


def _trimmed(text: str, start: int, end: int) -> int:
    while end > start and (text[end - 1].isspace() or text[end - 1] in ";；"):
        end -= 1
    return end


def _end_of_markers(content: str, at: int) -> int:
    """After up to two markers ("* 3\\. "); a line that is nothing but a marker ends there."""
    for _ in range(2):
        match = _MARKER.match(content, at)
        if match is None:
            rest = content[at:]
            return len(content) if re.fullmatch(r"\\?[-–*•·]+", rest) else at
        at = match.end()
    return at
