"""The fit check: a person goes through the criteria of a few trials, one plain question at a time.

- `checks.FitChecks`: what was told so far, kept by conversation and gone at the end.
- `reading.taken`: what a typed message means to the question that was asked.
- `result.results`: how each trial's criteria stand. Never a verdict on a person.
"""
