"""Postal codes taken out of a text: each is resolved to its city and dropped."""

from __future__ import annotations

from knowledge.places.gazetteer import place
from knowledge.places.mentions import find_places
from knowledge.places.place import Place
from knowledge.places.postal import postal_codes


def postal_codes_resolved(text: str) -> str:
    """The text with each postal code replaced by its city, or by "[postcode]" where unknown.

    A code beside the name of its city ("10115 Berlin", "Boston, MA 02115") is only taken out.
    """
    for code in reversed(postal_codes(text)):
        before, after = text[: code.start].rstrip(), text[code.end :].lstrip(" ")
        named = [mention.place for mention in find_places(f"{before} {after}")]
        instead = _written(code.place) if code.place else "[postcode]"
        if any(each.kind == "city" for each in named):
            instead = ""
        text = " ".join(part for part in (before, instead, after) if part)
    return text


def _written(found: Place) -> str:
    """So that `find_places` reads the same place again: "Miami, FL", "London, United Kingdom"."""
    if found.kind != "city":
        return found.name
    if found.country == "US":
        return f"{found.name}, {found.admin1}"
    if found.country == "CA":
        province = place(f"state/CA/{found.admin1}")
        return f"{found.name}, {province.name if province else 'Canada'}"
    country = place(f"country/{found.country}")
    return f"{found.name}, {country.name if country else found.country}"
