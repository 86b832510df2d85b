"""A conversation about trials and a fit check, on the recorded registry data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy.engine import Engine

from knowledge.clinics import DEMO
from knowledge.curated.content import Content
from knowledge.curated.reading import read_content
from knowledge.database import create_tables, open_engine
from knowledge.fit_check.checks import FitChecks
from knowledge.places import find_places
from knowledge.replies.compose import Composer
from knowledge.replies.fit import FitReplies
from knowledge.replies.setting import Named, Setting
from knowledge.replies.store import ReplyStore
from knowledge.replies.trials import TrialReplies
from knowledge.trials.checked import last_check
from knowledge.trials.client import RegistryClient
from knowledge.trials.mirror import Mirror
from knowledge.trials.search import search
from knowledge.visit_sheet.sheet import Sheet
from knowledge.visit_sheet.sheets import VisitSheets
from tests.registry import ReplayRegistry

MG = Named("myasthenia_gravis")
#: Of the recorded trials the one in myasthenia gravis whose criteria can be gone through.
CHECKED = "NCT06193889"
#: Phase 3, with a placebo.
PLACEBO = "NCT06799247"
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="session")
def content() -> Content:
    return read_content()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory, content: Content) -> Iterator[Engine]:
    """A mirror of the recorded registry."""
    opened = open_engine(f"sqlite:///{tmp_path_factory.mktemp('sheets') / 'knowledge.sqlite'}")
    create_tables(opened)
    names = {id_: each.registry + each.mesh for id_, each in content.conditions.items()}
    with ReplayRegistry() as registry:
        Mirror(opened, RegistryClient(registry.url, pause_s=0), names).refresh()
    yield opened
    opened.dispose()


@dataclass
class Talk:
    """One conversation, and the sheet that comes out of it."""

    id: str
    engine: Engine
    composer: Composer
    replies: ReplyStore
    sheets: VisitSheets
    setting: Setting

    def lists_trials(self) -> None:
        """The nearest trials to Boston are shown."""
        [place] = [found.place for found in find_places("Boston")]
        found = search(self.engine, conditions=[MG.id], place=place, recorded=True)
        listing = TrialReplies(self.composer, True).listing(found, self.setting, MG, place)
        self.replies.add(self.id, [listing])

    def checks_fit(self) -> None:
        """A fit check with an answer that speaks against a rule, and its result."""
        checks = FitChecks(self.engine)
        checks.begin(self.id, vars(MG), [CHECKED])
        for _ in range(6):
            checks.ask_next(self.id)
            if not checks.choose(self.id, "yes"):
                checks.choose(self.id, "unknown")  # a question for a number
        check = checks.of(self.id)
        assert check is not None
        replies = FitReplies(self.composer, True)
        checked = last_check(self.engine, True)
        self.replies.add(self.id, [replies.result(check, self.setting, MG, checked)])
        checks.end(self.id)

    def chooses(self, *values: str) -> None:
        for value in values:
            self.sheets.choose(self.id, value, self.sheets.seen(self.id))

    def sheet(self) -> Sheet:
        return self.sheets.sheet(self.id, self.setting)


@pytest.fixture(params=["en"])
def talk(request: pytest.FixtureRequest, engine: Engine, content: Content) -> Iterator[Talk]:
    """A fresh conversation, in the locale that a test asks for."""
    composer = Composer(lambda: content, today=lambda: TODAY)
    replies = ReplyStore(engine)
    sheets = VisitSheets(engine, lambda: content, composer, replies, True, today=lambda: TODAY)
    setting = Setting(DEMO, request.param, request.param)
    yield Talk("talk", engine, composer, replies, sheets, setting)
    replies.erase("talk")


in_spanish = pytest.mark.parametrize("talk", ["es"], indirect=True)
in_both = pytest.mark.parametrize("talk", ["en", "es"], indirect=True)
