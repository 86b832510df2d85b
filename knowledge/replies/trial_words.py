"""Wording that every reply about trials shares: places, sites, statuses, ages, sources, times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from knowledge.places import Place, country_code, name_in, name_in_sentence
from knowledge.places import place as place_of
from knowledge.replies.compose import Composer
from knowledge.replies.reply import Choice, choice_value
from knowledge.replies.setting import Named, Setting
from knowledge.replies.wording import distance, moment, number


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
        return self.say(phrase, setting, place=name_in_sentence(place, setting.locale))

    def country(self, code: str, setting: Setting) -> str:
        """A country within a sentence, by its alpha-2 code."""
        found = place_of(f"country/{code}")
        return name_in_sentence(found, setting.locale) if found else code

    def registry_country(self, name: str, setting: Setting) -> str:
        """A country by itself, as the registry writes it in English; in Spanish by its own name."""
        if setting.locale == "en":
            return name
        found = place_of(f"country/{country_code(name)}")
        return name_in(found, setting.locale) if found else name

    def status(self, status: str, setting: Setting) -> str:
        """The registry's status in words; one that we don't know, as the registry writes it."""
        phrase = f"registry_status_{status}"
        if self.has(phrase):
            return self.say(phrase, setting)
        return status.replace("_", " ").capitalize()

    def phases(self, values: Sequence[str], setting: Setting) -> str:
        """["PHASE1", "PHASE2"] as "1/2"; "" where there is none."""
        shown = [
            self.say("phase_early", setting)
            if value == "EARLY_PHASE1"
            else value.removeprefix("PHASE")
            for value in values
            if value != "NA"
        ]
        return "/".join(shown)

    def site(self, site: dict[str, Any], setting: Setting, place: Place | None) -> str:
        """ "Charité, Berlin, Germany (12 km, city level)"."""
        far = ""
        if site.get("distance_km") is not None:
            country = place.country if place else None
            shown = distance(site["distance_km"], country, setting.locale)
            far = self.say("trial_distance", setting, distance=shown)
        country_name = self.registry_country(site.get("country") or "", setting)
        where = [site.get("facility"), site.get("city"), country_name]
        return ", ".join(part for part in where if part) + far

    def ages(self, card: dict[str, Any], setting: Setting) -> str:
        """The ages that a record takes, "" where it sets no limit."""
        limits = {
            name: number(limit, setting.locale)
            for name, limit in (
                ("min", card.get("min_age_years")),
                ("max", card.get("max_age_years")),
            )
            if limit is not None
        }
        if not limits:
            return ""
        phrase = "between" if len(limits) == 2 else "from" if "min" in limits else "to"
        return self.say(f"trial_ages_{phrase}", setting, **limits)

    def sex(self, card: dict[str, Any], setting: Setting) -> str:
        """ " Women only.", "" where a record takes everybody."""
        phrase = f"trial_sex_{card.get('sex')}"
        return self.say(phrase, setting) if self.has(phrase) else ""

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
