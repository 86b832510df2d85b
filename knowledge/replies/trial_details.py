"""The reply that tells of one trial, or why we can't."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from knowledge.curated.content import Paragraph
from knowledge.places import Place
from knowledge.replies.reply import Reply
from knowledge.replies.setting import Named, Setting
from knowledge.replies.trial_words import TrialWords, registry_source
from knowledge.replies.wording import contact, iso_day
from knowledge.trials.lookup import TrialLookup

#: Longest registry texts that are quoted, in characters; the link leads to the rest.
_SUMMARY = 600
_REASON = 300
_MOST_COUNTRIES = 8


def details_reply(
    words: TrialWords,
    lookup: TrialLookup,
    setting: Setting,
    named: Named | None,
    place: Place | None,
    from_clinic: bool = False,
) -> Reply:
    """What the registry says of one trial, or why we can't say.

    from_clinic: the number came from somebody who offers treatment, so what to compare is said.
    """
    if lookup.outcome == "not_found":
        lines = [words.say("trial_not_found", setting, nct_id=lookup.nct_id)]
        return _outside(words, lines, lookup, setting, named)
    if lookup.outcome == "unavailable" or lookup.card is None:
        lines = [words.say("trial_unavailable", setting, nct_id=lookup.nct_id, url=lookup.url)]
        return _outside(words, lines, lookup, setting, named)
    details = _Details(words, lookup, lookup.card, setting, place)
    check = details.clinic_check() if from_clinic else ""
    if lookup.outcome == "not_cart":
        what = words.say(f"product_{lookup.product}", setting)
        title = lookup.card["title"]
        said = words.say("trial_not_cart", setting, nct_id=lookup.nct_id, title=title, what=what)
        return _outside(words, [said, check], lookup, setting, named)
    reply = words.composer.inform(
        "trial",
        "trial_details",
        [Paragraph(line) for line in [*details.lines(), check, details.not_endorsed()] if line],
        setting,
        named,
        sources=registry_source(lookup.checked_at, lookup.card["url"]),
        choices=words.composer.choices(
            ["how_to_join", "am_i_eligible", "questions_to_ask"], setting, named
        ),
    )
    return replace(
        reply,
        trials=[lookup.card],
        listing={"checked_at": lookup.checked_at, "live": lookup.live, "total": 1},
    )


def which_reply(words: TrialWords, setting: Setting) -> Reply:
    """Ask which trial is meant."""
    return words.composer.inform(
        "trial",
        "trial_details",
        [Paragraph(words.say("trial_which", setting))],
        setting,
        choices=words.composer.choices(["find_trials"], setting),
    )


def _outside(
    words: TrialWords,
    lines: Sequence[str],
    lookup: TrialLookup,
    setting: Setting,
    named: Named | None,
) -> Reply:
    checked = (
        words.checked(lookup.checked_at, lookup.live, lookup.bundled, setting)
        if lookup.checked_at
        else ""
    )
    reply = words.composer.inform(
        "trial",
        "trial_details",
        [Paragraph(line) for line in (*lines, checked) if line],
        setting,
        named,
        sources=registry_source(lookup.checked_at, lookup.url),
        choices=words.composer.choices(["find_trials", "buying_treatment"], setting, named),
    )
    return replace(
        reply,
        listing={"checked_at": lookup.checked_at, "live": lookup.live, "total": 0},
    )


class _Details:
    """The paragraphs about one trial."""

    def __init__(
        self,
        words: TrialWords,
        lookup: TrialLookup,
        card: dict[str, Any],
        setting: Setting,
        place: Place | None,
    ) -> None:
        self._words = words
        self._lookup = lookup
        self._card = card
        self._setting = setting
        self._place = place

    def lines(self) -> list[str]:
        """In the order in which they are read."""
        lookup, card = self._lookup, self._card
        return [
            self._say("trial_title", nct_id=card["nct_id"], title=card["title"].rstrip(".")),
            self._say("trial_in_cancer") if lookup.in_cancer else "",
            self._say("trial_unclear") if lookup.product == "unclear" else "",
            " ".join([*self._status(), *self._phase()]),
            " ".join(self._given()),
            self._purpose(),
            " ".join(self._where()),
            " ".join(self._updated()),
        ]

    def clinic_check(self) -> str:
        """What to compare a clinic's words with."""
        return self._say(
            "trial_clinic_check",
            sponsor=self._card.get("sponsor") or "?",
            countries=self._countries() or self._say("no_sites"),
        )

    def not_endorsed(self) -> str:
        """That a listing is no recommendation."""
        return self._say("trials_not_endorsed")

    def _status(self) -> Iterator[str]:
        status = self._card["status"]
        meaning = f"status_{status}"
        yield self._say(
            "trial_status",
            status=self._words.status(status, self._setting),
            meaning=self._say(meaning if self._words.has(meaning) else "status_other"),
        )
        why = (self._lookup.why_stopped or "").strip()
        if why:
            yield self._say("trial_why_stopped", why=_cut(why, _REASON))

    def _phase(self) -> Iterator[str]:
        listed = self._card["phases"] or []
        shown = self._words.phases(listed, self._setting)
        if not shown:
            yield self._say("phase_none")
            return
        meanings = [self._say(f"phase_means_{each}") for each in listed if each != "NA"]
        yield self._say("phase_explained", phases=shown, meaning="; ".join(meanings))

    def _given(self) -> Iterator[str]:
        lookup = self._lookup
        if lookup.interventions:
            yield self._say("trial_given", interventions=", ".join(lookup.interventions))
        for source in sorted(lookup.cells):
            yield self._say(f"trial_cells_{source}")
        if self._card.get("sponsor"):
            yield self._say("trial_sponsor", sponsor=self._card["sponsor"])

    def _purpose(self) -> str:
        summary = (self._lookup.summary or "").strip()
        return self._say("trial_purpose", summary=_cut(summary, _SUMMARY)) if summary else ""

    def _where(self) -> Iterator[str]:
        card, lookup = self._card, self._lookup
        yield self._say("trial_sites_count", count=card["site_count"])
        if lookup.sites and self._place is not None:
            shown = "; ".join(
                self._words.site(site, self._setting, self._place) for site in lookup.sites
            )
            opened = card["status"] == "RECRUITING"
            yield self._say("trial_sites_open" if opened else "trial_sites_near", sites=shown)
        elif lookup.countries:
            yield self._say("trial_countries", countries=self._countries())
        who = self._words.ages(card, self._setting) + self._words.sex(card, self._setting)
        if who:
            yield who.strip()
        if card.get("contact"):
            yield self._say("trial_contact", contact=contact(card["contact"]))

    def _countries(self) -> str:
        return ", ".join(
            self._words.registry_country(each, self._setting)
            for each in self._lookup.countries[:_MOST_COUNTRIES]
        )

    def _updated(self) -> Iterator[str]:
        card, lookup = self._card, self._lookup
        if card.get("last_update"):
            updated = iso_day(card["last_update"], self._setting.locale)
            yield self._say("trial_updated", date=updated)
        if lookup.checked_at:
            yield self._words.checked(lookup.checked_at, lookup.live, lookup.bundled, self._setting)
        yield self._say("trial_link", url=card["url"])

    def _say(self, phrase: str, **words: Any) -> str:
        return self._words.say(phrase, self._setting, **words)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"
