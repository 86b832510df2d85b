"""A place, and the distance between two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["city", "state", "country"]

EARTH_RADIUS_KM = 6371.0088


@dataclass(frozen=True)
class Place:
    """A place. country: ISO 3166 alpha-2. latitude, longitude: degrees, of a city's centre.

    key: "city/<geonameid>", "state/US/MA", "state/CA/08" or "country/US".
    """

    key: str
    kind: Kind
    name: str
    country: str
    admin1: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0


@dataclass(frozen=True)
class PlaceMention:
    """A place and where in the text it is named, its state or country included."""

    place: Place
    start: int
    end: int


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in kilometres (haversine) between two points in degrees."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_phi, half_lambda = (phi2 - phi1) / 2, math.radians(lon2 - lon1) / 2
    a = math.sin(half_phi) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(a)))
