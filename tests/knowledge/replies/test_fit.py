"""What a person reads where a fit check can't begin: what is known, and never more."""

from __future__ import annotations

import pytest

from knowledge.clinics import DEMO
from knowledge.curated.reading import read_content
from knowledge.replies.compose import Composer, Named, Setting
from knowledge.replies.fit import FitReplies
from knowledge.trials.checked import Checked

CONTENT = read_content()
REPLIES = FitReplies(Composer(lambda: CONTENT), recorded=False)
LUPUS = Named("lupus")
SEEN = Checked("2026-11-20T08:00:00+00:00", live=True, bundled=False)


@pytest.mark.parametrize(
    ("locale", "none_open", "unseen"),
    [("en", "no open trial", "can't reach"), ("es", "ningún ensayo abierto", "no puedo consultar")],
)
def test_no_trial_is_told_from_a_registry_never_seen(
    locale: str, none_open: str, unseen: str
) -> None:
    setting = Setting(DEMO, locale, locale)
    known = REPLIES.nothing_to_check(setting, LUPUS, [], SEEN).text
    unknown = REPLIES.nothing_to_check(setting, LUPUS, [], None).text
    assert none_open in known
    assert unseen in unknown
    assert none_open not in unknown
