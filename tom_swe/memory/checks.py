"""Checks of beliefs: what follows from them, the modes that the person chose, the breaches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, insert, orm, select
from sqlalchemy.dialects.sqlite import insert as upsert

from tom_swe.errors import NotFound
from tom_swe.memory.database import Database
from tom_swe.memory.forgotten import is_forgotten, session_digest
from tom_swe.memory.tables import BeliefRow, CheckHitRow, CheckModeRow, CompiledCheckRow
from tom_swe.memory.tellings import SECOND
from tom_swe.model.checks import Check, CheckHit, CheckOutcome, Compiled, Mode

# So many false alarms have a check that does something only count again.
FALSE_ALARMS = 2


class Checks:
    """Reads checks, and keeps the modes that the person chose and the breaches."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, user_id: str) -> list[Check]:
        """Every check, by the id of its belief."""
        with self._database.read() as transaction:
            return _checks(transaction, user_id)

    def get(self, user_id: str, belief_id: int) -> Check:
        """The check of a belief. Raises NotFound."""
        with self._database.read() as transaction:
            return _check(transaction, user_id, belief_id)

    def set_mode(self, user_id: str, belief_id: int, mode: Mode) -> Check:
        """Sets what tom does at a breach of a belief. Raises NotFound."""
        with self._database.write() as transaction:
            held = _check(transaction, user_id, belief_id)
            off_in = () if held.mode is Mode.OFF else held.off_in
            _keep(transaction, belief_id, mode, off_in)
            return _check(transaction, user_id, belief_id)

    def set_here(self, user_id: str, belief_id: int, repository: str, *, off: bool) -> Check:
        """Switches the check of a belief on or off in a repository. Raises NotFound."""
        with self._database.write() as transaction:
            held = _check(transaction, user_id, belief_id)
            others = [each for each in held.off_in if each.casefold() != repository.casefold()]
            _keep(transaction, belief_id, held.mode, [*others, repository] if off else others)
            return _check(transaction, user_id, belief_id)

    def false_alarm(self, user_id: str, belief_id: int) -> Check:
        """Marks the newest breach as a false alarm; a check with several of them only counts.

        Raises NotFound, also where it met nothing.
        """
        with self._database.write() as transaction:
            held = _check(transaction, user_id, belief_id)
            mine = CheckHitRow.belief_id == belief_id
            right = CheckHitRow.outcome != CheckOutcome.FALSE_ALARM
            newest = select(CheckHitRow).where(mine, right).order_by(CheckHitRow.id.desc())
            row = transaction.scalars(newest).first()
            if row is None:
                raise NotFound(f"check {belief_id} has met no breach that could be wrong")
            row.outcome = CheckOutcome.FALSE_ALARM
            wrong = held.count(CheckOutcome.FALSE_ALARM) + 1
            if wrong >= FALSE_ALARMS and held.mode not in {Mode.OFF, Mode.OBSERVE}:
                _keep(transaction, belief_id, Mode.OBSERVE, held.off_in)
            transaction.flush()
            return _check(transaction, user_id, belief_id)

    def met(self, user_id: str, hits: Iterable[tuple[int, CheckHit]]) -> None:
        """Keeps breaches, each with its belief.

        Nothing is kept of a session that is to stay forgotten, nor of a belief that is gone or
        was made after the breach: its id was given again.
        """
        with self._database.write() as transaction:
            made = select(BeliefRow.id, BeliefRow.made_at).where(BeliefRow.user_id == user_id)
            there = dict(iter(transaction.execute(made)))
            # An inbox that was taken by a learner that is gone is read again.
            kept = select(CheckHitRow).where(CheckHitRow.belief_id.in_(there))
            known = {_values(row) for row in transaction.scalars(kept)}
            for belief_id, hit in hits:
                digest = session_digest(hit.host, hit.host_id)
                if (
                    (belief_id, hit) in known
                    or belief_id not in there
                    or there[belief_id] >= hit.at + SECOND
                ):
                    continue
                if not is_forgotten(transaction, user_id, digest):
                    row = CheckHitRow(belief_id=belief_id, **hit.model_dump())
                    transaction.add(row)


class CheckWriter:
    """The checks that follow from beliefs, in a transaction that changes these."""

    def __init__(self, transaction: orm.Session, user_id: str) -> None:
        self._transaction = transaction
        self._user_id = user_id

    def keep(self, checks: Mapping[int, tuple[Compiled, str]]) -> None:
        """Stores these as all that is checked, each with the quote that it rests on."""
        mine = CompiledCheckRow.user_id == self._user_id
        self._transaction.execute(delete(CompiledCheckRow).where(mine))
        rows = [
            {
                "belief_id": belief_id,
                "user_id": self._user_id,
                "spec": json.dumps(made.spec, ensure_ascii=False),
                "says": made.says,
                "quote": quote,
            }
            for belief_id, (made, quote) in checks.items()
        ]
        if rows:
            self._transaction.execute(insert(CompiledCheckRow), rows)


def drop_hits(transaction: orm.Session, user_id: str, host: str, host_id: str) -> None:
    """Deletes the breaches of a session."""
    mine = select(BeliefRow.id).where(BeliefRow.user_id == user_id)
    there = CheckHitRow.host == host, CheckHitRow.host_id == host_id
    transaction.execute(delete(CheckHitRow).where(CheckHitRow.belief_id.in_(mine), *there))


def _keep(transaction: orm.Session, belief_id: int, mode: Mode, off_in: Iterable[str]) -> None:
    kept = {"mode": mode, "off_in": json.dumps(list(off_in)), "at": datetime.now(UTC)}
    row = upsert(CheckModeRow).values(belief_id=belief_id, **kept)
    transaction.execute(row.on_conflict_do_update(index_elements=["belief_id"], set_=kept))


def _values(row: CheckHitRow) -> tuple[int, CheckHit]:
    return row.belief_id, CheckHit(
        host=row.host,
        host_id=row.host_id,
        at=row.at,
        mode=Mode(row.mode),
        outcome=CheckOutcome(row.outcome),
    )


def _check(transaction: orm.Session, user_id: str, belief_id: int) -> Check:
    found = [each for each in _checks(transaction, user_id) if each.belief_id == belief_id]
    if not found:
        raise NotFound(f"belief b{belief_id} has no check: `tom checks` lists those that have")
    return found[0]


def _checks(transaction: orm.Session, user_id: str) -> list[Check]:
    transaction.flush()
    held = (
        select(CompiledCheckRow, BeliefRow, CheckModeRow)
        .join(BeliefRow, BeliefRow.id == CompiledCheckRow.belief_id)
        .outerjoin(CheckModeRow, CheckModeRow.belief_id == CompiledCheckRow.belief_id)
        .where(CompiledCheckRow.user_id == user_id)
        .order_by(CompiledCheckRow.belief_id)
        .execution_options(populate_existing=True)
    )
    rows = transaction.execute(held).all()
    hits: dict[int, list[CheckHit]] = {made.belief_id: [] for made, _, _ in rows}
    met = select(CheckHitRow).where(CheckHitRow.belief_id.in_(hits)).order_by(CheckHitRow.id)
    for row in transaction.scalars(met):
        hits[row.belief_id].append(_values(row)[1])
    return [
        Check(
            belief_id=made.belief_id,
            statement=belief.statement,
            quote=made.quote,
            scope=f"{belief.reach}:{belief.scope_name}" if belief.scope_name else belief.reach,
            spec=json.loads(made.spec),
            says=made.says,
            mode=Mode(wanted.mode) if wanted else Mode.OBSERVE,
            off_in=tuple(json.loads(wanted.off_in)) if wanted else (),
            hits=tuple(hits[made.belief_id]),
        )
        for made, belief, wanted in rows
    ]
