"""The changes of mind between what was believed and what is believed now. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tom_swe.model.belief import EVERYWHERE, Belief, Change, Judge, Status
from tom_swe.model.revision import Revision

SUPERSEDED = "superseded"
REJECTED = "advice that cites it was rejected"
RULED_OUT = "you rejected it"
GONE = "evidence was forgotten or deleted"
DONE = "an agent followed it or did not"
OTHERWISE = "its evidence changed"


def changes(
    before: Sequence[Belief], after: Sequence[Belief], reasons: Mapping[int, str]
) -> list[Revision]:
    """A revision for each belief that is not what it was; both lists by the same ids.

    ``reasons`` says why those changed that the person did something to. A belief that is no
    longer there has none.
    """
    was = {belief.id: belief for belief in before}
    return [
        _change(was.get(belief.id), belief, reasons)
        for belief in after
        if was.get(belief.id) != belief
    ]


def _change(old: Belief | None, new: Belief, reasons: Mapping[int, str]) -> Revision:
    change, reason = _why(old, new)
    if old and new.id in reasons:
        ended = old.status is not Status.RETIRED and new.status is Status.RETIRED
        if not ended or change is not Change.RETIRE or new.decisions != old.decisions:
            is_feedback = new.verdicts != old.verdicts and new.decisions == old.decisions
            change, reason = change if is_feedback else Change.RULE, reasons[new.id]
    about = new.superseded_by if change is Change.RETIRE else None
    known = {each.event for each in old.evidence} if old else set[str]()
    fresh = [each.session_id for each in new.evidence if each.event not in known]
    judged = set(new.verdicts) - set(old.verdicts if old else ())
    fresh += [each.session_id for each in judged if each.session_id is not None]
    session_id = (fresh[-1] if old else fresh[0]) if fresh else None
    return Revision(change=change, belief=new, reason=reason, session_id=session_id, about=about)


def _why(old: Belief | None, new: Belief) -> tuple[Change, str]:
    ended = new.status is Status.RETIRED
    if old is None:
        return (Change.RETIRE, _why_ended(new)) if ended else (Change.ADD, "first seen")
    was_ended = old.status is Status.RETIRED
    if ended and (not was_ended or old.superseded_by != new.superseded_by):
        return Change.RETIRE, _why_ended(new)
    said = {each.event for each in old.supporting}
    fresh = [each for each in new.supporting if each.event not in said]
    if fresh and was_ended and not ended:
        return Change.STRENGTHEN, "said again after it was retired"
    if fresh and old.scope != new.scope == EVERYWHERE:
        return Change.MERGE, f"holds beyond {old.scope}"
    if fresh:
        sessions = {each.session_id for each in old.supporting}
        again = all(each.session_id in sessions for each in fresh)
        where = "the same" if again else "another"
        return Change.STRENGTHEN, f"seen {'again ' if again else ''}in {where} session"
    gone = len(new.supporting) < len(old.supporting)
    weaker = new.confidence < old.confidence
    change = Change.WEAKEN if weaker or gone else Change.STRENGTHEN
    if gone:
        return change, GONE
    by = {each.by for each in set(new.verdicts) ^ set(old.verdicts)}
    return change, DONE if Judge.SESSION in by else OTHERWISE


def _why_ended(belief: Belief) -> str:
    if belief.superseded_by is not None:
        return SUPERSEDED
    return RULED_OUT if belief.is_rejected_by_user else REJECTED


def named(
    found: Sequence[Belief], owners: Mapping[str, int]
) -> tuple[list[Belief], dict[int, int]]:
    """The beliefs under the ids that they had, and the ids that are part of another's now.

    ``owners`` says which id each event held up. An id goes with the oldest of its events; where a
    belief has several, it keeps that of the event which founded it, else the lowest. New ones are
    -1, -2, ...
    """
    first: dict[int, tuple[datetime, str]] = {}
    holder: dict[int, int] = {}
    for belief in found:
        for each in belief.supporting:
            owner, key = owners.get(each.event), (each.at, each.event)
            if owner is not None and (owner not in first or key < first[owner]):
                first[owner], holder[owner] = key, belief.id
    own: dict[int, list[int]] = {}
    for owner, number in holder.items():
        own.setdefault(number, []).append(owner)
    ids: dict[int, int] = {}
    new = 0
    for belief in found:
        mine, founder = own.get(belief.id, []), owners.get(belief.founded_on)
        if not mine:
            new -= 1
        ids[belief.id] = founder if founder in mine and founder else min(mine, default=new)
    parts = {owner: ids[number] for owner, number in holder.items() if ids[number] != owner}
    return [
        belief.model_copy(
            update={
                "id": ids[belief.id],
                "superseded_by": ids[belief.superseded_by] if belief.superseded_by else None,
            }
        )
        for belief in found
    ], parts
