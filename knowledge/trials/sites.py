"""A trial's sites for a place: which of them count, and which is nearest.

Distances are great-circle, from the centre of the city asked for to that of the site's city.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.places import Place, country_code, distance_km
from knowledge.trials.records import RECRUITING, Site
from knowledge.trials.tables import SiteRow


def status_of(site: str | None, trial: str, all_sites: Iterable[str | None]) -> str | None:
    """What a site's status amounts to.

    Only a recruiting study's sites have a say: those of an UNKNOWN one still say RECRUITING years
    later. Where the registry gives none of them a status, the study's own counts for all.
    """
    if trial != RECRUITING or all(each is None for each in all_sites):
        return trial
    return site


def unit_vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    """A point in degrees as one on the unit sphere, so that nearness is a product of vectors."""
    phi, theta = math.radians(latitude), math.radians(longitude)
    return math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)


@dataclass(frozen=True)
class KnownSite:
    """A site with its status as it counts. latitude, longitude: degrees."""

    facility: str | None
    city: str | None
    state: str | None
    country: str | None
    country_code: str | None
    status: str | None
    latitude: float | None
    longitude: float | None
    contact: dict[str, Any] | None

    @classmethod
    def of(cls, site: Site | SiteRow, status: str | None) -> KnownSite:
        """From a record's site or a row of the mirror."""
        if isinstance(site, Site):
            contact = site.contacts[0].as_json() if site.contacts else None
        else:
            contact = site.contact
        return cls(
            site.facility,
            site.city,
            site.state,
            site.country,
            country_code(site.country) if site.country else None,
            status,
            site.latitude,
            site.longitude,
            contact,
        )

    def inside(self, place: Place) -> bool:
        """Is it in that state or country?"""
        if self.country_code != place.country:
            return False
        if place.kind == "country":
            return True
        names = {place.name.casefold(), (place.admin1 or "").casefold()}
        return (self.state or "").casefold() in names

    def km_from(self, place: Place) -> float | None:
        """Kilometres from a city, None where either has no coordinates."""
        here = (place.latitude, place.longitude)
        if place.kind != "city" or None in (*here, self.latitude, self.longitude):
            return None
        return distance_km(*here, self.latitude, self.longitude)  # type: ignore[arg-type]

    def as_json(self, place: Place) -> dict[str, Any]:
        """In the shape of contract.md's `nearest_site`."""
        far = self.km_from(place)
        return {
            "facility": self.facility,
            "city": self.city,
            "country": self.country,
            "distance_km": None if far is None else round(far, 1),
            "status": self.status,
        }


def sites_near(sites: Sequence[KnownSite], place: Place, most: int) -> list[KnownSite]:
    """The sites in a state or country, or those nearest to a city; one a city is enough."""
    if place.kind == "city":
        located = [(far, site) for site in sites if (far := site.km_from(place)) is not None]
        found = [site for _, site in sorted(located, key=lambda pair: pair[0])]
    else:
        found = [site for site in sites if site.inside(place)]
    of_city: dict[tuple[str | None, str | None], KnownSite] = {}
    for site in found:
        of_city.setdefault((site.city, site.country), site)
    return list(of_city.values())[:most]
