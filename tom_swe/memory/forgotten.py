"""Digests of what was forgotten. They hold no text and cannot be read back."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete, orm, select
from sqlalchemy.dialects.sqlite import insert

from tom_swe.memory.tables import ForgottenRow


def session_digest(host: str, host_id: str) -> str:
    """Stands for one session of one host; of whatever host where that is ""."""
    return _digest("session", host, host_id)


def said_digest(key: str) -> str:
    """Stands for one message, in every session that a host copied it to."""
    return _digest("said", key)


def words_digest(quote: str) -> str:
    """Stands for words that no belief may rest on again, whatever their spacing and case."""
    return _digest("words", " ".join(quote.casefold().split()))


def is_forgotten(transaction: orm.Session, user_id: str, digest: str) -> bool:
    """Whether the person had this forgotten."""
    return transaction.get(ForgottenRow, (user_id, digest)) is not None


def forgotten_among(transaction: orm.Session, user_id: str, digests: Iterable[str]) -> set[str]:
    """Which of these the person had forgotten."""
    found = select(ForgottenRow.digest).where(
        ForgottenRow.user_id == user_id, ForgottenRow.digest.in_(list(digests))
    )
    return set(transaction.scalars(found))


def mark_forgotten(transaction: orm.Session, user_id: str, digests: Iterable[str]) -> None:
    """Keeps these forgotten from now on."""
    now = datetime.now(UTC)
    rows = [{"user_id": user_id, "digest": digest, "at": now} for digest in digests]
    if rows:
        transaction.execute(insert(ForgottenRow).on_conflict_do_nothing(), rows)


def unmark_forgotten(transaction: orm.Session, user_id: str, digests: Iterable[str]) -> None:
    """Lets these be learned again."""
    gone = delete(ForgottenRow).where(
        ForgottenRow.user_id == user_id, ForgottenRow.digest.in_(list(digests))
    )
    transaction.execute(gone)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
