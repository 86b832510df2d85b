"""What a message is to the question asked: an answer, a correction, an attempt, or nothing to it."""

from __future__ import annotations

import pytest

from knowledge.eligibility.facts import Fact, Value
from knowledge.fit_check.reading import Told, is_tried, step_of, taken


@pytest.mark.parametrize(
    ("locale", "text", "asking", "known", "expected"),
    [
        ("en", "no", "hiv", [], ("hiv", False)),
        ("en", "I'd rather not say", "hiv", [], ("hiv", None)),
        # an age is an age, whatever was asked
        ("en", "I'm 34", "hiv", [], ("age_years", 34.0)),
        ("en", "I am forty three years old", "hiv", [], ("age_years", 43.0)),
        ("es", "tengo 34 años", "hiv", [], ("age_years", 34.0)),
        # corrections: of what they name, else of the last answer that they fit
        ("en", "actually I'm 34", "hiv", ["age_years"], ("age_years", 34.0)),
        ("en", "actually I'm 34", "hiv", [], ("age_years", 34.0)),
        ("es", "en realidad tengo 34 años", "hiv", [], ("age_years", 34.0)),
        ("en", "sorry, no, not on thinners", "seizure", ["blood_thinner", "hiv"],
         ("blood_thinner", False)),
        ("en", "wait, I meant two treatments", "hiv", ["failed_treatments", "age_years"],
         ("failed_treatments", 2.0)),
        ("en", "actually no", "age_years", ["hiv"], ("hiv", False)),
        # neither
        ("en", "43", "hiv", [], None),
        ("en", "two, both failed", "hiv", [], None),
        ("en", "is HIV a problem?", "hiv", [], None),
        ("en", "actually no, not the blood thinner, it's yes", "hiv", ["blood_thinner"], None),
        ("en", "I'm a teacher", "hiv", [], None),
    ],
)  # fmt: skip
def test_a_message_tells_one_fact_or_none(
    locale: str, text: str, asking: str, known: list[str], expected: tuple[str, Value] | None
) -> None:
    told = taken(text, asking, known, locale)
    if expected is None:
        assert told is None
    else:
        question, value = expected
        assert told == Told(question, None if value is None else Fact(value))


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("43", True), ("two, both failed", True), ("dos, las dos fallaron", True),
        ("yes, but years ago", True), ("it depends", True), ("más o menos", True),
        ("what are the risks?", False), ("side effects", False), ("trials near Leeds", False),
        ("how long is the hospital stay", False),
    ],
)  # fmt: skip
def test_an_attempt_at_an_answer_is_told_from_a_question(text: str, tried: bool) -> None:
    assert is_tried(text) is tried


@pytest.mark.parametrize(
    ("locale", "text", "step"),
    [("en", "stop", "stop"), ("en", "I want to stop", "stop"), ("es", "basta ya", "stop"),
     ("en", "show results", "result"), ("es", "ver cómo va", "result"),
     ("en", "should I stop my medicine", None), ("en", "when does the trial stop", None)],
)  # fmt: skip
def test_stopping_and_showing_are_asked_for_in_so_many_words(
    locale: str, text: str, step: str | None
) -> None:
    assert step_of(text, locale) == step
