"""From words found to signs meant: who has it, when, and whether it is denied or only asked about.

A sign is dropped when it is denied ("no fever"), long past ("a stroke in 2015"), only asked about
("can it cause seizures?"), told of others in a study, an animal's, or a figure of speech.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.safety.context import Context
from bot.safety.lexicon import Heard, joined
from bot.safety.limits import names_of
from bot.safety.numbers import Reading
from bot.safety.patterns import Match
from bot.safety.signs import CRISIS, Sentence, Sign

#: Signs whose words can be a wish as well as an event.
_WISHED = frozenset({"unconscious", "overdose", "sleepy", "dying", "sight_lost", "legs_gone"})


def signs_of_words(
    heard: Sequence[Heard], sentence: Sentence, readings: Sequence[Reading]
) -> list[Sign]:
    """The signs that one sentence means. `heard`: the languages that it may be in.

    A phrase of one of them is judged by the context of that language alone, since "se" is "if" in
    one and nothing in the next; but what a likelier language finds not meant is not meant.
    """
    together = joined([each.voice for each in heard])
    anybody = Context(together, together.animals, sentence)
    known = any(each.common for each in heard)
    single = {
        language: (Context(each.voice, together.animals, sentence), each.common)
        for each in heard
        for language in each.voice.languages
        if known
    }
    placed: list[tuple[Sign, tuple[int, ...], int]] = []
    refused: list[tuple[str, frozenset[int], int]] = []
    for match in sentence.matches:
        context, likely = single.get(match.language, (anybody, 0))
        if context.counts(match):
            sign = Sign(
                match.name,
                sentence.clause_of[match.start],
                sentence.number,
                context.about_other(match),
            )
            placed.append((sign, match.at, likely))
        else:
            refused.append((match.name, frozenset(match.at), likely))
    placed = [
        (sign, at, likely)
        for sign, at, likely in placed
        if not any(
            name == sign.name and other > likely and not places.isdisjoint(at)
            for name, places, other in refused
        )
    ]
    for reading in readings:
        match = Match("reading", "", reading.at, reading.at + 1, (reading.at,))
        for name in names_of(reading):
            if name == "temperature_normal" or anybody.counts_reading(match, name):
                sign = Sign(
                    name,
                    sentence.clause_of[reading.at],
                    sentence.number,
                    anybody.about_other(match),
                )
                placed.append((sign, match.at, 0))
    meant = {i for sign, at, _ in placed if sign.name in CRISIS for i in at}
    # "never wake up" as a wish is no fainting, "overdose" as a plan is none taken
    return [
        sign
        for sign, at, _ in placed
        if sign.name not in _WISHED or not meant or len(meant & set(at)) * 2 < len(at)
    ]
