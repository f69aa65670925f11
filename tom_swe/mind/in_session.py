"""Sessions that a coding agent reads within the person's own session with it.

The agent is given what no language model has read yet, and says what it notes. Its word alone
makes nothing: each quote is held against the person's turns as that of any other model.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from tom_swe.errors import MemoryFault
from tom_swe.extract.grounding import Checked, Unfounded, checked
from tom_swe.extract.noted import (
    ToRead,
    as_read,
    has_words,
    head,
    is_among,
    lines_of_candidates,
    lines_of_known,
    to_read,
)
from tom_swe.extract.reading_form import NotedForm, SummedUpForm
from tom_swe.mind.learn import Learner
from tom_swe.mind.parts import Mind
from tom_swe.mind.reading import Reading, Unread
from tom_swe.model.belief import Belief, SessionModel
from tom_swe.model.memory import Job
from tom_swe.model.session import Session
from tom_swe.text.tokens import count_tokens
from tom_swe.text.transcript import transcript

if TYPE_CHECKING:
    from tom_swe.memory.store import Store

NAME = "host-1"
MOST_SESSIONS = 16  # at a time
# Of a long session at least so much is shown.
LEAST_TOKENS = 500
WHOLE = 1_000_000

NOT_GIVEN = "this session was not handed out to you: ask for what waits first"
TAKEN = "another reader has this session by now, or it has grown: ask for what waits again"
UNFIT = (
    "the quote stands there, but its sentence does not carry the statement (a question, a guess, "
    "somebody else's words), or the person had tom forget or reject these words"
)


class GivenOut(NamedTuple):
    """What an agent is to read: JSON lines, the sessions in them, and how many wait after these."""

    lines: tuple[str, ...]
    sessions: tuple[int, ...]
    waiting: int


class NoteAnswer(NamedTuple):
    """Whether a note was kept; ``why`` says why it was not."""

    note: NotedForm
    why: str


@dataclass
class _Out:
    """A session that was handed out, and what was noted of it so far."""

    job: Job
    unread: Unread
    given: ToRead
    known: dict[int, Belief] = field(default_factory=dict[int, Belief])
    notes: list[NotedForm] = field(default_factory=list[NotedForm])
    rejected: set[int] = field(default_factory=set[int])
    about: SummedUpForm | None = None
    is_read: bool = False


class InSession:
    """What one agent has been given to read and has noted. Thread-safe."""

    def __init__(
        self,
        memory: Store,
        mind: Mind,
        reading: Reading,
        learner: Learner,
        redact: Callable[[str], str],
    ) -> None:
        self._memory = memory
        self._mind = mind
        self._reading = reading
        self._learner = learner
        self._redact = redact
        self._lock = Lock()
        self._out: dict[int, _Out] = {}
        self._numbered = 0

    def hand_out(
        self, user_id: str, by: str, most_tokens: int, *, before: datetime, going_on: str = ""
    ) -> GivenOut:
        """The newest sessions that no language model has read, within so many tokens.

        Without those that were still going on at ``before``, and without the one whose host calls
        it ``going_on``. For ten minutes nobody else is given them.
        """
        with self._lock:
            return self._hand_out(user_id, by, most_tokens, before, going_on)

    def _hand_out(
        self, user_id: str, by: str, most_tokens: int, before: datetime, going_on: str
    ) -> GivenOut:
        queue = self._memory.queue
        waiting = queue.unread_by_models(user_id, before, going_on)
        lines: list[str] = []
        given: list[int] = []
        told: dict[int, Belief] = {}
        left = most_tokens
        for session_id in waiting:
            if len(given) == MOST_SESSIONS:
                break
            session = self._memory.sessions.get(user_id, session_id)
            out = self._taken(user_id, by, session_id)
            if out is None:
                continue
            out.known = {each.id: each for each in self._reading.known(user_id, [session])}
            more = lines_of_known({i: each for i, each in out.known.items() if i not in told})
            room = left - count_tokens("\n".join(more))
            shown = self._shown(out, room, in_part=not given)
            if shown is None:
                self._give_back(out)
                break
            told |= out.known
            lines += [*more, *shown]
            left = room - count_tokens("\n".join(shown))
            given.append(session_id)
        waiting = queue.unread_by_models(user_id, before, going_on)
        return GivenOut(tuple(lines), tuple(given), len(waiting) - len(given))

    def note(
        self,
        user_id: str,
        by: str,
        sessions: Sequence[SummedUpForm],
        notes: Sequence[NotedForm],
        rejected: Collection[int],
    ) -> list[NoteAnswer]:
        """Learns from what an agent noted of the sessions it was given; a word on each note.

        A session that is named without a note counts as read.
        """
        notes = [self._clean(each) for each in notes]
        about = {each.session: each for each in sessions}
        named = dict.fromkeys((*about, *(each.session for each in notes)))
        answers: dict[int, list[str]] = {}
        for session_id in named:
            mine = [each for each in notes if each.session == session_id]
            out = self._out.get(session_id)
            if out is None:
                answers[session_id] = [NOT_GIVEN] * len(mine)
                continue
            out.about = self._summed_up(about.get(session_id)) or out.about
            out.rejected |= set(rejected)
            with self._lock:
                answers[session_id] = self._learn(user_id, by, out, mine)
        taken = {session_id: iter(each) for session_id, each in answers.items()}
        return [NoteAnswer(each, next(taken[each.session])) for each in notes]

    def _taken(self, user_id: str, by: str, session_id: int) -> _Out | None:
        """A session to hand out, held for this agent; None where there is nothing in it or held."""
        out = self._out.get(session_id)
        if out is not None and not out.is_read and self._is_as_given(user_id, out):
            return out
        job = self._memory.queue.take_again(user_id, session_id)
        if job is None:
            return None
        reader = self._mind.parts.without_model
        try:
            unread = self._reading.unread(job, reader)
            model = unread.model or reader.read(unread.session, session_id)
        except MemoryFault:
            raise
        except Exception as error:
            # One that cannot be read keeps no other one waiting. The error may quote it.
            self._memory.queue.fail(job, type(error).__name__)
            return None
        (given,) = to_read([(unread.session, model)], self._numbered + 1)
        self._numbered += len(given.candidates)
        out = self._out[session_id] = _Out(job, unread, given)
        if not has_words(unread.session):
            # All that is said in it is a template's, which an older session holds.
            self._learn(user_id, by, out, ())
            return None
        return out

    def _shown(self, out: _Out, most_tokens: int, *, in_part: bool) -> list[str] | None:
        """The lines of a session within so many tokens; None where they cut it short.

        ``in_part`` has as much of it shown as fits.
        """
        session = out.given.session
        where, candidates = head(out.job.session_id, session), lines_of_candidates(out.given)
        left = most_tokens - count_tokens("\n".join([where, *candidates]))
        whole = transcript(session, WHOLE)
        if count_tokens(whole) > left:
            if not in_part:
                return None
            whole = transcript(session, max(left, LEAST_TOKENS))
        return [where, *whole.split("\n"), *candidates]

    def _learn(self, user_id: str, by: str, out: _Out, notes: Sequence[NotedForm]) -> list[str]:
        """Learns from all that was noted of a session so far; why each new note was refused."""
        all_notes = [*out.notes, *notes]
        noted = checked(
            all_notes, out.given.session, self._mind.embedder, f"read by {by}", out.known
        )
        reader = f"{NAME}:{by}+{self._mind.parts.without_model.name}"
        model = as_read(out.given, noted, out.rejected, out.about, reader, hints_stay=True)
        read = self._reading.finish(out.unread, model)
        if not self._learner.keep(out.job, read):
            if not self._is_as_given(user_id, out) or self._is_read_by_another(user_id, out):
                del self._out[out.job.session_id]
                return [TAKEN] * len(notes)
            job = self._memory.queue.take_again(user_id, out.job.session_id)
            if job is None or not self._learner.keep(job, read):
                return [TAKEN] * len(notes)
            out.job = job
        out.notes, out.is_read = all_notes, True
        kept = self._memory.sessions.shown(user_id, out.job.session_id, reader)
        return [_why(each, kept, out.given.session) for each in noted[len(noted) - len(notes) :]]

    def _is_as_given(self, user_id: str, out: _Out) -> bool:
        return self._memory.sessions.get(user_id, out.job.session_id) == out.unread.whole

    def _is_read_by_another(self, user_id: str, out: _Out) -> bool:
        waits = self._memory.queue.unread_by_models(user_id)
        return not out.is_read and out.job.session_id not in waits

    def _give_back(self, out: _Out) -> None:
        self._memory.queue.give_back(out.job)
        del self._out[out.job.session_id]

    def _clean(self, note: NotedForm) -> NotedForm:
        return note.model_copy(update={"statement": self._redact(note.statement)})

    def _summed_up(self, about: SummedUpForm | None) -> SummedUpForm | None:
        if about is None:
            return None
        return about.model_copy(update={"summary": self._redact(about.summary)})


def _why(noted: Checked | Unfounded, kept: SessionModel | None, session: Session) -> str:
    """Why nothing was kept of a note; empty where it, or a candidate on its words, was."""
    if isinstance(noted, Unfounded):
        return noted.value
    among = kept is not None and is_among(noted.observation, kept.observations, session)
    return "" if among else UNFIT
