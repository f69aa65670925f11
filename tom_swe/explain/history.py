"""What changed, when and by whom: the log, and the difference between then and now. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Change, Status
from tom_swe.model.memory import Logged
from tom_swe.model.session import OWN_HOST
from tom_swe.model.user_acts import Did, UserAct

WIDENED = "holds beyond "


class Entry(Value):
    """One line of the log: what happened to a belief, by whom, and why.

    ``taken_back`` says that the person undid it.
    """

    at: datetime
    what: str
    by: str
    belief_ids: tuple[int, ...] = ()
    reason: str = ""
    taken_back: bool = False


class Sign(StrEnum):
    """How a belief differs from what it was."""

    ADDED = "+"
    CHANGED = "~"
    RETIRED = "-"


class Difference(Value):
    """A belief that changed: before and after, in words."""

    sign: Sign
    belief_id: int
    statement: str
    old: str = ""
    new: str = ""


def log(
    revisions: Iterable[Logged],
    acts: Iterable[UserAct],
    *,
    since: datetime | None = None,
    belief_id: int | None = None,
) -> list[Entry]:
    """Everything that changed a belief, oldest first: what was learned and what the person did."""
    found = [*_learned(revisions), *_done(acts)]
    kept = [
        each
        for each in found
        if (since is None or each.at >= since)
        and (belief_id is None or belief_id in each.belief_ids)
    ]
    return sorted(kept, key=lambda each: each.at)


def differences(
    beliefs: Iterable[Belief],
    revisions: Iterable[Logged],
    acts: Sequence[UserAct],
    since: datetime,
) -> list[Difference]:
    """The beliefs that were added, changed or given up since a time, by id.

    What was forgotten since is in none of it.
    """
    history: dict[int, list[Logged]] = {}
    for each in revisions:
        history.setdefault(each.belief_id, []).append(each)
    found = [
        difference
        for belief in beliefs
        if (difference := _difference(belief, history.get(belief.id, []), acts, since))
    ]
    merged = [
        Difference(
            sign=Sign.RETIRED,
            belief_id=was.id,
            statement=was.statement,
            new=f"merged into b{each.belief_ids[0]}",
        )
        for each in acts
        if each.did is Did.MERGE and each.undone_at is None and each.at >= since
        for was in each.image.before
        if was.id == each.belief_ids[1]
    ]
    return sorted((*found, *merged), key=lambda each: each.belief_id)


def _difference(
    belief: Belief, history: Sequence[Logged], acts: Sequence[UserAct], since: datetime
) -> Difference | None:
    earlier = [each for each in history if each.at < since]
    later = [each for each in history if each.at >= since]
    if not later:
        return None
    ended = belief.status is Status.RETIRED
    why = next((each for each in reversed(later) if each.status is Status.RETIRED), None)
    given_up = "" if why is None else why.reason + (f" by b{why.about}" if why.about else "")
    if not earlier:
        sign = Sign.RETIRED if ended else Sign.ADDED
        new = f"learned and retired since: {given_up}" if ended else _stands(belief)
        return Difference(sign=sign, belief_id=belief.id, statement=belief.statement, new=new)
    was_live = earlier[-1].status is not Status.RETIRED
    if was_live and ended:
        return Difference(
            sign=Sign.RETIRED, belief_id=belief.id, statement=belief.statement, new=given_up
        )
    if ended:
        return None
    if not was_live:
        return Difference(
            sign=Sign.ADDED,
            belief_id=belief.id,
            statement=belief.statement,
            old="retired",
            new=_stands(belief),
        )
    statement, scope = _then(belief, later, acts, since)
    pairs = (
        (statement, belief.statement),
        (scope, str(belief.scope)),
        (earlier[-1].status.value, belief.status.value),
        (f"{earlier[-1].confidence:.2f}", f"{belief.confidence:.2f}"),
    )
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    if not differing:
        return None
    return Difference(
        sign=Sign.CHANGED,
        belief_id=belief.id,
        statement=belief.statement,
        old=", ".join(old for old, _ in differing),
        new=", ".join(new for _, new in differing),
    )


def _then(
    belief: Belief, later: Iterable[Logged], acts: Iterable[UserAct], since: datetime
) -> tuple[str, str]:
    """The statement and the scope that a belief had."""
    for each in acts:
        if each.at >= since and each.undone_at is None:
            for was in each.image.before:
                if was.id == belief.id:
                    return was.statement, str(was.scope)
    widened = (e.reason for e in later if e.change is Change.MERGE and e.reason.startswith(WIDENED))
    return belief.statement, next(widened, WIDENED + str(belief.scope)).removeprefix(WIDENED)


def _stands(belief: Belief) -> str:
    return f"{belief.scope}, {belief.status}, {belief.confidence:.2f}"


def _learned(revisions: Iterable[Logged]) -> Iterator[Entry]:
    for each in revisions:
        # What the person did is told of in their own changes.
        if each.change is Change.RULE:
            continue
        by = "tom"
        if each.session_id is not None:
            to_tom = each.host == OWN_HOST
            by = f"you, in s{each.session_id}" if to_tom else f"session s{each.session_id}"
        about = f" by b{each.about}" if each.about else ""
        yield Entry(
            at=each.at,
            what=each.change,
            by=by,
            belief_ids=(each.belief_id,),
            reason=f"{each.reason}{about} → {each.status}, {each.confidence:.2f}",
        )


def _done(acts: Iterable[UserAct]) -> Iterator[Entry]:
    for each in acts:
        yield Entry(
            at=each.at,
            what=each.did,
            by="you",
            belief_ids=each.belief_ids,
            reason=each.detail,
            taken_back=each.undone_at is not None,
        )
        if each.undone_at is not None:
            yield Entry(
                at=each.undone_at,
                what="undo",
                by="you",
                belief_ids=each.belief_ids,
                reason=f"{each.did} of {each.at:%Y-%m-%d %H:%M}",
            )
