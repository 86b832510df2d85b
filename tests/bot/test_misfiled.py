"""New questions that were filed under the wrong topic are seen, however few they are."""

from __future__ import annotations

import pytest

from bot.faq.misfiled import Batch, batches
from knowledge.curated.content import questions_of
from knowledge.curated.reading import read_content

CRS = """why did my temperature shoot up two days after the cells went in
is the big inflammatory reaction usually mild
what does tocilizumab do when the storm starts
how many people get a strong cytokine reaction
when does cytokine release normally begin and end
is a cytokine storm deadly
how is the release syndrome graded
can steroids calm the immune overreaction from the cells
low blood pressure and fever from the cells, what is that called
do lupus patients get the cytokine thing as badly as cancer patients""".splitlines()
ALL_SORTS = """is the fever storm dangerous
who pays for the flights to the hospital
can I have children afterwards
which vaccines do I need again
what if the cells stop working
how long must I stay on the ward
is there a trial in Germany
who sees my data
is it the same as a bone marrow transplant
how old may I be to take part""".splitlines()
PLACEBO = """do some people get salt water instead of cells
could I end up in the group without the real treatment
is there a comparison arm with the usual medicines
will I know whether I got the real cells
are these studies blinded
does everybody in the study get the cells
is there a dummy infusion
what is the chance I am put in the control group
can I be randomised to no treatment
if I get the control can I switch later""".splitlines()
PETS = """can I keep my cat at home after the infusion
is my dog a danger for me afterwards
who should clean the litter box
do I have to give my cat away before I get the cells
may my puppy sleep in my bed when I come home
can the dog and the cat stay while I recover
are birds dangerous for me after the therapy
is it safe to have a hamster with low blood counts""".splitlines()


def learned(topic: str, questions: list[str]) -> Batch:
    """What is seen of a topic's new questions."""
    before = questions_of(read_content())
    (batch,) = batches({**before, topic: [*before.get(topic, []), *questions]}, before)
    return batch


@pytest.mark.parametrize("questions", [CRS, ALL_SORTS], ids=["of one topic", "of ten topics"])
@pytest.mark.parametrize("topic", ["placebo", "a_new_one"])
def test_ten_questions_under_the_wrong_topic_are_suspect(topic: str, questions: list[str]) -> None:
    batch = learned(topic, questions)
    assert batch.suspect
    assert len(batch.elsewhere) >= 8


@pytest.mark.parametrize(("topic", "questions"), [("placebo", PLACEBO), ("a_new_one", PETS)])
def test_questions_where_they_belong_are_not(topic: str, questions: list[str]) -> None:
    assert not learned(topic, questions).suspect


def test_a_topic_that_learned_nothing_is_no_batch() -> None:
    same = questions_of(read_content())
    assert batches(same, same) == []
