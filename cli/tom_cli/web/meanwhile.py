"""Whether a form decides on what its page showed: a belief that changed since is shown first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from starlette.responses import Response

from tom_cli.render import newest_quotes
from tom_cli.web import listed
from tom_cli.web.desk import Desk, Form, whole
from tom_cli.web.seen import seen
from tom_swe.beliefs.history import DECIDED
from tom_swe.model.belief import DecisionKind
from tom_swe.model.user_acts import Did, UserAct

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom

CHANGED = "It changed meanwhile."
OTHERWISE = "You changed it meanwhile."
# Done twice it is the same: whoever clicks twice is not asked again.
SAME_TWICE = frozenset({Did.CONFIRM, Did.REJECT, Did.PIN, Did.UNPIN})


def changed(desk: Desk, tom: Tom, form: Form, action: str, ids: Sequence[int]) -> Response | None:
    """The beliefs as they are now, where one is not what the form's page showed; else None.

    Nothing is decided then. A form that says nothing of what its page showed is taken as it is.
    """
    shown = {whole(each.partition(".")[0], 0): each for each in form.all("seen")}
    held = tom.memory.belief_lists.full(desk.user, ids)
    other = [each for each in held if shown.get(each.id, seen(each)) != seen(each)]
    acts = tom.memory.user_acts.all(desk.user) if other else []
    why: dict[int, str] = {}
    for each in other:
        last = _last_on(acts, each.id)
        if last and last.undone_at is None and last.did == action and last.did in SAME_TWICE:
            continue
        mine = shown[each.id].split(".")[1:2] != seen(each).split(".")[1:2]
        why[each.id] = _words(last) if mine else CHANGED
    if not why:
        return None
    lines = {each.id: each for each in tom.memory.belief_lists.lines(desk.user)}
    return desk.page(
        "meanwhile",
        code=409,
        beliefs=held,
        lines=lines,
        why=why,
        wrote=form.get("text", "") or form.get("place", ""),
        list=form.get("list", ""),
        back=form.get("back", ""),
        is_review="skipped" in form,
        skipped=whole(form.get("skipped"), 0),
        newest_quotes=newest_quotes,
        notes_on=listed.notes_on,
    )


def _last_on(acts: Iterable[UserAct], belief_id: int) -> UserAct | None:
    """What the person did last to a belief, or took back last."""
    on_it = (each for each in acts if belief_id in each.belief_ids)
    return max(on_it, key=lambda each: each.undone_at or each.at, default=None)


def _words(act: UserAct | None) -> str:
    if act is None or act.did.value not in {*DecisionKind}:
        return OTHERWISE
    if act.undone_at is not None:
        return f"You took back meanwhile that {DECIDED[DecisionKind(act.did.value)]}."
    words = DECIDED[DecisionKind(act.did.value)]
    return f"{words[:1].upper()}{words[1:]} meanwhile."
