"""The reply that lists trials: what was found, in which order, and what else there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from knowledge.curated.content import Paragraph
from knowledge.places import Place, name_in
from knowledge.replies.reply import Choice, Reply
from knowledge.replies.setting import Named, Setting
from knowledge.replies.trial_words import TrialWords, registry_source, trial_choices
from knowledge.replies.wording import distance, number
from knowledge.trials.filters import Filters
from knowledge.trials.records import RECRUITING
from knowledge.trials.search import Listing

#: How many countries are counted by name, and how many numbers of a kind are named apart.
_MOST_COUNTRIES = 5
_MOST_NUMBERS = 3


def listing_reply(
    words: TrialWords, listing: Listing, setting: Setting, named: Named | None, place: Place | None
) -> Reply:
    """The trials found, nearest or newest first, with when they were checked."""
    lines = _Lines(words, listing, setting, named, place)
    reply = words.composer.inform(
        "trials",
        "find_trials",
        [Paragraph(line) for line in lines.all() if line],
        setting,
        named,
        sources=registry_source(listing.checked_at, listing.search_url),
        choices=_choices(words, listing, setting, named),
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


def where_reply(
    words: TrialWords, setting: Setting, named: Named | None, unknown_postcode: bool
) -> Reply:
    """Ask for a city, where a search is to be near the person."""
    asked = "ask_city_for_postcode" if unknown_postcode else "ask_where"
    return words.composer.inform(
        "question", "find_trials", [Paragraph(words.say(asked, setting))], setting, named
    )


def _choices(
    words: TrialWords, listing: Listing, setting: Setting, named: Named | None
) -> list[Choice]:
    details = trial_choices([card["nct_id"] for card in listing.trials[:3]])
    topics = ["am_i_eligible", "how_to_join"]
    return details + words.composer.choices(topics, setting, named)


class _Lines:
    """The paragraphs of a listing."""

    def __init__(
        self,
        words: TrialWords,
        listing: Listing,
        setting: Setting,
        named: Named | None,
        place: Place | None,
    ) -> None:
        self._words = words
        self._listing = listing
        self._setting = setting
        self._named = named
        self._place = place

    def all(self) -> list[str]:
        """In the order in which they are read."""
        listing = self._listing
        if listing.checked_at is None:
            return [self._say("registry_unseen", url=listing.search_url)]
        return [
            " ".join([self._count(), *self._order(), *self._counted()]),
            " ".join(self._relaxed()),
            self._say("titles_as_registered") if listing.trials else "",
            "\n".join(self._trial(card) for card in listing.trials),
            " ".join([*self._more(), *self._ask()]),
            " ".join(self._apart()),
            self._words.checked(listing.checked_at, listing.live, listing.bundled, self._setting),
            self._say("trials_not_endorsed"),
        ]

    def _count(self) -> str:
        listing = self._listing
        said = {
            "condition": self._words.condition(self._named, self._setting),
            "place": self._narrowed(),
            "count": listing.total,
            "shown": len(listing.trials),
        }
        if listing.filters.statuses != (RECRUITING,):
            status = ", ".join(
                self._words.status(each, self._setting) for each in listing.filters.statuses
            )
            return self._say("trials_of_status", status=status, **said)
        if listing.total == 0:
            return self._say("trials_none", **said)
        if listing.total == 1:
            return self._say("trials_one", **said)
        cut = listing.total > len(listing.trials)
        return self._say("trials_cut" if cut else "trials_many", **said)

    def _narrowed(self) -> str:
        limits = "".join(self._limits(self._listing.filters))
        return self._where() + (f"{limits}," if limits else "")

    def _where(self) -> str:
        far = self._listing.filters.radius_km
        if far is None or self._place is None:
            return self._words.place(self._place, self._setting)
        near = name_in(self._place, self._setting.locale)
        return self._say("within_place", radius=self._radius(far), place=near)

    def _radius(self, km: float) -> str:
        return distance(km, "US" if self._listing.in_miles else None, self._setting.locale)

    def _limits(self, filters: Filters) -> Iterator[str]:
        if filters.age_years is not None:
            yield self._say("limit_age", age=number(filters.age_years, self._setting.locale))
        if filters.sex is not None:
            yield self._say(f"limit_sex_{filters.sex}")
        if filters.cells is not None:
            yield self._say(f"limit_cells_{filters.cells}")
        if filters.phases:
            yield self._say(
                "limit_phases", phases=self._words.phases(filters.phases, self._setting)
            )

    def _order(self) -> Iterator[str]:
        if len(self._listing.trials) > 1:
            by_distance = self._place is not None and self._place.kind == "city"
            yield self._say("order_distance" if by_distance else "order_date")

    def _counted(self) -> Iterator[str]:
        listing, place = self._listing, self._place
        if listing.filters.statuses != (RECRUITING,) or listing.total < 2:
            return
        if place is None and len(listing.countries) > 1:
            top = list(listing.countries.items())[:_MOST_COUNTRIES]
            shown = ", ".join(
                f"{self._words.registry_country(country, self._setting)} {count}"
                for country, count in top
            )
            yield self._say("by_country", countries=shown)
        elif place is not None and place.kind == "city" and listing.in_country is not None:
            yield self._say(
                "in_country",
                count=listing.in_country,
                country=self._words.country(place.country, self._setting),
            )

    def _relaxed(self) -> Iterator[str]:
        for offer in self._listing.relaxed:
            yield self._say(
                "trials_elsewhere" if offer.limit == "place" else f"relaxed_{offer.limit}",
                count=offer.total,
                radius=self._radius(offer.radius_km or 0.0),
            )

    def _trial(self, card: dict[str, Any]) -> str:
        phase = self._words.phases(card["phases"] or [], self._setting)
        return self._say(
            "trial_line",
            nct_id=card["nct_id"],
            title=card["title"].rstrip("."),
            phase=self._say("phase_some", phases=phase) if phase else self._say("phase_none"),
            site=self._site(card),
            ages=self._words.ages(card, self._setting) + self._words.sex(card, self._setting),
        )

    def _site(self, card: dict[str, Any]) -> str:
        site = card.get("nearest_site")
        if not site:
            return ""
        shown = self._words.site(site, self._setting, self._place)
        return self._say(
            "trial_site" if site.get("status") == RECRUITING else "trial_site_any", site=shown
        )

    def _more(self) -> Iterator[str]:
        listing = self._listing
        if listing.recruiting:
            yield self._say("trials_recruiting", count=listing.recruiting)
        if listing.not_yet_recruiting:
            yield self._say("trials_not_yet", count=listing.not_yet_recruiting)
        if listing.cells_unsaid:
            yield self._say("trials_cells_unsaid", count=listing.cells_unsaid)
        if listing.unnamed and self._named is not None:
            yield self._say(
                "trials_unnamed",
                numbers=_some(listing.unnamed),
                condition=self._words.condition(self._named, self._setting),
            )

    def _ask(self) -> Iterator[str]:
        if self._named is None:
            yield self._say("trials_ask_condition")
        elif self._place is None:
            yield self._say("trials_ask_place")

    def _apart(self) -> Iterator[str]:
        apart = dict(self._listing.apart)
        unclear = apart.pop("unclear", ())
        if apart:
            kinds = [
                f"{self._say(f'product_{product}')} ({_some(numbers)})"
                for product, numbers in apart.items()
            ]
            yield self._say("trials_apart", kinds="; ".join(kinds))
        if unclear:
            yield self._say("trials_unclear", numbers=_some(unclear))

    def _say(self, phrase: str, **words: Any) -> str:
        return self._words.say(phrase, self._setting, **words)


def _some(numbers: tuple[str, ...]) -> str:
    """ "NCT06010472, NCT06255028, NCT06265220 +4"."""
    more = len(numbers) - _MOST_NUMBERS
    return ", ".join(numbers[:_MOST_NUMBERS]) + (f" +{more}" if more > 0 else "")
