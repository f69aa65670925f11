"""Reading sessions: what they show, held against their quotes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tom_swe.embed.similarity import vectors_of
from tom_swe.extract.corrective import CorrectiveTurns
from tom_swe.extract.pointers import add_pointed
from tom_swe.extract.requests import requests_of_session
from tom_swe.extract.stated import as_stated
from tom_swe.extract.support import all_supported
from tom_swe.extract.templates import as_hints, without_templates
from tom_swe.mind.parallel import outcomes
from tom_swe.mind.parts import Mind
from tom_swe.mind.wishes import Faint, Wishes, bare_of
from tom_swe.model.belief import Belief, Kind, Reach, Relation, Saying, SessionModel, Status
from tom_swe.model.calls import Estimate
from tom_swe.model.corrections import JudgedTurns
from tom_swe.model.memory import Job
from tom_swe.model.recurring import Request
from tom_swe.model.session import OWN_HOST, Session, Template
from tom_swe.ports import Pack, PackReader, PaidReader, Pair, Reader

if TYPE_CHECKING:
    from tom_swe.memory.store import Store
    from tom_swe.ports import Vector

# Beliefs and guesses that a reader is shown; more of them cost more than a session.
MOST_KNOWN = 25


class Unread(NamedTuple):
    """A session that is to be read, without its templates; ``model`` where it was read already."""

    job: Job
    whole: Session
    session: Session
    templates: Mapping[int, Template]
    requests: Sequence[Request]
    model: SessionModel | None


class Read(NamedTuple):
    """What a session showed, with the vectors of the statements and the pointers found in it.

    ``relations`` say how the statements go with what is believed, where the reader told.
    """

    model: SessionModel
    statements: Mapping[str, Vector]
    found: Collection[int]
    relations: Mapping[Pair, Relation]
    judged: JudgedTurns
    requests: Sequence[Request]
    faint: Faint | None
    sayings: Sequence[Saying] | None


class SaidInSession(NamedTuple):
    """What may help later in one session, and what else it showed."""

    session_id: int
    sayings: Sequence[Saying]
    model: SessionModel


class Reading:
    """Reads sessions of the memory with the reader that there is."""

    def __init__(self, memory: Store, mind: Mind) -> None:
        self._memory = memory
        self._mind = mind
        self._corrective = CorrectiveTurns()
        self.wishes = Wishes(memory, lambda: mind.parts.encoder)

    def all(self, jobs: Sequence[Job]) -> list[Read | Exception]:
        """What each queued session showed, or what was wrong with it."""
        reader = self._mind.parts.reader
        found = outcomes(self._unread, jobs, 1)
        unread = {place: each for place, each in enumerate(found) if isinstance(each, Unread)}
        known = self._known(jobs[0].user_id, [each.session for each in unread.values()])
        waiting = [place for place, each in unread.items() if each.model is None]
        packs = [[place] for place, each in unread.items() if each.model is not None]
        packs += [
            [waiting[at] for at in pack]
            for pack in self._packs([unread[place].session for place in waiting])
        ]

        def read(pack: Sequence[int]) -> list[Read]:
            return self._read_together([unread[place] for place in pack], known)

        done: dict[int, Read | Exception] = {
            place: each for place, each in enumerate(found) if isinstance(each, Exception)
        }
        for pack, each in zip(packs, outcomes(read, packs, reader.at_once), strict=True):
            if not isinstance(each, Exception):
                done |= dict(zip(pack, each, strict=True))
            elif len(pack) == 1:
                done[pack[0]] = each
            else:
                # One session that cannot be read takes no other along.
                alone = outcomes(lambda place: read([place])[0], pack, reader.at_once)
                done |= dict(zip(pack, alone, strict=True))
        return [done[place] for place in range(len(jobs))]

    def estimate(self, user_id: str, *, again: bool) -> Estimate:
        """What reading all that waits is likely to take, or what another reader read as well."""
        reader, queue = self._mind.parts.reader, self._memory.queue
        found = queue.waiting(user_id)
        if again:
            found += queue.stale(user_id, reader.name)
        if not isinstance(reader, PaidReader):
            return Estimate(sessions=len(found))
        sessions = [self._memory.sessions.get(user_id, each) for each in found]
        return reader.estimate(sessions, self._known(user_id, sessions))

    def model_of(self, session: Session) -> SessionModel:
        """What a session shows; what was said to tom itself is stated, whatever reads it."""
        return self._models([session], [None], ())[0]

    def vectors(self, model: SessionModel) -> dict[str, Vector]:
        """The vectors of what a session showed, by statement."""
        return vectors_of(self._mind.embedder, (each.statement for each in model.observations))

    def sayings_of(self, user_id: str, session_ids: Sequence[int]) -> list[SaidInSession]:
        """What may help later in sessions that were learned before this was looked for."""
        memory = self._memory
        sessions = [memory.sessions.get(user_id, each) for each in session_ids]
        templates = [memory.sessions.templates(user_id, each) for each in session_ids]
        bare = tuple(map(without_templates, sessions, templates))
        reader = self._mind.parts.without_model
        models = (
            reader.read_pack(Pack(bare, tuple(session_ids)))
            if isinstance(reader, PackReader)
            else [reader.read(*each) for each in zip(bare, session_ids, strict=True)]
        )
        return [
            SaidInSession(number, own_sayings(whole, model, held) or (), model)
            for number, whole, model, held in zip(
                session_ids, sessions, models, templates, strict=True
            )
        ]

    def _unread(self, job: Job) -> Unread:
        return self.unread(job, self._mind.parts.reader)

    def unread(self, job: Job, reader: Reader) -> Unread:
        """A session as it is to be read, with what this reader showed of it already."""
        session = self._memory.sessions.get(job.user_id, job.session_id)
        # What was read already, and is only looked at again for a pointer, costs no call.
        model = self._memory.sessions.shown(job.user_id, job.session_id, reader.name)
        templates = self._memory.sessions.templates(job.user_id, job.session_id)
        requests = requests_of_session(session, templates)
        bare = without_templates(session, templates)
        return Unread(job, session, bare, templates, requests, model)

    def _known(self, user_id: str, sessions: Iterable[Session]) -> Sequence[Belief]:
        return self.known(user_id, sessions) if self._is_paid else ()

    @property
    def _is_paid(self) -> bool:
        return isinstance(self._mind.parts.reader, PaidReader)

    def known(self, user_id: str, sessions: Iterable[Session]) -> Sequence[Belief]:
        """What is believed or guessed where these sessions were held, the latest said first."""
        places = {each.repository for each in sessions}
        found = [
            each
            for each in self._memory.beliefs.all(user_id)
            if each.status is not Status.RETIRED
            and each.kind is not Kind.HABIT
            and (each.scope.reach is not Reach.REPOSITORY or each.scope.name in places)
        ]
        return sorted(found, key=lambda each: each.last_word, reverse=True)[:MOST_KNOWN]

    def _packs(self, sessions: Sequence[Session]) -> list[list[int]]:
        reader = self._mind.parts.reader
        if isinstance(reader, PackReader):
            return reader.packs(sessions)
        return [[place] for place in range(len(sessions))]

    def _read_together(self, pack: Sequence[Unread], known: Sequence[Belief]) -> list[Read]:
        models = [each.model for each in pack if each.model]
        if not models:
            ids = [each.job.session_id for each in pack]
            models = self._models([each.session for each in pack], ids, known)
        both = zip(pack, models, strict=True)
        return [self.finish(unread, model) for unread, model in both]

    def _models(
        self, sessions: Sequence[Session], ids: Sequence[int | None], known: Sequence[Belief]
    ) -> list[SessionModel]:
        reader = self._mind.parts.reader
        if isinstance(reader, PackReader):
            models = reader.read_pack(Pack(tuple(sessions), tuple(ids), tuple(known)))
        else:
            models = [reader.read(*each) for each in zip(sessions, ids, strict=True)]
        return [
            model.model_copy(update={"observations": as_stated(session, model.observations)})
            if session.host == OWN_HOST
            else model
            for session, model in zip(sessions, models, strict=True)
        ]

    def finish(self, unread: Unread, model: SessionModel) -> Read:
        """What a session showed, as far as its quotes carry it, and all that follows from it."""
        job, session = unread.job, unread.session
        faint = said = None
        if unread.model is None:
            faint = self.wishes.of(unread.whole, model, unread.templates)
            said = own_sayings(unread.whole, model, unread.templates)
        model = as_hints(session, all_supported(session, model), unread.templates)
        pointers = self._memory.pointers.for_session(job.user_id, job.session_id)
        pointed = add_pointed(session, model.observations, pointers)
        both = (*model.observations, *pointed.observations)
        model = model.model_copy(update={"observations": both})
        statements = self.vectors(model)
        relations = {Pair(each.held, each.heard): each.relation for each in model.related}
        judged = self._corrective.judge(session)
        found = pointed.found
        return Read(model, statements, found, relations, judged, unread.requests, faint, said)


def own_sayings(
    session: Session, model: SessionModel, templates: Mapping[int, Template]
) -> Sequence[Saying] | None:
    """What of a session may help later, no template's words; None where nobody looked."""
    if model.sayings is None:
        return None
    texts = {turn.ordinal: turn.text for turn in bare_of(session, templates).turns}
    return [each for each in model.sayings if each.quote.text in texts.get(each.quote.ordinal, "")]
