"""Put a visit sheet together: what was chosen, what the chat showed, the records, the content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from knowledge.curated.content import Content, Source, VisitQuestion
from knowledge.places import country_code, place
from knowledge.replies.setting import Setting
from knowledge.replies.trial_words import TrialWords
from knowledge.replies.wording import contact, day, iso_day
from knowledge.trials.cards import STUDY_URL, card
from knowledge.trials.records import readable
from knowledge.visit_sheet.choices import Chosen
from knowledge.visit_sheet.discussed import Discussed, Seen
from knowledge.visit_sheet.records import Record
from knowledge.visit_sheet.sheet import (
    Fact,
    MarkGroup,
    QuestionArea,
    Quote,
    Sheet,
    SheetMark,
    SheetQuestion,
    SheetSource,
    SheetTrial,
)

#: What is to be asked comes first: it is the agenda of the visit.
VERDICTS = ("ask", "may_not_fit", "fits")
#: Criteria quoted beneath one question, for each trial.
_MOST_QUOTES = 2


@dataclass(frozen=True)
class Material:
    """What a sheet is built from. checked: when the mirror was checked, as a sentence, and ISO.

    background: whether what is said of the therapy may be shown (reviewed enough, not too old).
    owed: the experimental and the specialist sentence.
    """

    chosen: Chosen
    seen: Discussed
    records: Mapping[str, Record]
    content: Content
    checked: tuple[str, str]
    background: bool
    owed: Sequence[str]


def build(material: Material, words: TrialWords, setting: Setting, today: date) -> Sheet:
    """The sheet. It holds what was chosen, and nothing else that the chat knows."""
    return _Builder(material, words, setting, today).sheet()


class _Builder:
    def __init__(
        self, material: Material, words: TrialWords, setting: Setting, today: date
    ) -> None:
        self._material = material
        self._words = words
        self._setting = setting
        self._today = today
        self._sources: dict[str, SheetSource] = {}
        chosen = material.chosen.trials
        self._trials = {id_: material.seen.trials.get(id_) or Seen(id_) for id_ in chosen}

    def sheet(self) -> Sheet:
        parts = self._material.chosen.parts
        content = self._material.content.visit_sheet
        trials = [self._trial(seen) for seen in self._trials.values()]
        areas = self._areas(content.questions) if "questions" in parts else []
        locale = self._setting.locale
        return Sheet(
            locale=locale,
            made_on=self._today,
            title=self._say("sheet_title"),
            opening=list(self._opening(bool(areas))),
            owed=[*self._material.owed, self._say("sheet_only_team")],
            trials=[trial for trial in trials if trial is not None],
            areas=areas,
            notes=[note[locale] for note in content.notes] if "notes" in parts else [],
            sources=list(self._sources.values()),
            labels={
                name.removeprefix("sheet_"): self._say(name)
                for name in self._material.content.phrases
                if name.startswith("sheet_")
            },
        )

    def _opening(self, with_questions: bool) -> Iterator[str]:
        yield self._say("sheet_made", date=day(self._today, self._setting.locale))
        yield self._say("sheet_not_report")
        review = self._material.content.visit_sheet.review.of(self._setting.locale).shown()
        if with_questions and review["status"] == "reviewed":
            yield self._say("sheet_reviewed", by=review["by"], on=review["on"])
        elif with_questions:
            yield self._say("sheet_draft")

    # -- trials

    def _trial(self, seen: Seen) -> SheetTrial | None:
        record = self._material.records.get(seen.nct_id)
        shown = seen.card or (card(record.trial, None) if record else None)
        if shown is None:
            return None  # gone from the registry since, and never shown as a card
        checked, at = self._checked(seen)
        url = STUDY_URL.format(seen.nct_id)
        self._source(
            url,
            f"ClinicalTrials.gov, {seen.nct_id}",
            "U.S. National Library of Medicine",
            url,
            str(shown.get("last_update") or ""),
            at[:10],
        )
        groups = self._marks(seen.nct_id) if "marks" in self._material.chosen.parts else []
        on = self._material.seen.marked_on
        note = self._say("sheet_marks_note", date=day(on, self._setting.locale)) if on else ""
        return SheetTrial(
            nct_id=seen.nct_id,
            title=str(shown["title"]),
            url=url,
            facts=[fact for fact in self._facts(shown, record) if fact.text],
            checked=checked,
            marks_note=note if groups else None,
            marks=groups,
        )

    def _checked(self, seen: Seen) -> tuple[str, str]:
        if seen.checked_at is None:
            return self._material.checked
        said = self._words.checked(seen.checked_at, seen.live, False, self._setting)
        return said, seen.checked_at

    def _facts(self, shown: Mapping[str, Any], record: Record | None) -> Iterator[Fact]:
        status = str(shown["status"])
        meaning = f"status_{status}"
        meant = self._say(meaning if self._words.has(meaning) else "status_other")
        yield self._fact("status", f"{self._words.status(status, self._setting)}: {meant}")
        yield self._fact("phase", self._phase(shown.get("phases") or []))
        if record:
            given = [name for _, name in record.trial.interventions if name]
            yield self._fact("given", ", ".join(given), english=True)
            yield self._fact("design", self._design(record))
        who = self._words.ages(dict(shown), self._setting)
        who += self._words.sex(dict(shown), self._setting)
        yield self._fact("ages", who.strip(" ."))
        yield self._fact("sponsor", shown.get("sponsor") or "", english=True)
        if site := shown.get("nearest_site"):
            # Where the site is, distances are told as people there count them.
            country = place(f"country/{country_code(site.get('country') or '')}")
            yield self._fact("site", self._words.site(site, self._setting, country))
        yield self._fact("contact", contact(shown.get("contact")), english=True)
        if updated := shown.get("last_update"):
            yield self._fact("updated", iso_day(updated, self._setting.locale))

    def _fact(self, name: str, text: str, english: bool = False) -> Fact:
        return Fact(name, self._say(f"sheet_{name}"), text, english)

    def _phase(self, listed: list[str]) -> str:
        shown = self._words.phases(listed, self._setting)
        if not shown:
            return self._say("phase_none")
        meanings = [self._say(f"phase_means_{each}") for each in listed if each != "NA"]
        return f"{shown}: {'; '.join(meanings)}"

    def _design(self, record: Record) -> str:
        design = record.design
        named = {
            "sheet_one_group": design.groups == "one",
            "sheet_several_groups": design.groups == "several" and not design.randomised,
            "sheet_randomised": design.randomised,
            "sheet_placebo": design.placebo,
            "sheet_masked": design.masked is True,
            "sheet_not_masked": design.masked is False,
        }
        told = ", ".join(self._say(phrase) for phrase, holds in named.items() if holds)
        return told[:1].upper() + told[1:]

    def _marks(self, nct_id: str) -> list[MarkGroup]:
        # What is about the same thing stands together.
        seen = self._material.seen.marks.get(nct_id, ())
        areas = list(dict.fromkeys(row["category"] for row in seen))
        rows = sorted(seen, key=lambda row: areas.index(row["category"]))
        groups = [
            MarkGroup(
                verdict,
                self._say(f"sheet_{verdict}"),
                [self._mark(row) for row in rows if row["verdict"] == verdict],
            )
            for verdict in VERDICTS
        ]
        return [group for group in groups if group.marks]

    def _mark(self, row: Mapping[str, Any]) -> SheetMark:
        return SheetMark(
            quote=row["text"],
            words=readable(row["text"]),
            start=row["start"],
            kind=row["kind"],
            kind_said=self._say(f"sheet_{row['kind']}"),
            area=self._say(f"category_{row['category']}"),
            why=row["why"],
        )

    # -- questions

    def _areas(self, questions: Iterable[VisitQuestion]) -> list[QuestionArea]:
        areas: dict[str, list[SheetQuestion]] = {}
        for question in questions:
            asked_for = [id_ for id_ in self._trials if self._asks(question, id_)]
            if question.when and not asked_for:
                continue
            areas.setdefault(question.area, []).append(self._question(question, asked_for))
        return [
            QuestionArea(id_, self._say(f"sheet_area_{id_}"), asked) for id_, asked in areas.items()
        ]

    def _question(self, question: VisitQuestion, asked_for: Sequence[str]) -> SheetQuestion:
        locale = self._setting.locale
        why = question.why.get(locale) if self._material.background else None
        return SheetQuestion(
            id=question.id,
            ask=question.ask[locale],
            why=why.text if why else "",
            sources=[self._curated(id_) for id_ in why.sources] if why else [],
            trials=asked_for if question.when else (),
            quotes=list(self._quotes(question.quote)),
        )

    def _asks(self, question: VisitQuestion, nct_id: str) -> bool:
        seen = self._trials[nct_id]
        record = self._material.records.get(nct_id)
        return all(_holds(name, wanted, seen, record) for name, wanted in question.when.items())

    def _quotes(self, categories: Sequence[str]) -> Iterator[Quote]:
        for nct_id in self._trials:
            record = self._material.records.get(nct_id)
            found = [
                criterion
                for criterion in (record.criteria if record else ())
                if criterion.category in categories and criterion.leaf
            ]
            for criterion in found[:_MOST_QUOTES]:
                yield Quote(nct_id, criterion.words)

    # -- sources

    def _curated(self, id_: str) -> int:
        source: Source = self._material.content.sources[id_]
        date_ = source.date if source.date[:1].isdigit() else ""
        read = source.checked.isoformat()
        return self._source(id_, source.title, source.publisher, source.url, date_, read)

    def _source(self, key: str, title: str, publisher: str, url: str, on: str, read: str) -> int:
        """Its number in the list, from 1 on. on: when it was published, "" where that is unsaid."""
        if key not in self._sources:
            locale = self._setting.locale
            told = [iso_day(on, locale)] if on else []
            told.append(self._say("sheet_read", date=iso_day(read, locale)))
            self._sources[key] = SheetSource(title, publisher, url, on, read, ", ".join(told))
        return list(self._sources).index(key) + 1

    def _say(self, phrase: str, **words: Any) -> str:
        return self._words.say(phrase, self._setting, **words)


def _holds(name: str, wanted: Any, seen: Seen, record: Record | None) -> bool:
    """Whether a trial has what a question's `when` names. What is not known does not hold."""
    if name == "far_km":
        site = (seen.card or {}).get("nearest_site") or {}
        return bool((site.get("distance_km") or 0) >= wanted)
    if name == "phase":
        listed = (seen.card or {}).get("phases") or (record.trial.phases if record else ())
        return bool(set(wanted) & set(listed))
    if record is None:
        return name == "groups" and wanted == "unsaid"
    if name == "cells":
        return bool(set(wanted) & record.cells)
    if name == "criteria":
        return any(criterion.category in wanted for criterion in record.criteria)
    return bool(getattr(record.design, name) == wanted)
