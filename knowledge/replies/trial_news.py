"""The reply that tells what changed on the registry since a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from knowledge.curated.content import Paragraph
from knowledge.places import Place
from knowledge.replies.reply import Reply
from knowledge.replies.setting import Named, Setting
from knowledge.replies.trial_words import TrialWords, registry_source, trial_choices
from knowledge.replies.wording import day
from knowledge.trials.news import KINDS, Change, News
from knowledge.trials.search import search_url

#: How many changes are told one by one.
_MOST = 10


def news_reply(
    words: TrialWords, news: News, setting: Setting, named: Named | None, place: Place | None
) -> Reply:
    """Counts by kind, then the changes one by one, newest first, with when we last looked."""
    url = search_url([named.id] if named else [], ())
    shown = news.changes[:_MOST]
    opened = [change.nct_id for change in shown if change.kind in {"new", "opened"}]
    reply = words.composer.inform(
        "trials",
        "find_trials",
        [Paragraph(line) for line in _lines(words, news, setting, named, place, url) if line],
        setting,
        named,
        sources=registry_source(news.checked_at, url),
        choices=trial_choices(opened[:3])
        + words.composer.choices(["find_trials", "how_to_join"], setting, named),
    )
    listing = {"checked_at": news.checked_at, "live": news.live, "total": len(news.changes)}
    return replace(reply, trials=[], listing=listing)


def _lines(
    words: TrialWords,
    news: News,
    setting: Setting,
    named: Named | None,
    place: Place | None,
    url: str,
) -> Iterator[str]:
    if news.checked_at is None:
        yield words.say("registry_unseen", setting, url=url)
        return
    followed = news.followed_from
    too_early = followed is not None and news.since < followed
    counted = [
        words.say(f"news_{kind}", setting, count=len(news.of(kind)))
        for kind in KINDS
        if news.of(kind)
    ]
    yield words.say(
        "news_some" if counted else "news_none",
        setting,
        condition=words.condition(named, setting),
        place=words.say("in_place", setting, place=words.country(place.country, setting))
        if place
        else "",
        date=day(followed if too_early and followed else news.since, setting.locale),
        counts=", ".join(counted),
    )
    if too_early and followed is not None:
        yield words.say("news_followed", setting, date=day(followed, setting.locale))
    yield "\n".join(_told(words, change, setting) for change in news.changes[:_MOST])
    if len(news.changes) > _MOST:
        yield words.say("news_cut", setting, shown=_MOST, count=len(news.changes))
    yield words.checked(news.checked_at, news.live, news.bundled, setting)
    yield words.say("trials_not_endorsed", setting)


def _told(words: TrialWords, change: Change, setting: Setting) -> str:
    phrase = {"new": "news_line_new", "gone": "news_line_gone"}.get(
        change.kind, "news_line_changed"
    )
    return words.say(
        phrase,
        setting,
        nct_id=change.nct_id,
        title=change.title.rstrip("."),
        before=words.status(change.before or "", setting),
        after=words.status(change.after, setting),
        date=day(change.day, setting.locale),
    )
