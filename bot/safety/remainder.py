"""What a message says besides the danger: the question that is answered under the card."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bot.safety.normalise import fold
from bot.safety.segments import Clause

#: A clause beside the danger is kept from the same sentence only if it asks something.
_ASKS = re.compile(
    r"^\W*(?:and |but |so |anyway |also |y |pero |und |aber |et |mais |e |ma |mas )*"
    r"(?:what|which|where|who|how|when|why|is|are|do|does|did|can|could|may|am|will|would|should|"
    r"any|tell me|list|show|que|cual|donde|quien|como|cuando|por que|hay|puedo|puede|"
    r"was|welche|wo|wer|wie|wann|warum|gibt|kann|ist|quel|quels|quelle|ou|qui|comment|quand|"
    r"pourquoi|puis-je|y a|est-ce|quale|quali|dove|chi|come|quando|perche|ci sono|posso|"
    r"qual|quais|onde|quem|ha)\b"
)
#: Said around the danger; asks nothing that the card does not answer.
_ABOUT_THE_DANGER = re.compile(
    r"^\W*(?:(?:and|but|so|then|also|well|ok|okay|please|hello|hi|hey|sorry|anyway|um|uh|help|now|"
    r"thanks|thank you|y|pero|por favor|hola|gracias|ayuda|perdon|bitte|hallo|hilfe|danke|bonjour|"
    r"merci|aide|aidez|ciao|grazie|aiuto|ola|obrigad[oa]|ajuda)\W*)*"
    r"(?:(?:what (?:do|should|can) (?:i|we) do(?: now)?)|(?:what now)|(?:is (?:that|this|it)"
    r"(?: (?:ok|okay|normal|bad|serious|dangerous|an emergency|crs|icans|urgent))?)|"
    r"(?:should i (?:go|call|wait|worry|be worried|see|take)\b.*)|"
    r"(?:do i (?:need to )?(?:go|call|wait)\b.*)|"
    r"(?:can i (?:wait|take)\b.*)|(?:sorry to bother you)|(?:long story)|"
    r"(?:que hago|que debo hacer|es normal|es grave|que puedo hacer)|"
    r"(?:was soll ich tun|ist das normal)|(?:que faire|c'est normal)|(?:cosa faccio|e normale)|"
    r"(?:o que (?:eu )?faco|e normal)|by the way)?\W*$"
)


def remainder_of(text: str, clauses: Sequence[Clause], gone: Collection[int]) -> str:
    """`text` without the clauses numbered `gone` and what only belongs to them."""
    hit = {clauses[index].sentence for index in gone}
    parts: list[str] = []
    last_sentence = -1
    for index, clause in enumerate(clauses):
        if index in gone:
            continue
        said = text[clause.start : clause.end].strip()
        folded = fold(said)
        if _ABOUT_THE_DANGER.match(folded) or not any(c.isalnum() for c in said):
            continue
        if clause.sentence in hit and not _ASKS.match(folded):
            continue
        if parts:
            parts.append(", " if clause.sentence == last_sentence else " ")
        parts.append(said)
        final = index + 1 == len(clauses) or clauses[index + 1].sentence != clause.sentence
        if final:
            parts.append("?" if clause.asked else ".")
        last_sentence = clause.sentence
    return "".join(parts).replace("..", ".").strip(" ,")
