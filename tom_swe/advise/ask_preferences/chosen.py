"""How a person likes to be talked to, read off the beliefs about them. Pure."""

from collections.abc import Iterable

from tom_swe.advise.ask_preferences.preference import wanted_by
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Polarity


class AskPreferences(Value):
    """``questions_at_once`` is how many questions one interruption may hold.

    ``wishes`` are the ids of how they want to be asked, of `interaction.preference`.
    """

    short: bool = False
    dislikes_questions: bool = False
    welcomes_questions: bool = False
    questions_at_once: int = 3
    wishes: frozenset[str] = frozenset()

    def may_ask(self, *, at_first: bool, destructive: bool) -> bool:
        """Whether now is a time to ask: ``at_first`` is before the agent has done anything.

        Whatever was said on questions, what cannot be taken back is asked about.
        """
        if destructive:
            return True
        if "no_ask" in self.wishes:
            return False
        return "first_try" not in self.wishes if at_first else "only_begin" not in self.wishes


def ask_preferences_of(beliefs: Iterable[Belief]) -> AskPreferences:
    """The manner that these beliefs describe; where they say nothing, full questions, at most 3."""
    beliefs = list(beliefs)
    said = {
        (belief.dimension, belief.value) for belief in beliefs if belief.polarity is Polarity.FOR
    }
    dislikes = bool(said & {("question_timing", "never"), ("habit.questions", "waves_off")})
    welcomes = bool(said & {("question_timing", "anytime"), ("question_timing", "upfront")})
    wishes = frozenset(each.id for each in wanted_by(beliefs))
    one = "one_question" in wishes
    several = "answer_more" in wishes
    short = bool(said & {("answer_length", "short"), ("habit.message_length", "short")})
    short = "detail_question" not in wishes and (short or "concise_question" in wishes)
    return AskPreferences(
        short=short,
        dislikes_questions=dislikes,
        welcomes_questions=welcomes and not dislikes,
        questions_at_once=1 if one or dislikes else 2 if short and not several else 3,
        wishes=wishes,
    )
