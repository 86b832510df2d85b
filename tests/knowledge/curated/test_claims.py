"""Sources stand after the sentence that rests on them, and never reach the patient."""

from __future__ import annotations

from knowledge.curated.claims import paragraph
from knowledge.curated.content import Claim


def test_each_sentence_carries_its_own_sources() -> None:
    read = paragraph("All 5 were well. [a-2022] In 11 of 15 it was not so. [b; c] Nobody knows.")
    assert read.text == "All 5 were well. In 11 of 15 it was not so. Nobody knows."
    assert read.claims == (
        Claim("All 5 were well.", ("a-2022",)),
        Claim("In 11 of 15 it was not so.", ("b", "c")),
        Claim("Nobody knows."),
    )
    assert read.sources == ("a-2022", "b", "c")


def test_a_line_of_a_list_is_its_own_sentence() -> None:
    read = paragraph("Two studies:\n- Germany: 5 of 5 [a]\n- China: 3 of 4 [b]\n")
    assert read.text == "Two studies:\n- Germany: 5 of 5\n- China: 3 of 4"
    assert [claim.text for claim in read.claims] == [
        "Two studies:",
        "Germany: 5 of 5",
        "China: 3 of 4",
    ]


def test_full_stops_within_a_sentence_do_not_end_it() -> None:
    said = "A fever of 38.5 C (e.g. at night) is seen by Dr. Who. ¿Y en EE. UU.? «No.» Yes!"
    assert [claim.text for claim in paragraph(said).claims] == [
        "A fever of 38.5 C (e.g. at night) is seen by Dr. Who.",
        "¿Y en EE. UU.?",
        "«No.»",
        "Yes!",
    ]
