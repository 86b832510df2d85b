"""The registry's `fields` and `sort` parameters."""

from __future__ import annotations

import re
from typing import Any

from tests.registry.essie import Refused

_FIELD = re.compile(r"[a-zA-Z][a-zA-Z0-9\-. ]*")
_SORT = re.compile(r"(?:([a-zA-Z][a-zA-Z0-9\-. ]*)|@relevance)(?::(asc|desc))?")
#: Piece name -> path, for those that plausible users ask for.
_PIECES = {
    "NCTId": "protocolSection.identificationModule.nctId",
    "BriefTitle": "protocolSection.identificationModule.briefTitle",
    "OfficialTitle": "protocolSection.identificationModule.officialTitle",
    "OverallStatus": "protocolSection.statusModule.overallStatus",
    "LastUpdatePostDate": "protocolSection.statusModule.lastUpdatePostDateStruct.date",
    "StartDate": "protocolSection.statusModule.startDateStruct.date",
    "Condition": "protocolSection.conditionsModule.conditions",
    "Phase": "protocolSection.designModule.phases",
    "StudyType": "protocolSection.designModule.studyType",
    "EnrollmentCount": "protocolSection.designModule.enrollmentInfo.count",
    "BriefSummary": "protocolSection.descriptionModule.briefSummary",
    "EligibilityCriteria": "protocolSection.eligibilityModule.eligibilityCriteria",
    "MinimumAge": "protocolSection.eligibilityModule.minimumAge",
    "MaximumAge": "protocolSection.eligibilityModule.maximumAge",
    "HasResults": "hasResults",
    "ProtocolSection": "protocolSection",
    "DerivedSection": "derivedSection",
}
_MODULES = {
    "protocolSection": [
        "identificationModule", "statusModule", "sponsorCollaboratorsModule", "oversightModule",
        "descriptionModule", "conditionsModule", "designModule", "armsInterventionsModule",
        "outcomesModule", "eligibilityModule", "contactsLocationsModule", "referencesModule",
        "ipdSharingStatementModule",
    ],
    "derivedSection": ["miscInfoModule", "conditionBrowseModule", "interventionBrowseModule"],
}  # fmt: skip
for _section, _modules in _MODULES.items():
    for _module in _modules:
        _PIECES[f"{_module[0].upper()}{_module[1:]}"] = f"{_section}.{_module}"
_PATHS = set(_PIECES.values())
_SORTABLE = {"LastUpdatePostDate": "desc", "StartDate": "desc", "EnrollmentCount": "asc"}


def chosen_fields(study: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """The study with only the fields asked for; all of it where none are."""
    if fields is None:
        return study
    names = re.split(r"[|,]", fields)
    kept: dict[str, Any] = {}
    for name in names:
        if name == "@query":
            name = "ProtocolSection"
        if not _FIELD.fullmatch(name):
            raise Refused("Parameter `fields` has incorrect format")
        path = _PIECES.get(name) or (name if name in _PATHS else None)
        if path is None:
            raise Refused(f"Parameter 'fields' contains invalid field name: '{name}'")
        _copy(study, kept, path.split("."))
    return kept


def sorted_studies(studies: list[dict[str, Any]], sort: str | None) -> list[dict[str, Any]]:
    """In the order asked for; those without the field last. Without `sort`: no certain order."""
    items = sort.split("|") if sort and "|" in sort else (sort or "").split(",")
    for number, item in reversed(list(enumerate([i for i in items if i], 1))):
        match = _SORT.fullmatch(item)
        if match is None or number > 2:
            raise Refused(f"Item {number} in parameter `sort` has incorrect format")
        name, direction = match.groups()
        if name is None:
            continue
        if name not in _SORTABLE:
            raise Refused(f"Parameter `sort` contains field `{name}` that can't be sorted by")
        path = _PIECES[name].split(".")
        known = [s for s in studies if _value(s, path) is not None]
        known.sort(key=lambda s: _value(s, path), reverse=(direction or _SORTABLE[name]) == "desc")
        studies = known + [s for s in studies if _value(s, path) is None]
    return studies


def _value(node: Any, path: list[str]) -> Any:
    for part in path:
        node = node.get(part) if isinstance(node, dict) else None
    return node


def _copy(source: Any, target: dict[str, Any], path: list[str]) -> None:
    if not isinstance(source, dict) or path[0] not in source:
        return
    if len(path) == 1:
        target[path[0]] = source[path[0]]
    else:
        _copy(source[path[0]], target.setdefault(path[0], {}), path[1:])
