"""Advice without a language model: from how clear the request is and what memory holds."""

from collections.abc import Sequence

from tom_swe.advise.ask_preferences.preference import AskPreferences, ask_preferences_of
from tom_swe.advise.ask_preferences.wording import worded
from tom_swe.advise.clarity.answered import Answered, answered_by_memory
from tom_swe.advise.clarity.assess import CLEAR, assess, only_asks
from tom_swe.advise.clarity.questions import questions
from tom_swe.advise.clarity.wording import named_file
from tom_swe.advise.irreversible.reading import Irreversible, irreversible
from tom_swe.advise.recall import in_force
from tom_swe.model.advice import Action, Clarity, Missing, PastTurn, Query, Recalled, Suggestion
from tom_swe.model.belief import Belief, Status
from tom_swe.model.user import UserModel
from tom_swe.ports import Library
from tom_swe.text.safe import plain

# For a person who waves questions off a request has to be this much less clear before one
# is worth it; one who asked to be asked is asked a little sooner.
RELUCTANCE = 0.25
WILLINGNESS = 0.1
PAST_TURNS_SHOWN = 3
NOTHING_OPEN = "Nothing in the request has to be asked first."


class EmbeddedAdviser:
    """Says `proceed` with what the person would want, or `ask` with questions in their manner."""

    def advise(
        self, query: Query, user: UserModel, recalled: Recalled, library: Library | None = None
    ) -> Suggestion:
        """What is cited bears on the request, or answers what it leaves open.

        The manner is read off the whole user model. What memory answers is not asked, and what
        cannot be taken back is confirmed however clear it is.
        """
        del library  # what was recalled is all that is needed
        act = irreversible(query.text, query.before)
        clarity = assess(query.text, query.before)
        if act is not None:
            missing = (*clarity.missing, Missing.CONFIRMATION)
            clarity = clarity.model_copy(update={"is_request": True, "missing": missing})
        ask_preferences = ask_preferences_of(user.beliefs)
        holding = in_force(user.beliefs, query.repository, query.languages, query.names)
        answered = answered_by_memory(clarity.missing, query.text, holding, recalled.turns, act)
        left = _worth_asking(clarity, answered, ask_preferences)
        asks: tuple[str, ...] = ()
        if left:
            asks = worded(
                questions(
                    clarity.model_copy(update={"missing": left}),
                    query.text,
                    short=ask_preferences.short,
                    limit=ask_preferences.questions_at_once,
                    chosen=answered.dimensions,
                    act=act,
                    beliefs=user.beliefs,
                ),
                left,
                ask_preferences.wishes,
                query.text,
                place=named_file(query.text),
            )
        wanted = bool(asks)
        is_risky = Missing.CONFIRMATION in left
        asks, later = in_time(asks, query, ask_preferences, is_risky=is_risky)
        action = Action.ASK if asks else Action.PROCEED
        known = _wanted(recalled, query.text, is_request=clarity.is_request)
        beliefs = _cited(answered.beliefs, known.beliefs)
        shown = known.turns[:PAST_TURNS_SHOWN]
        return Suggestion(
            action=action,
            text="\n".join([*what_to_do(asks, later), *background(beliefs, shown)]),
            questions=asks,
            when_stuck=later,
            beliefs=beliefs,
            turns=shown,
            clarity=clarity,
            confidence=confidence_of(action, clarity, beliefs),
            reasoning=_reasoning(
                act if is_risky else None, answered, asks=bool(asks), hushed=wanted and not asks
            ),
        )


def _worth_asking(
    clarity: Clarity, answered: Answered, ask_preferences: AskPreferences
) -> tuple[Missing, ...]:
    """What is worth a question now: what cannot be taken back alone, or what is unclear."""
    if Missing.CONFIRMATION in answered.missing:
        return (Missing.CONFIRMATION,)
    is_clear = clarity.score >= _enough(ask_preferences)
    return () if is_clear or not clarity.is_request else answered.missing


def _wanted(recalled: Recalled, text: str, *, is_request: bool) -> Recalled:
    """What is worth saying: who asks a question or approves of something wants no advice on it."""
    if is_request:
        return recalled
    pinned = tuple(each for each in recalled.beliefs if each.is_pinned)
    return Recalled(beliefs=pinned, turns=() if only_asks(text) else recalled.turns)


def in_time(
    asks: tuple[str, ...], query: Query, ask_preferences: AskPreferences, *, is_risky: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The questions for now, and those for when the agent is stuck, as the person wants it.

    Those who want the agent to try first are asked once that failed, others only in time.
    """
    if ask_preferences.may_ask(at_first=not query.before, destructive=is_risky):
        return asks, ()
    return (), asks if "first_try" in ask_preferences.wishes else ()


def what_to_do(asks: Sequence[str], later: Sequence[str]) -> list[str]:
    """The lines that say whether to ask, now or when stuck, and what."""
    if asks:
        head = "Ask before you start:"
    elif later:
        head = "Proceed. They want you to try first; if you get stuck, ask:"
    else:
        head = "Proceed."
    return [head, *(f"- {question}" for question in asks or later)]


def _enough(ask_preferences: AskPreferences) -> float:
    """How clear a request has to be not to be asked about."""
    if ask_preferences.dislikes_questions:
        return CLEAR - RELUCTANCE
    return CLEAR + (WILLINGNESS if ask_preferences.welcomes_questions else 0.0)


def _cited(answering: Sequence[Belief], recalled: Sequence[Belief]) -> tuple[Belief, ...]:
    """The beliefs that answer what is open come first, each once."""
    return tuple({belief.id: belief for belief in (*answering, *recalled)}.values())


def confidence_of(action: Action, clarity: Clarity, beliefs: Sequence[Belief]) -> float:
    """How sure the answer is.

    Of asking: how unclear the request is. Of proceeding: the mean of how clear it is and of
    the surest belief it rests on.
    """
    if action is Action.ASK:
        return round(1.0 - clarity.score, 3)
    surest = max((belief.confidence for belief in beliefs), default=0.0)
    return round((clarity.score + surest) / 2 if beliefs else clarity.score / 2, 3)


def _reasoning(act: Irreversible | None, answered: Answered, *, asks: bool, hushed: bool) -> str:
    """Why this is the answer, in plain sentences."""
    if act is not None and asks:
        return f"This cannot be taken back: {act.because}."
    if asks:
        return "The request leaves open what only they know."
    said: list[str] = []
    if answered.beliefs:
        said.append("What the request leaves open is answered by memory.")
    if hushed:
        said.append("They do not want questions now.")
    return " ".join(said) or NOTHING_OPEN


QUOTE = 160  # characters


def background(beliefs: Sequence[Belief], turns: Sequence[PastTurn]) -> list[str]:
    """A line a belief, each with its newest quote, and a line a past turn; none of nothing."""
    lines: list[str] = []
    if beliefs:
        lines.append("What this person wants, in their own words:")
        for belief in beliefs:
            quote = f' "{plain(belief.said, QUOTE)}"' if belief.said else ""
            once = "" if belief.status is Status.CONFIRMED or belief.is_upheld else " (seen once)"
            lines.append(f"- {plain(belief.statement)}{once}{quote}")
    if turns:
        lines.append("What they said before about something similar:")
        lines += [f'- "{plain(turn.text, QUOTE)}"' for turn in turns]
    return lines
