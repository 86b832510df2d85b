"""The safety gate: does this message tell of an emergency or a crisis, now?

Rules over signs, with context: who, when, denied, only asked about, a figure of speech. It reads
the raw text in memory, keeps nothing, and gives back rule names, never words of the message.
When it can't tell, it fires: a card too many costs a line, a card too few may cost a life.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.safety.lexicon import CUE, MASK, Lexicon, Rule, lexicon
from bot.safety.meaning import signs_of_words
from bot.safety.numbers import Reading
from bot.safety.patterns import BREAK
from bot.safety.remainder import remainder_of
from bot.safety.scripts import signs_of_script
from bot.safety.segments import Clause, clauses_of
from bot.safety.signs import Sentence, Sign

Kind = Literal["none", "emergency", "crisis"]

EMERGENCY_AFTER_CART = "emergency_after_cart"
EMERGENCY_GENERAL = "emergency_general"
CRISIS_SELF = "crisis_self"
CRISIS_OTHER = "crisis_other"
CRISIS_ABUSE = "crisis_abuse"
CARDS = (EMERGENCY_AFTER_CART, EMERGENCY_GENERAL, CRISIS_SELF, CRISIS_OTHER, CRISIS_ABUSE)

#: How often what is left of a message is looked at again, so that it never fires itself.
_PASSES = 4


@dataclass(frozen=True)
class Verdict:
    """What the gate saw.

    card: id of the card to show first; also: further cards. reasons: ids of the rules that fired.
    remainder: what the message says besides, "" if nothing.
    """

    kind: Kind
    card: str | None = None
    reasons: tuple[str, ...] = ()
    remainder: str = ""
    also: tuple[str, ...] = field(default=())


class SafetyGate:
    """Assesses messages. Holds no state of a conversation; one gate may serve all threads."""

    def __init__(self) -> None:
        self._lexicon: Lexicon = lexicon()

    def assess(self, text: str) -> Verdict:
        """The verdict on one message. Never raises; takes time in proportion to its length."""
        verdict, remainder = self._look(text)
        if verdict.kind == "none":
            return Verdict("none", remainder=text)
        for _ in range(_PASSES):
            if not remainder:
                break
            again, rest = self._look(remainder)
            if again.kind == "none":
                break
            remainder = rest
        else:
            remainder = ""
        return Verdict(verdict.kind, verdict.card, verdict.reasons, remainder, verdict.also)

    def _look(self, text: str) -> tuple[Verdict, str]:
        clauses = clauses_of(text)
        signs = self._signs(text, clauses)
        fired: list[tuple[Rule, list[Sign]]] = []
        named = _by_name(signs)
        for rule in self._lexicon.rules:
            found = _applies(rule, named)
            if found is not None:
                fired.append((rule, found))
        if not fired:
            return Verdict("none"), text
        emergencies = [each for each in fired if each[0].kind == "emergency"]
        crises = [each for each in fired if each[0].kind == "crisis"]
        cards: list[str] = []
        if emergencies:
            after = "infusion" in named
            cards.append(EMERGENCY_AFTER_CART if after else EMERGENCY_GENERAL)
        cards += _crisis_cards(crises)
        gone = {sign.clause for _, found in fired for sign in found}
        verdict = Verdict(
            "emergency" if emergencies else "crisis",
            cards[0],
            tuple(rule.id for rule, _ in fired),
            also=tuple(cards[1:]),
        )
        return verdict, remainder_of(text, clauses, gone)

    # -- from text to signs

    def _signs(self, text: str, clauses: Sequence[Clause]) -> list[Sign]:
        known = self._lexicon
        signs: list[Sign] = []
        by_clause = [
            known.numbers.digits(known.normaliser.words(text[clause.start : clause.end]))
            for clause in clauses
        ]
        heard = known.heard(word for words in by_clause for word in words)
        languages = frozenset().union(*(each.voice.languages for each in heard))
        sure = heard[0].sure
        sentences = list(_sentences(clauses, by_clause))
        for sentence in sentences:
            matches = [
                match
                for match in known.matcher.find(sentence.words)
                if match.language in languages or (not sure and not match.name.startswith(CUE))
            ]
            sentence.cues = [m for m in matches if m.name.startswith(CUE)]
            sentence.masks = [m for m in matches if m.name == MASK]
            sentence.matches = [m for m in matches if m.name != MASK and not m.name.startswith(CUE)]
        happening = any(c.name == CUE + "override" for s in sentences for c in s.cues)
        for sentence in sentences:
            sentence.happening = happening
            readings = known.numbers.readings(sentence.words)
            signs += signs_of_words(heard, sentence, readings)
        for script in known.scripts:
            if script.letters.search(text):
                signs += signs_of_script(script, text, clauses, by_clause, known.numbers)
        return _settled(signs)


def _sentences(clauses: Sequence[Clause], by_clause: Sequence[list[str]]) -> Iterable[Sentence]:
    current: Sentence | None = None
    for index, (clause, words) in enumerate(zip(clauses, by_clause)):
        if current is None or clause.sentence != current.number:
            if current is not None:
                yield current
            current = Sentence(clause.sentence)
        if current.words:
            current.words.append(BREAK)
            current.clause_of.append(index)
        current.words += words
        current.clause_of += [index] * len(words)
    if current is not None:
        yield current


def _settled(signs: list[Sign]) -> list[Sign]:
    """Signs that still count beside each other: a normal temperature outweighs the word fever."""
    names = {sign.name for sign in signs}
    if "temperature_normal" in names and not names & {"fever_38", "fever_40"}:
        signs = [sign for sign in signs if sign.name not in {"fever", "chills"}]
    return signs


def _applies(rule: Rule, signs: Mapping[str, Sequence[Sign]]) -> list[Sign] | None:
    """The signs that make `rule` fire, or None. signs: by name, "@other" where so."""
    rows = [[sign for name in row for sign in signs.get(name, ())] for row in rule.all]
    if not all(rows):
        return None
    if rule.sentence:
        common = set.intersection(*({sign.sentence for sign in row} for row in rows))
        if not common:
            return None
        rows = [[sign for sign in row if sign.sentence in common] for row in rows]
    return [sign for row in rows for sign in row if not sign.background]


def _by_name(signs: Iterable[Sign]) -> dict[str, list[Sign]]:
    found: dict[str, list[Sign]] = {}
    for sign in signs:
        found.setdefault(sign.name, []).append(sign)
        if sign.other:
            found.setdefault(f"{sign.name}@other", []).append(sign)
    return found


def _crisis_cards(fired: Sequence[tuple[Rule, list[Sign]]]) -> list[str]:
    cards: list[str] = []
    for rule, found in fired:
        if rule.card == "abuse":
            cards.append(CRISIS_ABUSE)
        elif rule.card == "other" or all(sign.other for sign in found):
            cards.append(CRISIS_OTHER)
        else:
            cards.append(CRISIS_SELF)
    order = (CRISIS_SELF, CRISIS_OTHER, CRISIS_ABUSE)
    unique = [card for card in order if card in cards]
    # someone who writes about another's danger is offered that card alone
    if CRISIS_OTHER in unique and CRISIS_SELF in unique:
        own = [f for f in fired if f[0].card == "self" and not all(s.other for s in f[1])]
        if not own:
            unique.remove(CRISIS_SELF)
    return unique


__all__ = ["CARDS", "Kind", "Reading", "SafetyGate", "Verdict"]
