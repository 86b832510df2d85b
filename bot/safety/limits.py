"""Which signs a measured value stands for."""

from __future__ import annotations

from collections.abc import Iterator

from bot.safety.numbers import Reading


def names_of(reading: Reading) -> Iterator[str]:
    """The signs that a measured value stands for. Limits are those of the CAR-T labels and of
    common emergency guidance; a doubt is decided towards the sign."""
    value, second = reading.value, reading.second
    if reading.kind == "temperature":
        if value >= 39.95 and reading.sure:
            yield "fever_40"
        if value >= 37.95:
            yield "fever_38"
        elif value >= 35:
            yield "temperature_normal"
    elif reading.kind == "bare":
        yield "fever_bare"
    elif reading.kind == "pressure":
        if value <= 80 or (value < 90 and 0 < second < 50):
            yield "pressure_very_low"
        if value < 95:
            yield "pressure_low"
        if value >= 150 or second >= 95:
            yield "pressure_high"
        if value >= 175 or second >= 110:
            yield "pressure_severe"
        if value >= 195 or second >= 120:
            yield "pressure_very_high"
    elif reading.kind == "oxygen":
        if value <= 91:
            yield "oxygen_low"
    elif reading.kind == "pulse":
        if value >= 130:
            yield "pulse_high"
        if value >= 145 or value <= 38:
            yield "pulse_extreme"
    elif reading.kind == "sugar":
        if value >= 250 or 14 <= value <= 45:
            yield "sugar_high"
        if value >= 400 or 22 <= value <= 45:
            yield "sugar_extreme"
        if value < 3.5 or 10 <= value < 60:
            yield "sugar_low"
    elif reading.kind == "ketones":
        if 2.9 <= value <= 20:
            yield "ketones_high"
    elif reading.kind == "platelets":
        if value < 20 or 1000 <= value < 20000:
            yield "platelets_low"
    elif reading.kind == "haemoglobin" and value < 7:
        yield "haemoglobin_low"
