"""Forty unseen questions about eight new subjects, with two hundred made-up identifiers in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

SUBJECTS = {
    "insurance": [
        "does my travel insurance pay if I fall ill abroad during the study",
        "will my holiday insurance still cover me after the cell infusion",
        "which travel insurance takes people who had engineered cells",
        "my travel insurance refuses to cover the trip to the study, what now",
        "do I have to tell my travel insurance about the trial",
    ],
    "pets": [
        "can I keep my cat at home after the infusion",
        "is my dog a danger when my immune system is down afterwards",
        "can the dog and the cat stay while I recover",
        "do I have to give my cat away before I get the cells",
        "may my puppy sleep in my bed when I come home",
    ],
    "tattoos": [
        "can I get a tattoo after CAR-T",
        "is a new tattoo allowed before the trial",
        "how long should I wait with tattoos and piercings afterwards",
        "will an old tattoo be a problem for the cells",
        "tattoo ink and this therapy, is that risky",
    ],
    "scuba diving": [
        "can I go scuba diving again",
        "is scuba diving safe after this therapy",
        "when may I dive with a tank again",
        "do I need a dive medical before I go scuba diving",
        "will the pressure of scuba diving hurt the new cells",
    ],
    "army": [
        "would I be discharged from the army if I take part",
        "can active duty soldiers in the army join a study",
        "does the military allow gene modified cells in soldiers",
        "I serve in the military, may I take part",
        "will my deployment be cancelled because of the treatment in the army",
    ],
    "organ donation": [
        "can I still be an organ donor after CAR-T",
        "may I donate a kidney to my brother later on",
        "will they refuse my organs if I had modified cells",
        "does it change my organ donor card",
        "can my liver be donated when I die after this therapy",
    ],
    "dentist": [
        "can I see my dentist after the infusion",
        "is it safe to have a tooth pulled while I recover",
        "does the dentist have to check my teeth before the cells",
        "may the dentist give me a tooth implant later on",
        "can I have my teeth cleaned when my counts are low",
    ],
    "school": [
        "when may my child go back to school after the cells",
        "does the school have to give my son time off for the trial",
        "can my daughter sit her school exams during the hospital weeks",
        "is there a school teacher in the hospital for children",
        "how do I tell my child's school about the treatment",
    ],
}

NAMES = """Anna Kowalska|Robert Miller|Lucía Fernández|Wei Zhang|Priya Raghunathan|Siobhan O'Neill
Hans-Peter Müller|Oluwaseun Adeyemi|Fatima Al-Sayed|Jean-Luc Moreau|Giulia Bianchi|Mehmet Yılmaz
Olga Ivanova|Takeshi Yamamoto|Min-jun Park|Nguyen Van Hung|Maria da Silva|Sven Lindqvist|Ewa Nowak
Dimitris Papadopoulos|John Smith|Emily Thompson|Rajesh Kumar|Chidinma Okafor|Ahmed Hassan
Katarzyna Zielińska|Pieter van den Berg|Ingrid Haugen|Carlos Gutiérrez|Beatriz Oliveira
Aisha Mohammed|Tomasz Wiśniewski|Zsófia Nagy|Petra Nováková|Liam Gallagher|Charlotte Dubois
Matteo Ferrari|Yuki Tanaka|Deborah Goldstein|Kwame Mensah""".replace("\n", "|").split("|")

PHONES = """(617) 555-0199|+44 7911 123456|6175550142|+49 (0)151 23456789|+34 612 345 678|020 7946 0958
+33 6 12 34 56 78|+39 347 1234567|0171-5550123|+91 98765 43210|+86 138 0013 8000|+81 90-1234-5678
+82 10-1234-5678|+55 11 91234-5678|+61 412 345 678|(02) 9374 4000|555-867-5309|1-800-555-0147
+48 601 234 567|+46 70 123 45 67|+31 6 12345678|+41 79 123 45 67|+47 412 34 567|+90 532 123 45 67
+7 916 123-45-67|+234 803 123 4567|+233 24 123 4567|+20 100 123 4567|+30 691 234 5678|07700 900461
+353 85 123 4567|+36 30 123 4567|+420 601 234 567|+84 91 234 56 78|+66 81 234 5678|617.555.0166
00 44 20 7946 0123|+52 55 1234 5678|+972 50-123-4567|+1 (415) 555-2671""".replace("\n", "|").split(
    "|"
)

RECORDS = """MRN 00712345|MRN: 4481-220|SSN 078-05-1120|NHS number 401 023 2137|hospital no. 88-31-47
patient ID AX-99812|insurance id ABX99881234|DNI 12345678Z|NIE X1234567L|CPF 123.456.789-09
Aadhaar 1234 5678 9012|NINO QQ 12 34 56 C|passport L01X00T47|IBAN DE89 3704 0044 0532 0130 00
PESEL 44051401359|NIR 1 84 05 75 123 456 78|BSN 111222333|codice fiscale RSSMRA85T10A562S
Medicare 2123 45670 1|SIN 046 454 286|personnummer 19850709-9805|AHV 756.9217.0769.85|MRN#5550931
case 2026/004417|chart 77-20451|policy no POL-5512-8831|member ID W2034 55871|SVNR 1237 010180
CURP GOMC960912HDFRRL04|TC 10000000146|record number 3310088|NRIC S1234567D|HKID A123456(3)
BVN 22212345678|Ghana card GHA-712345678-9|RAMQ TREM 8001 0112|ID 5501014800086|MRN E0098812
account 4000123412341234|subject no. 014-007""".replace("\n", "|").split("|")

PLACES = """12 Maple Street, Springfield|Calle Mayor 14, Madrid|Hauptstraße 12, 10115 Berlin
12 rue de la Paix, 75002 Paris|Via Garibaldi 10, Torino|ul. Kwiatowa 7, Kraków|Storgatan 4, Uppsala
Rua das Flores 100, Porto|Keizersgracht 123, Amsterdam|221B Baker Street, London NW1 6XE
1600 Pennsylvania Avenue, Washington, DC 20500|45 Koramangala Road, Bengaluru 560034
3-1-1 Marunouchi, Tokyo 100-0005|Avenida Paulista 1578, São Paulo|Bahnhofstrasse 3, Zürich
17 Collins Court, Melbourne|88 Elmwood Drive, Toronto M4B 1B3|Karl Johans gate 22, Oslo
9 Allenby Crescent, Dublin|5 Banana Island Road, Lagos""".splitlines()
PLACES = [place for line in PLACES for place in line.split("|")]

BIRTHS = """3 May 1984|05/03/1984|1978-12-04|12.07.1969|3rd of May 1991|May 14, 1955|14 de mayo de 1962
1 janvier 1970|24. Dezember 1958|7/8/66|2001-02-28|30 Sept 1983|12-11-1949|11 November 1972|4/7/1999
09.09.1990|21 giugno 1964|15 març 1977|June 1st 1950|19850709""".replace("\n", "|").split("|")

MAILS = [
    f"{local}@{host}"
    for number, local in enumerate(
        re.sub(r"[^a-z. ]", "", name.casefold()).replace(" ", "." if number % 2 else "_")
        for number, name in enumerate(NAMES)
    )
    for host in [("mail.example.org", "gmail.example", "clinic.example.co.uk", "web.example.de")[number % 4]]
]  # fmt: skip

_SHAPES = (
    "{q}? My name is {name}, {extra}, {phone}, {mail}, {record}",
    "Hi, {name} here. {q}? You can reach me at {phone} or {mail}. {record}. {extra}",
    "{q}? Thanks, {name} ({mail}), tel {phone}, {extra}, {record}",
    "i'm {small} and {q}? {phone} {mail} {record} {extra}",
    "{name}: {q}? {record}; {extra}; {phone}; {mail}",
    "This is {name}. My details: {record}, {extra}, {phone}. {q}? {mail}",
    "{q}? write to {mail} or ring {phone}, ask for {name}, {record}, {extra}",
    "my wife {name} wants to know: {q}? ({extra}, {record}, {phone}, {mail})",
)


@dataclass(frozen=True)
class Planted:
    """A question, its subject, how it was typed, and the five identifiers in that."""

    subject: str
    question: str
    text: str
    identifiers: tuple[str, ...]


def planted() -> list[Planted]:
    """All forty."""
    questions = [(subject, q) for subject, asked in SUBJECTS.items() for q in asked]
    rows = []
    for number, (subject, q) in enumerate(questions):
        extra = (PLACES if number % 2 else BIRTHS)[number // 2]
        told = (
            f"I live at {extra}"
            if number % 4 == 1
            else f"born {extra}"
            if number % 4 == 0
            else extra
        )
        name = NAMES[number]
        rows.append(
            Planted(
                subject,
                q,
                _SHAPES[number % 8].format(
                    q=q,
                    name=name,
                    small=name.casefold(),
                    phone=PHONES[number],
                    mail=MAILS[number],
                    record=RECORDS[number],
                    extra=told,
                ),
                (name, PHONES[number], MAILS[number], RECORDS[number], extra),
            )
        )
    return rows


def planted_as(kept: str) -> Planted:
    """Which one a text of the queue was."""

    def common(each: Planted) -> int:
        return len(set(re.findall(r"\w+", kept)) & set(re.findall(r"\w+", each.question)))

    return max(planted(), key=common)


def traces(identifier: str) -> list[str]:
    """The parts of an identifier that would still point to somebody: words and runs of digits."""
    words = re.findall(r"[^\W\d_]{3,}", identifier.casefold())
    digits = re.findall(r"\d{3,}", identifier)
    return [identifier.casefold(), *(w for w in words if w not in _SAYS_NOTHING), *digits]


#: Words within identifiers that point to nobody: kinds of number, of street, months, big cities.
_SAYS_NOTHING = frozenset(
    """mrn ssn nhs number hospital patient insurance dni nie cpf aadhaar nino passport iban pesel nir
    bsn codice fiscale medicare sin personnummer ahv case chart policy pol member svnr curp record
    nric hkid bvn ghana card gha ramq account subject street road avenue drive court crescent calle
    rue via rua das avenida gate der den van com org example mail gmail clinic web may juni mayo
    dezember sept november giugno june januar janvier març madrid berlin paris torino kraków uppsala
    porto amsterdam london washington bengaluru tokyo paulo zürich melbourne toronto oslo dublin
    lagos springfield são 3rd 1st the""".split()  # noqa: SIM905
)
