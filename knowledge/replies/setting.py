"""Whom a reply is for, and about which condition."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.curated.content import Clinic


@dataclass(frozen=True)
class Named:
    """A condition as a message names it. `name`: for id "other", what a disease list calls it."""

    id: str
    name: str | None = None


@dataclass(frozen=True)
class Setting:
    """Whom a reply is for.

    locale: "en" or "es". language: of the message, where it is another one. clinic: who embeds us.
    country: of the place the person named, ISO 3166-1 alpha-2; else the clinic's counts.
    """

    clinic: Clinic
    locale: str = "en"
    language: str | None = None
    country: str | None = None
