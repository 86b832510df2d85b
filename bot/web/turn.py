"""One turn: safety first, then redaction, then Rasa; never silent.

The gate reads the raw text, in memory only. What goes on to Rasa, and so to the tracker and the
action server, is redacted and can start no command.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.nlu.conditions import ConditionMatcher, aliases_of
from bot.nlu.language import language_of
from bot.nlu.words import clean
from bot.safety.gate import Kind, SafetyGate, Verdict
from bot.safety.second_opinion import Parse, SecondOpinion
from bot.web.redaction import redact
from knowledge.clinics import clinic_named
from knowledge.fit_check.reading import is_tried, step_of
from knowledge.guide import Guide
from knowledge.places import find_places
from knowledge.replies.fit import FIT, STEPS
from knowledge.replies.reply import Reply
from knowledge.replies.setting import Named, Setting
from knowledge.settings import LOCALES

logger = logging.getLogger(__name__)

CHANNEL = "web"
#: How long the answer below a safety card may take before the card goes out without it.
UNDER_CARD_SECONDS = 2.0
#: A message that is nothing but a command of Rasa's ("/restart", "/ask{...}"): answered, not run.
_COMMAND = re.compile(r"^\s*/[\w/]*\s*(?:\{.*)?$", re.DOTALL)
Replies = list[dict[str, Any]]
#: Is told the conversation, the redacted text, the replies, and how certain their topic was.
Note = Callable[[str, str, Replies, "float | None"], None]


class TurnFailed(Exception):
    """The turn gave no reply in time. Nothing of it is remembered."""


class ChoiceUnknown(Exception):
    """A choice that was not offered in this conversation."""


@dataclass(frozen=True)
class Incoming:
    """A message as the client sent it: either `text` or `choice`."""

    id: str
    text: str | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Person:
    """Whose turn it is: the conversation, and what is known of its session."""

    conversation: str
    clinic: str
    locale: str


class Turn:
    """Answers a message, whatever came before it.

    tell: hands a message to Rasa and returns when its actions have run. parse: what Rasa's NLU
    pipeline makes of a text. note: is told how a text was answered.
    """

    def __init__(
        self,
        guide: Guide,
        gate: SafetyGate,
        tell: Callable[[UserMessage], Awaitable[Any]],
        parse: Parse,
        note: Note | None = None,
    ) -> None:
        self._guide = guide
        self._gate = gate
        self._second_opinion = SecondOpinion(parse)
        self._tell = tell
        self._note = note
        content = guide.curated.content()
        self._diseases = ConditionMatcher(aliases_of(content.conditions, content.diseases))

    async def answer(self, person: Person, incoming: Incoming) -> Replies:
        """The replies to a message, kept for its person.

        Raises ChoiceUnknown, and TurnFailed where Rasa gave no reply.
        """
        person = await asyncio.to_thread(self._as_last_spoken, person)
        if incoming.choice is not None:
            return await self._choose(person, incoming.choice)
        raw = readable(incoming.text or "")
        setting = self._setting(person, raw)
        verdict, doubted = await self._danger_in(raw)
        cards = self._cards(verdict, setting, raw)
        kept = await self._keep(person, cards)
        text = harmless(redact(verdict.remainder or raw if cards else raw))
        if not any(ch.isalnum() for ch in text) or _COMMAND.match(raw):
            if not kept and await self._in_fit_check(person):
                return await self._ask_rasa(person, "/fit_unclear")
            return kept or await self._keep(person, [self._not_understood(person, setting)])
        if not kept:
            return await self._ask(person, raw, text, setting.locale, doubted)
        try:
            # Nobody in danger waits for the rest of an answer.
            below = self._ask_rasa(person, text, under_card=True)
            return kept + await asyncio.wait_for(below, UNDER_CARD_SECONDS)
        except Exception as error:
            # The card is the help that counts; it goes out whatever else fails. The kind of failure
            # only: a message could hold the person's words.
            logger.error("turn.failed_below_card: %s", type(error).__name__)
            return kept + await self._keep(
                person, [self._guide.composer.failure("error_turn_failed", setting)]
            )

    async def _danger_in(self, raw: str) -> tuple[Verdict, Kind]:
        """What rules see and meaning bears out; and the kind of what only rules see.

        Two kinds of danger at once are never doubted: one line could name only one number.
        """
        verdict = self._gate.assess(raw)
        if verdict.kind == "none" or verdict.also:
            return verdict, "none"
        if not await self._second_opinion.doubts(harmless(redact(raw)), verdict.kind):
            return verdict, "none"
        return Verdict("none"), verdict.kind

    async def _ask(
        self, person: Person, raw: str, text: str, locale: str, doubted: Kind = "none"
    ) -> Replies:
        """The replies to a message: to the fit check where one goes on, else to a question.

        doubted: the danger that rules saw in it and nothing else bears out.
        """
        if not await self._in_fit_check(person):
            # What may be a cry for help goes into no queue.
            return await self._ask_rasa(person, text, noted=doubted == "none", doubted=doubted)
        step = await asyncio.to_thread(self._fit_step, person, raw, locale)
        return await self._ask_rasa(person, step or text, doubted=doubted)

    async def _in_fit_check(self, person: Person) -> bool:
        check = await asyncio.to_thread(self._guide.fit_checks.of, person.conversation)
        return check is not None

    async def _ask_rasa(
        self,
        person: Person,
        text: str,
        under_card: bool = False,
        noted: bool = False,
        doubted: Kind = "none",
    ) -> Replies:
        """The replies of Rasa's actions. noted: what was not understood may go into the queue."""
        output = CollectingOutputChannel()
        metadata = {
            "clinic": person.clinic,
            "locale": person.locale,
            "under_card": under_card,
            "doubted": doubted,
        }
        await self._tell(
            UserMessage(text, output, person.conversation, None, CHANNEL, metadata=metadata)
        )
        given = [
            custom for each in output.messages if "reply" in (custom := each.get("custom") or {})
        ]
        ids = [custom["reply"] for custom in given]
        replies = await asyncio.to_thread(self._guide.replies.get, person.conversation, ids)
        if not replies and not under_card:
            raise TurnFailed
        if self._note and noted:
            certainty = given[-1].get("certainty")
            await asyncio.to_thread(self._note, person.conversation, text, replies, certainty)
        return replies

    async def _choose(self, person: Person, choice: str) -> Replies:
        offered = await asyncio.to_thread(self._guide.replies.offered, person.conversation)
        if choice not in offered:
            raise ChoiceUnknown
        if choice.startswith(FIT):
            step = await asyncio.to_thread(self._fit_choice, person, choice.removeprefix(FIT))
            return await self._ask_rasa(person, step)
        topic, _, query = choice.removeprefix("ask/").partition("?")
        known = self._guide.curated.content().topics.get(topic)
        entities = {"topic": topic, **dict(parse_qsl(query))}
        intent = known.intent if known else "ask"
        return await self._ask_rasa(person, f"/{intent}{json.dumps(entities)}")

    # -- the fit check: its answers stay here, and Rasa is told only that there was one

    def _fit_step(self, person: Person, raw: str, locale: str) -> str | None:
        """What a message is to a fit check that goes on, None where it is nothing to it."""
        step = step_of(raw, locale)
        if step is not None:
            return f"/fit_{step}"
        if self._guide.fit_checks.take(person.conversation, raw, locale):
            return "/fit_answer"
        return "/fit_unclear" if is_tried(raw) else None

    def _fit_choice(self, person: Person, value: str) -> str:
        if value in STEPS:
            return f"/fit_{value}"
        self._guide.fit_checks.choose(person.conversation, value)
        return "/fit_answer"

    # -- pieces

    def _as_last_spoken(self, person: Person) -> Person:
        """In the language of the last reply: a choice or "lupus?" tells none by itself."""
        last = self._guide.replies.last(person.conversation)
        return replace(person, locale=last[-1]["locale"]) if last else person

    def _setting(self, person: Person, text: str) -> Setting:
        language = language_of(text, default=person.locale)
        locale = language if language in LOCALES else person.locale
        # A country that the message itself names: whom to call there.
        country = next((found.place.country for found in find_places(text)), None)
        return Setting(clinic_named(person.clinic), locale, language, country)

    def _cards(self, verdict: Verdict, setting: Setting, raw: str) -> list[Reply]:
        if verdict.kind == "none" or verdict.card is None:
            return []
        mentions = self._diseases.find(raw)
        named = Named(mentions[0].id, mentions[0].name) if mentions else None
        wanted = (verdict.card, *verdict.also)
        return [self._guide.composer.safety(card, setting, named) for card in wanted]

    def _not_understood(self, person: Person, setting: Setting) -> Reply:
        last = self._guide.replies.last(person.conversation)
        again = bool(last) and last[-1]["topic"] == "not_understood"
        return self._guide.composer.not_understood(setting, again=again)

    async def _keep(self, person: Person, replies: list[Reply]) -> Replies:
        if replies:
            await asyncio.to_thread(self._guide.replies.add, person.conversation, replies)
        return [reply.as_json() for reply in replies]


def readable(text: str) -> str:
    """The text as Unicode that can be stored: lone surrogates replaced, control characters gone."""
    paired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return clean("".join(" " if unicodedata.category(ch) == "Cs" else ch for ch in paired))


def harmless(text: str) -> str:
    """Text that can start no command of Rasa's: it reads a leading "/" as an intent."""
    return text.lstrip("/ \t\r\n\v\f\u00a0\u3000")
