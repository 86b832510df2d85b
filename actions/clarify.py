"""Ask back where it is unsure what was meant."""

from __future__ import annotations

from actions.answering import said_again
from actions.guide_action import GuideAction, Response, remember
from actions.turn import NOT_OFFERED, Turn, is_unclear

#: How many guesses are offered.
MOST_GUESSES = 3
#: A guess below this probability is no guess.
LEAST_PROBABILITY = 0.03


class ActionClarify(GuideAction):
    """Offers the likeliest topics as choices; the second time in a row, the menu and a person."""

    def name(self) -> str:
        return "action_clarify"

    def respond(self, turn: Turn) -> Response:
        if turn.under_card:
            return Response()
        again = said_again(turn)
        if again is not None:
            return again
        if is_unclear(turn):
            return Response()  # the question that was asked comes again, with a word on answering
        compose = turn.guide.composer
        named = turn.named[0] if turn.named else None
        guesses = [
            topic
            for topic, probability in turn.ranking
            if probability >= LEAST_PROBABILITY and topic not in NOT_OFFERED
        ][:MOST_GUESSES]
        if turn.misses or not guesses or turn.ranking[0][0] == "not_understood":
            reply = compose.not_understood(turn.setting, turn.misses > 0, named)
        else:
            reply = compose.clarify(guesses, turn.setting, named or turn.carried)
        return Response([reply], remember(named), missed=True)
