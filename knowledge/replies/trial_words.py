"""Wording that every reply about trials shares: places, sites, ages, sources, times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from knowledge.places import Place
from knowledge.places import place as country_place
from knowledge.replies.compose import Composer, Named, Setting
from knowledge.replies.reply import Choice, choice_value
from knowledge.replies.wording import distance, moment, number

#: Countries that English calls with "the".
_TAKES_THE = re.compile(r"United|Netherlands|Czech Republic|Philippines|Bahamas|Gambia|Maldives")


class TrialWords:
    """Fills the phrases about trials. recorded: the registry is a replay of recorded data."""

    def __init__(self, composer: Composer, recorded: bool) -> None:
        self.composer = composer
        self._recorded = recorded

    def say(self, phrase: str, setting: Setting, **words: Any) -> str:
        """A sentence of `phrases.yml` with its places filled."""
        text = self.composer.phrase(phrase, setting.locale)
        for name, value in words.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def has(self, phrase: str) -> bool:
        """Is there such a sentence?"""
        try:
            self.composer.phrase(phrase, "en")
        except KeyError:
            return False
        return True

    def condition(self, named: Named | None, setting: Setting) -> str:
        """The disease within a sentence; autoimmune disease where none is named."""
        if named is None:
            return self.say("any_condition", setting)
        return self.composer.condition_name(named, setting.locale)

    def place(self, place: Place | None, setting: Setting) -> str:
        """ " near Leeds", " in Texas"; "" without a place."""
        if place is None:
            return ""
        phrase = "near_place" if place.kind == "city" else "in_place"
        return self.say(phrase, setting, place=self.place_name(place, setting))

    def place_name(self, place: Place, setting: Setting) -> str:
        """Its name as it stands in a sentence: "the United States"."""
        article = (
            place.kind == "country" and setting.locale == "en" and _TAKES_THE.match(place.name)
        )
        return f"the {place.name}" if article else place.name

    def country(self, code: str, setting: Setting) -> str:
        """A country within a sentence, by its alpha-2 code."""
        found = country_place(f"country/{code}")
        return self.place_name(found, setting) if found else code

    def site(self, site: dict[str, Any], setting: Setting, place: Place | None) -> str:
        """ "Charité, Berlin, Germany (12 km, city level)"."""
        far = ""
        if site.get("distance_km") is not None:
            shown = distance(site["distance_km"], place.country if place else None)
            far = self.say("trial_distance", setting, distance=shown)
        where = [site.get("facility"), site.get("city"), site.get("country")]
        return ", ".join(part for part in where if part) + far

    def ages(self, card: dict[str, Any], setting: Setting) -> str:
        """The ages that a record takes, "" where it sets no limit."""
        low, high = card.get("min_age_years"), card.get("max_age_years")
        if low is not None and high is not None:
            return self.say("trial_ages_between", setting, min=number(low), max=number(high))
        if low is not None:
            return self.say("trial_ages_from", setting, min=number(low))
        if high is not None:
            return self.say("trial_ages_to", setting, max=number(high))
        return ""

    def checked(self, checked_at: str, live: bool, bundled: bool, setting: Setting) -> str:
        """When this was checked, and what it is where that was not now."""
        phrase = "checked_live" if live else "checked_older"
        if bundled:
            phrase = "checked_bundled"
        if self._recorded:
            phrase = "checked_recorded"
        return self.say(phrase, setting, time=moment(checked_at, setting.locale))


def trial_choice(nct_id: str) -> str:
    """The value of a choice that leads to a trial."""
    return choice_value("trial_details") + f"?nct_id={nct_id}"


def trial_choices(numbers: Sequence[str]) -> list[Choice]:
    """Choices that lead to trials."""
    return [Choice(nct_id, trial_choice(nct_id)) for nct_id in numbers]


def registry_source(checked_at: str | None, url: str) -> list[dict[str, str]]:
    """The registry as a reply's source."""
    source = {
        "id": "clinicaltrials-gov",
        "title": "ClinicalTrials.gov",
        "publisher": "U.S. National Library of Medicine",
        "url": url,
    }
    # Never seen: the address still leads people to the registry's own search, as of today.
    return [{**source, "date": checked_at[:10] if checked_at else date.today().isoformat()}]
