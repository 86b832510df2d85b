"""Replies of the fit check: a plain question, and how the trials' criteria stand. No verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from knowledge.curated.content import Paragraph
from knowledge.eligibility.questions import Question, questions
from knowledge.fit_check.checks import FitCheck
from knowledge.fit_check.result import Marked, TrialResult, as_criteria, results
from knowledge.replies.compose import Composer
from knowledge.replies.reply import Choice, Reply
from knowledge.replies.setting import Named, Setting
from knowledge.replies.trial_words import TrialWords, registry_source
from knowledge.replies.wording import number
from knowledge.trials.cards import STUDY_URL
from knowledge.trials.checked import Checked

#: What a button of the fit check sends: "fit/" and one of these, or an option's value.
FIT = "fit/"
STEPS = ("result", "stop")
_TOPIC = "am_i_eligible"
_REGISTRY = "https://clinicaltrials.gov/"
_ADULT = 18
#: Longest quote of a criterion in a reply's text, in characters; `criteria` holds it whole.
_QUOTE = 220
#: How a question comes: in its turn, after something else was talked about, after an answer that
#: could not be read, or after an earlier answer was corrected.
Manner = Literal["next", "back", "unclear", "noted"]


class FitReplies:
    """Writes the fit check's replies, and hands them to the composer."""

    def __init__(self, composer: Composer, recorded: bool) -> None:
        self._composer = composer
        self._words = TrialWords(composer, recorded)

    def which_condition(self, setting: Setting) -> Reply:
        """Ask what the trials should be about."""
        return self._question(["fit_which_condition"], setting)

    def nothing_to_check(
        self,
        setting: Setting,
        named: Named | None,
        cards: Sequence[Mapping[str, Any]],
        checked: Checked | None,
    ) -> Reply:
        """Say that no trial's rules can be gone through, and what there is instead.

        cards: the open trials for the condition, whose records hold no rules in words. checked:
        None where the registry was never seen, so that nobody knows what is open.
        """
        condition = self._words.condition(named, setting)
        phrase = "fit_no_rules" if cards else "fit_nothing_open" if checked else "registry_unseen"
        lines = [
            self._words.say(phrase, setting, number=len(cards), condition=condition, url=_REGISTRY)
        ]
        lines += [self._ages(cards, setting)] if cards else []
        lines += self._checked(checked, setting)
        topics = ["find_trials", "how_to_join", "who_can_join"]
        return self._composer.inform(
            "fit",
            _TOPIC,
            [Paragraph(line) for line in lines if line],
            setting,
            named,
            sources=registry_source(checked.at if checked else None, _REGISTRY),
            choices=self._composer.choices(topics, setting, named),
        )

    def question(
        self, check: FitCheck, setting: Setting, named: Named | None, manner: Manner = "next"
    ) -> Reply:
        """The question now asked.

        Raises LookupError where nothing is asked.
        """
        if check.asking is None:
            raise LookupError("the fit check asks nothing")
        asked = questions()[check.asking]
        locale = setting.locale
        lines = [asked.ask[locale], self._words.say("fit_why", setting, why=asked.why[locale])]
        if manner != "next":
            lines = [f"{self._words.say(f'fit_{manner}', setting)} {lines[0]}"]
            if manner == "unclear":
                lines.append(self._words.say(f"fit_say_{asked.type}", setting))
        elif not check.facts and not check.skipped:
            lines = [self._beginning(check, setting, named), *lines]
            lines.append(self._words.say("fit_how", setting))
        reply = self._composer.inform(
            "question", _TOPIC, [Paragraph(line) for line in lines], setting, named
        )
        return replace(reply, choices=self._choices(asked, setting))

    def result(
        self, check: FitCheck, setting: Setting, named: Named | None, checked: Checked | None
    ) -> Reply:
        """How each criterion of each trial stands."""
        found = results(check)
        lines = [self._words.say("fit_result_intro", setting)]
        lines += [self._trial(result, setting) for result in found]
        lines += self._checked(checked, setting)
        lines += [self._words.say(name, setting) for name in ("fit_deleted", "fit_sheet")]
        reply = self._composer.inform(
            "fit",
            _TOPIC,
            [Paragraph(line) for line in lines],
            setting,
            named,
            sources=_sources(found, checked),
            choices=self._composer.choices(
                ["doctor_summary", "how_to_join", "questions_to_ask"], setting, named
            ),
        )
        return replace(
            reply, criteria=[row for each in found for row in as_criteria(each, setting.locale)]
        )

    def stopped(self, setting: Setting, named: Named | None) -> Reply:
        """The check ends without a result."""
        choices = self._composer.choices(["find_trials", "who_can_join"], setting, named)
        paragraph = Paragraph(self._words.say("fit_stopped", setting))
        return self._composer.inform("fit", _TOPIC, [paragraph], setting, named, choices=choices)

    # -- pieces

    def _checked(self, checked: Checked | None, setting: Setting) -> list[str]:
        if checked is None:
            return []
        return [self._words.checked(checked.at, checked.live, checked.bundled, setting)]

    def _ages(self, cards: Sequence[Mapping[str, Any]], setting: Setting) -> str:
        """What the records say of ages, the one rule that they hold as a number."""
        lows = [low for card in cards if (low := card.get("min_age_years")) is not None]
        highs = [high for card in cards if (high := card.get("max_age_years")) is not None]
        lines = []
        if lows:
            lowest = number(min(lows), setting.locale)
            count = sum(low >= _ADULT for low in lows)
            words = {"adults": count, "number": len(cards), "lowest": lowest}
            lines.append(self._words.say("fit_ages_from", setting, **words))
        if highs:
            least, most = (number(age, setting.locale) for age in (min(highs), max(highs)))
            words = {"count": len(highs), "least": least, "most": most}
            lines.append(self._words.say("fit_ages_to", setting, **words))
        return " ".join([*lines, self._words.say("fit_ages_ask", setting)])

    def _question(self, phrases: Sequence[str], setting: Setting) -> Reply:
        paragraphs = [Paragraph(self._words.say(phrase, setting)) for phrase in phrases]
        return self._composer.inform("question", _TOPIC, paragraphs, setting)

    def _beginning(self, check: FitCheck, setting: Setting, named: Named | None) -> str:
        phrase = "fit_begins_one" if len(check.trials) == 1 else "fit_begins"
        condition = self._words.condition(named, setting)
        return self._words.say(phrase, setting, number=len(check.trials), condition=condition)

    def _choices(self, asked: Question, setting: Setting) -> list[Choice]:
        options = [Choice(o.label[setting.locale], FIT + o.value) for o in asked.options]
        named = ["yes", "no"] if asked.type == "yes_no" else []
        named += ["unknown", "declined"]
        steps = [Choice(self._words.say(f"fit_{each}", setting), FIT + each) for each in named]
        ends = {"result": "fit_show", "stop": "fit_stop"}
        last = [Choice(self._words.say(ends[each], setting), FIT + each) for each in STEPS]
        return [*options, *steps, *last]

    def _trial(self, result: TrialResult, setting: Setting) -> str:
        trial = result.trial
        lines = [self._words.say("fit_trial", setting, title=trial.title, nct_id=trial.nct_id)]
        lines += ["- " + self._against(each, setting) for each in result.of("may_not_fit")]
        for verdict, phrase in (("fits", "fit_in_line"), ("ask", "fit_to_ask")):
            areas = self._areas(result.of(verdict), setting)
            if areas:
                lines.append("- " + self._words.say(phrase, setting, areas=areas))
        return "\n".join(lines)

    def _against(self, marked: Marked, setting: Setting) -> str:
        quote = marked.criterion.words
        if len(quote) > _QUOTE:
            quote = quote[:_QUOTE].rsplit(" ", 1)[0] + " …"
        why = marked.mark.why[setting.locale]
        return self._words.say("fit_may_not", setting, quote=quote, why=why)

    def _areas(self, marked: Sequence[Marked], setting: Setting) -> str:
        categories = dict.fromkeys(each.criterion.category for each in marked)
        return ", ".join(self._words.say(f"category_{each}", setting) for each in categories)


def _sources(found: Sequence[TrialResult], checked: Checked | None) -> list[dict[str, str]]:
    url = STUDY_URL.format(found[0].trial.nct_id)
    return registry_source(checked.at if checked else None, url)
