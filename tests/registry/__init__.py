"""A ClinicalTrials.gov that replays real records, on loopback.

Recorded: 315 CAR-T and CAR-NK studies in autoimmune disease as the registry had them on 2026-08-22
(rebuilt into the v2 shape from flattened tables: no eligibility text and contacts), three of them in
full, and some forty others (cancer CAR-T, CAR-NK, unrelated) to be told apart. Obeys the API's
OpenAPI file as far as our client and plausible users use it: parameters, paging, text errors.
"""

from tests.registry.server import Fault, ReplayRegistry

__all__ = ["Fault", "ReplayRegistry"]
