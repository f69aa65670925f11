"""Whatever is learned, ruled, taken back and forgotten in whatever order: what holds then."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from exports import exported
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tom_swe.advise.embedded import EmbeddedAdviser
from tom_swe.advise.recall import in_force
from tom_swe.doctor.report import reindex
from tom_swe.errors import UsageError
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.memory.nearest import EXACT_UP_TO, NearestTurns
from tom_swe.memory.store import Store
from tom_swe.mind.parts import Parts
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Outcome, Query
from tom_swe.model.belief import EVERYWHERE, Belief, DecisionKind, Reach, Scope, Status
from tom_swe.model.portable import Export
from tom_swe.model.user_acts import Did
from tom_swe.testing import START, HashEmbedder, session_of

SAID = (
    "from now on use npm",
    "from now on use pnpm",
    "always use yarn",
    "never use npm",
    "never commit to main",
    "always commit to main",
    "in this repo always use npm",
    "please keep the diffs small, always",
)
STATED = ("use pnpm", "use npm", "my endpoints stay thin")
SHOP = Scope(reach=Reach.REPOSITORY, name="acme/shop")
QUIETLY = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}
SCOPES = (EVERYWHERE, SHOP, Scope(reach=Reach.LANGUAGE, name="python"))
REPOSITORIES = ("", "acme/shop", "acme/site")


def a_tom(home: Path, exact_up_to: int = EXACT_UP_TO) -> Tom:
    store, embedder = Store(home / "tom.db"), HashEmbedder(64)
    parts = Parts(
        embedder=embedder,
        index=NearestTurns(
            store.vectors, home / "index", embedder.name, 64, exact_up_to=exact_up_to
        ),
        reader=EmbeddedReader(),
        adviser=EmbeddedAdviser(),
    )
    return Tom(store, lambda: parts, redact=str, say=lambda _: None, briefing_tokens=800)


class UserEdits(RuleBasedStateMachine):
    """A memory in which agents and the person do what they like."""

    exact_up_to = EXACT_UP_TO

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="tom-hands-")
        self.home = Path(self.folder.name) / "tom"
        self.tom = a_tom(self.home, self.exact_up_to)
        self.count = 0
        self.before: tuple[tuple[Belief, ...], list[Belief], str] | None = None
        self.gone: set[str] = set()

    def teardown(self) -> None:
        self.tom.close()
        self.folder.cleanup()

    # What is known

    @property
    def beliefs(self) -> list[Belief]:
        return self.tom.memory.beliefs.all("ada")

    def told(self) -> tuple[Belief, ...]:
        return self.tom.memory.beliefs.told("ada")

    def snapshot(self) -> tuple[tuple[Belief, ...], list[Belief], str]:
        return self.told(), self.beliefs, self.tom.brief("ada", "acme/shop").text

    def pick(self, number: int) -> Belief | None:
        held = self.beliefs
        return held[number % len(held)] if held else None

    def by_hand(self, does: Callable[[], object]) -> None:
        """Something that the person does; refused, it changes nothing."""
        before, last = self.snapshot(), self.last_act()
        try:
            does()
        except UsageError:
            assert self.snapshot() == before
            return
        if self.last_act() > last:
            self.before = before
        else:
            assert self.snapshot() == before

    def last_act(self) -> int:
        """The number of the newest act. A new one may bring an older one to an end."""
        return max((act.id for act in self.tom.memory.user_acts.all("ada")), default=0)

    # What happens

    @rule(text=st.sampled_from(SAID), where=st.sampled_from(REPOSITORIES), late=st.booleans())
    def learn(self, text: str, where: str, late: bool) -> None:
        self.count += 1
        at = datetime.now(UTC) if late else START + timedelta(days=self.count)
        more = f"always keep the file quokka{self.count}x sorted"
        session = session_of(text, more, host_id=str(self.count), repository=where, started=at)
        self.tom.add_session("ada", session)
        assert self.tom.learn("ada").failed == ()
        self.before = None

    @rule()
    def read_again(self) -> None:
        decided = [(b.id, b.statement, b.scope, b.decisions) for b in self.beliefs if b.decisions]
        self.tom.memory.queue.requeue("ada", "another reader")
        assert self.tom.learn("ada").failed == ()
        assert [
            (b.id, b.statement, b.scope, b.decisions) for b in self.beliefs if b.decisions
        ] == decided
        self.before = None

    @rule(number=st.integers(0, 30))
    def confirm(self, number: int) -> None:
        if belief := self.pick(number):
            self.by_hand(lambda: self.tom.confirm("ada", belief.id))
            assert belief.id in {b.id for b in self.told()}

    @rule(number=st.integers(0, 30))
    def reject(self, number: int) -> None:
        if belief := self.pick(number):
            self.by_hand(lambda: self.tom.reject("ada", belief.id))

    @rule(number=st.integers(0, 30), off=st.booleans())
    def pin(self, number: int, off: bool) -> None:
        if belief := self.pick(number):
            does = self.tom.unpin if off and belief.is_pinned else self.tom.pin
            self.by_hand(lambda: does("ada", belief.id))

    @rule(number=st.integers(0, 30))
    def edit(self, number: int) -> None:
        if belief := self.pick(number):
            self.count += 1
            words = f"Do it as wombat{self.count}x does"
            self.by_hand(lambda: self.tom.edit("ada", belief.id, words))

    @rule(number=st.integers(0, 30), scope=st.sampled_from(SCOPES))
    def rescope(self, number: int, scope: Scope) -> None:
        if belief := self.pick(number):
            self.by_hand(lambda: self.tom.rescope("ada", belief.id, scope))

    @rule(one=st.integers(0, 30), other=st.integers(0, 30))
    def merge(self, one: int, other: int) -> None:
        kept, part = self.pick(one), self.pick(other)
        if kept and part:
            self.by_hand(lambda: self.tom.merge("ada", kept.id, part.id))

    @rule(text=st.sampled_from(STATED), scope=st.sampled_from(SCOPES[:2]))
    def state(self, text: str, scope: Scope) -> None:
        self.by_hand(lambda: self.tom.remember("ada", text, scope))

    @rule(outcome=st.sampled_from(Outcome))
    def judge(self, outcome: Outcome) -> None:
        query = Query(text="install the chart library with npm", repository="acme/shop")
        advice = self.tom.consult("ada", query).consultation_id
        assert advice
        self.by_hand(lambda: self.tom.judge("ada", advice, outcome))

    @rule()
    @precondition(lambda self: self.before is not None)
    def undo_at_once(self) -> None:
        self.tom.undo("ada")
        assert self.snapshot() == self.before
        self.before = None

    @rule(count=st.integers(1, 3))
    def undo_some(self, count: int) -> None:
        kept = [c for c in self.tom.memory.user_acts.all("ada") if not c.undone_at]
        if kept:
            assert len(self.tom.undo("ada", count)) == min(count, len(kept))
        else:
            with pytest.raises(UsageError):
                self.tom.undo("ada", count)
        self.before = None

    @rule(number=st.integers(0, 30))
    def forget_belief(self, number: int) -> None:
        if belief := self.pick(number):
            changes = self.tom.memory.user_acts.all("ada")
            parts = {belief.id}
            parts |= {
                c.belief_ids[1]
                for c in changes
                if c.image.moved and not c.undone_at and c.belief_ids[0] in parts
            }
            edits = [c.detail for c in changes if c.did is Did.EDIT and c.belief_ids[0] in parts]
            words = " ".join((*belief.wordings, *edits))
            self.tom.forget_belief("ada", belief.id)
            self.lost(word for word in _words(words) if word.startswith("wombat"))

    @rule(number=st.integers(0, 30))
    def forget_session(self, number: int) -> None:
        sessions = self.tom.memory.sessions.summaries("ada")
        if sessions:
            session = sessions[number % len(sessions)]
            said = self.tom.memory.sessions.get("ada", session.id).turns
            self.tom.forget_session("ada", session.id)
            self.lost(w for turn in said for w in _words(turn.text) if w.startswith("quokka"))

    def lost(self, words: object) -> None:
        self.gone |= set(words)  # type: ignore[call-overload]
        self.before = None
        for path in self.home.rglob("*"):
            if path.is_file():
                held = path.read_bytes().lower()
                assert [each for each in self.gone if each.encode() in held] == []

    @rule(replace=st.booleans())
    def move(self, replace: bool) -> None:
        """Taken along to another memory, or put back into this one, all is as it was."""
        if replace:
            before, held = self.snapshot(), exported(self.tom.memory)
            self.tom.restore("ada", Export.model_validate(held), replace=True)
            assert (self.snapshot(), exported(self.tom.memory)) == (before, held)
            return
        held = exported(self.tom.memory)
        with tempfile.TemporaryDirectory(prefix="tom-moved-") as folder:
            other = a_tom(Path(folder) / "tom")
            other.restore("ada", Export.model_validate(held))
            moved = exported(other.memory)
            told = other.brief("ada", "acme/shop").text
            other.close()
        assert moved == held
        assert told == self.tom.brief("ada", "acme/shop").text

    @rule()
    def rebuild(self) -> None:
        """The indexes made anew find what they found."""
        query = Query(text="use npm in the shop", repository="acme/shop")
        before = self.tom.recall("ada", query)
        assert reindex(self.tom)
        after = self.tom.recall("ada", query)
        assert [b.id for b in after.beliefs] == [b.id for b in before.beliefs]
        assert {t.turn_id for t in after.turns} == {t.turn_id for t in before.turns}

    # What holds

    @invariant()
    def live_beliefs_have_live_quotes(self) -> None:
        for belief in self.beliefs:
            assert 0.0 <= belief.confidence <= 1.0
            assert belief.supporting
            for each in belief.supporting:
                turns = self.tom.memory.sessions.get("ada", each.session_id).turns
                assert each.quote in next(t.text for t in turns if t.ordinal == each.ordinal)

    @invariant()
    def rulings_hold(self) -> None:
        told = {belief.id for belief in self.told()}
        briefed = set(self.tom.brief("ada", "acme/shop").belief_ids)
        for belief in self.beliefs:
            if belief.is_rejected_by_user:
                assert belief.id not in told
                assert belief.status is Status.RETIRED
            if belief.is_pinned and belief.status is not Status.RETIRED:
                assert belief.id in told
            if edit := belief.decision(DecisionKind.EDIT):
                assert belief.statement == edit.statement
            if placed := belief.decision(DecisionKind.SCOPE):
                assert belief.scope == placed.scope
        in_shop = {b.id for b in in_force(self.told(), "acme/shop") if b.is_pinned}
        assert in_shop <= briefed

    @invariant()
    def the_briefing_is_what_is_told(self) -> None:
        stored, made = self.tom.brief("ada"), self.tom.brief("ada", budget=800)
        assert stored.text == made.text


class UserEditsWithAnIndex(UserEdits):
    """The same in a memory that has its index in Chroma."""

    exact_up_to = 0


def _words(text: str) -> list[str]:
    return text.lower().replace('"', " ").split()


def test_rulings_undo_and_forgetting_hold_in_any_order() -> None:
    """No reject is undone by learning, no pin lost, every undo exact, and no word left behind."""
    run_state_machine_as_test(
        UserEdits, settings=settings(max_examples=7, stateful_step_count=18, **QUIETLY)
    )


@pytest.mark.slow
def test_rulings_undo_and_forgetting_hold_in_many_orders() -> None:
    """The same for longer."""
    run_state_machine_as_test(
        UserEdits, settings=settings(max_examples=60, stateful_step_count=40, **QUIETLY)
    )


@pytest.mark.slow
def test_rulings_undo_and_forgetting_hold_with_an_index() -> None:
    """The same where each learning brings Chroma up and each forgetting throws it away."""
    run_state_machine_as_test(
        UserEditsWithAnIndex, settings=settings(max_examples=20, stateful_step_count=30, **QUIETLY)
    )
