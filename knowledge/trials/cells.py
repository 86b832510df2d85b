"""Where the cells of a CAR-T study come from, as far as its record says. Pure."""

from __future__ import annotations

import re
from typing import Literal

from knowledge.trials.products import CAR_T, named
from knowledge.trials.records import Trial

#: `own`: the person's (autologous). `donor`: somebody else's (allogeneic). `in_body`: made inside
#: the person's body (in vivo).
CellSource = Literal["own", "donor", "in_body"]

# "autoleucel" is the registered ending of products made of the person's own cells (WHO, INN).
_NAMED: dict[CellSource, re.Pattern[str]] = {
    "own": re.compile(
        r"autolog|\b\w+ autoleucel\b|patients?['’]?s? own|self-derived|" + named(CAR_T["own"]), re.I
    ),
    "donor": re.compile(
        r"\ballo-|allogen|universal|off[\s-]the[\s-]shelf|(?:healthy|cell)[\s-]donor|donor[\s-]derived"
        r"|\bu-?\s?car(?:[\s-]?t)?\b|\bucart|cord blood|" + named(CAR_T["donor"]),
        re.I,
    ),
    "in_body": re.compile(r"\bin[\s-]?vivo\b|" + named(CAR_T["in_body"]), re.I),
}
#: In a longer text "in vivo" is mostly said of how long cells last.
_TOLD: dict[CellSource, re.Pattern[str]] = {
    **_NAMED,
    "in_body": re.compile(
        r"\bin[\s-]?vivo[\s-](?:\w+[\s-]){0,3}(?:car|generat\w+|gene|engineer\w+|transduc\w+)\b",
        re.I,
    ),
}


def cell_sources(trial: Trial) -> frozenset[str]:
    """The sources that a record names: in titles and product first, else in its longer texts.

    Empty where it names none. Several where it gives several.
    """
    short = [name for _, name in trial.interventions]
    named_in = " ; ".join([trial.title, trial.official_title or "", *short])
    told_in = " ; ".join([*trial.arms, *trial.keywords, trial.summary or ""])
    for patterns, text in ((_NAMED, named_in), (_TOLD, told_in)):
        found = frozenset(source for source, pattern in patterns.items() if pattern.search(text))
        if found:
            return found
    return frozenset()
