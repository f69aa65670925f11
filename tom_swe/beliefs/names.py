"""Which id each folded belief has: the one that its words had before. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tom_swe.model.belief import Belief


def named(
    found: Sequence[Belief], owners: Mapping[str, int]
) -> tuple[list[Belief], dict[int, int]]:
    """The beliefs under the ids that they had, and the ids that are part of another's now.

    ``owners`` says which id each event held up. An id goes with the oldest of its events; where a
    belief has several, it keeps that of the event which founded it, else the lowest. New ones are
    -1, -2, ...
    """
    ids, parts = ids_of(found, owners)
    return [
        belief.model_copy(
            update={
                "id": ids[belief.id],
                "superseded_by": ids[belief.superseded_by] if belief.superseded_by else None,
            }
        )
        for belief in found
    ], parts


def ids_of(
    found: Sequence[Belief], owners: Mapping[str, int]
) -> tuple[dict[int, int], dict[int, int]]:
    """The id of each number that `fold` gave, and the ids that are part of another's now."""
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
    return ids, parts
