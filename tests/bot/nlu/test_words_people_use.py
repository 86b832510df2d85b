"""Diseases, the therapy, list positions and languages are understood as people write them."""

from __future__ import annotations

import pytest

from bot.nlu.conditions import ConditionMatcher, aliases_of
from bot.nlu.language import language_of
from bot.nlu.ordinals import ordinal_in
from bot.nlu.therapy import canonical_therapy
from knowledge.curated.reading import read_content


@pytest.fixture(scope="module")
def matcher() -> ConditionMatcher:
    content = read_content()
    return ConditionMatcher(aliases_of(content.conditions, content.diseases))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Can I get it for lupus?", ["lupus"]),
        ("my SLE and my APS", ["lupus", "antiphospholipid"]),
        ("lupus nephritis class IV", ["lupus_nephritis"]),
        ("dermatomyositis", ["myositis"]),
        ("I have GPA, my aunt has MPA", ["vasculitis", "vasculitis"]),
        ("CREST syndrome", ["systemic_sclerosis"]),
        ("Devic's disease", ["nmosd"]),
        ("Graves’ disease", ["graves"]),
        ("rheumatiod arthritus", ["rheumatoid_arthritis"]),
        ("sjorgens", ["sjogren"]),
        ("myesthenia gravis", ["myasthenia_gravis"]),
        ("sclerodema", ["systemic_sclerosis"]),
        ("MS or lupus", ["multiple_sclerosis", "lupus"]),
        ("esclerosis múltiple y lupus", ["multiple_sclerosis", "lupus"]),
        ("tengo esclerodermia", ["systemic_sclerosis"]),
        ("J'ai une sclérose en plaques", ["multiple_sclerosis"]),
        ("Myasthenie und Morbus Basedow", ["myasthenia_gravis", "graves"]),
        ("у меня красная волчанка", ["lupus"]),
        ("我有红斑狼疮", ["lupus"]),
    ],
)
def test_a_disease_is_known_by_any_of_its_names(
    matcher: ConditionMatcher, text: str, ids: list[str]
) -> None:
    assert [mention.id for mention in matcher.find(text)] == ids


@pytest.mark.parametrize(
    "text",
    [
        "I take 20 mg of prednisone",
        "it took 100 ms",
        "Ms Jones told me",
        "a grave illness",
        "les hago una pregunta",
        "my hearing aids broke",
        "what is multiple about it",
        "stiff neck in person",
    ],
)
def test_a_word_that_only_looks_like_a_disease_is_none(
    matcher: ConditionMatcher, text: str
) -> None:
    assert matcher.find(text) == []


def test_a_disease_outside_our_list_is_named_from_the_list_not_from_the_user(
    matcher: ConditionMatcher,
) -> None:
    found = matcher.find("what about crohns?")
    assert [(mention.id, mention.name) for mention in found] == [("other", "Crohn's disease")]


@pytest.mark.parametrize(
    "text",
    ["CAR-T", "car t", "CART", "Car-T", "car tee cells", "cart cell therapy", "CAR‑T", "C.A.R. T"],
)
def test_every_spelling_of_the_therapy_is_read_as_one(text: str) -> None:
    assert "CAR-T" in canonical_therapy(f"what is {text} for lupus")


@pytest.mark.parametrize("text", ["my car is broken", "cartilage pain", "the car takes me there"])
def test_a_car_is_not_the_therapy(text: str) -> None:
    assert canonical_therapy(text) == text


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("tell me more about the second one", 2),
        ("the first trial please", 1),
        ("number 3", 3),
        ("#4", 4),
        ("cuéntame del segundo", 2),
        ("the last one", -1),
        ("what was the first CAR-T patient like", None),
        ("phase 2 studies", None),
    ],
)
def test_a_place_in_a_list_is_understood(text: str, position: int | None) -> None:
    found = ordinal_in(text)
    assert (found.position if found else None) == position


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("can I get CAR-T for lupus?", "en"),
        ("¿puedo recibir CAR-T para el lupus?", "es"),
        ("Kann ich CAR-T bei Lupus bekommen?", "de"),
        ("Est-ce que je peux recevoir CAR-T pour un lupus ?", "fr"),
        ("lupus trial boston", "en"),
        ("hi", "en"),
        ("MS?", "en"),
    ],
)
def test_the_language_of_a_message_is_known(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("default", ["en", "es"])
@pytest.mark.parametrize("text", ["¿y en Estados Unidos?", "¿qué es un placebo?", "¡Gracias!"])
def test_the_marks_that_only_spanish_has_settle_it(text: str, default: str) -> None:
    assert language_of(text, default=default) == "es"


def test_a_message_too_short_to_tell_is_in_the_sessions_language() -> None:
    for text in ("CAR-T?", "placebo", "qué es un placebo", "y en Estados Unidos", "la dosis"):
        assert language_of(text, default="es") == "es", text
