"""One belief made part of another, row by row, and made a belief of its own again."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import Update, delete, orm, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tom_swe.memory.records import belief_fields, keep_decisions, no_belief, verdict_value
from tom_swe.memory.tables import (
    BeliefRow,
    CheckHitRow,
    CheckModeRow,
    ConsultationRow,
    EvidenceRow,
    ObservationRow,
    TellingRow,
    ToldRow,
    VerdictRow,
)
from tom_swe.model.advice import Adherence
from tom_swe.model.belief import Belief, Stance
from tom_swe.model.user_acts import Moved

# What is changed in the tables alone; the rows that were read are dropped afterwards.
_BLINDLY = {"synchronize_session": False}


def merge(transaction: orm.Session, user_id: str, kept: int, other: int) -> Moved:
    """Moves the quotes, verdicts, tellings and history of one belief to another; deletes it.

    Where both have the same, that of the one which is kept stands. Raises NotFound.
    """
    for belief_id in (kept, other):
        row = transaction.get(BeliefRow, belief_id)
        if row is None or row.user_id != user_id:
            raise no_belief(belief_id)
    moved = _what_moves(transaction, user_id, kept, other)
    ours = [each for belief_id, each, _ in moved.evidence if belief_id == kept]
    told = [each for belief_id, each, _ in moved.told if belief_id == kept]
    for statement in (
        _moved(EvidenceRow, other, kept).where(EvidenceRow.observation_id.not_in(ours)),
        _moved(ToldRow, other, kept).where(ToldRow.telling_id.not_in(told)),
        _moved(VerdictRow, other, kept),
        _moved(CheckHitRow, other, kept),
        # What the person wants of the check of the one that is kept stands.
        _moved(CheckModeRow, other, kept).prefix_with("OR IGNORE"),
        update(BeliefRow)
        .where(BeliefRow.superseded_by == other, BeliefRow.id != kept)
        .values(superseded_by=kept),
    ):
        transaction.execute(statement, execution_options=_BLINDLY)
    for row in _citing(transaction, moved.cites):
        cites = json.loads(row.cites)
        ids = [kept if each == other else each for each in cites["beliefs"]]
        row.cites = json.dumps({**cites, "beliefs": list(dict.fromkeys(ids))})
    transaction.flush()
    transaction.execute(delete(BeliefRow).where(BeliefRow.id == other))
    transaction.expire_all()
    return moved


def unmerge(transaction: orm.Session, user_id: str, other: Belief, moved: Moved) -> int:
    """Makes the other belief again, with what of it is still there; the id that it has now."""
    taken = transaction.get(BeliefRow, moved.other) is not None
    fields = {**belief_fields(other), "superseded_by": None}
    made = datetime.now(UTC)
    row = BeliefRow(id=None if taken else moved.other, user_id=user_id, made_at=made, **fields)
    transaction.add(row)
    transaction.flush()
    back, kept = row.id, moved.kept
    keep_decisions(transaction, back, other.decisions)
    _share(transaction, moved, back)
    rows = list(transaction.scalars(select(VerdictRow).where(VerdictRow.belief_id == kept)))
    for verdict in moved.verdicts:
        if same := next((each for each in rows if verdict_value(each) == verdict), None):
            rows.remove(same)
            same.belief_id = back
    transaction.flush()
    for statement in (
        update(CheckHitRow)
        .where(CheckHitRow.id.in_(moved.hits), CheckHitRow.belief_id == kept)
        .values(belief_id=back),
        update(BeliefRow)
        .where(BeliefRow.id.in_(moved.superseded), BeliefRow.superseded_by == kept)
        .values(superseded_by=back),
    ):
        transaction.execute(statement, execution_options=_BLINDLY)
    _give_mode_back(transaction, moved, back)
    there = set(transaction.scalars(select(BeliefRow.id)))
    for row in _citing(transaction, moved.cites):
        cites = json.loads(moved.cites[row.id])
        ids = [back if each == moved.other else each for each in cites["beliefs"]]
        row.cites = json.dumps({**cites, "beliefs": [each for each in ids if each in there]})
    transaction.flush()
    transaction.expire_all()
    return back


def _give_mode_back(transaction: orm.Session, moved: Moved, back: int) -> None:
    """Gives the other belief what the person wants of its check; the kept one may have it."""
    if moved.mode is None:
        return
    mode, off_in, at = moved.mode
    lent = CheckModeRow.belief_id == moved.kept, CheckModeRow.at == at
    transaction.execute(delete(CheckModeRow).where(*lent), execution_options=_BLINDLY)
    row = {"belief_id": back, "mode": mode, "off_in": off_in, "at": at}
    transaction.execute(upsert(CheckModeRow).values(row).on_conflict_do_nothing())


def _what_moves(transaction: orm.Session, user_id: str, kept: int, other: int) -> Moved:
    both = (kept, other)
    evidence = select(EvidenceRow).where(EvidenceRow.belief_id.in_(both))
    told = select(ToldRow).where(ToldRow.belief_id.in_(both))
    verdicts = select(VerdictRow).where(VerdictRow.belief_id == other).order_by(VerdictRow.id)
    consultations = select(ConsultationRow).where(ConsultationRow.user_id == user_id)
    wanted = transaction.get(CheckModeRow, other)
    return Moved(
        kept=kept,
        other=other,
        evidence=tuple(
            (row.belief_id, row.observation_id, Stance(row.stance))
            for row in transaction.scalars(evidence)
        ),
        told=tuple(
            (row.belief_id, row.telling_id, Adherence(row.adherence) if row.adherence else None)
            for row in transaction.scalars(told)
        ),
        verdicts=tuple(verdict_value(row) for row in transaction.scalars(verdicts)),
        hits=tuple(
            transaction.scalars(select(CheckHitRow.id).where(CheckHitRow.belief_id == other))
        ),
        mode=None if wanted is None else (wanted.mode, wanted.off_in, wanted.at),
        superseded=tuple(
            transaction.scalars(select(BeliefRow.id).where(BeliefRow.superseded_by == other))
        ),
        cites={
            row.id: row.cites
            for row in transaction.scalars(consultations)
            if other in json.loads(row.cites)["beliefs"]
        },
    )


def _moved(
    table: type[EvidenceRow | ToldRow | VerdictRow | CheckHitRow | CheckModeRow], old: int, new: int
) -> Update:
    return update(table).where(table.belief_id == old).values(belief_id=new)


def _share(transaction: orm.Session, moved: Moved, back: int) -> None:
    """Gives each of two beliefs again the quotes and tellings that it had before."""
    kept, other = moved.kept, moved.other
    observed = {each for _, each, _ in moved.evidence}
    there = select(ObservationRow.id).where(ObservationRow.id.in_(observed))
    left = set(transaction.scalars(there))
    ours = {each for belief_id, each, _ in moved.evidence if belief_id == kept}
    for belief_id, observation_id, stance in moved.evidence:
        if belief_id != other or observation_id not in left:
            continue
        if observation_id not in ours:
            transaction.execute(
                delete(EvidenceRow).where(
                    EvidenceRow.belief_id == kept, EvidenceRow.observation_id == observation_id
                )
            )
        row = {"belief_id": back, "observation_id": observation_id, "stance": stance}
        transaction.execute(upsert(EvidenceRow).values(row).on_conflict_do_nothing())
    told = {each for _, each, _ in moved.told}
    tellings = set(transaction.scalars(select(TellingRow.id).where(TellingRow.id.in_(told))))
    ours = {each for belief_id, each, _ in moved.told if belief_id == kept}
    for belief_id, telling_id, adherence in moved.told:
        if belief_id != other or telling_id not in tellings:
            continue
        if telling_id not in ours:
            transaction.execute(
                delete(ToldRow).where(ToldRow.belief_id == kept, ToldRow.telling_id == telling_id)
            )
        row = {"belief_id": back, "telling_id": telling_id, "adherence": adherence}
        transaction.execute(upsert(ToldRow).values(row).on_conflict_do_nothing())


def _citing(transaction: orm.Session, cites: Collection[int]) -> list[ConsultationRow]:
    rows = select(ConsultationRow).where(ConsultationRow.id.in_(cites))
    return list(transaction.scalars(rows))
