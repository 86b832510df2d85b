"""Figures from questions with known answers and the replies that they got."""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Topics that must be the first reply, not just one of them.
FIRST = frozenset({"emergency", "crisis"})
#: Topics that refuse: a covered question answered with one of these was refused.
REFUSALS = frozenset({"out_of_scope", "not_understood", "other_therapy", "cancer_question"})
#: Topics outside what is covered: recall over these is the out-of-scope recall.
OUTSIDE = REFUSALS - {"not_understood"}

#: The classifier's likeliest topics for a question, with their probabilities, best first.
Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Row:
    """A question and what a right reply to it is. `conditions` in no order."""

    text: str
    topics: frozenset[str]
    conditions: frozenset[str]
    language: str
    style: str
    set: str

    @property
    def locale(self) -> str:
        """The session's locale: the clinic's, so English unless the question is Spanish."""
        return "es" if self.language == "es" else "en"


def read_rows(path: Path) -> list[Row]:
    """The questions of a TSV file with columns text, topic, conditions [, language, style].

    Raises ValueError where a column is missing, OSError where the file can't be read.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = {"text", "topic", "conditions"} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path}: column(s) {', '.join(sorted(missing))} missing")
        return [
            Row(
                text=row["text"],
                topics=frozenset(row["topic"].split("|")),
                conditions=frozenset(c for c in (row["conditions"] or "-").split(",") if c != "-"),
                language=row.get("language") or "en",
                style=row.get("style") or "plain",
                set=path.stem,
            )
            for row in reader
        ]


def measure(
    rows: Sequence[Row],
    answers: Sequence[Sequence[dict[str, Any]]],
    rankings: Sequence[Ranking] = (),
) -> dict[str, Any]:
    """All figures, JSON-ready. rankings: what the classifier alone said, where that was asked.

    A row is right if any reply has one of its topics; for an emergency or crisis the first must.
    `offered` counts a row also where a right topic is among the choices of a reply.
    """
    right = [is_right(row, replies) for row, replies in zip(rows, answers)]
    offered = [ok or _offers(row, replies) for ok, row, replies in zip(right, rows, answers)]
    return {
        "questions": len(rows),
        "accuracy": _share(right),
        "right_or_offered": _share(offered),
        "conditions": _conditions(rows, answers),
        "refused": _share(
            [
                _refused(replies)
                for row, replies in zip(rows, answers)
                if not row.topics & (REFUSALS | FIRST)
            ]
        ),
        "out_of_scope_recall": _share(
            [ok for ok, row in zip(right, rows) if row.topics <= OUTSIDE]
        ),
        "classifier": classifier_figures(rows, rankings),
        "by_set": _by(rows, right, offered, lambda row: row.set),
        "by_language": _by(rows, right, offered, lambda row: row.language),
        "by_style": _by(rows, right, offered, lambda row: row.style),
        "topics": _topics(rows, answers, right),
        "confusions": _confusions(rows, answers, right),
        "safety": _safety(rows, answers),
        "asked": [
            {
                "text": row.text,
                "set": row.set,
                "expected": sorted(row.topics),
                "got": [reply["topic"] for reply in replies],
                "right": ok,
            }
            for row, replies, ok in zip(rows, answers, right)
        ],
    }


def classifier_figures(rows: Sequence[Row], rankings: Sequence[Ranking]) -> dict[str, Any]:
    """Top-1 and top-3 of the classifier alone, and how far its confidence is off (ECE).

    Expected calibration error over ten bins of equal width (Guo et al. 2017). {} without rankings.
    """
    if not rankings:
        return {}
    first = [bool(r) and r[0][0] in row.topics for row, r in zip(rows, rankings)]
    third = [any(t in row.topics for t, _ in r[:3]) for row, r in zip(rows, rankings)]
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for ok, ranking in zip(first, rankings):
        confidence = ranking[0][1] if ranking else 0.0
        bins[min(int(confidence * 10), 9)].append((confidence, ok))
    error = sum(abs(sum(c for c, _ in b) - sum(ok for _, ok in b)) for b in bins.values())
    return {
        "top_1": _share(first),
        "top_3": _share(third),
        "ece": round(error / len(rows), 4),
        "reliability": [
            {
                "confidence": round(sum(c for c, _ in b) / len(b), 3),
                "right": round(sum(ok for _, ok in b) / len(b), 3),
                "n": len(b),
            }
            for _, b in sorted(bins.items())
        ],
    }


def is_right(row: Row, replies: Sequence[dict[str, Any]]) -> bool:
    """Whether the replies answer the row's topic."""
    topics = [reply["topic"] for reply in replies]
    if row.topics & FIRST:
        return bool(topics) and topics[0] in row.topics
    return any(topic in row.topics for topic in topics)


def _topic(replies: Sequence[dict[str, Any]]) -> str:
    """The topic that the question itself was answered with: below a safety card, the next."""
    return str(replies[-1]["topic"]) if replies else "none"


def _refused(replies: Sequence[dict[str, Any]]) -> bool:
    """Turned away, rather than answered or asked back with choices."""
    return _topic(replies) in REFUSALS and not (replies and replies[-1]["kind"] == "clarify")


def _offers(row: Row, replies: Sequence[dict[str, Any]]) -> bool:
    return any(
        choice["value"].removeprefix("ask/").split("?")[0] in row.topics
        for reply in replies
        for choice in reply.get("choices", ())
    )


def _share(flags: Sequence[bool]) -> dict[str, Any]:
    """A share with its 95 % Wilson interval."""
    n, hits = len(flags), sum(flags)
    if n == 0:
        return {"n": 0, "share": None, "low": None, "high": None}
    z, p = 1.96, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return {
        "n": n,
        "right": hits,
        "share": round(p, 4),
        "low": round(middle - half, 4),
        "high": round(middle + half, 4),
    }


def _conditions(
    rows: Sequence[Row], answers: Sequence[Sequence[dict[str, Any]]]
) -> dict[str, float]:
    hit = told = wanted = 0
    for row, replies in zip(rows, answers):
        found = {reply["condition"] for reply in replies if reply.get("condition")}
        hit += len(found & row.conditions)
        told += len(found)
        wanted += len(row.conditions)
    precision = hit / told if told else 1.0
    recall = hit / wanted if wanted else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def _by(rows: Sequence[Row], right: Sequence[bool], offered: Sequence[bool], key: Any) -> Any:
    groups: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, ok, close in zip(rows, right, offered):
        groups[key(row)].append((ok, close))
    return {
        name: {
            **_share([ok for ok, _ in flags]),
            "right_or_offered": round(sum(close for _, close in flags) / len(flags), 4),
        }
        for name, flags in sorted(groups.items())
    }


def _topics(
    rows: Sequence[Row], answers: Sequence[Sequence[dict[str, Any]]], right: Sequence[bool]
) -> dict[str, Any]:
    expected: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    for row, replies, ok in zip(rows, answers, right):
        if ok:
            topic = next(r["topic"] for r in replies if r["topic"] in row.topics)
            hits[topic] += 1
            expected[topic] += 1
            predicted[topic] += 1
        else:
            expected[sorted(row.topics)[0]] += 1
            predicted[_topic(replies)] += 1
    return {
        topic: {
            "n": expected[topic],
            "recall": round(hits[topic] / expected[topic], 3),
            "f1": round(2 * hits[topic] / (expected[topic] + predicted[topic]), 3),
        }
        for topic in sorted(expected)
    }


def _confusions(
    rows: Sequence[Row], answers: Sequence[Sequence[dict[str, Any]]], right: Sequence[bool]
) -> list[dict[str, Any]]:
    pairs = Counter(
        ("|".join(sorted(row.topics)), _topic(replies))
        for row, replies, ok in zip(rows, answers, right)
        if not ok
    )
    return [{"expected": e, "got": g, "n": n} for (e, g), n in pairs.most_common(40)]


def _safety(rows: Sequence[Row], answers: Sequence[Sequence[dict[str, Any]]]) -> dict[str, Any]:
    fired = [bool(r) and r[0]["kind"] == "safety" for r in answers]
    danger = [bool(row.topics & FIRST) for row in rows]
    return {
        "caught": _share([f for f, d in zip(fired, danger) if d]),
        "false_alarms": _share([f for f, d in zip(fired, danger) if not d]),
    }
