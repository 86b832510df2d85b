"""Headings and lead-ins of eligibility texts: words that order criteria and are none themselves."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["inclusion", "exclusion"]

_HEADING = re.compile(
    r"""^\W*(?:[IVX]+\.?\d*\W+)?(?:the\s+)?(?:list\s+of\s+)?
    (?P<before>(?:[\w/&'-]+\s+){0,4}?)
    (?P<kind>inclusion|exclusion|eligibility|non-?inclusion)
    (?:\s*/\s*exclusion)?
    \s*criteri(?:a|on|um)\b
    (?P<after>[^:：]{0,110}?)\s*(?:(?:[:：]\s*|(?=\(?1\\?[.)]\s))(?P<rest>.*))?$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
#: A sentence about the list below it: "Subjects who met any of the following criteria were ...".
_ABOUT_THE_LIST = re.compile(
    r"""^\W*(?:
      to\s+be\s+eligible\b.*\bmust\b\W*
    | (?:the\s+)?(?:main|key|major)\s+(?:inclusion|exclusion)\s+criteria\s+include\b.*
    | .{0,160}\b(?:any|all|each|one|either)\s+(?:one\s+)?of\s+(?:the\s+)?(?:following|these|below)
      (?:\s+\w+){0,2}\s+(?:criteri\w+|conditions?)\b.{0,120}
    | .{0,160}\b(?:any|all|each|one|either)\s+(?:one\s+)?of\s+(?:the\s+)?(?:following|these|below)
      \b.{0,120}[:：]
    | .{0,90}\b(?:following|below)\s+(?:\w+\s+){0,2}criteria\b.{0,80}
    | .{0,120}\b(?:precluded|excluded)\s+from\b.{0,200}\bfollowing\b.{0,200}
    | (?:an?\s+|the\s+)?(?:participants?|patients?|subjects?|individuals?|candidates?)
      (?:\s+(?:must|should|will|who|with|have|has))*\W*
    | (?:all\s+)?(?:of\s+)?the\s+following\W*
    )$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_EXCLUDES = re.compile(
    r"\b(?:exclu\w+|not\s+(?:be\s+)?(?:eligible|enrolled|included|participate)|ineligible"
    r"|preclude\w*|non-?inclusion)\b",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"""^\W*(?:
      (?:at\s+screening,?\s+)?(?:(?:participants?|patients?|subjects?|they|must|should|have|has|had
        |having|received?|receiving|use\s+of|treatment\s+with|presence\s+of|any|one|at\s+least|meets?
        |meeting|or|more|of|either|be|with|who|are|all|each|both|history|evidence|taking|the)\b[\s,]*)*
      (?:the\s+)?(?:following|below)\b[^.;]{0,110}
    | (?:adequate|acceptable|sufficient|normal|satisfactory|good)\b[^.;]{0,90}
      \b(?:function|reserve|values?|parameters|organs?)\b[^.;]{0,90}
    | (?:major|main|important|vital)\s+organs?\b[^.;]{0,90}
    | [\w\s/-]{1,40}\b(?:cohort|arm|group|patients|subjects|participants)(?:\s+only)?
    | (?:for|in|only\s+for)\s+(?:the\s+)?(?:\w+\s+)?(?:participants?|patients?|subjects?|cohort
        |part|arm|group|those|women|men|females?|males?|adults|children|phase)\b[^.;]{0,140}
    | [^.;]{0,200}\b(?:if|when)\s+any\s+of\s+the\s+following\b[^.;]{0,80}
    | (?:disease|medical|laboratory|hematologic\w*|hepatic|renal|cardiac|pulmonary)\s*\w*\s*
      (?:status|function|criteria|values|conditions?|characteristics)
    )\W*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
#: What makes a parent a criterion by itself, though it ends in a colon.
_STANDS_ALONE = re.compile(
    r"\b(?:exceptions?|except|including|include[sd]?|such\s+as|examples?|e\.?g\.?|limited\s+to"
    r"|defined\s+(?:as|by)|diagnos\w+|confirmed|evidenced\s+by)\b",
    re.IGNORECASE,
)
_EXCEPTIONS = re.compile(
    r"\b(?:exceptions?|except(?:ing)?|unless|other\s+than|with\s+the\s+exclusion\s+of"
    r"|(?:are|is)\s+(?:allowed|permitted|eligible|not\s+excluded))\b"
    r"(?:[^.]{0,90}[:：]|(?:\s+(?:for|of|if|the|following))*)\W*$",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(
    r"\b(?:includ(?:ing|es?)|such\s+as|examples?|e\.?g\.?|i\.?e\.?|limited\s+to|for\s+instance)"
    r"\b[^.]{0,60}[:：,]?\W*$",
    re.IGNORECASE,
)
_COHORT = re.compile(
    r"\b(?:sub-?study|cohort|arm|part\s+[A-Z0-9]|phase\s+\d|only|group|controls?|donors?|families"
    r"|(?:for|in)\s+(?:the\s+)?(?:\w+\s+){0,2}(?:participants?|patients?|subjects?))\b"
    r"|^\W*(?!all|the|both|adult|study|eligible|these|any|key)[\w-]+"
    r"\s+(?:participants|patients|subjects|volunteers)\W*$"
    r"|^\W*(?:participants|patients|subjects|volunteers)\s+for\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"""^\W*(?:
      (?:none|not?\s+applicable|n/?a)
    | .{0,60}\b(?:other|additional|further)\b.{0,60}\bcriteria\b.{0,60}\bappl(?:y|ied|ies)\b.{0,40}
    | .{0,60}\b(?:inclusion|exclusion)\b.{0,60}
      \b(?:specified|defined)\s+in\s+the\s+protocol\b.{0,20}
    )\W*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def heading(line: str) -> tuple[Kind | None, str | None, int] | None:
    """A line that heads a list: its kind (None: both), whom it applies to, where its own text ends.

    What follows that offset in the line, if anything, belongs to the list. None for no heading.
    """
    match = _HEADING.match(line)
    if match and _only_titles(match.group("before")) and len(line[: match.start("kind")]) < 60:
        word = match.group("kind").lower()
        kind: Kind | None = None
        if not word.startswith("elig"):
            kind = "exclusion" if word.startswith(("excl", "non")) else "inclusion"
        told = re.search(r"\w", match.group("rest") or "")
        cut = match.start("rest") if told else len(line)
        if match.group("rest") is None and len(match.group("after")) > 60:
            return None
        return kind, _whom(match.group("before"), match.group("after")), cut
    return None


def list_sentence(line: str) -> Kind | None | Literal[False]:
    """A sentence that is about the list below it: "exclusion", "inclusion", None (can't tell).

    False where the line is no such sentence.
    """
    if len(line) > 420 or not _ABOUT_THE_LIST.match(line):
        return False
    if _EXCLUDES.search(line):
        return "exclusion"
    return "inclusion" if re.search(r"\b(?:eligible|must|includ)", line, re.IGNORECASE) else None


def is_lead_in(text: str) -> bool:
    """A parent that says nothing without its children ("Use of the following therapies:")."""
    return bool(_LEAD_IN.match(text)) and not _STANDS_ALONE.search(text)


def role_of_children(parent: str) -> Literal["criterion", "example", "exception"]:
    """What the children of a parent are, by its last words."""
    if _EXCEPTIONS.search(parent):
        return "exception"
    return "example" if _EXAMPLES.search(parent) else "criterion"


def cohort(text: str) -> str | None:
    """The group that a heading or lead-in speaks of: its bracketed name, else its words."""
    if not _COHORT.search(text):
        return None
    named = re.search(r"\(([^()]*\b(?:cohort|group|arm)\b[^()]*)\)", text, re.IGNORECASE)
    return (named.group(1) if named else text).strip(" :：")


def is_placeholder(text: str) -> bool:
    """Words that stand where criteria would ("Other protocol-defined criteria apply")."""
    return bool(_PLACEHOLDER.match(text))


def _only_titles(before: str) -> bool:
    return not re.search(r"\b(?:meet|meets|met|who|all|any|the|following)\b", before, re.IGNORECASE)


def _whom(before: str, after: str) -> str | None:
    plain = re.sub(
        r"\b(?:key|main|major|general|other|additional|specific|important|study|the)\b|[()]",
        " ",
        before,
        flags=re.IGNORECASE,
    )
    after = after.strip(" ()")
    named = re.sub(r"^(?:for|of|in)\s+(?:the\s+)?", "", after, flags=re.IGNORECASE)
    if named and _COHORT.search(after):
        return named
    return plain.strip() if _COHORT.search(plain) else None
