"""How a person likes to be talked to, read off the beliefs about them. Pure."""

from collections.abc import Iterable

from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Polarity


class Manner(Value):
    """``questions_at_once`` is how many questions one interruption may hold."""

    short: bool = False
    dislikes_questions: bool = False
    welcomes_questions: bool = False
    questions_at_once: int = 3


def manner_of(beliefs: Iterable[Belief]) -> Manner:
    """The manner that these beliefs describe; where they say nothing, full questions, at most 3."""
    said = {
        (belief.dimension, belief.value) for belief in beliefs if belief.polarity is Polarity.FOR
    }
    dislikes = bool(said & {("question_timing", "never"), ("habit.questions", "waves_off")})
    welcomes = bool(said & {("question_timing", "anytime"), ("question_timing", "upfront")})
    one = ("questions_at_once", "one") in said
    short = bool(said & {("answer_length", "short"), ("habit.message_length", "short")})
    return Manner(
        short=short,
        dislikes_questions=dislikes,
        welcomes_questions=welcomes and not dislikes,
        questions_at_once=1 if one or dislikes else 2 if short else 3,
    )
