"""A change of mind from one session, for tests of the memory."""

import contextlib
from collections.abc import Generator

from tom_swe.memory.learning import ChangeOfMind
from tom_swe.memory.store import Store
from tom_swe.model.memory import Job


@contextlib.contextmanager
def changed(store: Store, job: Job) -> Generator[ChangeOfMind | None]:
    """The change of mind from a job's session, in a transaction of its own."""
    with (
        store.learning.from_sessions(job.user_id) as changes,
        changes.from_session(job) as change,
    ):
        yield change
