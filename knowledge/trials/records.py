r"""A registry record (API v2 JSON) as a `Trial`. Pure: no network, no database.

The shapes that records really take (counted in 1,033 of them):
- any level may be missing: no locations, no contacts, no phases (observational), no maximum age;
- a recruiting study has a status for each site; one that is not yet recruiting has none; one whose
  status is UNKNOWN keeps stale sites that say RECRUITING;
- dates are "2024", "2024-05" or "2024-05-13"; ages "18 Years", "6 Months";
- texts are markdown with backslash escapes ("\<", "1\.").
A record without NCT number or status is rejected; an unknown status stays as text and is not open.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NCT = re.compile(r"^NCT\d{8}$")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_AGE = re.compile(r"^(\d+(?:\.\d+)?)\s*(Year|Month|Week|Day|Hour|Minute)s?$", re.IGNORECASE)
_YEARS = {"year": 1, "month": 12, "week": 52.1775, "day": 365.2425, "hour": 8766, "minute": 525960}
#: Longest texts kept, in characters: a poisoned record must not bloat a reply or the store.
_LONGEST = {"title": 400, "name": 200, "text": 5000, "criteria": 60_000}


class RecordRejected(ValueError):
    """A record that lacks what every study has. The message says what."""


@dataclass(frozen=True)
class Contact:
    """Whom to ask about a study or a site."""

    name: str | None
    phone: str | None
    email: str | None

    def as_json(self) -> dict[str, str | None]:
        return {"name": self.name, "phone": self.phone, "email": self.email}


@dataclass(frozen=True)
class Site:
    """A place where a study is done. status: the site's own, None where the registry has none."""

    facility: str | None
    city: str | None
    state: str | None
    country: str | None
    status: str | None
    latitude: float | None
    longitude: float | None
    contact: Contact | None


@dataclass(frozen=True)
class Trial:
    """A study as the registry tells it. Ages in years; dates as the registry writes them."""

    nct_id: str
    title: str
    official_title: str | None
    status: str
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
    contact: Contact | None
    sites: tuple[Site, ...]
    fingerprint: str


def parse(record: Any) -> Trial:
    """Read one API v2 study. Raises RecordRejected."""
    protocol = _dict(_dict(record).get("protocolSection"))
    identity = _dict(protocol.get("identificationModule"))
    status = _dict(protocol.get("statusModule"))
    nct_id = identity.get("nctId")
    if not isinstance(nct_id, str) or not NCT.match(nct_id):
        raise RecordRejected("no NCT number")
    overall = status.get("overallStatus")
    if not isinstance(overall, str) or not overall:
        raise RecordRejected(f"{nct_id}: no status")
    design = _dict(protocol.get("designModule"))
    conditions = _dict(protocol.get("conditionsModule"))
    eligibility = _dict(protocol.get("eligibilityModule"))
    places = _dict(protocol.get("contactsLocationsModule"))
    arms = _dict(protocol.get("armsInterventionsModule"))
    description = _dict(protocol.get("descriptionModule"))
    sponsor = _dict(_dict(protocol.get("sponsorCollaboratorsModule")).get("leadSponsor"))
    meshes = _dict(_dict(record.get("derivedSection")).get("conditionBrowseModule"))
    enrollment = _dict(design.get("enrollmentInfo")).get("count")
    return Trial(
        nct_id=nct_id,
        title=_text(identity.get("briefTitle"), "title") or nct_id,
        official_title=_text(identity.get("officialTitle"), "title"),
        status=_text(overall, "name") or "UNKNOWN",
        why_stopped=_text(status.get("whyStopped"), "title"),
        study_type=_text(design.get("studyType"), "name"),
        phases=_texts(design.get("phases")),
        conditions=_texts(conditions.get("conditions")),
        mesh=tuple(
            term
            for term in (_text(_dict(m).get("term"), "name") for m in _list(meshes.get("meshes")))
            if term
        ),
        keywords=_texts(conditions.get("keywords")),
        interventions=tuple(
            (_text(_dict(i).get("type"), "name") or "", _text(_dict(i).get("name"), "name") or "")
            for i in _list(arms.get("interventions"))
        ),
        arms=tuple(
            f"{_dict(a).get('label') or ''} {_dict(a).get('description') or ''}"[:600]
            for a in _list(arms.get("armGroups"))
        ),
        min_age_years=age_in_years(eligibility.get("minimumAge")),
        max_age_years=age_in_years(eligibility.get("maximumAge")),
        sex=_text(eligibility.get("sex"), "name"),
        sponsor=_text(sponsor.get("name"), "name"),
        summary=_text(description.get("briefSummary"), "text"),
        eligibility=_text(eligibility.get("eligibilityCriteria"), "criteria", markdown=False),
        start=_date(status.get("startDateStruct")),
        last_update=_date(status.get("lastUpdatePostDateStruct")),
        enrollment=enrollment if isinstance(enrollment, int) else None,
        contact=_contact(_list(places.get("centralContacts"))),
        sites=tuple(_site(_dict(each)) for each in _list(places.get("locations"))),
        fingerprint=hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest(),
    )


def age_in_years(value: Any) -> float | None:
    """ "18 Years" as 18.0, "6 Months" as 0.5; None for no limit or an unknown form."""
    match = _AGE.match(value.strip()) if isinstance(value, str) else None
    if not match:
        return None
    return round(float(match.group(1)) / _YEARS[match.group(2).lower()], 4)


def unescape(markdown: str) -> str:
    r"""Registry markdown as plain text: "\>" is ">"."""
    return _ESCAPE.sub(r"\1", markdown)


def _site(node: Mapping[str, Any]) -> Site:
    point = _dict(node.get("geoPoint"))
    latitude, longitude = point.get("lat"), point.get("lon")
    located = isinstance(latitude, int | float) and isinstance(longitude, int | float)
    return Site(
        facility=_text(node.get("facility"), "name"),
        city=_text(node.get("city"), "name"),
        state=_text(node.get("state"), "name"),
        country=_text(node.get("country"), "name"),
        status=_text(node.get("status"), "name"),
        latitude=float(latitude) if located else None,
        longitude=float(longitude) if located else None,
        contact=_contact(_list(node.get("contacts"))),
    )


def _contact(nodes: list[Any]) -> Contact | None:
    for node in nodes:
        found = _dict(node)
        contact = Contact(
            *(_text(found.get(field), "name") for field in ("name", "phone", "email"))
        )
        if contact.phone or contact.email:
            return contact
    return None


def _date(node: Any) -> str | None:
    value = _dict(node).get("date")
    if isinstance(value, str) and re.match(r"^\d{4}(-\d{2}(-\d{2})?)?$", value):
        return value
    return None


def _texts(nodes: Any) -> tuple[str, ...]:
    return tuple(text for text in (_text(node, "name") for node in _list(nodes)) if text)


def _text(value: Any, size: str, markdown: bool = True) -> str | None:
    """A text without control and direction characters, unescaped, of bounded length."""
    if not isinstance(value, str):
        return None
    kept = "".join(
        ch for ch in value if ch == "\n" or unicodedata.category(ch) not in {"Cc", "Cf", "Cs"}
    )
    kept = unescape(kept) if markdown else kept
    if size in {"title", "name"}:
        kept = " ".join(kept.split())
    return kept.strip()[: _LONGEST[size]] or None


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
