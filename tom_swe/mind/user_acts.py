"""What the person did, as it is logged. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime

from tom_swe.model.belief import Belief
from tom_swe.model.user_acts import Did, Image, JudgedBefore, Moved, UserAct


def user_act_of(
    did: Did,
    belief_ids: Sequence[int],
    before: Sequence[Belief],
    at: datetime,
    *,
    detail: str = "",
    moved: Moved | None = None,
    judged: JudgedBefore | None = None,
    forgotten: Collection[str] = (),
    consultation_id: int | None = None,
) -> UserAct:
    """An act on beliefs that stood like ``before``."""
    return UserAct(
        at=at,
        did=did,
        belief_ids=tuple(belief_ids),
        detail=detail,
        image=Image(
            before=tuple(
                each.model_copy(update={"evidence": (), "verdicts": ()}) for each in before
            ),
            moved=moved,
            judged=judged,
            forgotten=tuple(sorted(forgotten)),
        ),
        consultation_id=consultation_id,
    )


def texts_of(act: UserAct) -> tuple[str, ...]:
    """All words that are kept with an act."""
    before = act.image.before
    worded = (text for belief in before for text in belief.wordings)
    places = (belief.scope.name for belief in before)
    return (act.detail, act.image.request, *worded, *places)
