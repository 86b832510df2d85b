"""From what people type to plain lower-case words: one spelling for what is the same to a reader.

Undone here: full-width and styled letters, zero-width and bidirectional marks, Latin look-alikes
from other alphabets, accents, apostrophes and contractions, letters spaced out, digits in place
of letters. Every step looks at each character a fixed number of times.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from bot.safety.typos import TypoIndex

_LOOKALIKES = str.maketrans(
    "аеорсухікмтвнѕјԁɡɩοαεικνρτυχАВЕКМНОРСТУХІЅЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxikmtbhsjdgioaeikvptuxABEKMHOPCTYXISJABEZHIKMNOPTYX",
)
_LEET = str.maketrans("013457@$!", "oieastasi")
_APOSTROPHES = str.maketrans("’‘`´ʼ′＇‛", "''''''''")
#: Letters that lose a stroke or a dot without a combining mark, and Arabic spelling variants.
_FOLDED = str.maketrans(
    {
        "ß": "ss",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ى": "ي",
        "ة": "ه",
        "ـ": None,
    }
)
_CONTRACTIONS = {
    "can't": "cannot", "cant": "cannot", "cann't": "cannot", "canot": "cannot", "icant": "i cannot",
    "couldn't": "couldnot", "couldnt": "couldnot", "don't": "donot", "dont": "donot",
    "doesn't": "doesnot", "doesnt": "doesnot", "didn't": "didnot", "didnt": "didnot",
    "won't": "willnot", "wont": "willnot", "isn't": "isnot", "isnt": "isnot",
    "aren't": "arenot", "arent": "arenot", "wasn't": "wasnot", "wasnt": "wasnot",
    "weren't": "werenot", "werent": "werenot", "haven't": "havenot", "havent": "havenot",
    "hasn't": "hasnot", "hasnt": "hasnot", "hadn't": "hadnot", "hadnt": "hadnot",
    "wouldn't": "wouldnot", "wouldnt": "wouldnot", "shouldn't": "shouldnot",
    "shouldnt": "shouldnot", "ain't": "isnot", "aint": "isnot",
    "i'm": "i am", "im": "i am", "iam": "i am", "i've": "i have", "ive": "i have",
    "i'd": "i would", "id": "i would", "i'll": "i will",
    "he's": "he is", "hes": "he is", "she's": "she is", "shes": "she is", "it's": "it is",
    "he'll": "he will", "she'll": "she will", "they'd": "they would", "they'll": "they will",
    "we're": "we are", "they're": "they are", "theyre": "they are", "you're": "you are",
    "we've": "we have", "they've": "they have", "that's": "that is", "thats": "that is",
    "there's": "there is", "theres": "there is", "what's": "what is", "whats": "what is",
    "who's": "who is", "how's": "how is", "where's": "where is", "let's": "let us",
    "wanna": "want to", "gonna": "going to", "gotta": "got to", "idk": "i donot know",
    "u": "you", "ur": "your", "pls": "please", "plz": "please", "abt": "about", "bc": "because",
    "w/": "with", "hubby": "husband", "ppl": "people", "rn": "right now", "temps": "temp",
}  # fmt: skip
#: Pairs of words that mean one: what a contraction would have given.
_PAIRS = {
    ("can", "not"): "cannot", ("can", "t"): "cannot", ("could", "not"): "couldnot",
    ("do", "not"): "donot", ("don", "t"): "donot", ("does", "not"): "doesnot",
    ("doesn", "t"): "doesnot", ("did", "not"): "didnot", ("didn", "t"): "didnot",
    ("will", "not"): "willnot", ("won", "t"): "willnot", ("is", "not"): "isnot",
    ("isn", "t"): "isnot", ("are", "not"): "arenot", ("was", "not"): "wasnot",
    ("were", "not"): "werenot", ("have", "not"): "havenot", ("haven", "t"): "havenot",
    ("has", "not"): "hasnot", ("had", "not"): "hadnot", ("would", "not"): "wouldnot",
    ("should", "not"): "shouldnot", ("not", "able"): "cannot", ("i", "m"): "i am",
    ("he", "s"): "he is", ("she", "s"): "she is", ("it", "s"): "it is", ("i", "ve"): "i have",
    ("car", "t"): "cart", ("car", "tee"): "cart", ("cart", "t"): "cart", ("car", "tea"): "cart",
    ("nose", "bleed"): "nosebleed", ("black", "out"): "blackout", ("blacking", "out"): "blackout",
    ("blacked", "out"): "blackout", ("epi", "pen"): "epipen", ("after", "wards"): "afterwards",
}  # fmt: skip
#: Words of one or two letters that run-together text may hold.
_SMALL = frozenset({"i", "to", "my", "is", "am", "me", "he", "no", "in", "it", "im", "of", "on"})
_FILLERS = frozenset({"uh", "uhm", "erm", "hmm", "mmm", "ehm", "umm", "uhh", "like"})
_OWNER = re.compile(r"(.+)'s$")
_WORD = re.compile(
    r"\d{1,3}(?:,\d{3})+(?![\d.,])|\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?(?:[\u0900-\u0903\u093a-"
    r"\u094f\u0962\u0963\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+[^\W\d_]*)*|[%/+°º]"
)
_MIXED_WORD = re.compile(r"[a-z0-9@$!*]{4,}")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_](?:[ .\-_*']{1,2})){3,}[^\W\d_](?![^\W_])")


def fold(text: str) -> str:
    """Lower case without accents, width, style or invisible marks. Never raises."""
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).lower()
    kept = []
    for char in unicodedata.normalize("NFD", text):
        point = ord(char)
        if point < 0x80:
            kept.append(char if char.isprintable() else " ")
        elif 0x300 <= point <= 0x36F or 0x64B <= point <= 0x65F:
            # the breve of Cyrillic short i is a letter of its own, not an accent
            if point == 0x306 and kept and kept[-1] == "и":
                kept[-1] = "й"
        else:
            category = unicodedata.category(char)
            if category in {"Cf", "Cs", "Co", "Cn"}:
                continue
            kept.append(
                " "
                if category in {"Cc", "So", "Sk", "Zs", "Zl", "Zp"} and char not in "°"
                else char
            )
    return unicodedata.normalize("NFC", "".join(kept)).translate(_FOLDED)


def _latin(word: str, surely: bool) -> str:
    """`word` with look-alikes made Latin if it mixes alphabets, or if its neighbours are Latin."""
    if word.isascii():
        return word
    mapped = word.translate(_LOOKALIKES)
    mixed = any("a" <= char <= "z" for char in word)
    if mixed or (surely and mapped.isascii()):
        return mapped
    return word


def _ascii_digits(word: str) -> str:
    if word.isascii() or not word[0].isdigit():
        return word
    return "".join(str(unicodedata.digit(c, 0)) if c.isdigit() else c for c in word)


class Normaliser:
    """Turns text into words, with what the lexicon knows as help.

    known: every word of the lexicon; used to undo digits for letters and missing spaces.
    typos: finds the key word that a word is a typo of.
    """

    def __init__(self, known: Collection[str], typos: TypoIndex) -> None:
        self._known = frozenset(known)
        self._typos = typos
        self._longest = max(map(len, self._known), default=1)

    def words(self, text: str) -> list[str]:
        """The words of `text` in order; numbers are words ("38.5"), "%", "/" and "°" too."""
        folded = fold(text)
        letters = sum(1 for c in folded if c.isalpha())
        latin = sum(1 for c in folded if "a" <= c <= "z")
        mostly_latin = latin * 2 > letters
        if mostly_latin:
            folded = _SPACED.sub(self._join, folded)
            folded = _MIXED_WORD.sub(self._unleet, folded)
        found: list[str] = []
        spelt: dict[str, list[str]] = {}
        for match in _WORD.finditer(folded):
            word = _ascii_digits(_latin(match.group(), mostly_latin))
            if word[0].isdigit():
                found.append(_number(word))
                continue
            expanded = _CONTRACTIONS.get(word)
            if expanded is None and "'" in word:
                # "dad's talking" or "dad's arm": either way the word that matters is dad
                owner = _OWNER.match(word)
                expanded = owner.group(1) if owner else word.replace("'", " ")
            for part in (expanded or word).split():
                if part not in _FILLERS:
                    if part not in spelt:
                        spelt[part] = self._spelt(part)
                    found += spelt[part]
        return _paired(found)

    def _spelt(self, word: str) -> list[str]:
        if word in self._known:
            return [word]
        corrected = self._typos.correct(word)
        if corrected != word:
            return [corrected]
        if 8 <= len(word) <= 40 and word.isascii() and not self._typos.right(word):
            split = self._split(word)
            if split:
                return split
        return [word]

    def _join(self, match: re.Match[str]) -> str:
        """Letters spaced out become the words that they spell."""
        joined = []
        for part in re.split(r" {2,}", match.group()):
            letters = "".join(c for c in part if c.isalpha())
            joined.append(" ".join(self._split(letters) or [letters]))
        return " ".join(joined)

    def _unleet(self, match: re.Match[str]) -> str:
        word = match.group()
        if word.isalpha():
            return word
        plain = word.translate(_LEET)
        return plain if plain in self._known else word

    def _split(self, run: str) -> list[str] | None:
        """Known words that `run` is made of, fewest first; None if it is not made of them."""
        run = run[:80]
        best: list[tuple[int, int] | None] = [(0, 0)] + [None] * len(run)
        for end in range(1, len(run) + 1):
            for start in range(max(0, end - self._longest), end):
                before = best[start]
                if before is None:
                    continue
                piece = run[start:end]
                if piece in _SMALL or (
                    end - start > 2 and (piece in self._known or piece in _CONTRACTIONS)
                ):
                    count = before[0] + 1
                    held = best[end]
                    if held is None or count < held[0]:
                        best[end] = (count, start)
        if best[len(run)] is None:
            return None
        words: list[str] = []
        end = len(run)
        while end:
            step = best[end]
            assert step is not None
            words.append(run[step[1] : end])
            end = step[1]
        words.reverse()
        if len(words) > 6 or not any(self._typos.is_key(word) for word in words):
            return None
        return " ".join(_CONTRACTIONS.get(word, word) for word in words).split()


def _number(word: str) -> str:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", word):
        return word.replace(",", "")
    return word.replace(",", ".")


def _paired(words: list[str]) -> list[str]:
    paired: list[str] = []
    for word in words:
        if paired:
            one = _PAIRS.get((paired[-1], word))
            if one is not None:
                paired[-1:] = one.split()
                continue
        paired.append(word)
    return paired
