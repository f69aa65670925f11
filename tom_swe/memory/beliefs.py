"""Tier 3: beliefs, the log they follow from, and the briefings made from them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import Row, delete, func, insert, orm, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tom_swe.checkout import likeness, name_among, place_of
from tom_swe.memory.database import Database
from tom_swe.memory.log import Log, heard_of, read_log
from tom_swe.memory.records import (
    belief_fields,
    belief_values,
    decisions_on,
    keep_decisions,
    no_belief,
)
from tom_swe.memory.tables import (
    BeliefRow,
    BriefingRow,
    CheckHitRow,
    CheckModeRow,
    ConsultationRow,
    DecisionRow,
    EvidenceRow,
    SessionRow,
    ToldRow,
    VerdictRow,
)
from tom_swe.memory.user_edits import drop_user_acts_on
from tom_swe.memory.vectors import keep_belief_vectors, keep_statement_vectors
from tom_swe.model.advice import Briefing
from tom_swe.model.belief import Belief, Decision, DecisionKind
from tom_swe.model.event import Heard
from tom_swe.model.user import UserModel, surest_first, told

if TYPE_CHECKING:
    from tom_swe.ports import Vector

# Of the working folders of one repository's sessions so many are looked at, and kept.
_LOOKED_AT, _KEPT = 200, 50
# A briefing without the time at which it was made.
_BRIEFING = select(
    BriefingRow.user_id,
    BriefingRow.repository,
    BriefingRow.text,
    BriefingRow.tokens,
    BriefingRow.belief_ids,
)


class Beliefs:
    """Reads what is believed about a user."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: str, belief_id: int) -> Belief:
        """One belief with its evidence. Raises NotFound."""
        with self._database.read() as transaction:
            row = transaction.get(BeliefRow, belief_id)
            if row is None or row.user_id != user_id:
                raise no_belief(belief_id)
            return belief_values(transaction, [row])[0]

    def all(self, user_id: str) -> list[Belief]:
        """Every belief, retired ones too, by id."""
        with self._database.read() as transaction:
            return beliefs_of(transaction, user_id)

    def told(self, user_id: str) -> tuple[Belief, ...]:
        """The beliefs of the user model, the most certain first."""
        return surest_first(told(self.all(user_id)))

    def user_model(self, user_id: str) -> UserModel:
        """The beliefs that agents may be told, the most certain first."""
        return UserModel(user_id=user_id, beliefs=self.told(user_id))

    def log(self, user_id: str) -> Log:
        """Everything that was heard and done, with what it takes to fold it."""
        with self._database.read() as transaction:
            return read_log(transaction, user_id)

    def for_one_task(self, user_id: str) -> list[Heard]:
        """What was said for one task only, which no belief rests on, oldest first."""
        with self._database.read() as transaction:
            return heard_of(transaction, user_id, for_one_task=True)

    def briefing(self, user_id: str, repository: str, place: str = "") -> Briefing | None:
        """The briefing stored for a repository, else the one for everywhere, else None.

        ``place`` is its `place_of`, where that is known.
        """
        with self._database.read() as transaction:
            name = name_among(_folders(transaction, user_id), repository, place)
            mine = BriefingRow.user_id == user_id, BriefingRow.repository == name
            row = transaction.execute(_BRIEFING.where(*mine)).first()
            return None if row is None else _briefing(row)

    def briefings(self, user_id: str) -> list[tuple[Briefing, list[str]]]:
        """All stored briefings, each with the folders that its repository was used in."""
        mine = BriefingRow.user_id == user_id
        with self._database.read() as transaction:
            known = dict(_folders(transaction, user_id))
            return [
                (made, known[made.repository])
                for made in map(_briefing, transaction.execute(_BRIEFING.where(mine)))
            ]

    def names_of(self, user_id: str, repository: str, place: str) -> tuple[str, ...]:
        """The names under which there are beliefs of the repository that lies at a place."""
        with self._database.read() as transaction:
            known = _folders(transaction, user_id)
        return tuple(name for name, used in known if likeness(name, used, repository, (place,)))


class BeliefWriter:
    """What is believed, in a transaction that changes it."""

    def __init__(self, transaction: orm.Session, user_id: str) -> None:
        self._transaction = transaction
        self._user_id = user_id

    def all(self) -> list[Belief]:
        """Every belief, retired ones too, as it stands now."""
        return beliefs_of(self._transaction, self._user_id)

    def log(self, model: str) -> Log:
        """Everything that was heard and done, with the vectors of one model."""
        self._transaction.flush()
        return read_log(self._transaction, self._user_id, model)

    def keep_vectors(self, fresh: Mapping[str, Vector], model: str, said: Iterable[str]) -> None:
        """Keeps vectors by the statements that they are of, and only those of what is said."""
        keep_statement_vectors(self._transaction, self._user_id, model, fresh, said)

    def decide(self, belief_id: int, decisions: Iterable[Decision]) -> None:
        """Store the decisions on a belief, replacing the earlier ones."""
        keep_decisions(self._transaction, belief_id, decisions)

    def join(self, parts: Mapping[int, int]) -> None:
        """Gives what was decided and judged of beliefs to those that they are part of now."""
        for part, whole in parts.items():
            known = decisions_on(self._transaction, [part, whole])
            kinds = {each.kind for each in known.get(whole, ())}
            more = [each for each in known.get(part, ()) if each.kind not in kinds]
            keep_decisions(self._transaction, whole, (*known.get(whole, ()), *more))
            for table in (VerdictRow, ToldRow, CheckModeRow, CheckHitRow):
                moved = update(table).where(table.belief_id == part).values(belief_id=whole)
                # A session that was told both keeps the one.
                self._transaction.execute(moved.prefix_with("OR IGNORE"))

    def believe(self, beliefs: Sequence[Belief], vectors: Mapping[str, Vector], model: str) -> int:
        """Store these as all that is believed; return how many are new or differ.

        New ones have ids below 0. ``vectors`` are those of the statements.
        """
        stored = {belief.id: belief for belief in self.all()}
        ids = {belief.id: belief.id for belief in beliefs}
        for belief in beliefs:
            if belief.id < 0:
                fields = {**belief_fields(belief), "superseded_by": None}
                row = BeliefRow(user_id=self._user_id, made_at=datetime.now(UTC), **fields)
                self._transaction.add(row)
                self._transaction.flush()
                ids[belief.id] = row.id
        changed = [each for each in beliefs if each != stored.get(each.id)]
        for belief in changed:
            row = self._transaction.get_one(BeliefRow, ids[belief.id])
            fields = belief_fields(belief)
            if belief.superseded_by is not None:
                fields["superseded_by"] = ids[belief.superseded_by]
            for name, value in fields.items():
                setattr(row, name, value)
            self._hold_up(row.id, belief)
            keep_decisions(self._transaction, row.id, belief.decisions)
        mine = select(BeliefRow.id).where(BeliefRow.user_id == self._user_id)
        if gone := set(self._transaction.scalars(mine)) - set(ids.values()):
            drop_beliefs(self._transaction, self._user_id, gone)
        statements = {ids[each.id]: each.statement for each in beliefs}
        keep_belief_vectors(self._transaction, self._user_id, model, statements, vectors)
        self._transaction.expire_all()
        return len(changed)

    def uncite(self) -> None:
        """Takes beliefs that are gone out of what kept answers cite: ids are given again."""
        there = set(self._transaction.scalars(select(BeliefRow.id)))
        kept = select(ConsultationRow).where(ConsultationRow.user_id == self._user_id)
        for row in self._transaction.scalars(kept):
            cites = json.loads(row.cites)
            if not there.issuperset(cites["beliefs"]):
                cites["beliefs"] = [each for each in cites["beliefs"] if each in there]
                row.cites = json.dumps(cites)
        self._transaction.flush()

    def _hold_up(self, belief_id: int, belief: Belief) -> None:
        """Store the evidence of a belief, replacing what it had."""
        mine = EvidenceRow.belief_id == belief_id
        self._transaction.execute(delete(EvidenceRow).where(mine))
        rows = [
            {"belief_id": belief_id, "observation_id": each.observation_id, "stance": each.stance}
            for each in belief.evidence
        ]
        if rows:
            self._transaction.execute(upsert(EvidenceRow).on_conflict_do_nothing(), rows)

    def briefings(self) -> list[Briefing]:
        """The stored briefings."""
        mine = _BRIEFING.where(BriefingRow.user_id == self._user_id)
        return [_briefing(row) for row in self._transaction.execute(mine)]

    def folders(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The folders in which sessions were held in each repository, the newest first."""
        last = func.max(func.coalesce(SessionRow.ended_at, SessionRow.imported_at))
        held = (
            select(SessionRow.repository, SessionRow.cwd)
            .where(SessionRow.user_id == self._user_id, SessionRow.cwd != "")
            .group_by(SessionRow.repository, SessionRow.cwd)
            .order_by(last.desc(), SessionRow.cwd)
        )
        used: dict[str, list[str]] = {}
        for repository, cwd in self._transaction.execute(held):
            used.setdefault(repository.casefold(), []).append(cwd)
        found: dict[str, tuple[str, ...]] = {}
        for name in names:
            places = (place_of(cwd) for cwd in used.get(name.casefold(), ())[:_LOOKED_AT])
            found[name] = tuple(islice(dict.fromkeys(filter(None, places)), _KEPT))
        return found

    def brief(self, briefings: Iterable[Briefing], folders: Mapping[str, Sequence[str]]) -> None:
        """Replace the stored briefings; ``folders`` are those of each repository."""
        self._transaction.execute(delete(BriefingRow).where(BriefingRow.user_id == self._user_id))
        rows = [
            {
                "user_id": self._user_id,
                "repository": each.repository,
                "text": each.text,
                "tokens": each.tokens,
                "belief_ids": json.dumps(each.belief_ids),
                "folders": json.dumps(folders.get(each.repository, ())),
                "made_at": datetime.now(UTC),
            }
            for each in briefings
        ]
        if rows:
            self._transaction.execute(insert(BriefingRow), rows)


def beliefs_of(transaction: orm.Session, user_id: str) -> list[Belief]:
    """Every belief about a user, by id."""
    found = select(BeliefRow).where(BeliefRow.user_id == user_id).order_by(BeliefRow.id)
    return belief_values(transaction, transaction.scalars(found))


def rejected_beliefs(transaction: orm.Session, user_id: str) -> list[Belief]:
    """The beliefs that the person rejected and has not stated since."""
    decided = select(DecisionRow.belief_id).where(DecisionRow.kind == DecisionKind.REJECT)
    found = select(BeliefRow).where(BeliefRow.user_id == user_id, BeliefRow.id.in_(decided))
    beliefs = belief_values(transaction, transaction.scalars(found))
    return [belief for belief in beliefs if belief.is_rejected_by_user]


def drop_beliefs(transaction: orm.Session, user_id: str, belief_ids: Collection[int]) -> None:
    """Deletes beliefs, and what is kept of what the person did to them."""
    drop_user_acts_on(transaction, user_id, belief_ids)
    transaction.execute(delete(BeliefRow).where(BeliefRow.id.in_(belief_ids)))
    transaction.expire_all()


def _folders(transaction: orm.Session, user_id: str) -> list[tuple[str, list[str]]]:
    """The repositories that have a briefing, each with the folders it was used in."""
    mine = select(BriefingRow.repository, BriefingRow.folders).where(BriefingRow.user_id == user_id)
    return [(name, json.loads(used)) for name, used in transaction.execute(mine)]


def _briefing(row: Row[str, str, str, int, str]) -> Briefing:
    user_id, repository, said, tokens, belief_ids = row
    return Briefing(
        user_id=user_id,
        repository=repository,
        text=said,
        tokens=tokens,
        belief_ids=tuple(json.loads(belief_ids)),
    )
