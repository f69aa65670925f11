"""Advice without a language model: from how clear the request is and what memory holds."""

from collections.abc import Sequence

from tom_swe.mind.brief import plain
from tom_swe.mind.clarity import assess, questions
from tom_swe.mind.manner import Manner, manner_of
from tom_swe.model.advice import Action, Clarity, PastTurn, Query, Recalled, Suggestion
from tom_swe.model.belief import Belief, Status
from tom_swe.model.user import UserModel

# A request clearer than this is not worth an interruption; for a person who waves
# questions off it has to be this much less clear before one is.
CLEAR_ENOUGH = 0.5
RELUCTANCE = 0.25
PAST_TURNS_SHOWN = 3


class EmbeddedAdviser:
    """Says `proceed` with what the person would want, or `ask` with questions in their manner."""

    def advise(self, query: Query, user: UserModel, recalled: Recalled) -> Suggestion:
        """What is cited was recalled; the manner is read off the whole user model."""
        clarity = assess(query.text)
        manner = manner_of(user.beliefs)
        enough = CLEAR_ENOUGH - (RELUCTANCE if manner.dislikes_questions else 0.0)
        asks: tuple[str, ...] = ()
        if clarity.is_request and clarity.score < enough:
            asks = questions(
                clarity, query.text, short=manner.short, limit=manner.questions_at_once
            )
        action = Action.ASK if asks else Action.PROCEED
        beliefs, shown = recalled.beliefs, recalled.turns[:PAST_TURNS_SHOWN]
        return Suggestion(
            action=action,
            text=_text(action, asks, beliefs, shown),
            questions=asks,
            beliefs=beliefs,
            turns=shown,
            clarity=clarity,
            confidence=_confidence(action, clarity, beliefs),
            reasoning=_reasoning(clarity, enough, manner),
        )


def _text(
    action: Action,
    asks: Sequence[str],
    beliefs: Sequence[Belief],
    turns: Sequence[PastTurn],
) -> str:
    lines: list[str] = []
    if action is Action.ASK:
        lines.append("Ask before you start:")
        lines += [f"- {question}" for question in asks]
    else:
        lines.append("Proceed.")
    if beliefs:
        lines.append("What this person wants, from their own words:")
        for belief in beliefs:
            quote = f' "{plain(belief.quotes[0], 160)}"' if belief.quotes else ""
            once = "" if belief.status is Status.CONFIRMED else " (seen once)"
            lines.append(f"- {plain(belief.statement)}{once}{quote}")
    if turns:
        lines.append("They said before, on something like it:")
        lines += [f'- "{plain(turn.text, 160)}"' for turn in turns]
    return "\n".join(lines)


def _confidence(action: Action, clarity: Clarity, beliefs: Sequence[Belief]) -> float:
    """How sure the answer is.

    Of asking: how unclear the request is. Of proceeding: the mean of how clear it is and of
    the surest belief it rests on.
    """
    if action is Action.ASK:
        return round(1.0 - clarity.score, 3)
    surest = max((belief.confidence for belief in beliefs), default=0.0)
    return round((clarity.score + surest) / 2 if beliefs else clarity.score / 2, 3)


def _reasoning(clarity: Clarity, enough: float, manner: Manner) -> str:
    if not clarity.is_request:
        return "This asks for nothing to be done."
    missing = ", ".join(clarity.missing) or "nothing"
    reluctant = " (they wave questions off)" if manner.dislikes_questions else ""
    return (
        f"Clarity {clarity.score:.2f}, a question is worth it below {enough:.2f}{reluctant}; "
        f"missing: {missing}."
    )
