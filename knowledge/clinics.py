"""The clinics that embed the widget, from the file that `CLINICS_FILE` names.

```yaml
riverside:
  name: Riverside Immunology                 # or by language: {en: ..., es: ...}
  origins: [https://www.riverside.example]   # sites that may embed it
  country: US                                # its patients' country, if it is one
```
The clinic `demo` is always there. Its origins are any, since it holds nobody's patients.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from knowledge.curated.content import Clinic
from knowledge.settings import PROJECT, knowledge_settings

DEMO = Clinic(
    "demo",
    "Riverside Immunology Clinic (a made-up example)",
    names={"es": "Riverside Immunology Clinic (un ejemplo inventado)"},
)


class ClinicsFileInvalid(ValueError):
    """The clinics file can't be used; the message says why."""


@lru_cache(maxsize=4)
def _clinics(path: str) -> dict[str, Clinic]:
    found = {DEMO.id: DEMO}
    if not path:
        return found
    try:
        loaded = yaml.safe_load((PROJECT / Path(path)).read_text(encoding="utf-8")) or {}
        for id_, row in loaded.items():
            names = row["name"] if isinstance(row["name"], dict) else {"en": row["name"]}
            found[str(id_)] = Clinic(
                str(id_), names["en"], tuple(row.get("origins", ())), row.get("country"), names
            )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ClinicsFileInvalid(f"CLINICS_FILE ({path}): {error}") from error
    return found


def clinic(id_: str) -> Clinic | None:
    """The clinic of that id, None for an unknown one. Raises ClinicsFileInvalid."""
    return _clinics(knowledge_settings().clinics_file).get(id_)


def clinic_named(id_: str | None) -> Clinic:
    """As `clinic`, but the demo clinic where there is none of that id."""
    return (clinic(id_) if id_ else None) or DEMO
