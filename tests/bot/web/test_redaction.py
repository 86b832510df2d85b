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
    ],
)
def test_what_medicine_needs_stays(written: str) -> None:
    assert redact(written) == written
