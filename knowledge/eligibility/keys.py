"""A predicate in the keys of the gold annotations (criteria/RULES.md), for measuring and export."""

from __future__ import annotations

from knowledge.eligibility.facts import Predicate, Requirement

_EXCLUDED = {
    "pregnant": "pregnant_excluded",
    "breastfeeding": "breastfeeding_excluded",
    "prior_car_t": "prior_cart_excluded",
    "organ_transplant": "prior_transplant_excluded",
    "stem_cell_transplant": "prior_transplant_excluded",
}
_INFECTIONS = {
    "hiv": "HIV",
    "hepatitis_b": "HBV",
    "hepatitis_c": "HCV",
    "tuberculosis": "TB",
    "syphilis": "syphilis",
    "active_infection": "active",
}
_LOWEST = {
    "age_years": "age_min",
    "failed_treatments": "failed_treatments_min",
    "disease_duration_months": "disease_duration_min_months",
    "edss": "edss_min",
    "sledai": "sledai_min",
    "lvef_percent": "lvef_min",
    "egfr_ml_min": "egfr_min",
    "hemoglobin_g_dl": "hb_min_g_dl",
    "platelets_1e9_l": "platelets_min_1e9_l",
    "neutrophils_1e9_l": "anc_min_1e9_l",
    "cancer_free_years": "cancer_free_years",
    "live_vaccine_weeks": "live_vaccine_weeks",
}
_HIGHEST = {"age_years": "age_max", "edss": "edss_max"}


def gold_keys(predicate: Predicate) -> dict[str, object] | None:
    """The predicate's facts that have a key there; None where none has."""
    found: dict[str, object] = {}
    infections: list[str] = []
    for each in predicate.requirements:
        if each.question in _INFECTIONS and each.value is False:
            infections.append(_INFECTIONS[each.question])
        elif each.question in _EXCLUDED and each.value is False:
            found[_EXCLUDED[each.question]] = True
        else:
            key = _key(each)
            if key is not None:
                found[key] = _plain(each.value)
    if infections:
        found["infections_excluded"] = list(dict.fromkeys(infections))
    return found or None


def _key(requirement: Requirement) -> str | None:
    if requirement.operator in (">=", ">"):
        return _LOWEST.get(requirement.question)
    if requirement.operator in ("<=", "<"):
        return _HIGHEST.get(requirement.question)
    return None


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
