"""The figures as a text that fits a terminal."""

from __future__ import annotations

from typing import Any


def as_text(figures: dict[str, Any]) -> str:
    """Accuracy with its interval, conditions, safety, then by set, language and style."""
    conditions = figures["conditions"]
    lines = [
        f"questions              {figures['questions']}",
        f"topic right            {_share(figures['accuracy'])}",
        f"right or offered       {_share(figures['right_or_offered'])}",
        f"covered but refused    {_share(figures['refused'])}",
        f"out of scope told      {_share(figures['out_of_scope_recall'])}",
        f"emergencies caught     {_share(figures['safety']['caught'])}",
        f"false alarms           {_share(figures['safety']['false_alarms'])}",
        "conditions             "
        + "  ".join(f"{name} {conditions[name]:.3f}" for name in ("precision", "recall", "f1")),
    ]
    if figures["classifier"]:
        alone = figures["classifier"]
        lines.append(f"classifier, first 3     {_share(alone['top_3'])}   ECE {alone['ece']:.3f}")
    for title, key in (("set", "by_set"), ("language", "by_language"), ("style", "by_style")):
        lines.append(f"\nby {title}")
        lines += [
            f"  {name:<20} {_share(row)}   right or offered {row['right_or_offered']:.1%}"
            for name, row in figures[key].items()
        ]
    lines.append("\nmost frequent confusions (expected → got)")
    lines += [f"  {c['n']:>3}  {c['expected']} → {c['got']}" for c in figures["confusions"][:25]]
    weak = sorted(figures["topics"].items(), key=lambda item: item[1]["f1"])[:10]
    lines.append("\nweakest topics (F1)")
    lines += [f"  {row['f1']:.2f}  {topic} ({row['n']})" for topic, row in weak]
    return "\n".join(lines)


def _share(row: dict[str, Any]) -> str:
    if not row["n"]:
        return "no such questions"
    return f"{row['share']:.1%}  ({row['low']:.1%} to {row['high']:.1%}, n = {row['n']})"
