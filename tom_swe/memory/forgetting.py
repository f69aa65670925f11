"""Forgetting sessions, beliefs and the rest, with the words of them that are left elsewhere."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import delete, orm, select

from tom_swe.memory.beliefs import drop_beliefs, rejected_beliefs
from tom_swe.memory.checks import drop_hits
from tom_swe.memory.copies import forget_held, known_as, mirrors_of, read_again
from tom_swe.memory.forgotten import mark_forgotten, words_digest
from tom_swe.memory.records import belief_values, no_belief
from tom_swe.memory.requests import drop_acts_on_lost_requests
from tom_swe.memory.sayings import drop_sayings_of
from tom_swe.memory.sessions import no_session
from tom_swe.memory.tables import (
    BeliefRow,
    ConsultationRow,
    EvidenceRow,
    ObservationRow,
    PointerRow,
    SessionRow,
    UserActRow,
)
from tom_swe.memory.tellings import drop_telling
from tom_swe.memory.templates import partners_of
from tom_swe.memory.user_edits import drop_merges_without_words, drop_user_acts_worded
from tom_swe.model.belief import Stance


class Erasure:
    """Deletes permanently, in a transaction."""

    def __init__(self, transaction: orm.Session, user_id: str) -> None:
        self._transaction = transaction
        self._user_id = user_id

    def session(self, session_id: int) -> None:
        """Deletes a session's rows and keeps it from being imported again.

        Raises NotFound.
        """
        row = self._transaction.get(SessionRow, session_id)
        if row is None or row.user_id != self._user_id:
            raise no_session(session_id)
        digests = known_as(row.host, row.host_id)
        # Its words are in no copy of them, and do not come back with one.
        digests += forget_held(self._transaction, self._user_id, session_id)
        # What the person rejected is not learned from the same words once it is gone itself.
        rejected = [each.id for each in rejected_beliefs(self._transaction, self._user_id)]
        words = _words_rejected_in(self._transaction, session_id, rejected)
        mark_forgotten(self._transaction, self._user_id, [*digests, *map(words_digest, words)])
        drop_telling(self._transaction, self._user_id, row.host, row.host_id)
        drop_hits(self._transaction, self._user_id, row.host, row.host_id)
        _drop_answers_on(self._transaction, self._user_id, session_id)
        said = select(ObservationRow.statement).where(ObservationRow.session_id == session_id)
        lost = set(self._transaction.scalars(said))
        alike = partners_of(self._transaction, self._user_id, session_id)
        for mirror in mirrors_of(self._transaction, self._user_id, row):
            alike |= partners_of(self._transaction, self._user_id, mirror.id) - {session_id}
            self._transaction.delete(mirror)
        self._transaction.delete(row)
        self._transaction.flush()
        left = select(SessionRow.id).where(SessionRow.id.in_(alike))
        read_again(self._transaction, self._transaction.scalars(left).all())
        self._transaction.expire_all()
        drop_merges_without_words(self._transaction, self._user_id)
        _drop_acts_on_lost(self._transaction, self._user_id, lost)
        drop_acts_on_lost_requests(self._transaction, self._user_id)

    def belief(self, belief_id: int) -> None:
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
        observed = [each.observation_id for each in supporting]
        drop_sayings_of(self._transaction, observed)
        self._transaction.execute(delete(ObservationRow).where(ObservationRow.id.in_(observed)))
        drop_beliefs(self._transaction, self._user_id, [belief_id])

    def pointers(self, pointer_ids: Collection[int]) -> None:
        """Deletes pointers to the person's words."""
        gone = delete(PointerRow).where(
            PointerRow.user_id == self._user_id, PointerRow.id.in_(pointer_ids)
        )
        self._transaction.execute(gone)

    def answers(self, also: Collection[int] = ()) -> None:
        """Deletes kept answers that cite a belief or session that is gone, and these."""
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

    def user_acts(self, change_ids: Collection[int]) -> None:
        """Deletes what is kept of changes, which then cannot be taken back."""
        gone = delete(UserActRow).where(
            UserActRow.user_id == self._user_id, UserActRow.id.in_(change_ids)
        )
        self._transaction.execute(gone)


def _words_rejected_in(
    transaction: orm.Session, session_id: int, rejected: Collection[int]
) -> list[str]:
    """The quotes of a session that rejected beliefs rest on."""
    quotes = (
        select(ObservationRow.quote)
        .join(EvidenceRow, EvidenceRow.observation_id == ObservationRow.id)
        .where(ObservationRow.session_id == session_id, EvidenceRow.belief_id.in_(rejected))
    )
    return list(transaction.scalars(quotes))


def _drop_answers_on(transaction: orm.Session, user_id: str, session_id: int) -> None:
    """Deletes kept answers that cite beliefs resting on a session: they may quote it."""
    found = (
        select(EvidenceRow.belief_id)
        .join(ObservationRow, ObservationRow.id == EvidenceRow.observation_id)
        .where(ObservationRow.session_id == session_id)
    )
    resting = set(transaction.scalars(found))
    kept = select(ConsultationRow).where(ConsultationRow.user_id == user_id)
    gone = [
        row.id
        for row in transaction.scalars(kept)
        if not resting.isdisjoint(json.loads(row.cites)["beliefs"])
    ]
    transaction.execute(delete(ConsultationRow).where(ConsultationRow.id.in_(gone)))


def _drop_acts_on_lost(transaction: orm.Session, user_id: str, lost: set[str]) -> None:
    """Deletes what the person did to beliefs worded by what is lost, unless others say it too."""
    said = select(ObservationRow.statement).join(SessionRow).where(SessionRow.user_id == user_id)
    drop_user_acts_worded(transaction, user_id, lost.difference(transaction.scalars(said)))
