"""Everything that the rest of the product asks `knowledge` for, opened once from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.engine import Engine

from knowledge.curated.reading import read_content
from knowledge.curated.store import CuratedStore, load
from knowledge.database import create_tables, open_engine
from knowledge.fit_check.checks import FitChecks
from knowledge.replies.compose import Composer
from knowledge.replies.fit import FitReplies
from knowledge.replies.sheet import SheetReplies
from knowledge.replies.store import ReplyStore
from knowledge.replies.trials import TrialReplies
from knowledge.settings import knowledge_settings
from knowledge.trials.client import RegistryClient
from knowledge.trials.mirror import Mirror
from knowledge.visit_sheet.sheets import VisitSheets


@dataclass(frozen=True)
class Guide:
    """The opened knowledge: content, replies, trials, and fit checks."""

    engine: Engine
    curated: CuratedStore
    composer: Composer
    replies: ReplyStore
    trial_replies: TrialReplies
    fit_checks: FitChecks
    fit_replies: FitReplies
    visit_sheets: VisitSheets
    sheet_replies: SheetReplies
    registry: RegistryClient
    mirror: Mirror
    #: The registry is a replay of recorded data.
    recorded: bool


@lru_cache(maxsize=1)
def guide() -> Guide:
    """Open the knowledge as the settings say, loading the content files into the store.

    Raises ContentInvalid where the content files can't be read, CannotMove where an earlier
    version's rows can't be taken over.
    """
    settings = knowledge_settings()
    engine = open_engine(settings.database_url)
    create_tables(engine)
    load(engine, read_content())
    curated = CuratedStore(engine)
    composer = Composer(curated.content, reviewed_only=settings.reviewed_only)
    registry = RegistryClient(settings.registry_url)
    replies = ReplyStore(engine)
    names = {id_: c.registry + c.mesh for id_, c in curated.content().conditions.items()}
    return Guide(
        engine=engine,
        curated=curated,
        composer=composer,
        replies=replies,
        trial_replies=TrialReplies(composer, settings.recorded),
        fit_checks=FitChecks(engine),
        fit_replies=FitReplies(composer, settings.recorded),
        visit_sheets=VisitSheets(
            engine, curated.content, composer, replies, settings.recorded, settings.reviewed_only
        ),
        sheet_replies=SheetReplies(composer),
        registry=registry,
        mirror=Mirror(engine, registry, names),
        recorded=settings.recorded,
    )
