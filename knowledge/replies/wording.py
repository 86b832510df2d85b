"""Small pieces of wording: dates, distances, phases, by locale."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
}
_KM_PER_MILE = 1.609344
#: Countries where people think in miles.
_MILES = frozenset({"US", "GB"})


def day(value: date, locale: str) -> str:
    """ "21 November 2026", "21 de noviembre de 2026"."""
    month = _MONTHS[locale].split()[value.month - 1]
    return (
        f"{value.day} de {month} de {value.year}"
        if locale == "es"
        else (f"{value.day} {month} {value.year}")
    )


def moment(iso: str, locale: str) -> str:
    """An ISO time in UTC as "21 November 2026, 08:00 UTC"."""
    at = datetime.fromisoformat(iso.replace("Z", "+00:00")).astimezone(timezone.utc)
    return f"{day(at.date(), locale)}, {at:%H:%M} UTC"


def distance(km: float, country: str | None) -> str:
    """Kilometres, or miles where the country counts in them; rounded as city level allows."""
    if country in _MILES:
        return f"{max(1, round(km / _KM_PER_MILE))} miles"
    return f"{max(1, round(km))} km"


def phases(values: list[str]) -> str:
    """["PHASE1", "PHASE2"] as "1/2"; "" where there is none."""
    names = {"EARLY_PHASE1": "early 1", "NA": ""}
    shown = [names.get(value, value.replace("PHASE", "")) for value in values]
    return "/".join(value for value in shown if value)


def status_words(status: str) -> str:
    """The registry's status as it prints it: "Not yet recruiting"."""
    return status.replace("_", " ").capitalize()


def contact(value: dict[str, Any] | None) -> str:
    """A contact on one line, "" where there is none."""
    parts = [(value or {}).get(key) for key in ("name", "phone", "email")]
    return ", ".join(part for part in parts if part)


def number(value: float) -> str:
    """18.0 as "18", 0.5 as "0.5"."""
    return f"{value:g}"
