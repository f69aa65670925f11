"""The transaction in which what is believed changes, and what it offers."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Generator, Iterable
from dataclasses import dataclass

from sqlalchemy import orm

from tom_swe.memory.beliefs import BeliefWriter
from tom_swe.memory.checks import CheckWriter
from tom_swe.memory.consultations import AdviceOutcomes
from tom_swe.memory.database import Database
from tom_swe.memory.forgetting import Erasure
from tom_swe.memory.forgotten import forgotten_among, unmark_forgotten, words_digest
from tom_swe.memory.observing import SessionFindings
from tom_swe.memory.requests import RequestEdits
from tom_swe.memory.sayings import SayingWriter
from tom_swe.memory.sessions import put_session
from tom_swe.memory.tables import LearnQueueRow
from tom_swe.memory.user_edits import UserEdits
from tom_swe.memory.wishes import WishWriter
from tom_swe.model.memory import Job
from tom_swe.model.session import Session


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
            again = forgotten_among(transaction, user_id, digests)
            unmark_forgotten(transaction, user_id, digests)
            yield ChangeOfMind(transaction, user_id, kept.session_id, again)
            transaction.delete(transaction.get_one(LearnQueueRow, kept.session_id))

    @contextlib.contextmanager
    def from_outside(self, user_id: str) -> Generator[ChangeOfMind]:
        """A change of mind that no session brings: something is forgotten, advice is judged."""
        with self._database.write() as transaction:
            yield ChangeOfMind(transaction, user_id)


class ChangesOfMind:
    """One change of mind after the other under the write lock."""

    def __init__(self, transaction: orm.Session, user_id: str) -> None:
        self._transaction = transaction
        self._user_id = user_id

    @contextlib.contextmanager
    def from_session(self, job: Job) -> Generator[ChangeOfMind | None]:
        """A change of mind from the session of a job; None where its lease was lost.

        Leaving it without an error keeps the change and takes the job off the queue; with
        one, nothing of this change is kept, and what was changed before it still is.
        """
        with self._transaction.begin_nested():
            queued = self._transaction.get(LearnQueueRow, job.session_id, populate_existing=True)
            if queued is None or queued.owner != job.owner:
                yield None
                return
            yield ChangeOfMind(self._transaction, self._user_id, job.session_id)
            self._transaction.delete(queued)


@dataclass(frozen=True)
class ChangeOfMind:
    """One transaction under the write lock, and what can be changed in it.

    ``remembered_again`` holds the digests of words that were forgotten until now.
    """

    _transaction: orm.Session
    _user_id: str
    _session_id: int | None = None
    remembered_again: Collection[str] = ()

    @property
    def session(self) -> SessionFindings:
        """What the session that brings this change showed and was told."""
        assert self._session_id is not None
        return SessionFindings(self._transaction, self._user_id, self._session_id)

    @property
    def beliefs(self) -> BeliefWriter:
        """What is believed."""
        return BeliefWriter(self._transaction, self._user_id)

    @property
    def checks(self) -> CheckWriter:
        """How what is believed is checked."""
        return CheckWriter(self._transaction, self._user_id)

    @property
    def advice(self) -> AdviceOutcomes:
        """What became of advice."""
        return AdviceOutcomes(self._transaction, self._user_id)

    @property
    def user_edits(self) -> UserEdits:
        """What only the person does."""
        return UserEdits(self._transaction, self._user_id, self._session_id)

    @property
    def requests(self) -> RequestEdits:
        """What the person makes of requests that recur."""
        return RequestEdits(self._transaction, self._user_id)

    @property
    def sayings(self) -> SayingWriter:
        """What may help with later requests."""
        return SayingWriter(self._transaction, self._user_id)

    @property
    def wishes(self) -> WishWriter:
        """What may be wishes, and which of them agree."""
        return WishWriter(self._transaction, self._user_id)

    @property
    def erase(self) -> Erasure:
        """What is deleted permanently."""
        return Erasure(self._transaction, self._user_id)
