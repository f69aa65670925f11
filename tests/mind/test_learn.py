"""Learning in batches."""

from collections.abc import Callable
from threading import Barrier, Lock

import pytest

from tom_swe.errors import SourceError
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.mind.parallel import outcomes
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Kind, Observation, Polarity, Quote, SessionModel, Source
from tom_swe.model.session import Session
from tom_swe.ports import Pack
from tom_swe.testing import HashEmbedder, session_of

MakeTom = Callable[..., Tom]


class Waiting:
    """Reads by the rules once three threads are reading; knows how many read at once."""

    name = "waiting"
    at_once = 3

    def __init__(self) -> None:
        self._reader = EmbeddedReader()
        self._together = Barrier(3, timeout=30)
        self._lock = Lock()
        self._now = self.most = 0

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._together.wait()
        try:
            if session.host_id == "4":
                raise SourceError("no answer")
            return self._reader.read(session, session_id)
        finally:
            with self._lock:
                self._now -= 1


def test_sessions_are_read_at_once_and_learned_in_order(make_tom: MakeTom) -> None:
    """As many threads as the reader allows, never more; one that fails takes no other along."""
    reader = Waiting()
    tom = make_tom(reader=reader)
    for number in range(9):
        tom.add_session("ada", session_of("from now on use pnpm, not npm", host_id=str(number)))
    told_of: list[int] = []
    learned = tom.read("ada", told_of.append)
    assert reader.most == 3
    assert learned.sessions == 8
    assert learned.failed == ("session s5: no answer",)
    assert told_of == [3, 2, 3]
    assert tom.memory.queue.pending("ada") == 1


class Poisoned(EmbeddedReader):
    """Reads what it is given in one go, but for what holds a word that it cannot bear."""

    def read_pack(self, pack: Pack) -> list[SessionModel]:
        if any("poison" in each.turns[0].text for each in pack.sessions):
            raise SourceError("no answer")
        return super().read_pack(pack)


def test_a_session_that_cannot_be_read_takes_no_other_along(make_tom: MakeTom) -> None:
    """Those that were read in one go with it are read alone then."""
    tom = make_tom(reader=Poisoned())
    for number, text in enumerate(("from now on use pnpm", "poison", "please keep diffs small")):
        tom.add_session("ada", session_of(text, host_id=str(number)))
    learned = tom.read("ada")
    assert (learned.sessions, learned.failed) == (2, ("session s2: no answer",))


def test_a_batch_believes_what_one_session_after_the_other_would(make_tom: MakeTom) -> None:
    """Later sessions of a batch see what earlier ones changed."""
    words = ["use pnpm, not npm", "keep the diff small", "use npm, not pnpm", "use npm, not pnpm"]
    tom = make_tom(HashEmbedder())
    for user in ("ada", "bob"):
        for number, said in enumerate(words):
            tom.add_session(user, session_of(f"from now on {said}", host_id=str(number)))
            if user == "bob":
                tom.read("bob")
    tom.read("ada")
    ada, bob = (
        [(b.statement, b.confidence) for b in tom.memory.beliefs.told(user)]
        for user in ("ada", "bob")
    )
    assert ada == bob
    assert len(bob) == 2


def test_a_session_that_was_tried_before_is_read_alone(make_tom: MakeTom) -> None:
    """What may have brought its learner down does not lead the others into its batch."""
    tom = make_tom()
    for number in range(5):
        tom.add_session("ada", session_of("hello there", host_id=str(number)))
    job = tom.memory.queue.take("ada")
    assert job
    tom.memory.queue.fail(job, "")
    told_of: list[int] = []
    tom.read("ada", told_of.append)
    assert told_of == [4, 1]
    assert tom.memory.queue.pending("ada") == 0


def test_outcomes_keep_their_order_and_their_errors() -> None:
    """Each item gets its own result or error, whichever thread it ran in."""

    def half(number: int) -> int:
        if number % 2:
            raise ValueError(number)
        return number // 2

    for at_once in (1, 2, 8):
        found = outcomes(half, [0, 1, 2, 3, 4], at_once)
        assert [each for each in found if not isinstance(each, Exception)] == [0, 1, 2]
        assert [each.args for each in found if isinstance(each, ValueError)] == [(1,), (3,)]
    assert outcomes(half, [], 4) == []


@pytest.mark.parametrize("failing", ["first", "second"])
def test_a_change_that_fails_is_taken_back_alone(make_tom: MakeTom, failing: str) -> None:
    """Half-made changes of one session leave nothing; the other's are kept."""
    tom = make_tom()
    for name, said in (("first", "use pnpm, not npm"), ("second", "keep the diff small")):
        tom.add_session("ada", session_of(f"from now on {said}", host_id=name))
    memory = tom.memory
    reader = EmbeddedReader()
    jobs = [memory.queue.take("ada"), memory.queue.take("ada")]
    with memory.learning.from_sessions("ada") as changes:
        for job, name in zip(jobs, ("first", "second"), strict=True):
            assert job
            model = reader.read(memory.sessions.get("ada", job.session_id))
            try:
                with changes.from_session(job) as change:
                    assert change
                    assert change.session.observe(model)
                    if name == failing:
                        raise SourceError("half-way")
            except SourceError:
                assert name == failing
    observed = {s.observations > 0: s.id for s in memory.sessions.summaries("ada")}
    assert len(observed) == 2
    assert memory.queue.pending("ada") == 1


def test_what_its_quote_does_not_carry_is_not_confirmed(make_tom: MakeTom) -> None:
    """However often it is read: half of a rule is none, and what the agent has is no wish."""
    tom = make_tom(reader=Misreader())
    for number in range(2):
        tom.add_session("ada", session_of("never use `git add .`", host_id=str(number)))
        tom.add_session("ada", session_of("you have root access", host_id=f"root {number}"))
    tom.learn("ada")
    (belief,) = tom.memory.beliefs.all("ada")
    assert belief.statement == "Never use `git add .`"
    assert belief.quotes == ("never use `git add .`",)


class Misreader:
    """Takes the beginning of each message for a rule."""

    name = "misreader"
    at_once = 1

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        """What stands before the first full stop."""
        words = session.turns[0].text.split(" .", maxsplit=1)[0]
        rule = Observation(
            kind=Kind.CONSTRAINT,
            source=Source.INSTRUCTION,
            statement=words.replace("`", "").capitalize(),
            quote=Quote(ordinal=0, text=words),
            polarity=Polarity.AGAINST,
        )
        return SessionModel(intent="general", summary="", observations=(rule,), reader=self.name)
