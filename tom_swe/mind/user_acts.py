"""What a change of the person's did to the beliefs, as it is logged. Pure."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from tom_swe.model.belief import Belief
from tom_swe.model.user_acts import Did, Image, Judged, Moved, UserAct


def user_act_of(
    did: Did,
    belief_ids: Sequence[int],
    before: Sequence[Belief],
    after: Sequence[Belief],
    at: datetime,
    *,
    detail: str = "",
    moved: Moved | None = None,
    judged: Judged | None = None,
    forgotten: Collection[str] = (),
    consultation_id: int | None = None,
) -> UserAct:
    """A change that took the beliefs from ``before`` to ``after``."""
    was = {belief.id: belief for belief in before}
    now = {belief.id: belief for belief in after}
    return UserAct(
        at=at,
        did=did,
        belief_ids=tuple(belief_ids),
        detail=detail,
        image=Image(
            before=tuple(
                each.model_copy(update={"evidence": (), "verdicts": ()})
                for each in before
                if now.get(each.id) != each
            ),
            after={each.id: digest(each) for each in after if was.get(each.id) != each},
            moved=moved,
            judged=judged,
            forgotten=tuple(sorted(forgotten)),
        ),
        consultation_id=consultation_id,
    )


def digest(belief: Belief) -> str:
    """Stands for a belief as it is, its evidence and all."""
    return hashlib.sha256(belief.model_dump_json().encode()).hexdigest()


def texts_of(change: UserAct) -> tuple[str, ...]:
    """All words that are kept with a change."""
    before = change.image.before
    worded = (text for belief in before for text in belief.wordings)
    places = (belief.scope.name for belief in before)
    return (change.detail, *worded, *places)
