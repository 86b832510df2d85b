r"""A registry record (API v2 JSON) as a `Trial`. Pure: no network, no database.

The shapes that records really take (counted in 1,033 of them):
- any level may be missing: no locations, no contacts, no phases (observational), no maximum age;
- a recruiting study has a status for each site; one that is not yet recruiting has none; one whose
  status is UNKNOWN keeps stale sites that say RECRUITING;
- dates are "2024", "2024-05" or "2024-05-13"; ages "18 Years", "6 Months";
- summary and eligibility are markdown with backslash escapes ("\<", "1\."); titles, names and
  conditions are plain text.
A record without NCT number or status is rejected; an unknown status stays as text and is not open.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RECRUITING = "RECRUITING"
NOT_YET_RECRUITING = "NOT_YET_RECRUITING"
#: The registry's enum `Status`. A status outside it is kept as it is written.
STATUSES = frozenset(
    ["ACTIVE_NOT_RECRUITING", "COMPLETED", "ENROLLING_BY_INVITATION", "NOT_YET_RECRUITING"]
    + ["RECRUITING", "SUSPENDED", "TERMINATED", "WITHDRAWN", "UNKNOWN", "AVAILABLE", "WITHHELD"]
    + ["NO_LONGER_AVAILABLE", "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING"]
)

_NCT = re.compile(r"NCT\d{8}")
_NCT_TYPED = re.compile(r"\s*NCT[\s:#-]*0*([1-9]\d{0,7})\s*", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_AGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(year|month|week|day|hour|minute)s?\s*", re.IGNORECASE)
_PER_YEAR = {
    "year": 1.0, "month": 12.0, "week": 52.1775, "day": 365.2425, "hour": 8765.82,
    "minute": 525949.2,
}  # fmt: skip
_DATE = re.compile(r"\d{4}(?:-\d{2}){0,2}")
#: Control characters, marks that turn the writing direction, invisible line ends, half surrogates.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff\ufff9-\ufffb]"
)
#: Longest texts kept, in characters: a poisoned record must not bloat a reply or the store.
_TITLE, _NAME, _TEXT, _CRITERIA = 1_000, 300, 10_000, 60_000
_MOST_SITES = 2_000
_MOST_NAMES = 200
_ARM = ("label", "description")


class RecordRejected(ValueError):
    """A record that lacks what every study has. The message says what."""


@dataclass(frozen=True)
class Contact:
    """Whom to ask about a study or a site. There is always a phone number or an e-mail address."""

    name: str | None
    phone: str | None
    email: str | None

    def as_json(self) -> dict[str, str | None]:
        """In the shape of contract.md's `contact`."""
        return {"name": self.name, "phone": self.phone, "email": self.email}


@dataclass(frozen=True)
class Site:
    """A place where a study is done. status: the site's own, None where the registry has none.

    latitude, longitude: degrees; a city's centre by the registry's gazetteer, not the hospital's.
    """

    facility: str | None
    city: str | None
    state: str | None
    zip: str | None
    country: str | None
    status: str | None
    latitude: float | None
    longitude: float | None
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class Trial:
    """A study as the registry tells it. Ages in years; dates as the registry writes them.

    eligibility: the registry's text to the letter, so that a quote's offset holds; use `readable`
    before showing it. fingerprint: SHA-256 of the record.
    """

    nct_id: str
    title: str
    official_title: str | None
    status: str
    last_known_status: str | None
    why_stopped: str | None
    study_type: str | None
    phases: tuple[str, ...]
    conditions: tuple[str, ...]
    mesh: tuple[str, ...]
    keywords: tuple[str, ...]
    interventions: tuple[tuple[str, str], ...]
    arms: tuple[str, ...]
    min_age_years: float | None
    max_age_years: float | None
    sex: str | None
    sponsor: str | None
    summary: str | None
    eligibility: str | None
    start: str | None
    last_update: str | None
    enrollment: int | None
    contacts: tuple[Contact, ...]
    sites: tuple[Site, ...]
    fingerprint: str


def nct_number(text: str) -> str | None:
    """The NCT number that a person typed ("nct 6193889"), as the registry writes it, or None."""
    match = _NCT_TYPED.fullmatch(text)
    return f"NCT{int(match.group(1)):08d}" if match else None


def parse(record: Any) -> Trial:
    """Read one API v2 study. Raises RecordRejected."""
    protocol = _dict(_dict(record).get("protocolSection"))
    identity = _dict(protocol.get("identificationModule"))
    state = _dict(protocol.get("statusModule"))
    nct_id = identity.get("nctId")
    if not isinstance(nct_id, str) or not _NCT.fullmatch(nct_id):
        raise RecordRejected("no NCT number")
    status = _text(state.get("overallStatus"), _NAME)
    if status is None:
        raise RecordRejected(f"{nct_id}: no status")
    design = _dict(protocol.get("designModule"))
    conditions = _dict(protocol.get("conditionsModule"))
    eligibility = _dict(protocol.get("eligibilityModule"))
    places = _dict(protocol.get("contactsLocationsModule"))
    arms = _dict(protocol.get("armsInterventionsModule"))
    summary = _text(_dict(protocol.get("descriptionModule")).get("briefSummary"), _TEXT)
    sponsor = _dict(_dict(protocol.get("sponsorCollaboratorsModule")).get("leadSponsor"))
    meshes = _dict(_dict(record.get("derivedSection")).get("conditionBrowseModule"))
    enrollment = _dict(design.get("enrollmentInfo")).get("count")
    criteria = eligibility.get("eligibilityCriteria")
    return Trial(
        nct_id=nct_id,
        title=_text(identity.get("briefTitle"), _TITLE) or nct_id,
        official_title=_text(identity.get("officialTitle"), _TITLE),
        status=status,
        last_known_status=_text(state.get("lastKnownStatus"), _NAME),
        why_stopped=_text(state.get("whyStopped"), _TITLE),
        study_type=_text(design.get("studyType"), _NAME),
        phases=_texts(design.get("phases")),
        conditions=_texts(conditions.get("conditions")),
        mesh=_texts([_dict(mesh).get("term") for mesh in _list(meshes.get("meshes"))]),
        keywords=_texts(conditions.get("keywords")),
        interventions=tuple(
            (_text(each.get("type"), _NAME) or "", _text(each.get("name"), _NAME) or "")
            for each in map(_dict, _list(arms.get("interventions"))[:_MOST_NAMES])
        ),
        arms=tuple(
            " ".join(filter(None, (_text(_dict(arm).get(key), _TITLE) for key in _ARM)))
            for arm in _list(arms.get("armGroups"))[:_MOST_NAMES]
        ),
        min_age_years=age_in_years(eligibility.get("minimumAge")),
        max_age_years=age_in_years(eligibility.get("maximumAge")),
        sex=_text(eligibility.get("sex"), _NAME),
        sponsor=_text(sponsor.get("name"), _TITLE),
        summary=readable(summary) if summary else None,
        eligibility=criteria[:_CRITERIA] if isinstance(criteria, str) and criteria else None,
        start=_date(state.get("startDateStruct")),
        last_update=_date(state.get("lastUpdatePostDateStruct")),
        enrollment=enrollment if type(enrollment) is int else None,
        contacts=_contacts(places.get("centralContacts")),
        sites=tuple(_site(_dict(each)) for each in _list(places.get("locations"))[:_MOST_SITES]),
        fingerprint=hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest(),
    )


def age_in_years(value: Any) -> float | None:
    """ "18 Years" as 18.0, "6 Months" as 0.5; None for no limit or an unknown form."""
    match = _AGE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    return round(float(match.group(1)) / _PER_YEAR[match.group(2).lower()], 2)


def readable(markup: str) -> str:
    r"""A markup field as plain text: "\>" is ">", and nothing that can't be seen."""
    return _ESCAPE.sub(r"\1", _UNSEEN.sub("", markup))


def _site(node: Mapping[str, Any]) -> Site:
    point = _dict(node.get("geoPoint"))
    latitude, longitude = _degrees(point.get("lat"), 90), _degrees(point.get("lon"), 180)
    located = latitude is not None and longitude is not None
    return Site(
        facility=_text(node.get("facility"), _NAME),
        city=_text(node.get("city"), _NAME),
        state=_text(node.get("state"), _NAME),
        zip=_text(node.get("zip"), _NAME),
        country=_text(node.get("country"), _NAME),
        status=_text(node.get("status"), _NAME),
        latitude=latitude if located else None,
        longitude=longitude if located else None,
        contacts=_contacts(node.get("contacts")),
    )


def _degrees(value: Any, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= most:
        return None
    return float(value)


def _contacts(nodes: Any) -> tuple[Contact, ...]:
    """Those that can be reached, a named contact before an investigator."""
    found = []
    for node in map(_dict, _list(nodes)[:_MOST_NAMES]):
        name, phone, extension, email = (
            _text(node.get(field), _NAME) for field in ("name", "phone", "phoneExt", "email")
        )
        if phone and extension:
            phone = f"{phone} ext. {extension}"
        if phone or email:
            found.append((node.get("role") != "CONTACT", Contact(name, phone, email)))
    found.sort(key=lambda pair: pair[0])
    return tuple(contact for _, contact in found)


def _date(node: Any) -> str | None:
    value = _dict(node).get("date")
    return value if isinstance(value, str) and _DATE.fullmatch(value) else None


def _texts(nodes: Any) -> tuple[str, ...]:
    return tuple(filter(None, (_text(node, _NAME) for node in _list(nodes)[:_MOST_NAMES])))


def _text(value: Any, longest: int) -> str | None:
    """A text as it is written, but for what can't be seen, cut to its longest; None for none."""
    if not isinstance(value, str):
        return None
    kept = _UNSEEN.sub("", value.replace("\t", " "))
    return kept[:longest] if kept.strip() else None


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
