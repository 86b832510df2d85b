"""The Rasa server with our channel only, on the settings' address; no HTTP API."""

from __future__ import annotations

import logging
import os
import sys

from bot.models import ModelUnusable, current, verified_path
from bot.settings import service_settings
from knowledge.settings import PROJECT


def main() -> int:
    """Serve the current model until stopped. Returns 1 where there is none to serve."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    settings = service_settings()
    try:
        model = verified_path(current())
    except ModelUnusable as error:
        print(error, file=sys.stderr)
        return 1

    import rasa.core.run
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    # At DEBUG Rasa logs every message in clear: never below WARNING here.
    configure_structlog(logging.WARNING)
    configure_logging_and_warnings(log_level=logging.WARNING)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    endpoints = AvailableEndpoints.read_endpoints(str(PROJECT / "endpoints.yml"))
    endpoints.action.url = f"http://127.0.0.1:{settings.action_port}/webhook"
    rasa.core.run.serve_application(
        str(model),
        interface=settings.host,
        port=settings.port,
        credentials=str(PROJECT / "credentials.yml"),
        endpoints=endpoints,
        enable_api=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
