"""Conversations as people have them: what was said before counts, and nobody gets stuck."""

from __future__ import annotations

from tests.conftest import Chat


def test_the_disease_carries_on_and_is_said_aloud(chat: Chat) -> None:
    chat.say("Can I get CAR-T for scleroderma?")
    reply = chat.say("and what are the risks?")[0]
    assert (reply["topic"], reply["condition"]) == ("side_effects", "systemic_sclerosis")
    assert "systemic sclerosis" in reply["text"].split("\n")[0]


def test_a_new_disease_replaces_the_old_one(chat: Chat) -> None:
    chat.say("Can I get CAR-T for lupus?")
    chat.say("what did studies show in myasthenia gravis?")
    assert chat.say("how long would I be in hospital?")[0]["condition"] == "myasthenia_gravis"


def test_a_trial_of_the_list_is_told_about_by_its_place(chat: Chat) -> None:
    listed = chat.say("Which trials are recruiting for lupus near Boston?")[0]
    reply = chat.say("tell me more about the second one")[0]
    assert reply["topic"] == "trial_details"
    assert reply["trials"][0]["nct_id"] == listed["trials"][1]["nct_id"]


def test_a_misunderstanding_is_met_twice_differently_and_never_loops(chat: Chat) -> None:
    first = chat.say("blorf zibbet quandle")[0]
    second = chat.say("asdkjh qwpeoi zmxnc")[0]
    assert first["topic"] == second["topic"] == "not_understood"
    assert first["text"] != second["text"]
    assert any("talk_to_human" in choice["value"] for choice in second["choices"])


def test_starting_over_forgets_the_disease(chat: Chat) -> None:
    chat.say("Can I get CAR-T for lupus?")
    assert chat.say("start over")[0]["topic"] == "start_over"
    assert chat.say("what are the risks?")[0].get("condition") is None


def test_the_last_reply_is_repeated_word_for_word(chat: Chat) -> None:
    said = chat.say("What is CAR-T?")[0]
    assert chat.say("can you repeat that please")[0]["text"] == said["text"]


def test_an_emergency_interrupts_anything(chat: Chat) -> None:
    for before in (
        "Which trials are recruiting for lupus?",
        "blorf zibbet",
        "start over",
        "could I join a trial?",
    ):
        chat.say(before)
        assert chat.say("I can't breathe")[0]["kind"] == "safety"
    assert chat.say("what is CAR-T?")[0]["topic"] == "what_is_cart"


def test_a_crisis_is_met_with_help_and_the_talk_goes_on(chat: Chat) -> None:
    reply = chat.say("I don't want to live with this disease any more")[0]
    assert (reply["kind"], reply["topic"]) == ("safety", "crisis")
    assert "988" in reply["text"]
    assert chat.say("which specialist should I ask about lupus?")[0]["topic"] == "which_specialist"


def test_yes_offers_again_what_was_offered(chat: Chat) -> None:
    offered = chat.say("can I get CAR-T for lupus?")[0]["choices"]
    assert chat.say("yes please")[0]["choices"] == offered


def test_twenty_turns_go_through(chat: Chat) -> None:
    turns = [
        "hi",
        "can I get CAR-T for lupus?",
        "is it approved?",
        "what did the studies find",
        "and the risks",
        "what is CRS",
        "how long in hospital",
        "do I have to stop my medicines?",
        "what does it cost",
        "who pays in a trial",
        "any trials in Germany?",
        "tell me about the first one",
        "can my 15 year old join",
        "could I get placebo",
        "asdf",
        "which doctor do I ask",
        "what should I ask them",
        "are you a doctor?",
        "delete my chat",
        "thanks, bye",
    ]
    for turn in turns:
        replies = chat.say(turn)
        assert replies, turn
        assert all(reply["text"].strip() for reply in replies), turn
