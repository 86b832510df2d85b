"""What an action needs to know of the turn: who asks, about what, and what was said before."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from knowledge.clinics import clinic_named
from knowledge.guide import Guide, guide
from knowledge.places import Place, place
from knowledge.replies.setting import Named, Setting
from knowledge.settings import LOCALES


@dataclass(frozen=True)
class Turn:
    """One message as understood.

    topic: what it asks, None where that is unsure. ranking: the likeliest topics with their
    probabilities. named: conditions in the message, in order. carried: the condition of an earlier
    turn, where this one names none. under_card: a safety card is already above this reply.
    bare: the message names a disease or place and asks nothing by itself ("what about MS?").
    limits: what a search for trials is narrowed to, by kind (`bot/nlu/search_filters.py`).
    last_limits: those of the search before.
    answered: an action before this one has answered the message, with its card where it owes one.
    in_fit_check: the fit check goes on, and waits for an answer.
    intent: Rasa's, None before any message.
    parts: what the message's sentences ask, each by itself (see `bot/nlu/topic_classifier.py`).
    sheet: what a choice puts on the visit sheet or takes out (`knowledge/visit_sheet/choices.py`).
    danger: "emergency" or "crisis" where the classifier hears one, even beside another question.
    hint: the same where there is a hint of one at most: the channel's rules saw a word that nothing
    bears out, or the classifier half hears one.
    """

    conversation: str
    setting: Setting
    text: str
    topic: str | None
    ranking: list[tuple[str, float]]
    named: list[Named]
    carried: Named | None
    place: Place | None
    carried_place: Place | None
    nct_ids: list[str]
    ordinal: int | None
    shown_trials: list[str]
    last_topic: str | None
    misses: int
    under_card: bool
    danger: str | None
    hint: str | None
    bare: bool
    limits: dict[str, list[str]] = field(default_factory=dict)
    last_limits: dict[str, list[str]] = field(default_factory=dict)
    answered: bool = False
    in_fit_check: bool = False
    intent: str | None = None
    parts: list[dict[str, Any]] = field(default_factory=list)
    sheet: str | None = None
    guide: Guide = field(default_factory=guide)

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Read the turn from Rasa's tracker."""
        message = tracker.latest_message
        metadata = _metadata(tracker)
        session_locale = metadata.get("locale", "en")
        language = message.get("language") or session_locale
        locale = language if language in LOCALES else "en"
        ranking = _ranking(message)
        places = [place(value) for value in _entities(message, "place")]
        named_place = next((each for each in places if each), None)
        slot = tracker.get_slot("place")
        carried_place = place(slot) if slot else None
        where = named_place or carried_place
        topic = next(iter(_entities(message, "topic")), ranking[0][0] if ranking else None)
        return cls(
            conversation=tracker.sender_id,
            setting=Setting(
                clinic_named(metadata.get("clinic")),
                locale,
                language,
                where.country if where else None,
            ),
            text=message.get("text") or "",
            topic=topic,
            ranking=ranking,
            named=_named(message, topic),
            carried=_carried(tracker.get_slot("condition")),
            place=named_place,
            carried_place=carried_place,
            nct_ids=_entities(message, "nct_id"),
            ordinal=next((int(value) for value in _entities(message, "ordinal")), None),
            shown_trials=tracker.get_slot("shown_trials") or [],
            last_topic=tracker.get_slot("topic"),
            misses=tracker.get_slot("misses") or 0,
            under_card=bool(metadata.get("under_card")),
            danger=_heard(message.get("danger") or {}, DANGER),
            hint=_hint(metadata, message.get("danger") or {}),
            bare=_bare(message),
            limits=_limits(message),
            last_limits=tracker.get_slot("search") or {},
            answered=_answered(tracker),
            in_fit_check=tracker.active_loop.get("name") == FIT_CHECK,
            intent=(message.get("intent") or {}).get("name"),
            parts=message.get("parts_told") or [],
            sheet=next(iter(_entities(message, "sheet")), None),
        )


#: The Rasa form of the fit check (domain.yml).
FIT_CHECK = "fit_check"

#: Topics that make no sense as a guess or as a choice.
NOT_OFFERED = frozenset(
    {"not_understood", "out_of_scope", "affirm", "deny", "greet", "thanks", "goodbye", "repeat",
     "start_over", "abuse", "emergency", "crisis"}
)  # fmt: skip

#: Topics in which asthma, hepatitis and the like are a bar to joining or an effect that is feared,
#: not the disease that is asked about.
PROBLEMS_OF = frozenset(
    """other_health_problems why_excluded who_can_join am_i_eligible age_limits
    rights_and_consent side_effects crs icans infection_risk low_blood_counts second_cancers
    long_term_effects death_risk warning_signs vaccines current_medicines recovery
    fertility_pregnancy preparation_chemo hospital_stay follow_up glossary_term
    symptom_question emergency crisis emotional_support cancer_question out_of_scope""".split()  # noqa: SIM905
)

#: From these probabilities on a card is shown. Despair is hinted at more than told, so it takes
#: less; a card too many costs a line. Chosen on 1,415 messages written apart from what was learnt.
DANGER = {"emergency": 0.45, "crisis": 0.15}

#: From these on one line above the answer says whom to call.
HINT = {"emergency": 0.13, "crisis": 0.06}

#: From these on a topic of danger counts as one: of despair from a hint on. The topics know little
#: of what only looks like danger; no emergency of 340 messages written apart needed its topic.
_BY_TOPIC = {"emergency": DANGER["emergency"], "crisis": HINT["crisis"]}

#: Words of a message that leans on what was said before.
_LEANING = frozenset(
    """and what about how for any in near around the a an no not i meant mean actually ok okay
    but please is there there's are some ones one same also with patients people of to it im
    my have y que qué tal para en cerca de el la los las hay no quise decir quería sobre con
    tengo alguno algún ninguno sorry oops perdón nein ich meinte meine und was ist mit in für et
    pour à e per only just using solo sólo i asked said meaning bei wie sieht es aus auch doch
    sondern der die das non je voulais dire le les la l chez si aussi il ho con da não quis o os
    em com het ik bedoelde voor zit nie chodziło mi dla przy у меня а при и что насчёт""".split()  # noqa: SIM905
)


#: "What is MS?" asks for itself.
_DEFINING = re.compile(
    r"\W*(?:what(?:['’]?s| is| are)|was ist|qu[eé] es|c['’]est quoi|qu['’]est-ce|wat is|o que é)\b",
    re.IGNORECASE,
)
#: "not scleroderma, lupus": what is denied asks nothing.
_NOT_THAT_ONE = re.compile(
    r"\b(?:not|no|nicht|kein|keine|pas|non)\s+(?:de\s+|el\s+|la\s+|le\s+)?[^\s,.;]+\s*(?:[,.;]|but|sino|sondern|mais)",
    re.IGNORECASE,
)

#: Entities that a bare message consists of.
_NAMES = frozenset({"condition", "place", "limit"})


def is_unclear(turn: Turn) -> bool:
    """Was the message, in a fit check, neither an answer nor anything else that was understood?"""
    unsure = turn.intent == "nlu_fallback" and "?" not in turn.text
    unclear = unsure or turn.intent == "fit_unclear" or turn.topic == "not_understood"
    return turn.in_fit_check and unclear


def _ranking(message: dict[str, Any]) -> list[tuple[str, float]]:
    """The likeliest topics; one of danger only where the classifier of danger hears it too.

    It learns from what only looks like danger as well, which the topics' questions do not hold.
    """
    ranking = [(r["topic"], r["confidence"]) for r in message.get("topic_ranking") or []]
    heard = message.get("danger") or {}
    unheard = {kind for kind, probability in heard.items() if probability < _BY_TOPIC[kind]}
    return [each for each in ranking if each[0] not in unheard] or ranking


def _heard(probabilities: dict[str, float], least: dict[str, float]) -> str | None:
    heard = [kind for kind in least if probabilities.get(kind, 0) >= least[kind]]
    return max(heard, key=lambda kind: probabilities[kind]) if heard else None


def _hint(metadata: dict[str, Any], probabilities: dict[str, float]) -> str | None:
    doubted = metadata.get("doubted")
    return doubted if doubted in HINT else _heard(probabilities, HINT)


def _bare(message: dict[str, Any]) -> bool:
    text = message.get("text") or ""
    named = [e for e in message.get("entities") or [] if e["entity"] in _NAMES]
    if not named or text.startswith("/") or _DEFINING.match(text):
        return False
    for entity in named:
        start, end = entity["start"], entity["end"]
        text = text[:start] + " " * (end - start) + text[end:]
    text = _NOT_THAT_ONE.sub(" ", text)
    return all(word in _LEANING for word in re.findall(r"[\w']+", text.casefold()))


def _answered(tracker: Tracker) -> bool:
    """Has anything been said since the person's last message?"""
    spoken = [e["event"] for e in tracker.events if e.get("event") in {"user", "bot"}]
    return spoken[-1:] == ["bot"]


def _metadata(tracker: Tracker) -> dict[str, Any]:
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return event.get("metadata") or {}
    return {}


def _entities(message: dict[str, Any], kind: str) -> list[Any]:
    found = [e["value"] for e in message.get("entities") or [] if e["entity"] == kind]
    return list(dict.fromkeys(found))


def _limits(message: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for limit in _entities(message, "limit"):
        kind, _, value = limit.partition("=")
        found.setdefault(kind, []).append(value)
    return found


def _named(message: dict[str, Any], topic: str | None) -> list[Named]:
    found = [
        Named(e["value"], e.get("name"))
        for e in message.get("entities") or []
        if e["entity"] == "condition" and not (e.get("problem") and topic in PROBLEMS_OF)
    ]
    return list(dict.fromkeys(found))


def _carried(slot: dict[str, Any] | None) -> Named | None:
    return Named(slot["id"], slot.get("name")) if slot else None
