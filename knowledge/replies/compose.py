"""The one place where replies are composed. No answer goes round it.

Whatever a reply is about, it leaves through `Composer._reply`, which adds the sentence that the
therapy is experimental and the sentence that names the specialist wherever they are owed, resolves
the sources, and refuses to let a reply out without them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from datetime import date

from knowledge.curated.content import Answer, Claim, Content, Paragraph, Topic
from knowledge.curated.freshness import Freshness, freshness
from knowledge.curated.safety_lines import country_card
from knowledge.replies.reply import KINDS_THAT_INFORM, Choice, Reply
from knowledge.replies.setting import Named, Setting
from knowledge.replies.terms import term_in
from knowledge.replies.wording import capitalised, day
from knowledge.replies.words import Words

#: Topics that are a safety card wherever they come from.
SAFETY_TOPICS = {"emergency": "emergency_general", "crisis": "crisis_self"}

#: Kinds of reply by topic or group, where it is not "answer".
_KIND_BY_TOPIC = {"out_of_scope": "fallback", "not_understood": "fallback"}
_KIND_BY_GROUP = {"conversation": "chat"}

#: What a person is offered when nothing better is known.
MENU = ("availability", "study_results", "side_effects", "find_trials")


class PromiseBroken(AssertionError):
    """A reply was about to leave without what every reply owes. Nothing is sent."""


class Composer(Words):
    """Composes replies from the curated content.

    content: gives the content now in force. today: gives today's date (for review dates).
    """

    def __init__(
        self,
        content: Callable[[], Content],
        today: Callable[[], date] = date.today,
        reviewed_only: bool = False,
    ) -> None:
        super().__init__(content)
        self._today = today
        self._reviewed_only = reviewed_only

    # -- answers from content

    def answer(
        self,
        topic_id: str,
        setting: Setting,
        named: Named | None = None,
        carried_over: bool = False,
    ) -> Reply:
        """The answer to a topic, for a condition where one was named.

        carried_over: the condition was named earlier, so the reply says it aloud.
        Raises LookupError for a topic that there is not.
        """
        if topic_id in SAFETY_TOPICS:
            return self.safety(SAFETY_TOPICS[topic_id], setting, named)
        topic = self._topic(topic_id)
        answer = self._answer_for(topic, named)
        trouble = self._why_not_served(topic, answer)
        if trouble or answer is None:
            return self._without_content(topic, setting, named, trouble or "no_content_yet")
        locale = self._locale(topic, answer.paragraphs, setting)
        body = [*self._english_only(locale, setting), *answer.paragraphs[locale]]
        if carried_over and named:
            body.insert(0, Paragraph(self.phrase("carried_over", setting.locale)))
        body += self._stale(answer, setting.locale)
        reply = self._reply(
            _KIND_BY_TOPIC.get(topic.id) or _KIND_BY_GROUP.get(topic.group, "answer"),
            topic,
            body,
            setting,
            named,
            choices=self.choices(topic.next, setting, named),
        )
        return replace(
            reply,
            locale=locale,
            evidence=self.evidence(answer, setting.locale),
            as_of=answer.as_of.isoformat(),
            review=topic.review.of(locale).shown(),
        )

    def term(self, text: str, setting: Setting, named: Named | None = None) -> Reply | None:
        """What the term in a question means, in plain words; None where we know none of them."""
        found = term_in(text, self._content().glossary)
        topic = self._topic("glossary_term")
        if found is None or topic.answer is None:
            return None
        if trouble := self._why_not_served(topic, topic.answer):
            return self._without_content(topic, setting, named, trouble)
        locale = self._locale(topic, found.text, setting)
        words = found.text[locale].strip()
        term = capitalised(found.term.get(locale, found.term["en"]))
        said = self.phrase("this_term", locale).replace("{term}", term)
        reply = self._reply(
            "answer",
            topic,
            [
                *self._english_only(locale, setting),
                Paragraph(full := said.replace("{text}", words), (Claim(full, found.sources),)),
                *self._stale(topic.answer, setting.locale),
            ],
            setting,
            named,
            choices=self.choices(topic.next, setting, named),
        )
        return replace(
            reply,
            locale=locale,
            as_of=topic.answer.as_of.isoformat(),
            review=topic.review.of(locale).shown(),
        )

    def _answer_for(self, topic: Topic, named: Named | None) -> Answer | None:
        if named and named.id in topic.variants:
            return topic.variants[named.id]
        return topic.answer

    def _why_not_served(self, topic: Topic, answer: Answer | None) -> str | None:
        if answer is None:
            return "no_content_yet"
        if freshness(answer, self._today()) is Freshness.WITHDRAWN:
            return "withdrawn"
        if self._reviewed_only and topic.review.status != "reviewed" and topic.about_therapy:
            return "not_reviewed_here"
        return None

    def _locale(self, topic: Topic, written: Container[str], setting: Setting) -> str:
        """The person's, where it is written, and reviewed where only that is served; or English."""
        wanted = setting.locale
        owed = self._reviewed_only and topic.about_therapy
        if owed and wanted not in topic.review.languages:
            return "en"
        return wanted if wanted in written else "en"

    def _english_only(self, locale: str, setting: Setting) -> list[Paragraph]:
        """The plain line above an answer that is in English for want of the person's language."""
        if locale == setting.locale:
            return []
        return [Paragraph(self.phrase("english_only", setting.locale))]

    def _stale(self, answer: Answer, locale: str) -> list[Paragraph]:
        """The plain line under an answer that is past its review date."""
        if freshness(answer, self._today()) is Freshness.CURRENT:
            return []
        stale = self.phrase("out_of_date", locale)
        return [Paragraph(stale.replace("{date}", day(answer.next_review, locale)))]

    def _without_content(
        self, topic: Topic, setting: Setting, named: Named | None, why: str
    ) -> Reply:
        others = [each for each in (*topic.next, *MENU) if each != topic.id]
        return self._reply(
            "fallback",
            topic,
            [Paragraph(self.phrase(why, setting.locale))],
            setting,
            named,
            choices=self.choices(others, setting, named)[:3],
            inform=topic.about_therapy,
        )

    # -- safety, asking back, small talk, failures

    def safety(self, card: str, setting: Setting, named: Named | None = None) -> Reply:
        """A safety card, in the language of the message where we have it.

        With the lines of the person's country, else of the clinic's, where we know them.
        """
        texts = self._content().cards[card]
        wanted = (setting.language, setting.locale, "en")
        locale = next(each for each in wanted if each and each in texts)
        country = setting.country or setting.clinic.country
        text = country_card(card, country, locale) or texts[locale]
        return Reply(
            id=_new_id(),
            kind="safety",
            topic="crisis" if card.startswith("crisis") else "emergency",
            text=text.strip(),
            locale=locale,
            condition=named.id if named else None,
        )

    def clarify(self, topics: Sequence[str], setting: Setting, named: Named | None = None) -> Reply:
        """Ask back: "did you mean one of these?"."""
        return self._spoken(
            "clarify",
            "not_understood",
            ["did_you_mean"],
            setting,
            self.choices(topics, setting, named),
            named,
        )

    def not_understood(
        self, setting: Setting, again: bool = False, named: Named | None = None
    ) -> Reply:
        """Say that we did not understand; a second time in a row with the menu and a person."""
        phrase = "not_understood_again" if again else "not_understood"
        menu = (*MENU, "which_specialist", "talk_to_human") if again else MENU[:3]
        choices = self.choices(menu, setting, named)
        return self._spoken("fallback", "not_understood", [phrase], setting, choices, named)

    def welcome(self, setting: Setting) -> Reply:
        """The first message of a session."""
        choices = self.choices(MENU, setting)
        return self._spoken("chat", "greet", ["welcome"], setting, choices)

    def say(self, topic: str, phrase: str, setting: Setting, choices: Sequence[str] = ()) -> Reply:
        """A fixed sentence of small talk, with topics as choices."""
        return self._spoken("chat", topic, [phrase], setting, self.choices(choices, setting))

    def failure(self, phrase: str, setting: Setting) -> Reply:
        """What to do when something went wrong; always with the emergency line."""
        reply = self._spoken("fallback", "not_understood", [phrase], setting, [])
        return replace(reply, text=f"{reply.text}\n\n{self._line('emergency', setting.locale)}")

    def in_case_of(self, danger: str, reply: Reply, setting: Setting) -> Reply:
        """A reply with one line above it that says whom to call in an "emergency" or a "crisis":
        for what sounds of one in single words only."""
        if reply.kind == "safety":
            return reply
        line = self._line(danger, setting.language, reply.locale)
        return replace(reply, text=f"{line}\n\n{reply.text}")

    def _line(self, danger: str, *locales: str | None) -> str:
        lines = self._content().cards[f"{danger}_line"]
        return next(lines[each] for each in (*locales, "en") if each and each in lines)

    def _spoken(
        self,
        kind: str,
        topic: str,
        phrases: Sequence[str],
        setting: Setting,
        choices: list[Choice],
        named: Named | None = None,
    ) -> Reply:
        text = "\n\n".join(self.filled(self.phrase(p, setting.locale), setting) for p in phrases)
        return Reply(
            id=_new_id(),
            kind=kind,
            topic=topic,
            text=text,
            locale=setting.locale,
            condition=named.id if named else None,
            condition_name=self.other_name(named, setting),
            choices=choices,
        )

    # -- what is said by others (trial listings), completed here

    def inform(
        self,
        kind: str,
        topic_id: str,
        paragraphs: Sequence[Paragraph],
        setting: Setting,
        named: Named | None = None,
        sources: Sequence[dict[str, str]] = (),
        choices: Sequence[Choice] = (),
    ) -> Reply:
        """A reply about the therapy whose body another module of `knowledge` wrote."""
        reply = self._reply(
            kind, self._topic(topic_id), paragraphs, setting, named, choices=list(choices)
        )
        return replace(reply, sources=[*reply.sources, *sources])

    # -- the one way out

    def _reply(
        self,
        kind: str,
        topic: Topic,
        paragraphs: Sequence[Paragraph],
        setting: Setting,
        named: Named | None,
        choices: list[Choice],
        inform: bool | None = None,
    ) -> Reply:
        owed = topic.about_therapy and kind in KINDS_THAT_INFORM if inform is None else inform
        note = self.language_note(setting)
        texts = [note] if note else []
        texts += [self.filled(paragraph.text, setting, named) for paragraph in paragraphs]
        experimental = specialist = None
        if owed:
            experimental = self.experimental(named, setting)
            specialist = self.specialist(named, setting)
            texts += [experimental, specialist["text"]]
        reply = Reply(
            id=_new_id(),
            kind=kind,
            topic=topic.id,
            text="\n\n".join(text for text in texts if text),
            locale=setting.locale,
            condition=named.id if named else None,
            condition_name=self.other_name(named, setting),
            experimental=experimental,
            specialist=specialist,
            sources=self._sources(paragraphs),
            choices=choices,
        )
        self._keep_promise(reply, topic)
        return reply

    def _sources(self, paragraphs: Sequence[Paragraph]) -> list[dict[str, str]]:
        known = self._content().sources
        ids = dict.fromkeys(id_ for paragraph in paragraphs for id_ in paragraph.sources)
        return [
            {
                name: getattr(known[id_], name)
                for name in ("id", "title", "publisher", "url", "date")
            }
            for id_ in ids
        ]

    @staticmethod
    def _keep_promise(reply: Reply, topic: Topic) -> None:
        owed = topic.about_therapy and reply.kind in KINDS_THAT_INFORM
        sentences = (reply.experimental, (reply.specialist or {}).get("text"))
        if owed and not all(sentence and sentence in reply.text for sentence in sentences):
            raise PromiseBroken(f"{topic.id}: experimental or specialist sentence missing")
        if not reply.text.strip():
            raise PromiseBroken(f"{topic.id}: empty reply")

    def _topic(self, topic_id: str) -> Topic:
        try:
            return self._content().topics[topic_id]
        except KeyError:
            raise LookupError(f"no topic '{topic_id}'") from None


def _new_id() -> str:
    return uuid.uuid4().hex
