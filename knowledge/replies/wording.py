"""Small pieces of wording by locale: dates, distances, numbers (Unicode CLDR, through Babel)."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit

_KM_PER_MILE = 1.609344
#: Countries where people think in miles.
_MILES = frozenset({"US", "GB"})
#: Which English and which Spanish: the day before the month; decimals as Spain and Argentina do.
_REGIONAL = {"en": "en_GB", "es": "es"}


def day(value: date, locale: str) -> str:
    """ "21 November 2026", "21 de noviembre de 2026"."""
    return format_date(value, "long", locale=_REGIONAL[locale])


def contracted(text: str, locale: str) -> str:
    """A text whose gaps were filled; in Spanish "de el lupus" becomes "del lupus"."""
    if locale != "es":
        return text
    return text.replace(" de el ", " del ").replace(" a el ", " al ")


def capitalised(term: str) -> str:
    """A term as it begins a sentence; "mRNA" stays as it is."""
    return term[:1].upper() + term[1:] if term[1:2].islower() else term


def iso_day(value: str, locale: str) -> str:
    """A record's date in words; one known only to the month stays as it is."""
    try:
        return day(date.fromisoformat(value), locale)
    except ValueError:
        return value


def moment(iso: str, locale: str) -> str:
    """An ISO time in UTC as "21 November 2026, 08:00 UTC"."""
    at = datetime.fromisoformat(iso.replace("Z", "+00:00")).astimezone(timezone.utc)
    return f"{day(at.date(), locale)}, {at:%H:%M} UTC"


def distance(km: float, country: str | None, locale: str) -> str:
    """Kilometres, or miles where the country counts in them; rounded as city level allows."""
    spoken = _REGIONAL[locale]
    if country in _MILES:
        amount = max(1, round(km / _KM_PER_MILE))
        said = format_unit(amount, "length-mile", "long", format="0", locale=spoken)
    else:
        amount = max(1, round(km))
        said = format_unit(amount, "length-kilometer", "short", format="0", locale=spoken)
    return said.replace(str(amount), _grouped(amount, locale))


def _grouped(amount: int, locale: str) -> str:
    """10915 as "10,915"; in Spanish with a space, since half its readers take a point otherwise."""
    if amount < 10_000:
        return str(amount)
    return f"{amount:,}".replace(",", "," if locale == "en" else "\N{NO-BREAK SPACE}")


def contact(value: dict[str, Any] | None) -> str:
    """A contact on one line, "" where there is none."""
    parts = [(value or {}).get(key) for key in ("name", "phone", "email")]
    return ", ".join(part for part in parts if part)


def number(value: float, locale: str) -> str:
    """18.0 as "18", 0.5 as "0.5", in Spanish "0,5"."""
    return format_decimal(value, "0.###", locale=_REGIONAL[locale])
