"""Settings of the knowledge layer, from the environment (or `.env`)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dotenv import load_dotenv

PROJECT = Path(__file__).resolve().parent.parent
VAR = PROJECT / "var"

load_dotenv(PROJECT / ".env")


@dataclass(frozen=True)
class KnowledgeSettings:
    """What `knowledge` needs to know of its deployment.

    database_url: SQLAlchemy URL of content, trials, replies and review queue.
    registry_url: base address of the ClinicalTrials.gov v2 API, without a final slash.
    recorded: the registry is a replay of recorded data; every listing says so.
    reviewed_only: serve only content that a named clinician has reviewed.
    clinics_file: YAML file of the clinics that embed us; empty for the demo clinic alone.
    """

    database_url: str
    registry_url: str
    recorded: bool
    reviewed_only: bool
    clinics_file: str


def knowledge_settings() -> KnowledgeSettings:
    """Read the settings now, so that a test or a deployment can change them."""
    recorded = os.environ.get("REGISTRY", "").lower() == "replay"
    # Recorded data never mix with what was fetched from the registry.
    name = "replay.sqlite" if recorded else "knowledge.sqlite"
    return KnowledgeSettings(
        database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / name}",
        registry_url=(os.environ.get("REGISTRY_URL") or "https://clinicaltrials.gov/api/v2").rstrip(
            "/"
        ),
        recorded=recorded,
        reviewed_only=os.environ.get("REVIEWED_ONLY", "").lower() in {"1", "true", "yes"},
        clinics_file=os.environ.get("CLINICS_FILE", ""),
    )


#: Locales that replies may be written in; the contract's unknown locale is English.
LOCALES = ("en", "es")
