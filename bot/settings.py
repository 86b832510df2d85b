"""Settings of the running service, from the environment (or `.env`)."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from knowledge.settings import PROJECT, VAR

#: Trained models, and which of them is served; MODELS_PATH puts them elsewhere, on a volume say.
MODELS = Path(os.environ.get("MODELS_PATH") or PROJECT / "models")
#: Sessions, their tokens and all that belongs to them live this long, in seconds.
SESSION_SECONDS = 24 * 3600
#: A turn that takes longer is answered with a safe reply instead.
TURN_SECONDS = 8.0
#: Longest message, in Unicode code points; largest request body, in bytes.
MAX_CHARACTERS = 2000
MAX_BODY_BYTES = 32 * 1024

_MIN_SECRET = 32


class SettingInvalid(ValueError):
    """A setting can't be used; the message says which and how to mend it."""


@dataclass(frozen=True)
class ServiceSettings:
    """port, host: where the service listens. action_port: the action server, on loopback.

    tracker_url: SQLAlchemy URL of Rasa's conversations. secret_key: signs session tokens.
    rate_limit: limits on or off (off for load tests). redis_url: empty for in-process locks.
    production: demands a secret of its own.
    """

    host: str
    port: int
    action_port: int
    tracker_url: str
    secret_key: str
    rate_limit: bool
    redis_url: str
    production: bool


def service_settings() -> ServiceSettings:
    """Read the settings now. Raises SettingInvalid."""
    production = os.environ.get("ENVIRONMENT", "").lower() == "production"
    port = _port("PORT", 5005)
    return ServiceSettings(
        host=os.environ.get("HOST") or "127.0.0.1",
        port=port,
        action_port=_port("ACTION_PORT", port + 50),
        tracker_url=os.environ.get("TRACKER_DATABASE_URL") or f"sqlite:///{VAR / 'tracker.sqlite'}",
        secret_key=_secret_key(production),
        rate_limit=os.environ.get("RATE_LIMIT", "").lower() != "off",
        redis_url=os.environ.get("REDIS_URL", ""),
        production=production,
    )


def _port(name: str, default: int) -> int:
    raw = os.environ.get(name) or str(default)
    if not raw.isdecimal() or not 0 < int(raw) < 65536:
        raise SettingInvalid(f"{name} must be a port number between 1 and 65535, not '{raw}'")
    return int(raw)


def _secret_key(production: bool) -> str:
    key = os.environ.get("SECRET_KEY", "")
    if len(key) >= _MIN_SECRET:
        return key
    if key or production:
        raise SettingInvalid(
            f"SECRET_KEY must have at least {_MIN_SECRET} characters; make one with: "
            "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return _development_key(VAR / "secret_key")


def _development_key(path: Path) -> str:
    """A key made at the first run, so that sessions outlive a restart."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text().strip()
