"""Which question to ask next: what could settle most open criteria of the trials in view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from knowledge.eligibility.criteria import Criterion
from knowledge.eligibility.facts import Facts
from knowledge.eligibility.marks import is_open
from knowledge.eligibility.questions import questions


def next_question(
    trials: Sequence[Sequence[Criterion]], facts: Facts, skipped: Collection[str] = ()
) -> str | None:
    """The id of the fact to ask for, None where no answer would settle anything more.

    Trials that something already speaks against don't count. skipped: facts that the person
    doesn't know, or would rather not tell; they are not asked for again.
    """
    known = questions()
    settles: Counter[str] = Counter()
    for criteria in trials:
        if not is_open(criteria, facts):
            continue
        for criterion in criteria:
            if criterion.predicate is None:
                continue
            missing = [_asked_first(each, facts) for each in criterion.predicate.bearing(facts)]
            # A criterion that needs three answers is a third settled by each.
            for question in set(missing):
                if question is not None and question not in skipped and question in known:
                    settles[question] += 60 // max(1, len(set(missing)))
    if not settles:
        return None
    return min(settles, key=lambda id_: (-settles[id_], known[id_].order))


def _asked_first(id_: str, facts: Facts) -> str | None:
    """A follow-up's opening question until that was answered; None where it makes no sense."""
    question = questions().get(id_)
    if question is None or question.after is None:
        return id_
    gate = facts.get(question.after)
    if gate is None:
        return question.after
    return id_ if gate.value is True else None
