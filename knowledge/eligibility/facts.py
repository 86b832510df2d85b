"""What a person told, and what a criterion asks of it. Pure values; nothing here is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Value = bool | float | str
Operator = Literal["is", ">=", "<=", ">", "<"]
#: What facts say of a requirement: it holds, it doesn't, or it can't be told.
Truth = bool | None

#: A question that another one answers where that is "no": never had cancer, so free of it for long.
ANSWERED_BY = {
    "cancer_free_years": "cancer_ever",
    "live_vaccine_weeks": "live_vaccine_recent",
}


@dataclass(frozen=True)
class Fact:
    """One thing that a person told. value: yes or no, a number in its question's unit, a choice."""

    value: Value


Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class Requirement:
    """One plain fact that a person must satisfy.

    question: the id of the fact in questions.yml. value: in `unit`, the question's own (None for
    yes or no, and choices). firm: a fact against it is enough to say that the criterion may not
    fit; where it isn't (an exception, a time window, an "or"), such a fact leaves it open.
    """

    question: str
    operator: Operator
    value: Value
    unit: str | None = None
    firm: bool = True

    def holds(self, facts: Facts) -> Truth:
        """Does it hold? None without the fact.

        A follow-up's fact counts only where its opening question was answered "yes".
        """
        gate_id = ANSWERED_BY.get(self.question)
        if gate_id is not None:
            gate = facts.get(gate_id)
            if gate is None or gate.value is False:
                return True if gate is not None and self.operator in (">=", ">") else None
        fact = facts.get(self.question)
        if fact is None:
            return None
        if self.operator == "is":
            return fact.value == self.value
        if isinstance(fact.value, (bool, str)) or isinstance(self.value, (bool, str)):
            return None
        return {
            ">=": fact.value >= self.value,
            "<=": fact.value <= self.value,
            ">": fact.value > self.value,
            "<": fact.value < self.value,
        }[self.operator]


@dataclass(frozen=True)
class Predicate:
    """What a criterion asks: requirements that must all hold, or any one of them (`any_of`).

    complete: they are all that it asks, so that they settle it; otherwise something remains to ask
    the study team even where they hold.
    """

    requirements: tuple[Requirement, ...]
    complete: bool
    any_of: bool = False

    @property
    def questions(self) -> tuple[str, ...]:
        """The ids of the facts that it asks about, each once."""
        return tuple(dict.fromkeys(each.question for each in self.requirements))

    def settled(self, facts: Facts) -> Truth:
        """True: nothing speaks against it and nothing is left open. False: a firm fact does.

        None: to ask. Once settled, a further fact about something else never changes it.
        """
        truths = [(each.firm, each.holds(facts)) for each in self.requirements]
        against = [firm and truth is False for firm, truth in truths]
        held = [truth is True for _, truth in truths]
        if self.any_of:
            refused, met = bool(against) and all(against), any(held)
        else:
            refused, met = any(against), all(held)
        if refused:
            return False
        return True if met and self.complete else None

    def bearing(self, facts: Facts) -> tuple[str, ...]:
        """The facts that are not known yet and could still settle it."""
        if self.settled(facts) is not None:
            return ()
        truths = [(each, each.holds(facts)) for each in self.requirements]
        can_be_met = self.complete and (
            self.any_of or all(truth is not False for _, truth in truths)
        )
        can_be_refused = not self.any_of or all(each.firm for each, _ in truths)
        return tuple(
            dict.fromkeys(
                each.question
                for each, truth in truths
                if truth is None and (can_be_met or (each.firm and can_be_refused))
            )
        )
