"""What changed, when and by whom: the log, and the difference between then and now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tom_swe.beliefs.fold import fold
from tom_swe.beliefs.history import history, why_ended
from tom_swe.embed.similarity import Similarity
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Change, Status
from tom_swe.model.revision import Revision
from tom_swe.model.session import OWN_HOST
from tom_swe.model.user_acts import UserAct

if TYPE_CHECKING:
    from tom_swe.memory.store import Store


class Entry(Value):
    """One line of the log: what happened to a belief, by whom, and why.

    ``session_id`` is the session that brought it; ``taken_back`` says that the person undid it.
    """

    at: datetime
    what: str
    by: str
    belief_ids: tuple[int, ...] = ()
    reason: str = ""
    session_id: int | None = None
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


def revisions(memory: Store, user_id: str, belief_id: int | None = None) -> list[Revision]:
    """How each belief, or just this one, came to be what it is, oldest first."""
    log = memory.beliefs.log(user_id)
    return history(log.events, Similarity(log.vectors, log.relations), log.owners, belief_id)


def entries(
    memory: Store,
    user_id: str,
    *,
    since: datetime | None = None,
    belief_id: int | None = None,
) -> list[Entry]:
    """Everything that changed a belief, oldest first: what was said and what the person did."""
    found = [*_said(revisions(memory, user_id, belief_id)), *_done(memory.user_acts.all(user_id))]
    return chosen(found, since, belief_id)


def chosen(found: Iterable[Entry], since: datetime | None, belief_id: int | None) -> list[Entry]:
    """The lines since a time and on a belief, where these are given, oldest first."""
    kept = [
        each
        for each in found
        if (since is None or each.at >= since)
        and (belief_id is None or belief_id in each.belief_ids)
    ]
    return sorted(kept, key=lambda each: each.at)


def differences(memory: Store, user_id: str, since: datetime) -> list[Difference]:
    """How what is believed differs from what was said and done before a time, by id."""
    log, now = memory.beliefs.log(user_id), memory.beliefs.all(user_id)
    before = [each for each in log.events if each.at < since]
    then = fold(before, Similarity(log.vectors, log.relations))
    holder = {each.event: belief for belief in now for each in belief.supporting}
    merged = _merged(memory.user_acts.all(user_id))
    was: dict[int, Belief] = {}
    found: list[Difference] = []
    for belief in then:
        if (holds := holder.get(belief.founded_on)) is None:
            continue
        if holds.founded_on == belief.founded_on:
            was[holds.id] = belief
        elif belief.status is not Status.RETIRED:
            found.append(
                Difference(
                    sign=Sign.RETIRED,
                    belief_id=merged.get(belief.supporting[0].observation_id, holds.id),
                    statement=belief.statement,
                    new=f"merged into b{holds.id}",
                )
            )
    found += [each for belief in now if (each := _difference(was.get(belief.id), belief))]
    return sorted(found, key=lambda each: each.belief_id)


def _merged(acts: Iterable[UserAct]) -> dict[int, int]:
    """The id that the belief on each observation had before the person merged it into another."""
    moves = (each.image.moved for each in acts if each.undone_at is None)
    return {
        observation_id: moved.other
        for moved in moves
        if moved is not None
        for belief_id, observation_id, _ in moved.evidence
        if belief_id == moved.other
    }


def _difference(was: Belief | None, now: Belief) -> Difference | None:
    ended = now.status is Status.RETIRED
    if was is None:
        new = f"learned and retired since: {_why_ended(now)}" if ended else _stands(now)
        sign, old = Sign.RETIRED if ended else Sign.ADDED, ""
    elif was.status is Status.RETIRED:
        if ended:
            return None
        sign, old, new = Sign.ADDED, "retired", _stands(now)
    elif ended:
        sign, old, new = Sign.RETIRED, "", _why_ended(now)
    else:
        pairs = [
            (one, other)
            for one, other in zip(_parts(was), _parts(now), strict=True)
            if one != other
        ]
        if not pairs:
            return None
        sign = Sign.CHANGED
        old, new = (", ".join(side) for side in zip(*pairs, strict=True))
    return Difference(sign=sign, belief_id=now.id, statement=now.statement, old=old, new=new)


def _parts(belief: Belief) -> tuple[str, ...]:
    return belief.statement, str(belief.scope), belief.status, f"{belief.confidence:.2f}"


def _stands(belief: Belief) -> str:
    return ", ".join(_parts(belief)[1:])


def _why_ended(belief: Belief) -> str:
    by = f" by b{belief.superseded_by}" if belief.superseded_by else ""
    return why_ended(belief) + by


def _said(revisions: Iterable[Revision]) -> Iterator[Entry]:
    for each in revisions:
        # What the person did is told of in their own changes.
        if each.change is Change.DECIDE:
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
            session_id=each.session_id,
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
                reason=f"{each.did} of {each.at.astimezone():%Y-%m-%d %H:%M}",
            )
