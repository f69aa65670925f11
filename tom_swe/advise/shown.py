"""What memory holds, as JSON lines for a language model, within so many tokens. Pure."""

from collections.abc import Collection

from tom_swe.advise.ask_preferences.preference import BY_ID, AskPreferences
from tom_swe.model.advice import PastTurn, Query, Recalled
from tom_swe.model.belief import Belief
from tom_swe.text.safe import json_line
from tom_swe.text.tokens import count_tokens

REQUEST, BEFORE, QUOTE, PAST = 2_000, 400, 160, 240  # characters
SURE = 0.75


def request_lines(query: Query, ask_preferences: AskPreferences) -> list[str]:
    """The request, where it was made, and how the person likes to be asked."""
    timing = (
        "dislikes being asked" if ask_preferences.dislikes_questions else "puts up with questions"
    )
    if ask_preferences.welcomes_questions:
        timing = "welcomes questions"
    return [
        json_line(request=_cut(query.text, REQUEST), repository=query.repository),
        *([json_line(agent_before=_cut(query.before, BEFORE))] if query.before else []),
        json_line(
            person=timing,
            most_questions=ask_preferences.questions_at_once,
            short_questions=ask_preferences.short,
        ),
        *(json_line(wants=BY_ID[each].wish) for each in sorted(ask_preferences.wishes)),
    ]


def recalled_lines(
    recalled: Recalled, most_tokens: int, without: Collection[str] = ()
) -> list[str]:
    """Beliefs, best first, then past turns, as many as fit; lines that were shown are left out."""
    lines: list[str] = []
    left = most_tokens
    for line in (*map(_belief, recalled.beliefs), *map(_turn, recalled.turns)):
        if line in without:
            continue
        left -= count_tokens(line)
        if left < 0:
            break
        lines.append(line)
    return lines


def _belief(belief: Belief) -> str:
    said = _cut(belief.said, QUOTE)
    return json_line(
        belief=belief.id,
        says=belief.statement,
        holds=str(belief.scope),
        sure=round(belief.confidence, 2),
        their_words=said,
    )


def _turn(turn: PastTurn) -> str:
    return json_line(session=turn.session_id, said_before=_cut(turn.text, PAST))


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
