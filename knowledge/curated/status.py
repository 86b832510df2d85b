"""Whether CAR-T is experimental for a disease in a country, as the sentence that replies owe.

The facts are rows of `content/status.yml`: one for each product, disease and jurisdiction.
"""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.curated.content import Content, ProductStatus
from knowledge.curated.safety_lines import EUROPEAN_UNION

#: A row's value that stands for all.
ANY = "any"
APPROVED, APPROVED_SOMEWHERE = "approved", "approved_somewhere"
#: What the wording may leave to be filled in.
PLACEHOLDERS = frozenset({"{condition}", "{jurisdiction}", "{product}"})


def status_sentence(
    content: Content,
    condition: str | None,
    country: str | None,
    locale: str,
    name: str | None = None,
) -> str:
    """The sentence for a disease in a country.

    condition: a condition id, "other", or None where nobody has named a disease. country: ISO
    3166-1 alpha-2, None where it is not known. name: how to call the disease within a sentence;
    by default as `conditions.yml` calls it.
    """
    rows = _closest(content.status, condition, country)
    status = rows[0].status
    if country is None and (approvals := _approvals(content.status, condition)):
        rows, status = approvals, APPROVED_SOMEWHERE
    known = content.conditions.get(condition or "")
    if name is None or condition is None:
        texts = known.name if known else content.status_wording["unnamed"]
        name = texts.get(locale, texts["en"])
    said = _worded(content, status, locale, name, rows)
    if known and not known.autoimmune:
        added = _worded(content, "not_autoimmune", locale, name, rows)
        said = f"{said} {added[0].upper()}{added[1:]}"
    return said


def covers(jurisdiction: str, country: str | None) -> bool:
    """Whether what holds in a jurisdiction holds in a country (alpha-2, or None for not known)."""
    if jurisdiction == "EU":
        return country in EUROPEAN_UNION
    return jurisdiction in (ANY, country)


def _closest(
    rows: Iterable[ProductStatus], condition: str | None, country: str | None
) -> list[ProductStatus]:
    """The rows that fit most closely: of the disease before any, of the country before any."""
    fitting = [
        row
        for row in rows
        if row.condition in (ANY, condition) and covers(row.jurisdiction, country)
    ]
    best = max(_closeness(row) for row in fitting)
    return [row for row in fitting if _closeness(row) == best]


def _closeness(row: ProductStatus) -> tuple[bool, bool, bool]:
    return row.status == APPROVED, row.condition != ANY, row.jurisdiction != ANY


def _approvals(rows: Iterable[ProductStatus], condition: str | None) -> list[ProductStatus]:
    return [row for row in rows if row.condition == condition and row.status == APPROVED]


def _worded(
    content: Content, status: str, locale: str, name: str, rows: list[ProductStatus]
) -> str:
    texts = content.status_wording[status]
    places = [content.jurisdictions.get(row.jurisdiction, {}) for row in rows]
    products = dict.fromkeys(row.product for row in rows)
    return (
        texts.get(locale, texts["en"])
        .replace("{condition}", name)
        .replace("{product}", ", ".join(products))
        .replace(
            "{jurisdiction}",
            ", ".join(dict.fromkeys(each[locale] for each in places if locale in each)),
        )
    )
