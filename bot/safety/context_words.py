"""Small sets of words by which the context of a sign is judged, in the languages of the gate."""

from __future__ import annotations

from bot.safety.lexicon import CUE

#: Cues that hold for the next clause when they end their own ("the form asks: ...").
HEADINGS = frozenset({CUE + "reported", CUE + "hypothetical"})
POSSESSIVE = frozenset({"his", "her", "their", "the", "su", "sus", "sein", "ihre", "son", "sa"})
#: How far before a sign its denial may stand, in words; and in a list of things denied.
DENIAL_REACH = 6
LIST_REACH = 16
#: Words that deny by themselves: what is denied before them is something else.
LACKING = frozenset({"falta", "faltan", "sin", "manca", "manque", "fehlt", "kaum", "apenas"})
#: Not long enough ago for a crisis to be over.
RECENT_PAST = frozenset({"month", "months", "mes", "meses", "monat", "monaten", "mois", "mesi"})
LIST_WORDS = {
    "en": {"or", "nor"}, "es": {"o", "ni"}, "de": {"oder", "noch"}, "fr": {"ou", "ni"},
    "it": {"o", "ne"}, "pt": {"ou", "nem"}, "nl": {"of", "noch"}, "pl": {"ani", "lub"},
    "tr": {"veya"}, "ru": {"или", "ни"},
}  # fmt: skip
AND = frozenset({"and", "y", "und", "et", "e", "en", "i", "ve", "и"})
#: Words that deny a thing and no statement: the denial goes on ("no fever and no rash").
NOTHING = frozenset(
    {"no", "nor", "neither", "without", "sin", "ni", "kein", "keine", "ohne", "sans", "senza",
     "sem"}
)  # fmt: skip
#: People whom one reads of as well as knows.
ANYBODY = frozenset(
    {"someone", "somebody", "person", "man", "woman", "guy", "lady", "stranger", "they", "them",
     "he", "she", "him", "her", "alguien", "jemand", "quelqu", "qualcuno", "alguem", "iemand"}
)  # fmt: skip
#: Days and times: that a thing is so again they tell only beside it.
DAYS = frozenset(
    {"today", "tonight", "yesterday", "last", "week", "night", "day", "days", "hours", "ago", "hoy",
     "anoche", "ayer", "heute", "gestern", "jetzt", "hier", "aujourd", "ieri", "oggi", "ontem",
     "hoje"}
)  # fmt: skip
WAS = frozenset({"was", "were", "had", "attempted", "tried", "estaba", "tuve", "war", "hatte"})
#: A clause that begins with one of these tells of what was said just before ("but that was ...").
POINTING_BACK = frozenset({"that", "this", "eso", "esto", "das", "c", "ca", "questo", "isso"})
#: After "and" these begin a statement of its own ("no fever and is coughing blood").
VERBS = frozenset(
    {"is", "am", "are", "has", "have", "had", "was", "keeps", "feels", "feel", "looks", "started",
     "began", "now", "cannot", "couldnot", "can", "could", "puede", "kann", "peut", "esta", "estoy",
     "tiene", "tengo", "ist", "bin", "hat", "habe", "est", "suis", "a", "ai", "ha", "ho", "sono",
     "tem", "tenho", "estou", "heeft", "heb", "ma", "mam"}
)  # fmt: skip
