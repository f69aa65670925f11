"""What a session showed, and what became of what it was told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, orm, select
from sqlalchemy.dialects.sqlite import insert as upsert

from tom_swe.memory.beliefs import beliefs_of, rejected_beliefs
from tom_swe.memory.corrections import keep_corrective_turns
from tom_swe.memory.forgotten import forgotten_among, words_digest
from tom_swe.memory.pointers import drop_stale, keep_with
from tom_swe.memory.records import (
    observation_fields,
    observation_value,
    session_value,
    verdict_row,
)
from tom_swe.memory.requests import keep_requests
from tom_swe.memory.tables import (
    ComparisonRow,
    DecisionRow,
    EvidenceRow,
    ObservationRow,
    SessionModelRow,
    SessionRow,
    TurnRow,
    VerdictRow,
)
from tom_swe.memory.tellings import keep_adherence, telling_of
from tom_swe.model.advice import Adherence, Telling
from tom_swe.model.belief import Observation, Relation, SessionModel, Verdict
from tom_swe.model.corrections import JudgedTurns
from tom_swe.model.readers import following, outranks
from tom_swe.model.recurring import Request
from tom_swe.model.session import Role, Session

if TYPE_CHECKING:
    from tom_swe.ports import Pair


class SessionFindings:
    """What one session showed and was told, in a transaction."""

    def __init__(self, transaction: orm.Session, user_id: str, session_id: int) -> None:
        self._transaction = transaction
        self._user_id = user_id
        self._session_id = session_id

    @property
    def id(self) -> int:
        """The session's id."""
        return self._session_id

    def value(self) -> Session:
        """The session itself."""
        turns = select(TurnRow).where(TurnRow.session_id == self._session_id)
        return session_value(
            self._transaction.get_one(SessionRow, self._session_id),
            self._transaction.scalars(turns.order_by(TurnRow.ordinal)),
        )

    def observe(self, model: SessionModel) -> list[int]:
        """Keeps what a session showed; the ids of the observations that are new.

        Observations made before and made again stay; those not made again go, with the
        evidence they were, unless a language model made them and this reader has none or the
        person decided on what rests on them. Words the person had forgotten are passed over.
        """
        session = self._transaction.get_one(SessionRow, self._session_id)
        said = select(TurnRow.ordinal, TurnRow.id, TurnRow.text).where(
            TurnRow.session_id == self._session_id, TurnRow.role == Role.USER
        )
        turns = {ordinal: (i, text) for ordinal, i, text in self._transaction.execute(said)}
        digests = {words_digest(each.quote.text) for each in model.observations}
        unwanted = forgotten_among(self._transaction, self._user_id, digests)
        before = self._transaction.get(SessionModelRow, self._session_id)
        reader_before = before.reader if before else ""
        rejected = self._rejected_words() if before else set[str]()
        made = {
            _key(each): each
            for each in model.observations
            if each.quote.ordinal in turns
            and each.quote.text
            and each.quote.text in turns[each.quote.ordinal][1]
            and words_digest(each.quote.text) not in unwanted
        }
        observed = (
            select(ObservationRow, TurnRow.ordinal)
            .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
            .where(ObservationRow.session_id == self._session_id)
        )
        decided = self._decided_on()
        adds = outranks(reader_before, model.reader)
        for row, ordinal in self._transaction.execute(observed).all():
            again = made.pop(_key(observation_value(row, ordinal)), None)
            stays = (adds and ordinal in turns) or row.id in decided
            if again is None and not stays:
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
            "reader": following(model.reader, reader_before),
            "content_hash": session.content_hash,
            "made_at": datetime.now(UTC),
        }
        put = upsert(SessionModelRow).values(session_id=self._session_id, **fields)
        self._transaction.execute(
            put.on_conflict_do_update(index_elements=["session_id"], set_=fields)
        )
        self._transaction.flush()
        self._transaction.expire_all()
        return [row.id for row in rows]

    def keep_corrective_turns(self, found: JudgedTurns) -> None:
        """Keeps which of the session's turns correct the agent."""
        keep_corrective_turns(self._transaction, self._session_id, found)

    def relate(self, relations: Mapping[Pair, Relation], observed: Collection[int]) -> None:
        """Keeps how these statements go together: what is believed, and what was just observed."""
        if not relations:
            return
        heard = select(ObservationRow.id, ObservationRow.statement).where(
            ObservationRow.id.in_(observed)
        )
        ids = {statement: i for i, statement in self._transaction.execute(heard)}
        beliefs = beliefs_of(self._transaction, self._user_id)
        held = {b.statement: b.supporting[0].observation_id for b in beliefs if b.supporting}
        rows = [
            {"held_id": held[pair.held], "heard_id": ids[pair.heard], "relation": relation}
            for pair, relation in relations.items()
            if pair.held in held and pair.heard in ids
        ]
        if rows:
            self._transaction.execute(upsert(ComparisonRow).on_conflict_do_nothing(), rows)

    def keep_requests(self, requests: Iterable[Request], version: int) -> None:
        """Keeps what the session requests for, as this version of the reading finds it."""
        keep_requests(self._transaction, self._session_id, requests, version)

    def keep_pointers(self, found: Collection[int]) -> None:
        """Ties pointers to this session, where their words are; those that are too old go."""
        keep_with(self._transaction, self._session_id, found)
        drop_stale(self._transaction, self._user_id)

    def telling(self) -> Telling | None:
        """What this session was told; None where nothing is known to have been."""
        row = self._transaction.get_one(SessionRow, self._session_id)
        return telling_of(self._transaction, self._user_id, row.host, row.host_id)

    def keep_adherence(
        self, telling: Telling, found: Mapping[int, Adherence], verdicts: Mapping[int, Verdict]
    ) -> set[int]:
        """Keeps what became of what this session was told, in the place of what was kept before.

        The ids of the beliefs on which the session's verdict is another one than before.
        """
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
        self._transaction.add_all(verdict_row(key, each) for key, each in verdicts.items())
        self._transaction.flush()
        return {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}

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
            for belief in rejected_beliefs(self._transaction, self._user_id)
            for each in belief.supporting
        }


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
