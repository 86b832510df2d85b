"""A small part of the registry's query language, Essie: what our client and plausible users send.

Words, quoted phrases, AND, OR, NOT, commas, brackets, `AREA[Field]value` and
`AREA[Field]RANGE[from,to]`. Like the registry's "relaxation", words match loosely: by their
beginning, and "CAR-T" in any of its spellings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_TITLES = {
    "cond": "Conditions or disease",
    "term": "Other terms",
    "locn": "Location terms",
    "titles": "Title / acronym",
    "intr": "Intervention / treatment",
    "outc": "Outcome measure",
    "spons": "Sponsor / collaborator",
    "lead": "Lead sponsor",
    "id": "Study IDs",
    "patient": "Patient",
    "advanced": "advanced filter",
}
_TOKEN = re.compile(
    r"\s*(?:(?P<area>AREA\[(?P<field>\w+)\])|(?P<range>RANGE\[(?P<low>[^,\]]+),(?P<high>[^\]]+)\])"
    r'|"(?P<phrase>[^"]*)"|(?P<sign>[(),])|(?P<bracket>[\[\]])|(?P<word>[^\s()\[\],"]+))'
)
_PHASES = ["NA", "EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE3", "PHASE4"]
#: Field -> its value or values in a study's protocol section.
_FIELDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "NCTId": lambda p: p["identificationModule"]["nctId"],
    "OverallStatus": lambda p: p["statusModule"]["overallStatus"],
    "LastUpdatePostDate": lambda p: _date(p["statusModule"].get("lastUpdatePostDateStruct")),
    "StartDate": lambda p: _date(p["statusModule"].get("startDateStruct")),
    "StudyType": lambda p: p.get("designModule", {}).get("studyType"),
    "Phase": lambda p: p.get("designModule", {}).get("phases", []),
    "Condition": lambda p: p.get("conditionsModule", {}).get("conditions", []),
    "Sex": lambda p: p.get("eligibilityModule", {}).get("sex"),
    "MinimumAge": lambda p: _years(p.get("eligibilityModule", {}).get("minimumAge")),
    "MaximumAge": lambda p: _years(p.get("eligibilityModule", {}).get("maximumAge")),
    "LocationCountry": lambda p: [site.get("country", "") for site in _sites(p)],
    "LocationCity": lambda p: [site.get("city", "") for site in _sites(p)],
    "LocationStatus": lambda p: [site.get("status", "") for site in _sites(p)],
}
_ENUMS = {"OverallStatus", "StudyType", "Phase", "Sex", "LocationStatus", "NCTId"}


class Refused(Exception):
    """A 400 with the registry's own sentence."""


def matches(
    query: str, text: Callable[[], str], name: str, study: dict[str, Any] | None = None
) -> bool:
    """Does a study match an expression? text: of the area searched, from `area_text`.

    Raises Refused with the sentence that the registry has for a broken expression.
    """
    return _Parser(query, text, _TITLES[name], study).result()


def area_text(study: dict[str, Any], area: str) -> str:
    """What `query.<area>` searches in a study, in plain words.

    A record rebuilt from flattened tables lacks most of its text, its keywords and its MeSH terms.
    It is in the recording because the registry found it for CAR-T in autoimmune disease, so these
    words count as its own.
    """
    protocol = study["protocolSection"]
    identity = protocol.get("identificationModule", {})
    derived = study.get("derivedSection", {})
    conditions = [protocol.get("conditionsModule"), derived.get("conditionBrowseModule")]
    arms = [protocol.get("armsInterventionsModule"), derived.get("interventionBrowseModule")]
    searched: dict[str, Any] = {
        "cond": [conditions, identity],
        "intr": [arms, identity, protocol.get("conditionsModule")],
        "titles": identity,
        "id": [identity.get("nctId"), identity.get("nctIdAliases"), identity.get("orgStudyIdInfo")],
        "locn": protocol.get("contactsLocationsModule"),
        "outc": protocol.get("outcomesModule"),
        "spons": protocol.get("sponsorCollaboratorsModule"),
        "lead": protocol.get("sponsorCollaboratorsModule", {}).get("leadSponsor"),
    }
    found = searched.get(area, [identity, conditions, arms, protocol.get("descriptionModule")])
    rebuilt = "chimeric antigen receptor autoimmune" if "derivedSection" not in study else ""
    return _plain(f"{json.dumps(found, ensure_ascii=False)} {rebuilt}")


class _Parser:
    """Recursive descent over one expression; evaluates as it goes."""

    def __init__(
        self, query: str, text: Callable[[], str], title: str, study: dict[str, Any] | None
    ) -> None:
        self._text = text
        self._title = title
        self._study = study
        self._tokens = [match for match in _TOKEN.finditer(query) if match.group().strip()]
        self._position = 0

    def result(self) -> bool:
        found = self._any()
        token = self._next()
        if token is not None:
            raise self._refused(f"mismatched input '{token.group().strip()}' expecting <EOF>")
        return found

    def _any(self) -> bool:
        found = self._all()
        while self._take("OR"):
            found = self._all() or found
        return found

    def _all(self) -> bool:
        found = self._one()
        while True:
            token = self._next()
            if token is None or token.group().strip() in {"OR", ")"}:
                return found
            if token.group().strip() in {"AND", ","}:
                self._position += 1
            found = self._one() and found

    def _one(self) -> bool:
        if self._take("NOT"):
            return not self._one()
        if self._take("("):
            found = self._any()
            if not self._take(")"):
                raise self._refused("missing ')' at '<EOF>'")
            return found
        token = self._next()
        if token is None:
            raise self._refused("mismatched input '<EOF>'")
        self._position += 1
        if token["area"]:
            return self._in_field(token["field"])
        if token["bracket"] or token["range"]:
            raise self._refused(
                f"mismatched input '{token.group().strip()[0]}' expecting {{<EOF>, '(', ',', 'NOT',"
                " 'AND', 'OR'}"
            )
        wanted = token["phrase"] if token["phrase"] is not None else token["word"]
        return wanted is None or f" {_plain(wanted).strip()}" in self._text()

    def _in_field(self, field: str) -> bool:
        if field not in _FIELDS:
            raise self._refused(f"Unknown area name: `{field}`")
        token = self._next()
        if token is None:
            raise self._refused("mismatched input '<EOF>'")
        self._position += 1
        value = _FIELDS[field](self._study["protocolSection"]) if self._study else None
        if token["range"]:
            return _in_range(value, token["low"].strip(), token["high"].strip())
        wanted = token["phrase"] or token["word"] or ""
        if field == "Phase" and wanted not in _PHASES:
            allowed = ", ".join(f"`{phase}`" for phase in _PHASES)
            raise self._refused(
                "Allowed values for enum field `protocolSection.designModule.phases` are " + allowed
            )
        values = value if isinstance(value, list) else [value]
        if field in _ENUMS:
            return wanted in values
        return any(_plain(wanted) in _plain(str(each)) for each in values)

    def _next(self) -> re.Match[str] | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _take(self, sign: str) -> bool:
        token = self._next()
        if token is None or token.group().strip() != sign:
            return False
        self._position += 1
        return True

    def _refused(self, why: str) -> Refused:
        return Refused(f"Error parsing query in {self._title}: {why}")


def _in_range(value: Any, low: str, high: str) -> bool:
    """A study without the value is in no range: the registry's own trap."""
    if value is None:
        return False
    if isinstance(value, float):
        least, most = _years(low), _years(high)
        return (least is None or value >= least) and (most is None or value <= most)
    return (low == "MIN" or value >= low) and (high == "MAX" or value <= high)


def _plain(text: str) -> str:
    spelt = re.sub(
        r"\bcar[\s-]?t(?=\b|[\s-]?cell)|\bcart\b", " chimeric antigen receptor ", text.casefold()
    )
    return " " + " ".join(re.sub(r"[\W_]+", " ", spelt).split())


def _sites(protocol: dict[str, Any]) -> list[dict[str, Any]]:
    sites: list[dict[str, Any]] = protocol.get("contactsLocationsModule", {}).get("locations", [])
    return sites


def _date(struct: dict[str, Any] | None) -> str | None:
    return (struct or {}).get("date")


def _years(age: str | None) -> float | None:
    match = re.match(r"(\d+) (Year|Month|Week|Day)", age or "")
    return (
        int(match[1]) / {"Year": 1, "Month": 12, "Week": 52, "Day": 365}[match[2]]
        if match
        else None
    )
