"""Is what was found meant: who has it, when, and is it denied or only asked about?"""

from __future__ import annotations

from bot.safety import context_words as words
from bot.safety.lexicon import CUE, Voice
from bot.safety.patterns import BREAK, Match
from bot.safety.signs import CRISIS, DISEASE, Sentence, is_background


class Context:
    """Decides which findings of a sentence are meant."""

    def __init__(self, voice: Voice, animals: frozenset[str], sentence: Sentence) -> None:
        self._words = sentence.words
        self._clause_of = sentence.clause_of
        self._sentence = sentence
        self._own = voice.own
        self._people = voice.people
        self._others = voice.others
        self._negators = voice.negators
        self._ends = voice.negation_ends
        self._animals = animals
        self._masked = {i for mask in sentence.masks for i in range(mask.start, mask.end)}
        self._cues: dict[str, list[Match]] = {}
        for cue in sentence.cues:
            if cue.language in voice.languages:
                self._cues.setdefault(cue.name[len(CUE) :], []).append(cue)
        self._not_negating = {
            i for cue in self._cues.get("not_negating", ()) for i in range(cue.start, cue.end)
        }
        self._excused = {
            i for cue in self._cues.get("uncertain_present", ()) for i in range(cue.start, cue.end)
        }
        joiners = set().union(*(words.LIST_WORDS[language] for language in voice.languages))
        self._has_list_word = not joiners.isdisjoint(self._words)

    # -- the verdict on one finding

    def counts(self, match: Match) -> bool:
        """Is the finding meant, as far as this sentence tells?"""
        telling = [i for i in match.at if len(self._words[i]) > 2] or list(match.at)
        if match.at[-1] in self._masked or self._masked.issuperset(telling):
            return False
        if match.name == "infusion":
            return not (self._denied(match) or self._cue_in_clause("future", match))
        if (match.name != "goodbye" and self._of_animal(match)) or self._denied(match):
            return False
        if is_background(match.name):
            return True
        if match.name in CRISIS:
            return not (
                self._told(match)
                or self._past(match, crisis=True)
                or bool(self._cues.get("crisis_info"))
            )
        if match.name == "call_for_help":
            # a cry for help says nothing else; "emergency contact" does
            return len(match.at) == len(self._words)
        if match.name == "ambulance" and self._cues.get("info"):
            return False
        return not (
            self._supposed(match)
            or self._told(match)
            or self._past(match)
            or self._lasting(match)
            or self._informational(match)
        )

    def counts_reading(self, match: Match, name: str) -> bool:
        """Is a measured value somebody's own, and of now?"""
        if self._of_animal(match) or (self._denied(match) and not self._limit(match)):
            return False
        if self._supposed(match) or self._told(match) or self._past(match):
            return False
        return not (self._informational(match) and not self._timed())

    def _limit(self, match: Match) -> bool:
        """ "Won't go below 39": it is the limit that is denied, not the value."""
        return any(
            word in {"above", "below", "over", "under", "past", "down", "higher", "lower", "up"}
            for word in self._words[max(0, match.start - 4) : match.start]
        )

    def about_other(self, match: Match) -> bool:
        """Is it about somebody else than the writer?"""
        start, end = self._clause(match.start)
        for i in range(match.start, start - 1, -1):
            word = self._words[i]
            if word in self._others:
                return True
            if word in {"i", "yo", "ich", "je", "io", "eu", "я"}:
                return False
        inside = [self._words[i] for i in range(match.start, min(match.at[-1] + 1, end))]
        if any(word in self._others for word in inside):
            return "i" not in inside
        if any(word in self._own for word in self._words[start:end]):
            return False
        return any(word in self._others for word in self._words[: match.start])

    # -- pieces of it

    def _clause(self, at: int) -> tuple[int, int]:
        """Where the clause of word `at` begins and ends in the sentence."""
        return self._sentence.bounds[at]

    def _cue_in_clause(self, name: str, match: Match) -> bool:
        start, end = self._clause(match.start)
        return any(start <= cue.start < end for cue in self._cues.get(name, ()))

    def _subject_from(self, at: int) -> bool:
        return at < len(self._words) and (
            self._words[at] in self._people or self._words[at] in words.POSSESSIVE
        )

    def _starts_anew(self, at: int) -> bool:
        """Does a statement of its own begin here, so that what was denied before it ends?"""
        if self._subject_from(at):
            return True
        if at >= len(self._words):
            return False
        return self._words[at] in words.VERBS or (
            self._words[at] in self._negators and self._words[at] not in words.NOTHING
        )

    def _denied(self, match: Match) -> bool:
        breaks = 0
        reach = words.DENIAL_REACH
        if match.name == "infusion" or self._words[match.start] in words.LACKING:
            reach = 2
        i = match.start - 1
        while i >= 0 and match.start - i <= reach:
            word = self._words[i]
            if word == BREAK:
                breaks += 1
                if breaks > 5 or not self._has_list_word or match.start - i > 5 * breaks:
                    return False
                if any(self._subject_from(k) for k in range(i + 1, match.start)):
                    return False
                reach = words.LIST_REACH
            elif word in self._ends or (word in words.AND and self._starts_anew(i + 1)):
                return False
            elif word in self._negators and i not in self._not_negating and i not in match.at:
                # "no I have chest pain" denies what was said before
                return not (word == "no" and self._words[i + 1] in {"i", "he", "she", "my", "we"})
            i -= 1
        return False

    def _of_animal(self, match: Match) -> bool:
        start, _ = self._clause(match.start)
        for i in range(match.at[-1], start - 1, -1):
            word = self._words[i]
            if word in self._animals and self._words[i + 1 : i + 2] != ["name"]:
                return True
            if i < match.start and word in self._people and word not in {"my", "our"}:
                return False
        return False

    def _certain_near(self, match: Match, joined: bool = False) -> bool:
        """Is a time of now told beside it? joined: no "and" between ("... and now has lupus")."""
        start, end = self._clause(match.start)
        return any(
            start <= cue.start < end
            and cue.start not in self._masked
            and not (joined and words.AND & set(self._words[match.at[-1] + 1 : cue.start]))
            for cue in self._cues.get("certain", ())
        )

    def _reaches(self, cue: Match, match: Match) -> bool:
        """Does what a cue says, in an earlier clause, still hold for the finding?"""
        between = self._words[cue.end : match.start]
        if any(
            word in {"but", "pero", "aber", "mais", "ma", "mas", "но", "maar"} for word in between
        ):
            return False
        if BREAK not in between or (between[0] == BREAK and cue.name in words.HEADINGS):
            return True
        start, end = self._clause(cue.start)
        return any(
            start <= other.start < end and not is_background(other.name) and other is not match
            for other in self._sentence.matches
        )

    def _supposed(self, match: Match) -> bool:
        if self._sentence.happening:
            return False
        for cue in self._cues.get("hypothetical", ()):
            if cue.start > match.start or cue.start in self._excused or cue.start in self._masked:
                continue
            if set(range(cue.start, cue.end)) <= set(match.at):
                continue
            if self._reaches(cue, match) and not self._certain_near(match):
                return True
        return False

    def _told(self, match: Match) -> bool:
        """Read or heard of, or of others in a study."""
        own = self._personal(match) or (match.name in CRISIS and self._writer_speaks())
        if match.name in CRISIS and self._of_relative(match):
            return False
        if not own and any(
            cue.start <= match.start and self._reaches(cue, match)
            for cue in self._cues.get("elsewhere", ())
        ):
            return True
        return any(
            cue.start <= match.start
            and self._reaches(cue, match)
            and not (self._personal(match) and self._certain_near(match))
            or (
                cue.start > match.start
                and self._clause(cue.start) == self._clause(match.start)
                and not self._personal(match)
            )
            for cue in self._cues.get("reported", ())
        )

    def _past(self, match: Match, crisis: bool = False) -> bool:
        start, end = self._clause(match.start)
        for cue in self._cues.get("past", ()):
            if not (start <= cue.start < end or self._next_to(cue, match)):
                continue
            if cue.start in match.at:
                continue
            if self._nearer_to_other(cue, match) and not (crisis and self._was(match)):
                continue
            if not crisis and (self._certain_near(match, joined=True) or self._sentence.happening):
                continue
            if not crisis and (self._present(match) or self._cues.get("recurring")):
                continue
            if crisis and (
                (self._returned(match) and not self._cues.get("well"))
                or not words.RECENT_PAST.isdisjoint(self._words[cue.start : cue.end])
            ):
                continue
            return True
        if crisis:
            return False
        return self._history(match)

    def _returned(self, match: Match) -> bool:
        """Is a despair of the past back? A bare "today" must stand in the same clause."""
        start, end = self._clause(match.start)
        return any(
            start <= cue.start < end or not words.DAYS.issuperset(self._words[cue.start : cue.end])
            for cue in self._cues.get("returned", ())
        )

    def _was(self, match: Match) -> bool:
        """ "I was suicidal": told in the past tense."""
        return not words.WAS.isdisjoint(self._words[max(0, match.start - 2) : match.start])

    def _next_to(self, cue: Match, match: Match) -> bool:
        """A clause that is nothing but a time ("two years ago, ...")."""
        start, end = self._clause(cue.start)
        longest = 8 if words.POINTING_BACK & set(self._words[start : start + 3]) else 5
        return (
            end - start <= longest
            and abs(self._clause_of[cue.start] - self._clause_of[match.start]) == 1
        )

    def _nearer_to_other(self, cue: Match, match: Match) -> bool:
        own = _distance(cue, match)
        return any(
            _distance(cue, other) < own
            and not set(other.at) & {*match.at, *cue.at}
            and self._clause(other.start) == self._clause(cue.start)
            for other in self._sentence.matches
            if other.name in {"infusion", "immunosuppressed"} or self._had_disease(other)
        ) or any(
            _distance(cue, other) < own
            for other in self._cues.get("event", ())
            if not set(cue.at) & set(other.at)
            and self._clause(other.start) == self._clause(cue.start)
        )

    def _had_disease(self, match: Match) -> bool:
        """ "I have had lupus", and not "numb legs from lupus"."""
        if not match.name.startswith(DISEASE):
            return False
        before = self._words[max(0, match.start - 2) : match.start]
        return not any(
            word in {"from", "with", "to", "of", "by", "my", "por", "con"} for word in before
        )

    def _present(self, match: Match) -> bool:
        around = self._words[max(0, match.start - 3) : match.at[-1] + 1]
        if any(
            word in {"had", "was", "were", "did", "used", "tuve", "tuvo", "hatte", "ho", "avais"}
            for word in around
        ):
            return False
        return any(
            word in {"am", "is", "are", "cannot", "has", "keeps", "having", "getting", "being"}
            for word in around
        )

    def _history(self, match: Match) -> bool:
        """Had once, and told because a trial may ask for it."""
        if not self._cues.get("eligibility") or self._certain_near(match):
            return False
        start, end = self._clause(match.start)
        said = self._words[start:end]
        if self._cue_in_clause("event", match) and "had" not in said:
            return False
        return any(
            word
            in {
                "had",
                "history",
                "previous",
                "prior",
                "past",
                "tuve",
                "antecedentes",
                "hatte",
                "eu",
            }
            for word in said[: match.at[-1] + 1 - start]
        )

    def _lasting(self, match: Match) -> bool:
        """Known and of long standing, or only on effort."""
        start, end = self._clause(match.start)
        return any(
            (start <= cue.start < end or self._next_to(cue, match))
            and not set(cue.at) & set(match.at)
            and not self._nearer_to_other(cue, match)
            and not self._certain_near(match)
            for cue in self._cues.get("chronic", ())
        )

    def _informational(self, match: Match) -> bool:
        if self._sentence.happening or self._certain_near(match) or self._personal(match):
            return False
        clause = self._clause(match.start)
        for cue in self._cues.get("info", ()):
            if set(range(cue.start, cue.end)) <= set(match.at) or cue.start in self._masked:
                continue
            if cue.start <= match.start and self._reaches(cue, match):
                return True
            if cue.start > match.start and self._clause(cue.start) == clause:
                return True
        return False

    def _writer_speaks(self) -> bool:
        """Is the writer in the sentence at all?"""
        return not self._own.isdisjoint(self._words)

    def _of_relative(self, match: Match) -> bool:
        """Is it about somebody whom the writer knows, and not just "someone"?"""
        start, end = self._clause(match.start)
        return any(
            self._words[i] in self._others and self._words[i] not in words.ANYBODY
            for i in range(start, end)
        )

    def _personal(self, match: Match) -> bool:
        start, end = self._clause(match.start)
        return any(self._words[i] in self._people for i in range(start, end))

    def _timed(self) -> bool:
        return bool(self._cues.get("timed"))


def _distance(one: Match, other: Match) -> int:
    if one.start >= other.at[-1]:
        return one.start - other.at[-1]
    return max(other.start - one.at[-1], 0)
