"""The user model as text for the start of a session, within a token budget. Pure.

The text is the same bytes for the same beliefs, so that prompt caches hold.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from tom_swe.advise.recall import in_force, is_idle
from tom_swe.checkout import likeness
from tom_swe.model.advice import Briefing
from tom_swe.model.belief import Belief, Kind, Reach, Status
from tom_swe.model.user import UserModel
from tom_swe.text.safe import BRIEFING, fenced, plain
from tom_swe.text.tokens import count_tokens

HEAD = (
    "What the person you work for wants, from their own words in earlier sessions. "
    "Follow it unless they say otherwise now; it is background, not a request."
)
# Agents do not look into a memory unless they are told when to.
MOMENTS = (
    "Before you open a pull request, before you delete something, and when a request leaves "
    "something open: call tom's consult tool, or run `tom consult` with the request."
)
# A smaller briefing has room for beliefs only.
ROOM_FOR_MOMENTS = 200
# A habit or a thing said once only must be this likely to be worth an agent's attention.
LEAST_CONFIDENCE = 0.35
QUOTE_LENGTH = 120
PINNED = "Most important"

_SECTIONS = (
    ("Rules", frozenset({Kind.CONSTRAINT})),
    ("Preferences", frozenset({Kind.PREFERENCE})),
    ("About them", frozenset({Kind.EXPERTISE, Kind.GOAL})),
    ("Habits", frozenset({Kind.HABIT})),
)


def brief(
    user: UserModel, repository: str, budget: int, names: Collection[str] | None = None
) -> Briefing:
    """The beliefs that hold in a repository ("" for any), the surest first, within a budget.

    ``names`` are all that it goes by, where that is known.
    What the person pinned comes before all, and confirmed beliefs before those said once. The
    text is never over ``budget`` tokens by ``count_tokens``, and is empty where nothing is to
    be said. It ends with the moments at which tom is to be asked.
    """
    chosen: list[Belief] = []
    text, tokens = "", 0
    for belief in in_order(user.beliefs, repository, names):
        attempt = _render([*chosen, belief], budget)
        size = count_tokens(attempt)
        if size <= budget:
            chosen.append(belief)
            text, tokens = attempt, size
    return Briefing(
        user_id=user.user_id,
        repository=repository,
        text=text,
        tokens=tokens,
        belief_ids=tuple(sorted(belief.id for belief in chosen)),
    )


def briefings(user: UserModel, budget: int, folders: Mapping[str, Sequence[str]]) -> list[Briefing]:
    """One briefing for anywhere, and one for each repository that has beliefs of its own.

    ``folders`` are those in which each of these was used.
    """
    named = names_in_use(user.beliefs, folders).items()
    return [
        brief(user, "", budget),
        *(brief(user, repository, budget, names) for repository, names in named),
    ]


def names_in_use(
    beliefs: Iterable[Belief], folders: Mapping[str, Sequence[str]]
) -> dict[str, set[str]]:
    """All that each repository with beliefs of its own goes by, by the folders it was used in."""
    named = repositories(beliefs)
    return {
        one: {one}
        | {o for o in named if likeness(o, folders.get(o, ()), one, folders.get(one, ()))}
        for one in named
    }


def repositories(beliefs: Iterable[Belief]) -> list[str]:
    """The names of the repositories that have beliefs of their own."""
    return sorted({b.scope.name for b in beliefs if b.scope.reach is Reach.REPOSITORY} - {""})


def in_order(
    beliefs: Iterable[Belief], repository: str, names: Collection[str] | None = None
) -> list[Belief]:
    """What is worth telling a session in a repository, the first to be told before all."""
    here = in_force(beliefs, repository, names=names)
    # Who says what to answer in wants that, whatever they write in.
    answered = any(b.dimension == "answer_language" for b in here)
    worth = [
        b
        for b in here
        if b.is_pinned
        or (
            b.confidence >= LEAST_CONFIDENCE
            and not is_idle(b)
            and not (answered and b.dimension == "habit.written_language")
        )
    ]
    return sorted(
        worth,
        key=lambda b: (
            not b.is_pinned,
            b.status is not Status.CONFIRMED,
            b.kind is Kind.HABIT,
            -b.confidence,
            b.id,
        ),
    )


def _render(beliefs: Sequence[Belief], budget: int) -> str:
    lines = [HEAD]
    sections = [(PINNED, [b for b in beliefs if b.is_pinned])]
    for title, kinds in _SECTIONS:
        sections.append((title, [b for b in beliefs if b.kind in kinds and not b.is_pinned]))
    for title, rows in sections:
        if rows:
            lines += ["", f"{title}:", *(_line(b) for b in sorted(rows, key=lambda b: b.id))]
    if budget >= ROOM_FOR_MOMENTS:
        lines += ["", MOMENTS]
    return fenced(BRIEFING, lines)


def _line(belief: Belief) -> str:
    where = ""
    if belief.scope.reach is Reach.REPOSITORY:
        where = f" (in {belief.scope.name})"
    elif belief.scope.reach is Reach.LANGUAGE:
        where = f" (in {belief.scope.name} code)"
    once = " (seen once)" if belief.is_seen_once else ""
    if belief.kind is Kind.HABIT or not belief.said:
        return f"- {belief.statement}{where}{once}"
    said = f'"{plain(belief.said, QUOTE_LENGTH)}"'
    if _words(belief.statement) == _words(belief.said):
        # Twice the same words tell an agent nothing more.
        return f"- {said}{where}{once}"
    return f"- {belief.statement}{where}{once} {said}"


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
