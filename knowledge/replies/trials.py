"""Replies that show trials: the listing, and one trial. The facts are the registry's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from knowledge.curated.content import Paragraph
from knowledge.places import Place
from knowledge.replies.compose import Composer, Named, Setting
from knowledge.replies.reply import Choice, Reply, choice_value
from knowledge.replies.wording import contact, distance, moment, number, phases, status_words
from knowledge.trials.search import Listing, TrialLookup

#: Longest registry summary that is quoted, in characters; the link leads to the rest.
_SUMMARY = 600


class TrialReplies:
    """Writes trial listings and details, and hands them to the composer."""

    def __init__(self, composer: Composer, recorded: bool) -> None:
        self._composer = composer
        self._recorded = recorded

    # -- a listing

    def listing(
        self, listing: Listing, setting: Setting, named: Named | None, place: Place | None
    ) -> Reply:
        """The trials found, nearest or newest first, with when they were checked."""
        lines = self._listing_lines(listing, setting, named, place)
        reply = self._composer.inform(
            "trials",
            "find_trials",
            [Paragraph(line) for line in lines if line],
            setting,
            named,
            sources=_registry_source(listing.checked_at, listing.search_url),
            choices=self._listing_choices(listing, setting, named),
        )
        return replace(
            reply,
            trials=listing.trials,
            listing={
                "checked_at": listing.checked_at,
                "live": listing.live,
                "total": listing.total,
            },
        )

    def _listing_lines(
        self, listing: Listing, setting: Setting, named: Named | None, place: Place | None
    ) -> list[str]:
        if listing.checked_at is None:
            return [self._say("registry_unseen", setting, url=listing.search_url)]
        words = {
            "condition": self._composer.condition_name(named, setting.locale)
            if named
            else self._say("any_condition", setting),
            "place": self._place(place, setting),
            "count": listing.total,
            "shown": len(listing.trials),
        }
        lines = [self._say(_count_phrase(listing), setting, **words)]
        if len(listing.trials) > 1:
            by_distance = place is not None and place.kind == "city"
            lines[0] += " " + self._say("order_distance" if by_distance else "order_date", setting)
        lines.append("\n".join(self._line(card, setting, place) for card in listing.trials))
        more = []
        if not listing.trials and place is not None and listing.elsewhere_total:
            more.append(self._say("trials_elsewhere", setting, count=listing.elsewhere_total))
        if listing.not_yet_recruiting:
            more.append(self._say("trials_not_yet", setting, count=listing.not_yet_recruiting))
        if named is None:
            more.append(self._say("trials_ask_condition", setting))
        elif place is None:
            more.append(self._say("trials_ask_place", setting))
        lines.append(" ".join(more))
        lines.append(self._checked(listing.checked_at, listing.live, setting))
        lines.append(self._say("trials_not_endorsed", setting))
        return lines

    def _listing_choices(
        self, listing: Listing, setting: Setting, named: Named | None
    ) -> list[Choice]:
        details = [
            Choice(card["nct_id"], trial_choice(card["nct_id"])) for card in listing.trials[:3]
        ]
        topics = ["am_i_eligible", "how_to_join"]
        return details + self._composer.choices(topics, setting, named)

    def _line(self, card: dict[str, Any], setting: Setting, place: Place | None) -> str:
        phase = phases(card["phases"] or [])
        return self._say(
            "trial_line",
            setting,
            nct_id=card["nct_id"],
            title=card["title"].rstrip("."),
            phase=self._say("phase_some", setting, phases=phase)
            if phase
            else self._say("phase_none", setting),
            site=self._site(card, setting, place),
            ages=self._ages(card, setting),
        )

    # -- one trial

    def details(
        self, lookup: TrialLookup, setting: Setting, named: Named | None, place: Place | None
    ) -> Reply:
        """What the registry says of one trial, or why we can't say."""
        if lookup.outcome == "not_found":
            lines = [self._say("trial_not_found", setting, nct_id=lookup.nct_id)]
            return self._outside(lines, lookup, setting, named)
        if lookup.outcome == "unavailable" or lookup.card is None:
            lines = [self._say("trial_unavailable", setting, nct_id=lookup.nct_id, url=lookup.url)]
            return self._outside(lines, lookup, setting, named)
        card = lookup.card
        if lookup.outcome == "not_cart":
            what = self._say(f"product_{lookup.product}", setting)
            lines = [
                self._say(
                    "trial_not_cart",
                    setting,
                    nct_id=card["nct_id"],
                    title=card["title"],
                    what=what,
                )
            ]
            return self._outside(lines, lookup, setting, named)
        reply = self._composer.inform(
            "trial",
            "trial_details",
            [Paragraph(line) for line in self._detail_lines(lookup, setting, place) if line],
            setting,
            named,
            sources=_registry_source(lookup.checked_at, card["url"]),
            choices=self._composer.choices(
                ["how_to_join", "am_i_eligible", "questions_to_ask"], setting, named
            ),
        )
        return replace(
            reply,
            trials=[card],
            listing={"checked_at": lookup.checked_at, "live": lookup.live, "total": 1},
        )

    def which(self, setting: Setting) -> Reply:
        """Ask which trial is meant."""
        return self._composer.inform(
            "trial",
            "trial_details",
            [Paragraph(self._say("trial_which", setting))],
            setting,
            choices=self._composer.choices(["find_trials"], setting),
        )

    def _outside(
        self, lines: Sequence[str], lookup: TrialLookup, setting: Setting, named: Named | None
    ) -> Reply:
        checked = (
            [self._checked(lookup.checked_at, lookup.live, setting)] if lookup.checked_at else []
        )
        reply = self._composer.inform(
            "trial",
            "trial_details",
            [Paragraph(line) for line in (*lines, *checked)],
            setting,
            named,
            sources=_registry_source(lookup.checked_at, lookup.url),
            choices=self._composer.choices(["find_trials", "buying_treatment"], setting, named),
        )
        return replace(
            reply,
            listing={"checked_at": lookup.checked_at, "live": lookup.live, "total": 0},
        )

    def _detail_lines(
        self, lookup: TrialLookup, setting: Setting, place: Place | None
    ) -> list[str]:
        card = lookup.card or {}
        status = f"status_{card['status']}"
        phase = phases(card["phases"] or [])
        facts = [
            self._say(
                "trial_status",
                setting,
                status=status_words(card["status"]),
                meaning=self._say(status, setting)
                if self._has(status)
                else self._say("status_other", setting),
            ),
            self._say("phase_some", setting, phases=phase)
            if phase
            else self._say("phase_none", setting),
        ]
        if lookup.interventions:
            facts.append(
                self._say("trial_given", setting, interventions=", ".join(lookup.interventions))
            )
        if card.get("sponsor"):
            facts.append(self._say("trial_sponsor", setting, sponsor=card["sponsor"]))
        where = [self._say("trial_sites_count", setting, count=card["site_count"])]
        where.append(self._site(card, setting, place).strip() + self._ages(card, setting))
        if card.get("contact"):
            where.append(self._say("trial_contact", setting, contact=contact(card["contact"])))
        summary = (lookup.summary or "").strip()
        if len(summary) > _SUMMARY:
            summary = summary[:_SUMMARY].rsplit(" ", 1)[0] + " …"
        return [
            f"{card['nct_id']}: {card['title']}.",
            self._say("trial_in_cancer", setting) if lookup.in_cancer else "",
            " ".join(facts),
            self._say("trial_purpose", setting, summary=summary) if summary else "",
            " ".join(part for part in where if part.strip()),
            " ".join(
                [
                    self._say("trial_updated", setting, date=card["last_update"])
                    if card.get("last_update")
                    else "",
                    self._say("trial_link", setting, url=card["url"]),
                    self._checked(lookup.checked_at, lookup.live, setting)
                    if lookup.checked_at
                    else "",
                ]
            ).strip(),
            self._say("trials_not_endorsed", setting),
        ]

    # -- words

    def _site(self, card: dict[str, Any], setting: Setting, place: Place | None) -> str:
        site = card.get("nearest_site")
        if not site:
            return ""
        far = ""
        if site.get("distance_km") is not None:
            shown = distance(site["distance_km"], place.country if place else None)
            far = self._say("trial_distance", setting, distance=shown)
        open_now = site.get("status") == "RECRUITING" or card["status"] == "RECRUITING"
        return self._say(
            "trial_site" if open_now else "trial_site_any",
            setting,
            facility=site.get("facility") or "?",
            city=site.get("city") or "?",
            country=site.get("country") or "?",
            distance=far,
        )

    def _ages(self, card: dict[str, Any], setting: Setting) -> str:
        low, high = card.get("min_age_years"), card.get("max_age_years")
        if low is not None and high is not None:
            return self._say("trial_ages_between", setting, min=number(low), max=number(high))
        if low is not None:
            return self._say("trial_ages_from", setting, min=number(low))
        if high is not None:
            return self._say("trial_ages_to", setting, max=number(high))
        return ""

    def _place(self, place: Place | None, setting: Setting) -> str:
        if place is None:
            return ""
        phrase = "near_place" if place.kind == "city" else "in_place"
        return self._say(phrase, setting, place=place.name)

    def _checked(self, checked_at: str, live: bool, setting: Setting) -> str:
        phrase = "checked_live" if live else "checked_older"
        if self._recorded:
            phrase = "checked_recorded"
        return self._say(phrase, setting, time=moment(checked_at, setting.locale))

    def _has(self, phrase: str) -> bool:
        try:
            self._composer.phrase(phrase, "en")
        except KeyError:
            return False
        return True

    def _say(self, phrase: str, setting: Setting, **words: Any) -> str:
        text = self._composer.phrase(phrase, setting.locale)
        for name, value in words.items():
            text = text.replace("{" + name + "}", str(value))
        return text


def trial_choice(nct_id: str) -> str:
    """The value of a choice that leads to a trial."""
    return choice_value("trial_details") + f"?nct_id={nct_id}"


def _count_phrase(listing: Listing) -> str:
    if listing.total == 0:
        return "trials_none"
    if listing.total == 1:
        return "trials_one"
    return "trials_cut" if listing.total > len(listing.trials) else "trials_many"


def _registry_source(checked_at: str | None, url: str) -> list[dict[str, str]]:
    source = {
        "id": "clinicaltrials-gov",
        "title": "ClinicalTrials.gov",
        "publisher": "U.S. National Library of Medicine",
        "url": url,
    }
    # Never seen: the address still leads people to the registry's own search, as of today.
    return [{**source, "date": checked_at[:10] if checked_at else date.today().isoformat()}]
