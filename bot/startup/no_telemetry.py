"""Send no usage data: Rasa would, from every command, and this guide is told private things.

`scripts/install` lets it load with the environment, so that plain `rasa train`, `rasa test` and
`rasa shell` send none either. They could not even start otherwise: Rasa 3.6.21 begins its error
reports with options that the sentry-sdk of today no longer knows.
"""

from __future__ import annotations

import os

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
