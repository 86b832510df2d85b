"""Who a trial takes, read from its eligibility text: criteria, marks, and the next plain question.

- `criteria.criteria_of(text)`: the criteria, each an exact slice of the text, with its category
  and, where a person could answer, a `facts.Predicate`; None there means: ask it as it stands.
- `marks.mark(criterion, facts)`: "fits", "may_not_fit" or "ask", with a reason in plain words.
- `choosing.next_question(trials, facts, skipped)`: the fact that could settle most of what's open.
- `questions.questions()`: the questions by the fact's id; `answers.parse_answer(id, text, locale)`
  reads a free-text answer.

Promises: a quote is the registry's own words at its offset; unknown facts leave a criterion to ask;
answers only ever settle an "ask", in any order; there is no verdict on a person anywhere.
"""
