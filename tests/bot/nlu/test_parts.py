"""What a message is made of: its questions, to answer each, and pieces, to hear danger in each."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.parts import PARTS, PIECES, pieces, split, with_parts

STORY = (
    "We came home on Sunday. The children are with my sister and all is well there. "
    "Since lunch he can't say my name. Which forms do we bring?"
)


def test_both_questions_of_a_message_are_parts_of_it() -> None:
    assert split("How long would I be in hospital, and who pays for it?") == [
        "How long would I be in hospital",
        "who pays for it?",
    ]


def test_a_story_is_read_sentence_by_sentence() -> None:
    assert pieces(STORY)[2] == "Since lunch he can't say my name."


@pytest.mark.parametrize("text", ["", "   ", "sos", "Can I get CAR-T for lupus?"])
def test_what_is_one_sentence_has_no_pieces(text: str) -> None:
    assert pieces(text) == []


@pytest.mark.parametrize("times", [1, 7, 40, 200])
def test_every_word_of_a_story_without_a_full_stop_is_in_some_piece(times: int) -> None:
    words = [f"word{number}" for number in range(12 * times)]
    read = {
        word for piece in pieces(" ".join(words)) or [" ".join(words)] for word in piece.split()
    }
    assert read == set(words)


@pytest.mark.parametrize(
    "sentence", ["All is well here. ", "今日は元気です。", "no stop and no end "]
)
def test_no_message_is_read_in_more_than_sixteen_pieces(sentence: str) -> None:
    assert len(pieces(sentence * 200)) <= 16


def test_what_is_a_part_and_a_piece_is_read_once() -> None:
    both = Message({"text": "who pays?"})
    message = Message({"text": "How long is it? who pays?", PARTS: [both], PIECES: [both]})
    assert with_parts([message]) == [message, both]
