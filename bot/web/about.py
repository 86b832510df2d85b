"""The page "About this guide": who reviewed the answers, how old they are, what they rest on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.settings import SESSION_SECONDS
from knowledge.about import about, studies_listed
from knowledge.curated.freshness import GRACE
from knowledge.guide import Guide
from knowledge.replies.setting import Setting
from knowledge.trials.checked import checked_at, is_bundled, is_live, state_of

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def about_page(guide: Guide, setting: Setting) -> str:
    """The page as HTML, in the setting's locale."""

    def say(phrase: str, **words: Any) -> str:
        return guide.composer.phrase(phrase, setting.locale).format(**words)

    return _PAGES.get_template("about.html").render(
        locale=setting.locale,
        say=say,
        about=about(guide.curated.content(), setting.locale, date.today()),
        trials=_trials(guide, setting, say("about_page_trials_none")),
        grace_days=GRACE.days,
        hours=SESSION_SECONDS // 3600,
    )


def _trials(guide: Guide, setting: Setting, none: str) -> str:
    state = state_of(guide.engine)
    if state is None:
        return none
    count = guide.composer.phrase("about_page_trials_count", setting.locale)
    checked = guide.trial_replies.checked(
        checked_at(state, guide.recorded),
        is_live(state, guide.recorded, None),
        is_bundled(state),
        setting,
    )
    return f"{count.format(total=studies_listed(guide.engine))} {checked}"
