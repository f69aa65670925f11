"""Messages rewritten by a language model, whose quotes are checked."""

from __future__ import annotations

import json
from random import Random

from tom_evals.common.models import Language
from tom_evals.keeping.material import Utterance
from tom_evals.stateful_swe.profile import catalogue
from tom_evals.stateful_swe.prompts import render
from tom_evals.stateful_swe.washing import ByHand, Way, Written
from tom_swe.errors import BadReply
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

# A rewritten message is little longer than what was said: a long one is washed by hand.
LONGEST = 4000


class Rewritten(Value):
    """What the model makes of a message."""

    text: str
    quote: str


class ByModel:
    """Has a model word each preference anew. Traps, whose words are what they are, go in by hand.

    Where what it gives back does not hold the quote it names, or fits no form, the utterance
    goes in by hand, and `Written.by` says why. Raises any other ModelFault.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._by_hand = ByHand()
        self._system = render("washing")

    def write(self, message: str, said: Utterance, way: Way, random: Random) -> Written:
        """The message with the preference in it, in the model's words."""
        # Drawn in any case, so that what the model says changes no other message.
        by_hand = self._by_hand.write(message, said, way, random)
        if said.how == "distractor" or len(message) > LONGEST:
            return by_hand
        try:
            reply = self._language.ask(self._prompt(message, said, way), Rewritten)
        except BadReply as error:
            return by_hand._replace(by=f"hand: {error}")
        if not reply.quote.strip() or reply.quote not in reply.text:
            return by_hand._replace(by="hand: the model's quote is not in its text")
        return Written(reply.text, reply.quote, self._language.name)

    def _prompt(self, message: str, said: Utterance, way: Way) -> Prompt:
        known = catalogue().get(said.preference)
        asked = {
            "message": message,
            # The manner of talking is in no catalogue: its own words say it best.
            "preference": known.statement if known else said.quote,
            "manner": said.how,
            "sample": said.text,
            "said_before": said.before,
            "way": way.value,
        }
        return Prompt(
            system=self._system,
            messages=(Message(role="user", text=json.dumps(asked, ensure_ascii=False)),),
        )
