"""Replies about the visit sheet: what can go on it, what is on it, and that it is ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from knowledge.curated.content import Paragraph
from knowledge.replies.compose import Composer
from knowledge.replies.reply import Choice, Reply, choice_value
from knowledge.replies.setting import Named, Setting
from knowledge.replies.trial_words import TrialWords
from knowledge.visit_sheet.choices import ALL, NOT, PARTS, PICK, TRIALS, UNPICK, Chosen
from knowledge.visit_sheet.discussed import Discussed

TOPIC = "doctor_summary"
#: How a client gets the sheet: contract.md's `format` values.
FORMATS = ("html", "pdf", "json")
#: Longest title of a trial on a button, in characters.
_TITLE = 60


class SheetReplies:
    """Writes the replies about the sheet, and hands them to the composer."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._words = TrialWords(composer, recorded=False)

    def offer(
        self, chosen: Chosen, seen: Discussed, setting: Setting, named: Named | None
    ) -> Reply:
        """What a sheet is, how long it is kept, what is on it, and what can be put on it."""
        reply = self._composer.answer(TOPIC, setting, named)
        return self._with_choices(reply, chosen, seen, setting)

    def status(
        self, chosen: Chosen, seen: Discussed, setting: Setting, named: Named | None
    ) -> Reply:
        """What is on the sheet now."""
        lines = ["\n".join(self._has(chosen, seen, setting))]
        if "marks" in chosen.parts:
            lines.append(self._say("sheet_marks_warning", setting))
        if not chosen.empty:
            lines.append(self._say("sheet_ready", setting))
        if not seen.trials:
            lines.append(self._say("sheet_no_trials", setting))
        reply = self._composer.inform(
            "answer", TOPIC, [Paragraph(line) for line in lines], setting, named
        )
        return self._with_choices(reply, chosen, seen, setting)

    def pick(self, chosen: Chosen, seen: Discussed, setting: Setting, named: Named | None) -> Reply:
        """Ask which of the trials to add."""
        left = [id_ for id_ in seen.trials if id_ not in chosen.trials]
        return self._which("sheet_picking", "", left, seen, setting, named)

    def unpick(
        self, chosen: Chosen, seen: Discussed, setting: Setting, named: Named | None
    ) -> Reply:
        """Ask which of the trials to take out."""
        return self._which("sheet_unpicking", NOT, chosen.trials, seen, setting, named)

    # -- pieces

    def _which(
        self,
        phrase: str,
        before: str,
        ids: Sequence[str],
        seen: Discussed,
        setting: Setting,
        named: Named | None,
    ) -> Reply:
        asked = [Paragraph(self._say(phrase, setting))]
        reply = self._composer.inform("question", TOPIC, asked, setting, named)
        trials = [(id_, seen.trials.get(id_)) for id_ in ids]
        choices = [
            Choice(
                _short(f"{id_}: {trial.title}" if trial and trial.title else id_),
                _value(before + id_),
            )
            for id_, trial in trials
        ]
        return replace(reply, choices=choices)

    def _has(self, chosen: Chosen, seen: Discussed, setting: Setting) -> Iterator[str]:
        if chosen.empty:
            yield self._say("sheet_nothing_yet", setting)
            return
        yield self._say("sheet_has", setting)
        for id_ in chosen.trials:
            trial = seen.trials.get(id_)
            yield f"- {id_}: {trial.title}" if trial and trial.title else f"- {id_}"
        for part in chosen.parts:
            yield f"- {self._say(f'sheet_has_{part}', setting)}"

    def _with_choices(
        self, reply: Reply, chosen: Chosen, seen: Discussed, setting: Setting
    ) -> Reply:
        choices = [*self._add(chosen, seen, setting), *self._drop(chosen, setting)]
        if not seen.trials:
            choices += self._composer.choices(["find_trials"], setting)
        sheet = None if chosen.empty else {"formats": list(FORMATS)}
        return replace(reply, choices=choices, sheet=sheet)

    def _add(self, chosen: Chosen, seen: Discussed, setting: Setting) -> Iterator[Choice]:
        left = [id_ for id_ in seen.trials if id_ not in chosen.trials]
        if chosen.empty and seen.trials:
            yield Choice(self._say("sheet_add_all", setting), _value(ALL))
        if len(left) == 1:
            yield Choice(self._say("sheet_add_trial", setting, nct_id=left[0]), _value(left[0]))
        elif left:
            said = self._say("sheet_add_trials", setting, count=len(left))
            yield Choice(said, _value(TRIALS))
            yield Choice(self._say("sheet_pick", setting), _value(PICK))
        for part in PARTS:
            if part not in chosen.parts and (part != "marks" or seen.marks):
                yield Choice(self._say(f"sheet_add_{part}", setting), _value(part))

    def _drop(self, chosen: Chosen, setting: Setting) -> Iterator[Choice]:
        for part in chosen.parts:
            yield Choice(self._say(f"sheet_drop_{part}", setting), _value(NOT + part))
        if len(chosen.trials) > 1:
            yield Choice(self._say("sheet_unpick", setting), _value(UNPICK))
        for id_ in chosen.trials if len(chosen.trials) == 1 else ():
            yield Choice(self._say("sheet_drop_trial", setting, nct_id=id_), _value(NOT + id_))

    def _say(self, phrase: str, setting: Setting, **words: object) -> str:
        return self._words.say(phrase, setting, **words)


def _value(value: str) -> str:
    return f"{choice_value(TOPIC)}?sheet={value}"


def _short(text: str) -> str:
    return text if len(text) <= _TITLE else text[:_TITLE].rsplit(" ", 1)[0] + " …"
