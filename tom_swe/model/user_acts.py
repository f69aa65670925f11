"""What the person changed with their own hands, kept so that it can be taken back."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from tom_swe.model.advice import Adherence, Outcome
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Stance, Verdict


class Did(StrEnum):
    """What the person did."""

    CONFIRM = "confirm"
    REJECT = "reject"
    PIN = "pin"
    UNPIN = "unpin"
    EDIT = "edit"
    SCOPE = "scope"
    MERGE = "merge"
    REMEMBER = "remember"  # they stated something to tom itself
    FEEDBACK = "feedback"  # they judged advice
    ACCEPT = "accept"  # what they ask for again and again always holds
    DISMISS = "dismiss"  # it is no rule


class Moved(Value):
    """What merging one belief into another moved, so that it can be moved back.

    ``evidence`` holds (belief, observation, stance) and ``told`` (belief, telling, adherence) of
    both as they were; the rest is the other's alone: its verdicts, what its check met, what the
    person wants of that check (mode, repositories, when they said so), the beliefs it superseded,
    and what kept answers cited, by their ids.
    """

    kept: int
    other: int
    evidence: tuple[tuple[int, int, Stance], ...] = ()
    told: tuple[tuple[int, int, Adherence | None], ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    hits: tuple[int, ...] = ()
    mode: tuple[str, str, datetime] | None = None
    superseded: tuple[int, ...] = ()
    cites: Mapping[int, str] = {}


class JudgedBefore(Value):
    """What was known of the outcome of advice before the person judged it."""

    outcome: Outcome | None = None
    verdicts: Mapping[int, tuple[Verdict, ...]] = {}


class Image(Value):
    """What takes a change back.

    ``before`` are the beliefs that it changed as they stood, without their evidence.
    ``forgotten`` are digests of words that had been forgotten until the person said them again.
    ``request`` is the key of the recurring request that was decided on, and ``observed`` what was
    made of it.
    """

    before: tuple[Belief, ...] = ()
    moved: Moved | None = None
    judged: JudgedBefore | None = None
    forgotten: tuple[str, ...] = ()
    request: str = ""
    observed: tuple[int, ...] = ()


class UserAct(Value):
    """Something the person did, and how to undo it.

    ``belief_ids`` are those it was done to, the first one before all; ``detail`` is what they
    said.
    """

    id: int = 0
    at: datetime
    did: Did
    belief_ids: tuple[int, ...] = ()
    detail: str = ""
    image: Image = Image()
    session_id: int | None = None
    consultation_id: int | None = None
    undone_at: datetime | None = None

    @property
    def is_bare(self) -> bool:
        """Whether words under it were forgotten, so that it cannot be taken back."""
        return self.image.moved is not None and not self.image.before
