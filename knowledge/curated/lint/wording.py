"""Wording that never reaches a patient, by the rules of recruitment and consent.

From FDA's information sheet on recruiting study subjects and 21 CFR 312.7 (no claim that what is
still tested is safe or effective). A match that is plainly denied ("it is not a cure") is let
through by `_denied`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.curated import claims

_Rule = tuple[str, re.Pattern[str], str]


def _rules(*rows: tuple[str, str, str]) -> tuple[_Rule, ...]:
    return tuple((id_, re.compile(pattern, re.IGNORECASE), mend) for id_, pattern, mend in rows)


#: (rule, pattern, how to mend it), by locale; a rule is looked for within one sentence.
RULES: dict[str, tuple[_Rule, ...]] = {
    "en": _rules(
        (
            "L01",
            r"\bnew (?:treatment|drug|therapy|procedure)s?\b(?!.*\b(?:experimental|investigational))",
            "say 'experimental' in the same sentence",
        ),
        ("L02", r"\bfree (?:treatment|medical care|therapy)\b", "say 'the study may cover ...'"),
        (
            "L03",
            r"\b(?:cures?|cured|breakthrough|miracle|game.?changer|life.?saving|revolutionary|promising)\b",
            "leave it out, or deny it plainly",
        ),
        (
            "L04",
            r"\b(?:is|are|was|were|be|been|proven|shown to be|completely|totally) (?:safe|effective)\b|\bguarantee[ds]?\b|\bsuperior\b|\bbetter than (?!nothing)|\bproven to\b",
            "tie it to 'in a study of N people', or leave it out",
        ),
        (
            "L05",
            r"\byou (?:are|may be|might be|seem|look|qualify|would be|could be) (?:eligible|suitable|a (?:good )?candidate|a match)\b|\byou qualify\b|\b\d+ ?% match\b",
            "only the study team can decide",
        ),
        (
            "L08",
            r"(?:^|[.!?:;]\s+)(?:please )?(?:stop|start|reduce|increase|skip|change) (?:taking )?(?:your |the )?(?:medic|steroid|pill|dose|drug|tablet|prednis|insulin)",
            "never tell anybody to change a medicine",
        ),
        (
            "L10",
            r"\b(?:hurry|limited places|don't miss|act now|last chance)\b",
            "no pressure",
        ),
        (
            "L13",
            r"\b(?:best|top|leading|world.class|number one|top.rated) (?:hospital|clinic|cent(?:re|er)|trial|study|sponsor|doctor)s?\b",
            "rank nobody; say by which neutral order they come",
        ),
        (
            "L14",
            r"\btreatment (?:arm|group)\b|\b(?:get|receive|be given|have) treatment (?:in|through|from) (?:a|the|this) (?:trial|study)\b",
            "it is being tested: say 'study treatment' or 'the CAR-T being tested'",
        ),
        (
            "L15",
            r"\b(?:changed my life|gave me (?:back )?my life|saved my life|my symptoms (?:are|were|went)|I am (?:now )?(?:better|well|in remission|symptom.free))\b",
            "no testimonials",
        ),
    ),
    "es": _rules(
        (
            "L01",
            r"\bnuev[oa]s? (?:tratamiento|medicamento|terapia|procedimiento)s?\b(?!.*\b(?:experimental|en investigación))",
            "di 'experimental' en la misma frase",
        ),
        (
            "L02",
            r"\b(?:tratamiento|terapia|atención(?: médica)?) gratis\b|\b(?:tratamiento|terapia) gratuit[oa]\b",
            "di 'el estudio puede cubrir ...'",
        ),
        (
            "L03",
            r"\b(?:(?<!se )curas?|curad[oa]s?|curan|milagros?[oa]?|revolucionari[oa]s?|prometedor(?:a|es|as)?|salva vidas)\b",
            "quítalo o niégalo claramente",
        ),
        (
            "L04",
            r"\b(?:es|son|fue|está demostrado que es) (?:segur[oa]s?|efica(?:z|ces))\b|\bgarantiza\w*\b|\bsuperior(?:es)? a\b|\bmejor que\b",
            "di 'en un estudio con N personas' o quítalo",
        ),
        (
            "L05",
            r"\b(?:eres|puedes ser|podrías ser|pareces) (?:apt[oa]|elegible|candidat[oa]|un buen candidato)\b|\bcumples (?:los|con los) (?:requisitos|criterios)\b",
            "solo lo decide el equipo del estudio",
        ),
        (
            "L08",
            r"(?:^|[.!?:;]\s+)(?:por favor,? )?(?:deja|suspende|empieza|reduce|aumenta|sáltate|cambia) (?:de tomar )?(?:tus?|el|la|los|las) (?:medic|cortic|pastill|dosis|fármac|insulin|predniso)",
            "no digas a nadie que cambie un medicamento",
        ),
        (
            "L10",
            r"\b(?:date prisa|plazas limitadas|no te (?:lo )?pierdas|última oportunidad|actúa ya)\b",
            "sin presión",
        ),
        (
            "L13",
            r"\b(?:el|la|los|las) mejor(?:es)? (?:hospital|clínica|centro|ensayo|estudio|médico)(?:s|es)?\b",
            "no ordenes por calidad",
        ),
        (
            "L15",
            r"\bme (?:cambió|salvó|devolvió) la vida\b",
            "sin testimonios",
        ),
    ),
}
_DENIAL = re.compile(
    r"\b(?:not|no|never|nobody|cannot|can't|isn't|aren't|without|nor|neither|if|whether|says?|"
    r"promises?|claims?|promised|avoid|beware|offer(?:s|ed|ing)?|"
    r"nunca|nadie|ningun[oa]?|ningún|sin|ni|tampoco|si|dice[ns]?|promete[n]?|evita|cuidado|ofrece[n]?|"
    r"saber si)\b|[\"“«?]",
    re.IGNORECASE,
)
#: L06 and L19: what the typography of an answer must not do. The registry may be linked to.
_MARKUP = re.compile(
    r"\*\*|__|^#{1,6} |https?://(?!clinicaltrials\.gov\b)|<[a-z!/]|!\[",
    re.IGNORECASE | re.MULTILINE,
)
_PAYMENT = re.compile(
    r"[$€£]\s?\d|\b\d[\d.,]* ?(?:dollars|euros|pounds|dólares|libras)\b", re.IGNORECASE
)
#: L09: what was gained, and what it is owed beside it.
_BENEFIT = re.compile(
    r"\bremissions?\b|\b(?:got|were|was) (?:much )?better\b|\bimproved\b|\bremisión\b|\bmejor(?:ó|aron)\b",
    re.IGNORECASE,
)
_BALANCE = re.compile(
    r"\b(?:not (?:yet )?known|nobody knows|no one knows|unknown|too (?:few|small|early)|risks?|harm\w*|side effects?|fever|CRS|"
    r"infections?|relapse[ds]?|came back|come back|comes back|died|deaths?|severe|no comparison|not (?:a cure|cured)|"
    r"no se sabe|nadie sabe|demasiado|riesgos?|daños?|efectos secundarios|fiebre|infecci(?:ón|ones)|recaídas?|"
    r"volvió|vuelve|vuelva|volver|murió|murieron|muertes?|graves?|no hubo grupo|no es una cura)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\d ?%|\bper ?cent\b|\bpor ciento\b", re.IGNORECASE)
_COUNT = re.compile(r"(?<![\d.,])\d[\d.,]*(?! ?%)(?![\d.,])")


def sentence_complaints(text: str, locale: str) -> Iterator[tuple[str, str]]:
    """(sentence, complaint) for each misleading sentence of a text."""
    for sentence in claims.sentences(text):
        for rule, pattern, mend in RULES.get(locale, ()):
            found = pattern.search(sentence)
            if found and not _denied(sentence, found.start()):
                yield sentence, f"{rule}: '{found.group().strip()}': {mend}"


def answer_complaints(text: str, about_therapy: bool) -> Iterator[str]:
    """What is wrong with an answer as a whole: markup, payment first, benefits without risks."""
    if found := _MARKUP.search(text):
        yield f"L06/L19: '{found.group().strip()}': plain text only, no bold, headings, links or pictures (sources give the links)"
    first = next(iter(claims.sentences(text)), "")
    if found := _PAYMENT.search(first):
        yield f"L06: '{found.group()}': no amount of money in the first sentence"
    if about_therapy and _BENEFIT.search(text) and not _BALANCE.search(text):
        yield "L09: a benefit without a risk or an unknown in the same answer: add what went wrong or is not known"
    for line in text.splitlines():
        if (
            about_therapy
            and (found := _PERCENT.search(line))
            and not _COUNT.search(_without_years(line))
        ):
            said = line[max(0, found.start() - 40) : found.end()]
            yield f"L09: '...{said}': a percentage needs the number of people behind it ('3 of 15')"


def _without_years(sentence: str) -> str:
    return re.sub(r"\b(?:19|20)\d\d\b", "", sentence)


def _denied(sentence: str, position: int) -> bool:
    return _DENIAL.search(sentence[:position]) is not None or sentence.rstrip().endswith("?")
