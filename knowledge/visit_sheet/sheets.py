"""The visit sheets of all conversations: what can go on one, what does, and the sheet itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timezone

from sqlalchemy.engine import Engine

from knowledge.curated.content import Content
from knowledge.curated.freshness import GRACE
from knowledge.replies.compose import Composer
from knowledge.replies.setting import Named, Setting
from knowledge.replies.store import ReplyStore
from knowledge.replies.trial_words import TrialWords
from knowledge.trials.checked import iso, last_check
from knowledge.visit_sheet.build import Material, build
from knowledge.visit_sheet.choices import Chosen, SheetChoices, changed
from knowledge.visit_sheet.discussed import Discussed, discussed
from knowledge.visit_sheet.records import records_of
from knowledge.visit_sheet.sheet import Sheet


class NothingChosen(LookupError):
    """The person has put nothing on the sheet."""


class VisitSheets:
    """Makes sheets from what conversations have shown. No sheet is stored.

    recorded: the registry is a replay of recorded data.
    """

    def __init__(
        self,
        engine: Engine,
        content: Callable[[], Content],
        composer: Composer,
        replies: ReplyStore,
        recorded: bool,
        reviewed_only: bool = False,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._engine = engine
        self._content = content
        self._composer = composer
        self._replies = replies
        self._recorded = recorded
        self._reviewed_only = reviewed_only
        self._today = today
        self._choices = SheetChoices(engine)

    def seen(self, conversation: str) -> Discussed:
        """The trials and the fit check that the conversation has shown."""
        return discussed(self._replies.given(conversation))

    def chosen(self, conversation: str) -> Chosen:
        """What is on the sheet."""
        return self._choices.of(conversation)

    def choose(self, conversation: str, value: str, seen: Discussed) -> Chosen:
        """Put something on the sheet, or take it out (`choices.changed`)."""
        chosen = changed(self._choices.of(conversation), value, seen)
        self._choices.keep(conversation, chosen)
        return chosen

    def sheet(self, conversation: str, setting: Setting) -> Sheet:
        """The sheet as it is now. Raises NothingChosen."""
        chosen = self._choices.of(conversation)
        if chosen.empty:
            raise NothingChosen(conversation)
        seen = self.seen(conversation)
        material = Material(
            chosen=chosen,
            seen=seen,
            records=records_of(self._engine, chosen.trials),
            content=self._content(),
            checked=self._checked(setting),
            background=self._background(setting.locale),
            owed=self._composer.owed(_condition(chosen, seen), setting),
        )
        return build(material, TrialWords(self._composer, self._recorded), setting, self._today())

    def _background(self, locale: str) -> bool:
        content = self._content().visit_sheet
        if self._today() > content.next_review + GRACE:
            return False
        return not self._reviewed_only or content.review.of(locale).status == "reviewed"

    def _checked(self, setting: Setting) -> tuple[str, str]:
        checked = last_check(self._engine, self._recorded)
        if checked is None:
            return "", iso(datetime.now(timezone.utc))
        words = TrialWords(self._composer, self._recorded)
        return words.checked(checked.at, checked.live, checked.bundled, setting), checked.at


def _condition(chosen: Chosen, seen: Discussed) -> Named | None:
    """The disease that all chosen trials were looked up for; None for several, or none."""
    named = {trial.condition for id_ in chosen.trials if (trial := seen.trials.get(id_))}
    [only] = named if len(named) == 1 else [None]
    return Named(*only) if only else None
