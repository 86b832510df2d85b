"""Does each sentence that claims something name the source it rests on, with its numbers?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from knowledge.curated.content import Claim, Source
from knowledge.number_words import NUMBER_WORDS

#: Words that make a sentence a claim: about approvals, risks and outcomes. Two languages.
_CLAIMS = re.compile(
    r"\b(?:(?:un)?approv(?:ed|als?)|licen[sc]ed|authori[sz]ed|aprobad[oa]s?|aprobación|autorizad[oa]s?|"
    r"fatal|deadly|died|deaths?|life.threatening|infections?|seizures?|severe|serious(?:ly)?|dangerous|harmful|infertil\w+|"
    r"relaps\w+|came back|second cancers?|mortal(?:es)?|murió|murieron|muertes?|infecci(?:ón|ones)|"
    r"convulsi(?:ón|ones)|graves?|peligros[oa]s?|dañin[oa]s?|recaídas?|segundos cánceres|infertilidad|"
    r"remissions?|got (?:much )?better|improved|symptom.free|remisi(?:ón|ones)|mejor(?:ó|aron))\b",
    re.IGNORECASE,
)
#: Sentences that tell somebody what to do, ask, or say what is not known claim nothing.
_ADVICE = re.compile(
    r"^(?:please|ask|tell|call|talk|read|see|bring|look|keep|check|find|say|write|don't|do not|never|if|"
    r"beware|be|your|i |we |you (?:can|could|may) (?:ask|tell|call|look)|only |"
    r"por favor|pregunt|llam|di |dile|dígal|habl|lee |lleva|mira|guarda|comprueba|busca|escrib|no |nunca|si |"
    r"desconfía|ten |tu |yo |puedes|solo )|\?$|"
    r"\b(?:not (?:yet )?(?:known|clear)|unknown|(?:nobody|no one) knows|don't know|cannot (?:say|rule out)|can't|too (?:small|few)|"
    r"no se sabe|nadie sabe|no sabemos|no está claro|no puedo|no (?:se )?puede descartar|demasiado pequeñ[oa])\b",
    re.IGNORECASE,
)
#: Numbers that are part of a name (CD19, Descartes-08, NCT01234567), or a thing to dial.
_NAMES = re.compile(
    r"\b[^\W\d_]+-?\d+[^\W_]*\b|\b(?:911|999|112|111|988|024|116 ?123|type (?:1|2)|tipo (?:1|2)|"
    r"phases? (?:1|2|3|4)(?:[/-][1-4])?(?:(?:,| and| or) [1-4])*|"
    r"fases? (?:1|2|3|4)(?:[/-][1-4])?(?:(?:,| y| o) [1-4])*|24 hours|24 horas|24/7)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“«][^\"”»]*[\"”»]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def complaints(claim: Claim, sources: Mapping[str, Source], owed: bool) -> Iterator[str]:
    """What is wrong with what a sentence rests on.

    owed: whether its kind of topic owes sources (small talk and the guide's own affairs don't).
    """
    for id_ in claim.sources:
        if id_ not in sources:
            yield f"there is no source '{id_}': add it to content/sources or mend the id"
    if "[" in claim.text or "]" in claim.text:
        yield f"'{_short(claim)}': write sources as [one-id; another-id] after the full stop"
    if not owed:
        return
    numbers = [_plain(each) for each in _NUMBER.findall(_NAMES.sub(" ", claim.text))]
    if not claim.sources:
        if numbers:
            yield (
                f"'{_short(claim)}': a number ({', '.join(numbers)}) without a source: "
                "name it after the sentence, as in [its-id]"
            )
        elif (word := _CLAIMS.search(_QUOTED.sub(" ", claim.text))) and not _ADVICE.search(
            claim.text
        ):
            yield (
                f"'{_short(claim)}': a claim ('{word.group()}') without a source: "
                "name it after the sentence, as in [its-id]"
            )
        return
    told = _numbers_told(sources[id_] for id_ in claim.sources if id_ in sources)
    for number in numbers:
        if number not in told:
            yield (
                f"'{_short(claim)}': the number {number} stands in no line of its sources "
                f"({', '.join(claim.sources)}): correct it, or complete the source's `line`"
            )


def _numbers_told(sources: Iterable[Source]) -> set[str]:
    told: set[str] = set()
    for source in sources:
        # of the date the year only: a day of the month would let any number up to 31 pass
        text = f"{source.line} {source.date[:4]}"
        words = set(re.findall(r"[a-z]+", text.lower()))
        told |= {_plain(number) for number in _NUMBER.findall(text)}
        told |= {str(value) for word, value in NUMBER_WORDS.items() if word in words}
    return told | {number.lstrip("0") for number in told}


def _plain(number: str) -> str:
    """1,000 and 1.000 are 1000; 3,5 is 3.5."""
    return re.sub(r"[.,](?=\d{3}\b)", "", number).replace(",", ".").rstrip(".")


def _short(claim: Claim) -> str:
    return claim.text if len(claim.text) <= 60 else f"{claim.text[:57]}..."
