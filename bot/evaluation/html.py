"""The figures as one HTML page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Any

from bot.evaluation.comparison import Comparison

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a}table{border-collapse:collapse;margin:1rem 0}th,td{padding:.25rem .75rem;"
    "border-bottom:1px solid #ccc;text-align:left}td.n{text-align:right}"
    "svg{max-width:100%;height:auto}"
)
#: Side of a cell of the confusion picture, in its own units.
_CELL = 8


def as_html(figures: dict[str, Any], comparison: Comparison | None = None) -> str:
    """The whole page."""
    classifier = figures["classifier"]
    rows = [
        ("topic right", figures["accuracy"]),
        ("right or offered", figures["right_or_offered"]),
        ("covered but refused", figures["refused"]),
        ("out of scope told", figures["out_of_scope_recall"]),
        ("emergencies and crises caught", figures["safety"]["caught"]),
        ("false alarms", figures["safety"]["false_alarms"]),
    ]
    if classifier:
        rows += [("classifier, first", classifier["top_1"])]
        rows += [("classifier, first three", classifier["top_3"])]
    parts = [
        f"<h1>How people are understood</h1><p>{figures['questions']} questions.</p>",
        _table(("", "share", "95 % interval", "n"), [(name, *_share(row)) for name, row in rows]),
        _conditions(figures["conditions"]),
    ]
    if classifier:
        parts.append(f"<h2>Calibration</h2><p>Expected error {classifier['ece']:.3f}.</p>")
        reliability = [(r["confidence"], r["right"], r["n"]) for r in classifier["reliability"]]
        parts.append(_table(("confidence", "right", "n"), reliability))
    for title in ("set", "language", "style"):
        found = [
            (name, *_share(row), f"{row['right_or_offered']:.1%}")
            for name, row in figures[f"by_{title}"].items()
        ]
        head = (title, "right", "95 % interval", "n", "right or offered")
        parts.append(f"<h2>By {title}</h2>" + _table(head, found))
    parts.append("<h2>Confusions</h2>" + _picture(figures["asked"]))
    pairs = [(c["expected"], c["got"], c["n"]) for c in figures["confusions"]]
    parts.append(_table(("expected", "got", "n"), pairs))
    weakest = sorted(figures["topics"].items(), key=lambda item: float(item[1]["f1"]))
    topics = [(name, row["f1"], row["recall"], row["n"]) for name, row in weakest]
    parts.append("<h2>Topics</h2>" + _table(("topic", "F1", "recall", "n"), topics))
    if comparison:
        parts.append(f"<h2>Beside the old model</h2><pre>{escape(comparison.as_text())}</pre>")
    wrong = [
        (a["text"], "|".join(a["expected"]), ", ".join(a["got"]))
        for a in figures["asked"]
        if not a["right"]
    ]
    parts.append("<h2>Wrong answers</h2>" + _table(("question", "expected", "got"), wrong))
    body = "\n".join(parts)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Evaluation</title>'
        f"<style>{_STYLE}</style><body>{body}</body></html>"
    )


def _conditions(row: dict[str, float]) -> str:
    figures = [(name, f"{row[name]:.3f}") for name in ("precision", "recall", "f1")]
    return "<h2>Conditions</h2>" + _table(("", ""), figures)


def _share(row: dict[str, Any]) -> tuple[str, str, int]:
    if not row["n"]:
        return "", "", 0
    return f"{row['share']:.1%}", f"{row['low']:.1%} to {row['high']:.1%}", row["n"]


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    cells = "".join(f"<th>{escape(each)}</th>" for each in head)
    lines = [
        "<tr>"
        + "".join(
            f"<td{'' if isinstance(c, str) else ' class=n'}>{escape(str(c))}</td>" for c in row
        )
        + "</tr>"
        for row in rows
    ]
    return f"<table><tr>{cells}</tr>{''.join(lines)}</table>"


def _picture(asked: list[dict[str, Any]]) -> str:
    """Expected topics down, given topics across; the darker, the more often. Green is right."""
    pairs: Counter[tuple[str, str]] = Counter()
    for each in asked:
        got = (each["got"] or ["none"])[-1]
        pairs[got if each["right"] else each["expected"][0], got] += 1
    topics = sorted({topic for pair in pairs for topic in pair})
    place = {topic: number * _CELL for number, topic in enumerate(topics)}
    most = max(pairs.values())
    cells = "".join(
        f'<rect x="{place[got]}" y="{place[expected]}" width="{_CELL}" height="{_CELL}" '
        f'fill="{"#1b7837" if expected == got else "#b2182b"}" '
        f'fill-opacity="{0.25 + 0.75 * n / most:.2f}">'
        f"<title>{escape(expected)} → {escape(got)}: {n}</title></rect>"
        for (expected, got), n in pairs.items()
    )
    size = len(topics) * _CELL
    return (
        f'<svg viewBox="0 0 {size} {size}" role="img" aria-label="Confusion matrix: '
        f'expected topics down, given topics across. The table below lists the pairs.">'
        f'<rect width="{size}" height="{size}" fill="#f4f4f4"/>{cells}</svg>'
    )
