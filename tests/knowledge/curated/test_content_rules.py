"""`python -m bot check` is clean, and truly fails on what would mislead a patient."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge.curated.lint import check
from knowledge.curated.reading import ContentInvalid, read_content
from tests.knowledge.curated.conftest import TODAY, edit, say

Complaints = Callable[..., list[str]]


def test_the_content_is_in_order() -> None:
    assert [str(problem) for problem in check(today=TODAY)] == []


def test_every_topic_of_the_contract_has_a_file() -> None:
    assert len(read_content().topics) >= 93


def test_every_source_has_an_https_address_and_a_date() -> None:
    for source in read_content().sources.values():
        assert re.match(r"https://[\w.-]+\.\w+", source.url), source.id
        assert re.match(r"\d{4}|undated$", source.date), source.id


def test_the_day_a_page_was_read_is_not_given_as_its_date() -> None:
    dated = [each for each in read_content().sources.values() if each.date[:4] == "2026"]
    # a page may appear on the day that somebody reads it, but not a good part of them
    assert sum(each.date == each.checked.isoformat() for each in dated) < len(dated) / 10


# -- each sentence and its sources


def test_a_deleted_source_is_noticed_at_the_sentence_that_rests_on_it(
    folder: Path, complaints: Complaints
) -> None:
    path = folder / "topics" / "study_results.yml"
    cited = re.search(r"\[([a-z0-9-]+)\]", path.read_text())
    assert cited is not None
    for each in (folder / "sources").glob("*.yml"):
        each.write_text(each.read_text().replace(f"- id: {cited[1]}\n", f"- id: {cited[1]}-gone\n"))
    found = [each for each in complaints() if f"there is no source '{cited[1]}'" in each]
    assert any(re.match(r"study_results\.yml:\d+:", each) for each in found)


def test_a_changed_number_is_noticed_on_its_line(folder: Path, complaints: Complaints) -> None:
    path = folder / "topics" / "study_results.yml"
    text = path.read_text()
    number = re.search(r"\b(\d{2})\b(?= people[^\n]*\[)", text)
    assert number is not None
    path.write_text(text[: number.start(1)] + "987" + text[number.end(1) :])
    line = text[: number.start(1)].count("\n") + 1
    assert any(
        each.startswith(f"study_results.yml:{line}:") and "the number 987 stands in no line" in each
        for each in complaints()
    )


def test_a_number_changed_in_the_source_is_noticed_too(
    folder: Path, complaints: Complaints
) -> None:
    edit(folder / "sources" / "studies.yml", "5 of 5 were in remission", "3 of 4 were in remission")
    edit(folder / "sources" / "studies.yml", "2022. 5 people", "2022. 4 people")
    assert any("the number 5 stands in no line of its sources" in each for each in complaints())


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("It happens to 63 of 100 people.", "a number (63, 100) without a source"),
        ("It is approved in Japan.", "a claim ('approved') without a source"),
        ("People have died.", "a claim ('died') without a source"),
        ("Everybody was in remission (no signs of the disease).", "without a source"),
        ("It happens to 11 of 15. [no-such-source]", "there is no source 'no-such-source'"),
        ("It happens to 11 of 15. [Muller 2024]", "write sources as [one-id; another-id]"),
    ],
)
def test_a_claim_without_its_own_source_is_noticed(
    folder: Path, complaints: Complaints, sentence: str, why: str
) -> None:
    line = say(folder, sentence)
    assert any(each.startswith(f"crs.yml:{line}:") and why in each for each in complaints())


def test_the_source_of_the_next_sentence_does_not_count(
    folder: Path, complaints: Complaints
) -> None:
    say(folder, "It happens to 11 of 15. Fever is common. [muller-2024]")
    assert any("a number (11, 15) without a source" in each for each in complaints())


def test_a_day_of_the_month_vouches_for_no_number(folder: Path, complaints: Complaints) -> None:
    # mackensen-2022 was published on 15 September: "15" stands nowhere else in it
    say(folder, "In a study it was 15 people. [mackensen-2022]", "icans")
    assert any("the number 15 stands in no line of its sources" in each for each in complaints())


def test_advice_and_what_is_not_known_need_no_source(folder: Path, complaints: Complaints) -> None:
    say(folder, "Ask how severe it can get. Nobody knows whether the remission lasts.", "icans")
    assert not [each for each in complaints() if "without a source" in each]


def test_spanish_rests_on_what_the_english_rests_on(folder: Path, complaints: Complaints) -> None:
    edit(
        folder / "topics" / "study_results.yml",
        "  es:\n    - text:",
        "  es:\n    - text: 'Eran 5 de 5. [ap-hiv-2026]'\n    - text:",
    )
    assert any("answer.es names sources that the English" in each for each in complaints())


# -- wording


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("This new treatment helps.", "L01"),
        ("You get free treatment.", "L02"),
        ("CAR-T is a breakthrough.", "L03"),
        ("It cures lupus.", "L03"),
        ("It has been shown to be safe.", "L04"),
        ("It is better than steroids.", "L04"),
        ("You may be eligible.", "L05"),
        ("You are a 90 % match.", "L05"),
        ("You get **money** for it.", "L06"),
        ("You are paid $500 for it.", "L06"),
        ("Stop taking your medicine first.", "L08"),
        ("8 of 8 people were in remission (no signs). [muller-2024]", "L09"),
        ("It helped 94% of them. [breakfree1-2025]", "L09"),
        ("Act now, there are limited places.", "L10"),
        ("Go to a leading clinic.", "L13"),
        ("You get treatment in a trial.", "L14"),
        ("It changed my life.", "L15"),
        ("Immunosuppressants precede it.", "L16"),
        ("Look at https://example.org for more.", "L19"),
    ],
)
def test_wording_that_misleads_is_noticed(
    folder: Path, complaints: Complaints, sentence: str, rule: str
) -> None:
    path = folder / "topics" / "icans.yml"
    text = path.read_text()
    # alone in its answer, so that nothing else balances or explains it
    text = re.sub(
        r"^answer:\n.*?(?=^questions:)",
        lambda _: f"answer:\n  en:\n    - text: '{sentence}'\n",
        text,
        flags=re.DOTALL | re.MULTILINE,
    )
    path.write_text(text)
    assert any(each.startswith("icans.yml:") and rule in each for each in complaints())


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("CAR-T es un tratamiento revolucionario.", "L03"),
        ("La terapia es segura.", "L04"),
        ("Podrías ser candidato.", "L05"),
        ("Deja de tomar tu medicación.", "L08"),
        ("Date prisa.", "L10"),
    ],
)
def test_spanish_wording_that_misleads_is_noticed(
    folder: Path, complaints: Complaints, sentence: str, rule: str
) -> None:
    edit(
        folder / "topics" / "study_results.yml",
        "  es:\n    - text:",
        f"  es:\n    - text: '{sentence}'\n    - text:",
    )
    assert any(rule in each for each in complaints())


@pytest.mark.parametrize("sentence", ["It is not a cure.", "Nobody can say that it is safe."])
def test_a_plain_denial_is_allowed(folder: Path, complaints: Complaints, sentence: str) -> None:
    say(folder, sentence, "thanks")
    assert complaints() == []


def test_banned_words_are_noticed_in_fixed_sentences_and_the_glossary_too(
    folder: Path, complaints: Complaints
) -> None:
    edit(folder / "phrases.yml", 'en: "Hello.', 'en: "Hello. CAR-T is a breakthrough.')
    edit(folder / "glossary.yml", "    en: >-\n      ", "    en: >-\n      It is a miracle. ")
    found = "\n".join(complaints())
    assert "phrases.yml" in found
    assert "glossary.yml" in found


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("phrases.yml", "about_page_title: {en: ", "about_page_title: {en: Breakthrough! "),
        ("visit_sheet.yml", "sheet_title: {en: ", "sheet_title: {en: Breakthrough! "),
    ],
)
def test_wording_is_complained_about_in_its_own_file_and_line(
    folder: Path, complaints: Complaints, file: str, old: str, new: str
) -> None:
    line = edit(folder / file, old, new)
    assert [each.split(" ")[0] for each in complaints()] == [f"{file}:{line}:"]


def test_wording_that_stands_in_two_files_is_noticed(folder: Path, complaints: Complaints) -> None:
    edit(folder / "visit_sheet.yml", "  sheet_title:", "  welcome: {en: Hello}\n  sheet_title:")
    assert any(
        each.startswith("visit_sheet.yml:") and "already in phrases.yml" in each
        for each in complaints()
    )


@pytest.mark.parametrize(
    "file",
    ["phrases.yml", "status.yml", "glossary.yml", "domains.yml", "jargon.yml", "visit_sheet.yml",
     "safety/cards.yml", "safety/lines.yml", "sources/press.yml", "topics/crs.yml"],
)  # fmt: skip
def test_a_file_that_is_no_yaml_is_named_with_its_line_and_nothing_else(
    folder: Path, complaints: Complaints, file: str
) -> None:
    path = folder / file
    path.write_text(path.read_text() + "\nbroken: [never closed\n")
    found = complaints()
    assert len(found) == 1
    assert re.match(rf"{path.name}:\d+: not readable as YAML", found[0])


# -- length and reading level


def test_a_long_answer_belongs_behind_a_choice(folder: Path, complaints: Complaints) -> None:
    say(folder, "We say so. " * 45)
    assert any("words, at most 120" in each for each in complaints())


def test_a_hard_sentence_is_noticed(folder: Path, complaints: Complaints) -> None:
    path = folder / "topics" / "thanks.yml"
    text = re.sub(
        r"(?<=  en:\n)    - text:.*?(?=^  es:)",
        "    - text: 'Notwithstanding considerable interindividual heterogeneity, investigators "
        "characteristically recommend comprehensive multidisciplinary evaluation.'\n",
        path.read_text(),
        count=1,
        flags=re.DOTALL | re.MULTILINE,
    )
    path.write_text(text)
    assert any("L16: reading grade" in each for each in complaints())


def test_a_card_stays_short_and_easy(folder: Path, complaints: Complaints) -> None:
    edit(folder / "safety" / "cards.yml", "Stay with someone.", "Stay with someone. " * 8)
    assert any("words, at most 40" in each for each in complaints())


def test_emergency_text_is_the_same_everywhere(folder: Path, complaints: Complaints) -> None:
    edit(folder / "safety" / "cards.yml", "Do not drive.", "Never drive.")
    assert any("emergency.yml" in each and "L20" in each for each in complaints())


# -- dates and reviews


def test_a_past_review_date_fails_the_build(folder: Path, complaints: Complaints) -> None:
    path = folder / "topics" / "approval_status.yml"
    path.write_text(re.sub(r"next_review: \S+", "next_review: 2026-11-01", path.read_text()))
    assert any("next_review 2026-11-01 is past" in each for each in complaints())


@pytest.mark.parametrize(("topic", "days"), [("approval_status", 90), ("crs", 180)])
def test_approvals_are_checked_every_quarter_and_the_rest_every_half_year(
    folder: Path, complaints: Complaints, topic: str, days: int
) -> None:
    path = folder / "topics" / f"{topic}.yml"
    late = date(2026, 11, 21) + timedelta(days=days + 1)
    text = re.sub(r"as_of: \S+", "as_of: 2026-11-21", path.read_text())
    path.write_text(re.sub(r"next_review: \S+", f"next_review: {late}", text))
    assert any(f"is more than {days} days after as_of" in each for each in complaints())


def test_a_source_that_nobody_has_read_for_half_a_year_is_stale(
    folder: Path, complaints: Complaints
) -> None:
    edit(folder / "sources" / "studies.yml", "checked: 2026-11-21", "checked: 2026-05-01")
    found = [each for each in complaints() if "checked 2026-05-01 is more than 180 days" in each]
    assert found[0].startswith("studies.yml:")


def test_everything_grows_stale_in_time(folder: Path, complaints: Complaints) -> None:
    found = "\n".join(complaints(TODAY + timedelta(days=400)))
    for file in ("crs.yml", "studies.yml", "status.yml", "lines.yml"):
        assert re.search(rf"{file}:\d+: .*L18", found), file


@pytest.mark.parametrize(
    "review",
    [
        "{status: reviewed, by: null, on: null}",
        "{status: reviewed, by: A. Name, on: 2026-11-01}",
        "{status: reviewed, by: A. Name, role: rheumatologist}",
        "{status: reviewed, role: rheumatologist, on: 2026-11-01}",
    ],
)
def test_a_review_needs_a_name_a_role_and_a_date(
    folder: Path, complaints: Complaints, review: str
) -> None:
    path = folder / "topics" / "crs.yml"
    path.write_text(re.sub(r"review: \{.*\}", f"review: {review}", path.read_text()))
    assert any("a review needs a name (by), a role and a date" in each for each in complaints())


def test_a_review_is_of_languages_that_there_are(folder: Path, complaints: Complaints) -> None:
    path = folder / "topics" / "crs.yml"
    given = "{status: reviewed, by: A. Name, role: rheumatologist, on: 2026-11-01, languages: %s}"
    for languages, wrong in (("[en, es]", 0), ("[en, xx]", 1)):
        review = given % languages
        path.write_text(re.sub(r"review: \{.*\}", f"review: {review}", path.read_text()))
        assert len(complaints()) == wrong
    assert "none that we answer in" in complaints()[0]


# -- sources


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://www.cancerfax.com/x", "deny-list"),
        ("https://shop.cancerfax.com/x", "deny-list"),
        ("https://a-blog-nobody-knows.example.net/x", "is not in domains.yml"),
        ("http://pubmed.ncbi.nlm.nih.gov/1/", "must begin with https"),
    ],
)
def test_a_source_from_elsewhere_is_no_source(
    folder: Path, complaints: Complaints, url: str, why: str
) -> None:
    path = folder / "sources" / "studies.yml"
    path.write_text(re.sub(r"url: \S+", f"url: {url}", path.read_text(), count=1))
    assert any(why in each for each in complaints())


def test_news_is_called_news(folder: Path, complaints: Complaints) -> None:
    path = folder / "sources" / "press.yml"
    path.write_text(path.read_text().replace("type: news", "type: case_series", 1))
    assert any("its type is news (or secondary), not case_series" in each for each in complaints())


def test_a_source_that_nothing_rests_on_is_noticed(folder: Path, complaints: Complaints) -> None:
    path = folder / "topics" / "tattoos.yml"
    path.write_text(TATTOOS.replace("3 had a rash. [tattoo-note-2026] ", ""))
    assert any("tattoo-note-2026: nothing rests on it" in each for each in complaints())


def test_an_html_entity_is_noticed(folder: Path, complaints: Complaints) -> None:
    edit(folder / "sources" / "studies.yml", "  title: ", "  title: Patients&#39; ")
    assert any("an HTML entity" in each for each in complaints())


# -- what every reply is built with


def test_an_unknown_topic_or_condition_is_noticed(folder: Path, complaints: Complaints) -> None:
    path = folder / "topics" / "availability.yml"
    path.write_text(
        re.sub(r"next: \[", "next: [no_such_topic, ", path.read_text(), count=1).replace(
            "  lupus:\n", "  loopus:\n", 1
        )
    )
    found = "\n".join(complaints())
    assert "there is no topic 'no_such_topic'" in found
    assert "there is no condition 'loopus'" in found


def test_a_missing_experimental_or_specialist_line_fails_the_build(
    folder: Path, complaints: Complaints
) -> None:
    status = folder / "status.yml"
    status.write_text(status.read_text().replace("is experimental", "is used"))
    phrases = folder / "phrases.yml"
    phrases.write_text(phrases.read_text().replace("Ask your {specialist}", "Ask around"))
    found = "\n".join(complaints())
    assert "must say whether CAR-T is experimental" in found
    assert "must say '{specialist}'" in found


def test_a_listing_tells_the_registrys_facts_only(folder: Path, complaints: Complaints) -> None:
    edit(folder / "phrases.yml", "Run by {sponsor}.", "Run by {sponsor}, score {match_score}.")
    assert any("L11" in each and "{match_score}" in each for each in complaints())


def test_a_status_without_a_source_is_noticed(folder: Path, complaints: Complaints) -> None:
    edit(folder / "status.yml", "source: openfda-2026", "source: hearsay")
    assert any(each.startswith("status.yml:") and "'hearsay'" in each for each in complaints())


# -- the files themselves


def test_broken_yaml_is_reported_by_line_not_by_traceback(
    folder: Path, complaints: Complaints
) -> None:
    (folder / "topics" / "crs.yml").write_text("topic: crs\ngroup: [risks\n")
    with pytest.raises(ContentInvalid) as raised:
        read_content(folder)
    assert "crs.yml:" in str(raised.value)
    assert complaints()


def test_sources_beside_a_text_are_refused(folder: Path) -> None:
    path = folder / "topics" / "crs.yml"
    line = edit(
        path,
        "    - text:",
        "    - text: Fever is common.\n      sources: [muller-2024]\n    - text:",
    )
    with pytest.raises(ContentInvalid, match=rf"crs\.yml:{line + 1}: 'sources' has no place"):
        read_content(folder)


def test_a_term_rests_on_its_sources_too(folder: Path, complaints: Complaints) -> None:
    edit(
        folder / "glossary.yml", "    en: >-\n      ", "    en: >-\n      In 987 of 1,000 people. "
    )
    assert any(each.startswith("glossary.yml:") and "number 987" in each for each in complaints())


def test_an_answer_about_the_therapy_names_a_source(folder: Path, complaints: Complaints) -> None:
    path = folder / "topics" / "tattoos.yml"
    text = TATTOOS[: TATTOOS.index("sources:")] + "answer:\n  en:\n    - text: Ask your team.\n"
    path.write_text(text)
    assert any("L07: answer.en names no source" in each for each in complaints())


def test_one_faq_is_one_file_with_its_own_sources(folder: Path, complaints: Complaints) -> None:
    (folder / "topics" / "tattoos.yml").write_text(TATTOOS)
    assert complaints() == []
    content = read_content(folder)
    assert content.topics["tattoos"].answer is not None
    assert content.sources["tattoo-note-2026"].line == "In 1 study of 20 people, 3 had a rash."


def test_a_source_id_is_unique_over_all_files(folder: Path) -> None:
    taken = TATTOOS.replace("tattoo-note-2026", "mackensen-2022")
    (folder / "topics" / "tattoos.yml").write_text(taken)
    with pytest.raises(ContentInvalid, match="'mackensen-2022' is already in studies.yml"):
        read_content(folder)


TATTOOS = """\
topic: tattoos
group: process
title: {en: Can I get a tattoo?}
review: {status: draft}
as_of: 2026-11-21
next_review: 2027-05-01
sources:
  - id: tattoo-note-2026
    title: A note on tattoos
    publisher: A journal
    url: https://pubmed.ncbi.nlm.nih.gov/1/
    date: 2026-01-01
    type: case_series
    checked: 2026-11-21
    line: In 1 study of 20 people, 3 had a rash.
answer:
  en:
    - text: In a study of 20 people, 3 had a rash. [tattoo-note-2026] Ask your team first.
questions:
  en: [can i get a tattoo]
"""
