"""A person's identity does not reach Rasa, a store or a log; what medicine needs does."""

from __future__ import annotations

import pytest

from bot.web.redaction import redact


@pytest.mark.parametrize(
    ("written", "gone"),
    [
        ("my name is Anna Kowalska and I have lupus", "Kowalska"),
        ("me llamo Lucía Fernández", "Fernández"),
        ("I am Robert Miller, 54", "Miller"),
        ("my doctor is Dr Okonkwo", "Okonkwo"),
        ("my son Thomas has lupus", "Thomas"),
        ("write to jo.bloggs+x@mail.example.org please", "bloggs"),
        ("ring me on +44 7911 123456", "7911"),
        ("my number is (617) 555-0199", "0199"),
        ("cell 6175550199", "6175550199"),
        ("born 3 May 1984", "1984"),
        ("DOB: 05/03/1984", "1984"),
        ("fecha de nacimiento 03/05/1984", "1984"),
        ("MRN 00712345", "00712345"),
        ("my NHS number is 401 023 2137", "2137"),
        ("SSN 078-05-1120", "1120"),
        ("insurance id ABX99881234", "99881234"),
        ("I live at 12 Maple Street", "Maple"),
        ("vivo en calle Mayor 14", "Mayor"),
        ("my postcode is SW1A 2AA", "SW1A"),
        ("see https://records.example/me/123", "records.example"),
        ("12/03/1984, lupus", "1984"),
        ("12.03.1984", "12.03"),
        ("12/03/84", "84"),
        ("Anna, 3 March 1984, MS since 2019", "March"),
        ("my girl, 3rd of May 2014", "2014"),
        ("1984-03-12", "1984"),
        ("3. März 1984", "1984"),
        ("le 3 mars 1984", "1984"),
        ("3 de março de 1984", "1984"),
        ("case 2026/004417", "004417"),
        ("my file is 12/2026/778", "778"),
        ("policy AB 1234567", "1234567"),
        ("NINO QQ 12 34 56 C", "56"),
        ("QQ123456C is mine", "123456"),
        ("nino: qq123456c", "123456"),
        ("IBAN GB33 BUKB 2020 1555 5555 55", "5555"),
        ("I live in Karl Johans gate 22", "Johans"),
        ("Olav Ryes plass 3 b", "Ryes"),
        ("Storgata 5, Oslo", "Storgata"),
        ("Mannerheimintie 14", "Mannerheimintie"),
    ],
)
def test_what_identifies_a_person_is_taken_out(written: str, gone: str) -> None:
    assert gone not in redact(written)


@pytest.mark.parametrize(
    "written",
    [
        "I have Graves' disease and Still's disease",
        "is Sjögren's studied",
        "tell me about NCT06193889",
        "I'm 43 and my temperature is 38.5",
        "my SLEDAI is 8, creatinine 2.1 mg/dL",
        "I take 20 mg prednisone and 1000 mg mycophenolate",
        "any trials near Boston or Munich",
        "I was diagnosed in 2019",
        "I am American, living with Lupus",
        "I'm Scared",
        "blood pressure 210/120",
        "platelets 50,000 and ANA 1:640",
        "a clinic wants $80,000",
        "CD19 and BCMA, phase 1/2",
        "what is new since 1 May 2025",
        "trials opened since May 2025",
        "anything new since 2023-05-01",
        "the news of 9 June 2025",
        "seen on 12/03/2026",
        "lupus since March 1984",
        "is somebody there 24/7",
        "phase 1/2/3",
        "doses of 1/2/20 mg",
        "10-15-20 mg",
        "case 2 of 11",
        "patient 12 years old",
        "patients 18 to 75 years",
        "mi nino 12 anos tiene lupus",
        "Medicare 65 and older in a trial?",
        "14 dni 30 po infuzji",
        "NHS 111 option 2",
        "Investigate 2 trials",
    ],
)
def test_what_medicine_needs_stays(written: str) -> None:
    assert redact(written) == written


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("my NHS number is 401 023 2137 can I join", "my [number] can I join"),
        ("MRN 00712345 and I have lupus", "[number] and I have lupus"),
        ("passport: 533401372 lupus trial", "[number] lupus trial"),
        ("my case is 2026/004417, can I join?", "my [number], can I join?"),
        ("Storgata 5 Oslo trials", "[address] Oslo trials"),
    ],
)
def test_the_question_beside_a_number_stays(written: str, left: str) -> None:
    assert redact(written) == left
