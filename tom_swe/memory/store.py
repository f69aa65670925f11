"""The whole memory: one object for each noun it keeps, over one database."""

import shutil
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import delete, func, select, text

from tom_swe.errors import DatabaseDamaged
from tom_swe.memory.belief_listing import BeliefListing
from tom_swe.memory.beliefs import Beliefs
from tom_swe.memory.checks import Checks
from tom_swe.memory.consultations import Consultations
from tom_swe.memory.corrections import Corrections
from tom_swe.memory.counting import session_counts
from tom_swe.memory.database import Database
from tom_swe.memory.files import is_writable
from tom_swe.memory.learning import Learning
from tom_swe.memory.ledger import CallLedger
from tom_swe.memory.permissions import loose, unusable
from tom_swe.memory.pointers import Pointers
from tom_swe.memory.portable import Portable
from tom_swe.memory.queue import LearnQueue
from tom_swe.memory.requests import Requests
from tom_swe.memory.sayings import Sayings
from tom_swe.memory.search import Search
from tom_swe.memory.session_listing import SessionListing
from tom_swe.memory.sessions import Sessions
from tom_swe.memory.tables import (
    FULL_TEXT,
    BeliefRow,
    ConsultationRow,
    LearnQueueRow,
    ObservationRow,
    SessionRow,
    Table,
    TurnRow,
    UserRow,
    VectorRow,
)
from tom_swe.memory.tellings import SessionTellings
from tom_swe.memory.user_edits import UserActs
from tom_swe.memory.vectors import Vectors
from tom_swe.model.memory import Problem, SessionCounts, Sizes


class Store:
    """Memory in one SQLite file under ``path``'s folder. Thread-safe, safe between processes.

    ``key`` opens an encrypted one, in the place of the keyring's.
    """

    def __init__(
        self, path: Path, *, busy_timeout: float = 30.0, key: SecretStr | None = None
    ) -> None:
        self._database = Database(path, busy_timeout=busy_timeout, key=key)
        self.path = path
        self.sessions = Sessions(self._database)
        self.queue = LearnQueue(self._database)
        self.learning = Learning(self._database)
        self.beliefs = Beliefs(self._database)
        self.corrections = Corrections(self._database)
        self.search = Search(self._database)
        self.vectors = Vectors(self._database)
        self.consultations = Consultations(self._database)
        self.pointers = Pointers(self._database)
        self.requests = Requests(self._database)
        self.sayings = Sayings(self._database)
        self.tellings = SessionTellings(self._database)
        self.checks = Checks(self._database)
        self.ledger = CallLedger(self._database)
        self.user_acts = UserActs(self._database)
        self.portable = Portable(self._database)
        self.belief_lists = BeliefListing(self._database)
        self.session_lists = SessionListing(self._database)

    def began(self, user_id: str) -> datetime | None:
        """When this memory first heard of a user; None where it has not."""
        with self._database.read() as transaction:
            return transaction.scalar(select(UserRow.created_at).where(UserRow.id == user_id))

    def reset(self, user_id: str) -> None:
        """Deletes everything kept about a user permanently."""
        with self._database.write() as transaction:
            transaction.execute(delete(UserRow).where(UserRow.id == user_id))
        self.purge()

    def purge(self) -> bool:
        """Wipes the remains of deleted rows and the copies made before upgrades.

        False where another process still holds the old write-ahead log open.
        """
        backups = self.path.parent / "backups"
        if backups.is_dir():
            shutil.rmtree(backups)
        return self._database.purge()

    def users(self) -> list[str]:
        """Everyone of whom something is kept."""
        with self._database.read() as transaction:
            return list(transaction.scalars(select(UserRow.id).order_by(UserRow.id)))

    def sizes(self) -> Sizes:
        """How much is in memory, all users together."""
        with self._database.read() as transaction:

            def count(table: type[Table]) -> int:
                return transaction.scalar(select(func.count()).select_from(table)) or 0

            unindexed = select(func.count()).where(VectorRow.indexed.is_(False))
            return Sizes(
                users=count(UserRow),
                sessions=count(SessionRow),
                turns=count(TurnRow),
                observations=count(ObservationRow),
                beliefs=count(BeliefRow),
                consultations=count(ConsultationRow),
                pending=count(LearnQueueRow),
                vectors=count(VectorRow),
                unindexed=transaction.scalar(unindexed) or 0,
            )

    def counts(self, user_id: str, *, corrections: bool = True) -> SessionCounts:
        """How much is kept of one person, and how much of it could be read."""
        with self._database.read() as transaction:
            return session_counts(transaction, user_id, corrections=corrections)

    def check(self) -> list[Problem]:
        """What is wrong with the database; empty when it is sound."""
        problems: list[Problem] = []
        with self._database.read() as transaction:
            for (line,) in transaction.execute(text("PRAGMA integrity_check")):
                if line != "ok":
                    problems.append(Problem(what=f"database: {line}", fix="tom db check --repair"))
            problems.extend(
                Problem(
                    what=f"a row of {row[0]} refers to a missing one", fix="tom db check --repair"
                )
                for row in transaction.execute(text("PRAGMA foreign_key_check"))
            )
            quotes = (
                select(func.count())
                .select_from(ObservationRow)
                .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
                .where(func.instr(TurnRow.text, ObservationRow.quote) == 0)
            )
            if strays := transaction.scalar(quotes):
                problems.append(
                    Problem(what=f"{strays} quotes are not in their turns", fix="tom learn")
                )
        if is_writable(self.path):
            problems.extend(
                Problem(what=f"{name} is out of date", fix="tom db check --repair")
                for name in self.full_text_faults()
            )
        problems.extend(
            Problem(
                what=f"{path} cannot be read and written by you"
                + (f": it belongs to {owner}" if owner else ""),
                fix=f"sudo chown -R $(id -un) {path}" if owner else f"chmod u+rwX {path}",
            )
            for path, owner in unusable(self.path.parent)
        )
        problems.extend(
            Problem(
                what=f"{path} is readable by others (mode {mode:o})", fix=f"chmod go-rwx {path}"
            )
            for path, mode in loose(self.path.parent)
        )
        return problems

    def full_text_faults(self) -> list[str]:
        """The full-text indexes that are not in step with the rows."""
        faults: list[str] = []
        for name in FULL_TEXT:
            try:
                with self._database.write() as transaction:
                    transaction.execute(
                        text(f"INSERT INTO {name}({name}, rank) VALUES ('integrity-check', 1)")
                    )
            except DatabaseDamaged:
                faults.append(name)
        return faults

    def rebuild_full_text(self) -> None:
        """Makes the full-text indexes anew from the rows."""
        with self._database.write() as transaction:
            for name in FULL_TEXT:
                transaction.execute(text(f"INSERT INTO {name}({name}) VALUES ('rebuild')"))

    def close(self) -> None:
        """Lets go of the file."""
        self._database.close()
