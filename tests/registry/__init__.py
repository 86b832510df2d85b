"""A ClinicalTrials.gov that replays real records, on loopback.

Recorded: 315 CAR-T and CAR-NK studies in autoimmune disease as the registry listed them on
2026-08-22, with 1,271 sites. 312 of them were rebuilt into the API's v2 shape from flattened
tables: facts are real, but they lack eligibility text, contacts, sex, study type and keywords.
NCT06193889, NCT06451159 and NCT07006805 are full records of the API (of 2026-09-14, with the same
status and date), as are forty others (cancer CAR-T, other cells, antibodies, observational and
unrelated studies, of 2023 to 2026) that are there to be told apart; their results sections are left
out. The 315 are `knowledge/trials/recorded.jsonl.gz`, which comes with the product; the others are
`others.jsonl.gz` here. `april.json`: what the list of 2026-04-25 said of 284 studies' statuses and
dates. All of it is public-domain data of ClinicalTrials.gov, from the project's collection
`shared/ctgov`.

The server obeys the API's OpenAPI file (2.0.3) as far as our client and plausible users go:
parameters, paging, text errors in the wording that others have seen, and its traps. What it does
not know (`stats`, `csv`, most field names) it refuses.
"""

from tests.registry.faults import Fault
from tests.registry.server import ReplayRegistry, recorded_studies, studies_of_april

__all__ = ["Fault", "ReplayRegistry", "recorded_studies", "studies_of_april"]
