"""One change of mind: everything a session taught, in one transaction."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, orm, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tom_swe.memory.beliefs import beliefs_of
from tom_swe.memory.consultations import cited_by, consultation_of
from tom_swe.memory.database import Database
from tom_swe.memory.forgotten import (
    forgotten_among,
    mark_forgotten,
    session_digest,
    unmark_forgotten,
    words_digest,
)
from tom_swe.memory.log import Log, read_log
from tom_swe.memory.lost import drop_acts_on_lost, drop_answers_on, statements_of
from tom_swe.memory.pointers import drop_pointers, drop_stale, keep_with
from tom_swe.memory.records import (
    belief_fields,
    belief_values,
    decisions_on,
    keep_decisions,
    no_belief,
    observation_fields,
    observation_value,
    session_value,
)
from tom_swe.memory.sessions import no_session, put_session
from tom_swe.memory.tables import (
    BeliefRow,
    BriefingRow,
    ComparisonRow,
    ConsultationRow,
    DecisionRow,
    EvidenceRow,
    LearnQueueRow,
    ObservationRow,
    SessionModelRow,
    SessionRow,
    ToldRow,
    TurnRow,
    VectorRow,
    VerdictRow,
)
from tom_swe.memory.tellings import drop_telling, keep_adherence, telling_of
from tom_swe.memory.user_edits import (
    UserEdits,
    drop_merges_without_words,
    drop_user_acts_on,
    words_rejected_in,
)
from tom_swe.memory.vectors import MOST_KEYS, load_vectors, put_vectors, statement_key
from tom_swe.model.advice import Action, Adherence, Briefing, Outcome, Telling
from tom_swe.model.belief import (
    Belief,
    Decision,
    Judge,
    Observation,
    Relation,
    SessionModel,
    Stance,
    Verdict,
)
from tom_swe.model.memory import Job
from tom_swe.model.session import Role, Session

if TYPE_CHECKING:
    from tom_swe.ports import Pair, Vector


class Learning:
    """Opens changes of mind."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextlib.contextmanager
    def from_sessions(self, user_id: str) -> Generator[ChangesOfMind]:
        """Changes of mind from several sessions of one user, kept together."""
        with self._database.write() as transaction:
            yield ChangesOfMind(transaction, user_id)

    @contextlib.contextmanager
    def from_statement(
        self, user_id: str, session: Session, quotes: Iterable[str]
    ) -> Generator[ChangeOfMind]:
        """A change of mind from what the person states now, kept as a session.

        They may be words that the person had forgotten: ``quotes`` are learned again.
        """
        with self._database.write() as transaction:
            kept = put_session(transaction, user_id, session)
            assert kept.session_id is not None
            digests = [words_digest(each) for each in quotes]
            change = ChangeOfMind(transaction, user_id, kept.session_id, _Held())
            change.remembered_again = forgotten_among(transaction, user_id, digests)
            unmark_forgotten(transaction, user_id, digests)
            yield change
            transaction.delete(transaction.get_one(LearnQueueRow, kept.session_id))

    @contextlib.contextmanager
    def from_outside(self, user_id: str) -> Generator[ChangeOfMind]:
        """A change of mind that no session brings: something is forgotten, advice is judged."""
        with self._database.write() as transaction:
            yield ChangeOfMind(transaction, user_id, None, _Held())


@dataclass
class _Held:
    """The beliefs as they stand in a transaction, by id; None until they are wanted again."""

    beliefs: dict[int, Belief] | None = None


class ChangesOfMind:
    """One change of mind after the other under the write lock, on beliefs read once."""

    def __init__(self, transaction: orm.Session, user_id: str) -> None:
        self._transaction = transaction
        self._user_id = user_id
        self._held = _Held()

    def beliefs(self) -> list[Belief]:
        """Every belief as it stands before these changes."""
        return beliefs_of(self._transaction, self._user_id)

    @contextlib.contextmanager
    def from_session(self, job: Job) -> Generator[ChangeOfMind | None]:
        """A change of mind from the session of a job; None where its lease was lost.

        Leaving it without an error keeps the change and takes the job off the queue; with
        one, nothing of this change is kept, and what was changed before it still is.
        """
        try:
            with self._transaction.begin_nested():
                queued = self._transaction.get(
                    LearnQueueRow, job.session_id, populate_existing=True
                )
                if queued is None or queued.owner != job.owner:
                    yield None
                    return
                yield ChangeOfMind(self._transaction, self._user_id, job.session_id, self._held)
                self._transaction.delete(queued)
        except BaseException:
            self._held.beliefs = None
            raise


class ChangeOfMind:
    """The user's beliefs under the write lock; what is applied is kept with its reason."""

    def __init__(
        self, transaction: orm.Session, user_id: str, session_id: int | None, held: _Held
    ) -> None:
        self._transaction = transaction
        self._user_id = user_id
        self._session_id = session_id
        self._held = held
        self.remembered_again: Collection[str] = ()

    @property
    def user_edits(self) -> UserEdits:
        """What only the person does."""
        return UserEdits(self._transaction, self._user_id, self._session_id, self._look_again)

    def beliefs(self) -> list[Belief]:
        """Every belief, retired ones too, as it stands now."""
        if self._held.beliefs is None:
            found = beliefs_of(self._transaction, self._user_id)
            self._held.beliefs = {belief.id: belief for belief in found}
        return list(self._held.beliefs.values())

    def observe(self, model: SessionModel) -> list[int]:
        """Keeps what a session showed; the ids of the observations that are new.

        Observations made before and made again stay; those not made again go, with the
        evidence they were, unless this reading is a stopgap or the person decided on what rests
        on them. Words the person had forgotten are passed over.
        """
        assert self._session_id is not None
        session = self._transaction.get_one(SessionRow, self._session_id)
        said = select(TurnRow.ordinal, TurnRow.id, TurnRow.text).where(
            TurnRow.session_id == self._session_id, TurnRow.role == Role.USER
        )
        turns = {ordinal: (i, text) for ordinal, i, text in self._transaction.execute(said)}
        digests = {words_digest(each.quote.text) for each in model.observations}
        unwanted = forgotten_among(self._transaction, self._user_id, digests)
        read_before = self._transaction.get(SessionModelRow, self._session_id) is not None
        rejected = self._rejected_words() if read_before else set[str]()
        made = {
            _key(each): each
            for each in model.observations
            if each.quote.ordinal in turns
            and each.quote.text
            and each.quote.text in turns[each.quote.ordinal][1]
            and words_digest(each.quote.text) not in unwanted
        }
        before = (
            select(ObservationRow, TurnRow.ordinal)
            .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
            .where(ObservationRow.session_id == self._session_id)
        )
        decided = self._decided_on()
        for row, ordinal in self._transaction.execute(before).all():
            again = made.pop(_key(observation_value(row, ordinal)), None)
            if again is None and not model.stopgap and row.id not in decided:
                self._transaction.execute(delete(ObservationRow).where(ObservationRow.id == row.id))
        # What was rejected is not believed in another reading of the same words.
        fresh = [each for each in made.values() if words_digest(each.quote.text) not in rejected]
        rows = [
            ObservationRow(
                session_id=self._session_id,
                turn_id=turns[each.quote.ordinal][0],
                **observation_fields(each),
            )
            for each in fresh
        ]
        self._transaction.add_all(rows)
        fields = {
            "intent": model.intent,
            "summary": model.summary,
            "reader": model.reader,
            "content_hash": session.content_hash,
            "made_at": datetime.now(UTC),
        }
        put = upsert(SessionModelRow).values(session_id=self._session_id, **fields)
        self._transaction.execute(
            put.on_conflict_do_update(index_elements=["session_id"], set_=fields)
        )
        self._transaction.flush()
        self._evidence_went()
        return [row.id for row in rows]

    def compare(self, relations: Mapping[Pair, Relation], observed: Collection[int]) -> None:
        """Keeps how these statements go together: what is believed, and what was just observed."""
        if not relations:
            return
        heard = select(ObservationRow.id, ObservationRow.statement).where(
            ObservationRow.id.in_(observed)
        )
        ids = {statement: i for i, statement in self._transaction.execute(heard)}
        held = {b.statement: b.supporting[0].observation_id for b in self.beliefs() if b.supporting}
        rows = [
            {"held_id": held[pair.held], "heard_id": ids[pair.heard], "relation": relation}
            for pair, relation in relations.items()
            if pair.held in held and pair.heard in ids
        ]
        if rows:
            self._transaction.execute(upsert(ComparisonRow).on_conflict_do_nothing(), rows)

    # What beliefs are derived from

    def log(self, model: str) -> Log:
        """Everything that was heard and done, with the vectors of one model."""
        self._transaction.flush()
        return read_log(self._transaction, self._user_id, model)

    def keep_statement_vectors(self, vectors: Mapping[str, Vector], model: str) -> None:
        """Keeps vectors by the statements that they are of."""
        keyed = {statement_key(self._user_id, each): vector for each, vector in vectors.items()}
        put_vectors(self._transaction, self._user_id, model, keyed)

    def drop_other_vectors(self, statements: Iterable[str]) -> None:
        """Deletes the vectors of all other statements: nobody says them any more."""
        kept = {statement_key(self._user_id, each) for each in statements}
        mine = select(VectorRow.key).where(
            VectorRow.user_id == self._user_id, VectorRow.key.between("s:", "s;")
        )
        gone = [key for key in self._transaction.scalars(mine) if key not in kept]
        for some in batched(gone, MOST_KEYS):
            self._transaction.execute(delete(VectorRow).where(VectorRow.key.in_(some)))

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
            for table in (VerdictRow, ToldRow):
                moved = update(table).where(table.belief_id == part).values(belief_id=whole)
                # A session that was told both keeps the one.
                self._transaction.execute(moved.prefix_with("OR IGNORE"))

    def believe(self, beliefs: Sequence[Belief], vectors: Mapping[str, Vector], model: str) -> int:
        """Store these as all that is believed; return how many are new or differ.

        New ones have ids below 0. ``vectors`` are those of the statements.
        """
        stored = {belief.id: belief for belief in self.beliefs()}
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
            self._delete(gone)
        self._keep_vectors({ids[each.id]: each.statement for each in beliefs}, vectors, model)
        self._evidence_went()
        return len(changed)

    def _keep_vectors(
        self, statements: Mapping[int, str], vectors: Mapping[str, Vector], model: str
    ) -> None:
        """Store the vectors of beliefs by id, and drop those of what is not believed so."""
        keys = {f"b:{i}": statement for i, statement in statements.items()}
        stored = load_vectors(self._transaction, keys, model)
        fresh = {
            key: vector
            for key, statement in keys.items()
            if (vector := vectors.get(statement)) is not None
            and (key not in stored or stored[key].tobytes() != vector.astype("<f4").tobytes())
        }
        put_vectors(self._transaction, self._user_id, model, fresh)
        bare = [key for key, statement in keys.items() if statement not in vectors]
        for some in batched(bare, MOST_KEYS):
            self._transaction.execute(delete(VectorRow).where(VectorRow.key.in_(some)))

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

    def keep_pointers(self, found: Collection[int]) -> None:
        """Ties pointers to this session, where their words are; those that are too old go."""
        assert self._session_id is not None
        keep_with(self._transaction, self._session_id, found)
        drop_stale(self._transaction, self._user_id)

    def drop_pointers(self, pointer_ids: Collection[int]) -> None:
        """Deletes pointers to the person's words."""
        drop_pointers(self._transaction, self._user_id, pointer_ids)

    def cited(self, consultation_id: int) -> tuple[int, ...]:
        """The ids of the beliefs that advice rests on. Raises NotFound.

        Advice to ask rests on what the request leaves open, whatever it tells beside that.
        """
        row = consultation_of(self._transaction, self._user_id, consultation_id)
        return () if row.action == Action.ASK else cited_by(row)

    def judged_by(self, consultation_id: int) -> Judge | None:
        """Who judged this advice; None where nobody did or nothing rested on it."""
        by = select(VerdictRow.by).where(VerdictRow.consultation_id == consultation_id)
        found = self._transaction.scalar(by.limit(1))
        return Judge(found) if found else None

    def judge(
        self,
        consultation_id: int,
        outcome: Outcome | None,
        verdicts: Mapping[int, Iterable[Verdict]],
    ) -> None:
        """Keeps what became of advice, in the place of what was said of it before.

        None is that nothing is known of it. Verdicts on beliefs that are gone are not kept.
        Raises NotFound.
        """
        row = consultation_of(self._transaction, self._user_id, consultation_id)
        row.outcome = outcome
        self._transaction.execute(
            delete(VerdictRow).where(VerdictRow.consultation_id == consultation_id)
        )
        there = {belief.id for belief in self.beliefs()}
        self._transaction.add_all(
            _verdict_row(belief_id, each)
            for belief_id, judged in verdicts.items()
            if belief_id in there
            for each in judged
        )
        self._transaction.flush()
        self._held.beliefs = None

    def telling(self) -> Telling | None:
        """What this session was told; None where nothing is known to have been."""
        if self._session_id is None:
            return None
        row = self._transaction.get_one(SessionRow, self._session_id)
        return telling_of(self._transaction, self._user_id, row.host, row.host_id)

    def session(self) -> Session:
        """The session that this change comes from."""
        assert self._session_id is not None
        turns = select(TurnRow).where(TurnRow.session_id == self._session_id)
        return session_value(
            self._transaction.get_one(SessionRow, self._session_id),
            self._transaction.scalars(turns.order_by(TurnRow.ordinal)),
        )

    def keep_adherence(
        self, telling: Telling, found: Mapping[int, Adherence], verdicts: Mapping[int, Verdict]
    ) -> set[int]:
        """Keeps what became of what this session was told, in the place of what was kept before.

        The ids of the beliefs on which the session's verdict is another one than before.
        """
        assert self._session_id is not None
        keep_adherence(self._transaction, self._user_id, telling, found)
        mine = VerdictRow.session_id == self._session_id
        before = {
            row.belief_id: (row.stance, row.weight, row.at)
            for row in self._transaction.scalars(select(VerdictRow).where(mine))
        }
        now = {key: (each.stance, each.weight, each.at) for key, each in verdicts.items()}
        if now == before:
            return set()
        self._transaction.execute(delete(VerdictRow).where(mine))
        self._transaction.add_all(_verdict_row(key, each) for key, each in verdicts.items())
        self._transaction.flush()
        self._held.beliefs = None
        return {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}

    def forget_belief(self, belief_id: int) -> None:
        """Deletes a belief with the observations under it and marks their words forgotten.

        Raises NotFound.
        """
        row = self._transaction.get(BeliefRow, belief_id)
        if row is None or row.user_id != self._user_id:
            raise no_belief(belief_id)
        belief = belief_values(self._transaction, [row])[0]
        supporting = [e for e in belief.evidence if e.stance is Stance.SUPPORTS]
        mark_forgotten(
            self._transaction, self._user_id, [words_digest(each.quote) for each in supporting]
        )
        self._transaction.execute(
            delete(ObservationRow).where(
                ObservationRow.id.in_([each.observation_id for each in supporting])
            )
        )
        self._delete([belief_id])

    def forget_session(self, session_id: int) -> None:
        """Deletes a session's rows and keeps it from being imported again.

        Raises NotFound.
        """
        row = self._transaction.get(SessionRow, session_id)
        if row is None or row.user_id != self._user_id:
            raise no_session(session_id)
        digest = session_digest(row.host, row.host_id)
        # What the person rejected is not learned from the same words once it is gone itself.
        rejected = [belief.id for belief in self.beliefs() if belief.is_rejected_by_user]
        words = words_rejected_in(self._transaction, session_id, rejected)
        mark_forgotten(self._transaction, self._user_id, [digest, *map(words_digest, words)])
        drop_telling(self._transaction, self._user_id, row.host, row.host_id)
        drop_answers_on(self._transaction, self._user_id, session_id)
        lost = statements_of(self._transaction, session_id)
        self._transaction.delete(row)
        self._transaction.flush()
        self._transaction.expire_all()
        drop_merges_without_words(self._transaction, self._user_id)
        drop_acts_on_lost(self._transaction, self._user_id, lost)
        self._evidence_went()

    def briefings(self) -> list[Briefing]:
        """The stored briefings."""
        mine = select(BriefingRow).where(BriefingRow.user_id == self._user_id)
        return [
            Briefing(
                user_id=row.user_id,
                repository=row.repository,
                text=row.text,
                tokens=row.tokens,
                belief_ids=tuple(json.loads(row.belief_ids)),
            )
            for row in self._transaction.scalars(mine)
        ]

    def brief(self, briefings: Iterable[Briefing]) -> None:
        """Replaces the stored briefings."""
        self._transaction.execute(delete(BriefingRow).where(BriefingRow.user_id == self._user_id))
        rows = [
            {
                "user_id": self._user_id,
                "repository": each.repository,
                "text": each.text,
                "tokens": each.tokens,
                "belief_ids": json.dumps(each.belief_ids),
                "made_at": datetime.now(UTC),
            }
            for each in briefings
        ]
        if rows:
            self._transaction.execute(insert(BriefingRow), rows)

    def drop_consultations(self, also: Collection[int] = ()) -> int:
        """Deletes kept answers that cite a belief or session that is gone, and these; how many."""
        beliefs = set(self._transaction.scalars(select(BeliefRow.id)))
        sessions = set(self._transaction.scalars(select(SessionRow.id)))
        kept = select(ConsultationRow).where(ConsultationRow.user_id == self._user_id)
        gone = [
            row.id
            for row in self._transaction.scalars(kept)
            if row.id in also
            or not (
                set(json.loads(row.cites)["beliefs"]) <= beliefs
                and set(json.loads(row.cites)["sessions"]) <= sessions
            )
        ]
        self._transaction.execute(delete(ConsultationRow).where(ConsultationRow.id.in_(gone)))
        return len(gone)

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

    def _decided_on(self) -> set[int]:
        """The observations of this session under beliefs that the person decided on."""
        found = (
            select(EvidenceRow.observation_id)
            .join(DecisionRow, DecisionRow.belief_id == EvidenceRow.belief_id)
            .join(ObservationRow, ObservationRow.id == EvidenceRow.observation_id)
            .where(ObservationRow.session_id == self._session_id)
        )
        return set(self._transaction.scalars(found))

    def _rejected_words(self) -> set[str]:
        """Digests of the words that rejected beliefs rest on."""
        return {
            words_digest(each.quote)
            for belief in self.beliefs()
            if belief.is_rejected_by_user
            for each in belief.supporting
        }

    def _delete(self, belief_ids: Collection[int]) -> None:
        drop_user_acts_on(self._transaction, self._user_id, belief_ids)
        self._transaction.execute(delete(BeliefRow).where(BeliefRow.id.in_(belief_ids)))
        self._evidence_went()

    def _evidence_went(self) -> None:
        self._transaction.expire_all()
        self._held.beliefs = None

    def _look_again(self) -> None:
        self._held.beliefs = None


def _verdict_row(belief_id: int, verdict: Verdict) -> VerdictRow:
    return VerdictRow(
        belief_id=belief_id,
        consultation_id=verdict.consultation_id,
        stance=verdict.stance,
        weight=verdict.weight,
        by=verdict.by,
        at=verdict.at,
        session_id=verdict.session_id,
    )


def _key(observation: Observation) -> tuple[object, ...]:
    return (
        observation.quote.ordinal,
        observation.quote.text,
        observation.source,
        observation.statement,
        observation.dimension,
        observation.value,
        observation.polarity,
        observation.scope,
    )
