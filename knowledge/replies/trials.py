"""Replies that show trials: the listing, one trial, the news. The facts are the registry's own."""

from __future__ import annotations

from knowledge.places import Place
from knowledge.replies.compose import Composer
from knowledge.replies.reply import Reply
from knowledge.replies.setting import Named, Setting
from knowledge.replies.trial_details import details_reply, which_reply
from knowledge.replies.trial_listing import listing_reply, where_reply
from knowledge.replies.trial_news import news_reply
from knowledge.replies.trial_words import TrialWords, trial_choice
from knowledge.trials.lookup import TrialLookup
from knowledge.trials.news import News
from knowledge.trials.search import Listing

__all__ = ["TrialReplies", "trial_choice"]


class TrialReplies:
    """Writes the replies about trials, and hands them to the composer.

    recorded: the registry is a replay of recorded data, which every listing says.
    """

    def __init__(self, composer: Composer, recorded: bool) -> None:
        self._words = TrialWords(composer, recorded)

    def listing(
        self, listing: Listing, setting: Setting, named: Named | None, place: Place | None
    ) -> Reply:
        """The trials found, nearest or newest first, with when they were checked."""
        return listing_reply(self._words, listing, setting, named, place)

    def where(self, setting: Setting, named: Named | None, unknown_postcode: bool = False) -> Reply:
        """Ask for a city; unknown_postcode: since the postal code given is not known."""
        return where_reply(self._words, setting, named, unknown_postcode)

    def details(
        self,
        lookup: TrialLookup,
        setting: Setting,
        named: Named | None,
        place: Place | None,
        from_clinic: bool = False,
    ) -> Reply:
        """What the registry says of one trial, or why we can't say."""
        return details_reply(self._words, lookup, setting, named, place, from_clinic)

    def which(self, setting: Setting) -> Reply:
        """Ask which trial is meant."""
        return which_reply(self._words, setting)

    def news(self, news: News, setting: Setting, named: Named | None, place: Place | None) -> Reply:
        """What changed since a day."""
        return news_reply(self._words, news, setting, named, place)

    def checked(self, checked_at: str, live: bool, bundled: bool, setting: Setting) -> str:
        """The sentence that says when the listings were checked, and whether they are live."""
        return self._words.checked(checked_at, live, bundled, setting)
