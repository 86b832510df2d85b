"""The words that every reply is made of: phrases, names, and the two sentences that are owed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from knowledge.curated.content import Answer, Content
from knowledge.curated.status import status_sentence
from knowledge.replies.reply import Choice, choice_value
from knowledge.replies.setting import Named, Setting
from knowledge.replies.wording import contracted


class Words:
    """Words of the curated content, in the person's language.

    content: gives the content now in force.
    """

    def __init__(self, content: Callable[[], Content]) -> None:
        self._content = content

    def phrase(self, name: str, locale: str) -> str:
        """A sentence of `phrases.yml`, in English where the locale has none."""
        texts: Mapping[str, str] = self._content().phrases[name]
        return texts.get(locale, texts["en"])

    def condition_name(self, named: Named | None, locale: str) -> str:
        """How to call a condition within a sentence."""
        condition = self._content().conditions.get(named.id) if named else None
        if condition:
            return condition.name.get(locale, condition.name["en"])
        if named and named.name:
            for disease in self._content().diseases:
                if disease.name["en"] == named.name:
                    return disease.name.get(locale, named.name)
        return self.phrase("your_condition", locale)

    def other_name(self, named: Named | None, setting: Setting) -> str | None:
        """What the reply calls a disease that is none of ours."""
        other = named is not None and named.id == "other"
        return self.condition_name(named, setting.locale) if other else None

    def choices(
        self, topics: Sequence[str], setting: Setting, named: Named | None = None
    ) -> list[Choice]:
        """Topics as buttons, keeping the condition in mind; unknown ones are left out."""
        condition = named.id if named and named.id != "other" else None
        known = self._content().topics
        return [
            Choice(
                known[each].title.get(setting.locale, known[each].title["en"]),
                choice_value(each, condition),
            )
            for each in dict.fromkeys(topics)
            if each in known
        ]

    def filled(self, text: str, setting: Setting, named: Named | None = None) -> str:
        """A sentence with its gaps filled: {condition}, {specialist}, {clinic}."""
        locale = setting.locale
        filled = (
            text.replace("{condition}", self.condition_name(named, locale))
            .replace("{specialist}", self.specialist_role(named, locale))
            .replace("{clinic}", setting.clinic.called(locale))
        )
        return contracted(filled, locale)

    def specialist_role(self, named: Named | None, locale: str) -> str:
        """Who treats a condition."""
        condition = self._content().conditions.get(named.id) if named else None
        if condition:
            return condition.specialist.get(locale, condition.specialist["en"])
        return self.phrase("other_specialist" if named else "any_specialist", locale)

    def specialist(self, named: Named | None, setting: Setting) -> dict[str, str]:
        """The specialist's role, and the sentence that sends the person there."""
        known = named is not None and named.id in self._content().conditions
        phrase = "specialist" if known else "specialist_other" if named else "specialist_unknown"
        return {
            "role": self.specialist_role(named, setting.locale),
            "text": self.filled(self.phrase(phrase, setting.locale), setting, named),
        }

    def experimental(self, named: Named | None, setting: Setting) -> str:
        """The sentence that the therapy is experimental, as it stands in the person's country."""
        return status_sentence(
            self._content(),
            named.id if named else None,
            setting.country or setting.clinic.country,
            setting.locale,
            self.condition_name(named, setting.locale),
        )

    def evidence(self, answer: Answer, locale: str) -> dict[str, str] | None:
        """The grade of an answer's evidence, None where it has none."""
        if answer.evidence is None:
            return None
        return {
            "level": answer.evidence,
            "label": self.phrase(f"evidence_{answer.evidence}", locale),
        }

    def owed(self, named: Named | None, setting: Setting) -> list[str]:
        """The sentence that it is experimental, and the one that names the specialist."""
        return [self.experimental(named, setting), self.specialist(named, setting)["text"]]

    def language_note(self, setting: Setting) -> str:
        """The line that the text is in English, in the message's own language; or nothing."""
        if setting.language in (None, setting.locale, "en"):
            return ""
        return self._content().phrases["full_text_in_english"].get(setting.language or "", "")
