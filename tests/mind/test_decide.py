"""What the person decides about beliefs, on a real memory: it outranks what is inferred."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tom_swe.beliefs.confidence import explain
from tom_swe.errors import NotFound, UsageError
from tom_swe.explain.history import revisions
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Outcome, Query
from tom_swe.model.belief import (
    Belief,
    Change,
    DecisionKind,
    Kind,
    Observation,
    Quote,
    Reach,
    Scope,
    SessionModel,
    Source,
    Status,
)
from tom_swe.model.session import Role, Session
from tom_swe.model.user import FADES
from tom_swe.testing import START, HashEmbedder, session_of

MakeTom = Callable[..., Tom]
SHOP = Scope(reach=Reach.REPOSITORY, name="acme/shop")
SITE = Scope(reach=Reach.REPOSITORY, name="acme/site")


@pytest.fixture
def tom(make_tom: MakeTom) -> Tom:
    return make_tom()


def hear(tom: Tom, text: str, name: str, day: float = 0, repository: str = "") -> None:
    at = START + timedelta(days=day)
    tom.add_session("ada", session_of(text, host_id=name, started=at, repository=repository))
    assert tom.learn("ada").failed == ()


def hear_now(tom: Tom, text: str, name: str, repository: str = "") -> None:
    """Says it after all that was decided so far."""
    session = session_of(text, host_id=name, started=datetime.now(UTC), repository=repository)
    tom.add_session("ada", session)
    assert tom.learn("ada").failed == ()


def held(tom: Tom, word: str) -> Belief:
    (found,) = [b for b in tom.memory.beliefs.all("ada") if word in b.statement]
    return found


def told(tom: Tom) -> list[str]:
    return [belief.statement for belief in tom.memory.beliefs.told("ada")]


class TestConfirm:
    def test_it_is_as_good_as_stated(self, tom: Tom) -> None:
        """Once said and confirmed it is confirmed, and the sum says what that counts."""
        hear(tom, "from now on use npm", "1")
        belief = tom.confirm("ada", held(tom, "npm").id)
        assert belief == tom.memory.beliefs.get("ada", belief.id)
        assert belief.status is Status.CONFIRMED
        assert belief.confidence == pytest.approx(5.0 / 5.5)
        assert any("you confirmed it on" in line for line in explain(belief))
        past = revisions(tom.memory, "ada", belief.id)[-1]
        assert (past.change, past.reason) == (Change.DECIDE, "you confirmed it")
        assert "(seen once)" not in tom.brief("ada").text

    def test_it_does_not_fade(self, tom: Tom) -> None:
        """However much is heard since."""
        hear(tom, "from now on use npm", "1")
        tom.confirm("ada", held(tom, "npm").id)
        hear(tom, "always answer in German", "2", FADES.days + 5)
        assert "Use npm" in told(tom)

    def test_what_is_said_later_goes_before_it(self, tom: Tom) -> None:
        """What was said before it was confirmed does not end it; what is said after does."""
        hear(tom, "from now on use npm", "1")
        npm = held(tom, "npm")
        tom.confirm("ada", npm.id)
        hear(tom, "from now on use pnpm", "2", 9)
        assert told(tom) == ["Use npm"]
        hear_now(tom, "from now on use yarn", "3")
        assert told(tom) == ["Use yarn"]
        assert tom.memory.beliefs.get("ada", npm.id).superseded_by == held(tom, "yarn").id

    def test_it_brings_back_what_was_given_up(self, tom: Tom) -> None:
        """What had taken its place gives way, and verdicts weighed later leave it so."""
        hear(tom, "from now on use npm", "1")
        hear(tom, "from now on use pnpm", "2", 9)
        advice = tom.consult("ada", Query(text="install the chart library")).consultation_id
        tom.confirm("ada", held(tom, "Use npm").id)
        assert told(tom) == ["Use npm"]
        assert advice
        tom.judge("ada", advice, Outcome.ACCEPTED)
        assert told(tom) == ["Use npm"]

    def test_it_brings_back_what_gave_way_to_words_from_a_clock_that_is_ahead(
        self, tom: Tom
    ) -> None:
        """What the person decides comes after all that was said, whatever the clocks showed."""
        hear(tom, "from now on use npm", "1")
        ahead = (datetime.now(UTC) - START) / timedelta(days=1) + 1
        hear(tom, "from now on use pnpm", "2", ahead)
        tom.confirm("ada", held(tom, "Use npm").id)
        assert told(tom) == ["Use npm"]

    def test_rejected_advice_does_not_end_it(self, tom: Tom) -> None:
        """The person's word on the belief itself goes before what became of advice."""
        hear(tom, "from now on use npm", "1")
        tom.confirm("ada", held(tom, "npm").id)
        for _ in range(9):
            advice = tom.consult("ada", Query(text="install with npm")).consultation_id
            assert advice
            tom.judge("ada", advice, Outcome.REJECTED)
        assert held(tom, "npm").status is Status.CONFIRMED


class TestReject:
    def test_it_is_given_up_and_stays_to_be_seen(self, tom: Tom) -> None:
        """Nobody is told it any more; its quotes are kept."""
        hear(tom, "from now on use npm", "1")
        belief = tom.reject("ada", held(tom, "npm").id)
        assert (belief.status, belief.superseded_by) == (Status.RETIRED, None)
        assert belief.quotes
        assert told(tom) == []
        assert tom.brief("ada").text == ""

    def test_no_words_to_an_agent_bring_it_back(self, tom: Tom) -> None:
        """Neither the same ones nor new ones; that they were said is kept."""
        hear(tom, "from now on use npm", "1")
        npm = tom.reject("ada", held(tom, "npm").id)
        hear(tom, "from now on use npm", "2", 3)
        hear_now(tom, "please always use npm", "3")
        again = tom.memory.beliefs.get("ada", npm.id)
        assert again.status is Status.RETIRED
        assert len(again.evidence) == 3
        assert told(tom) == []

    @pytest.mark.parametrize("how", ["stated", "confirmed"])
    def test_the_persons_own_word_brings_it_back(self, tom: Tom, how: str) -> None:
        """Whoever states it outright, or confirms it, means it."""
        hear(tom, "from now on use npm", "1")
        npm = tom.reject("ada", held(tom, "npm").id)
        if how == "stated":
            tom.remember("ada", "use npm")
        else:
            tom.confirm("ada", npm.id)
        assert tom.memory.beliefs.get("ada", npm.id).status is Status.CONFIRMED
        assert told(tom) == ["Use npm"]

    def test_what_it_had_taken_the_place_of_returns(self, tom: Tom) -> None:
        """A misreading that is rejected gives back what it had ended."""
        hear(tom, "from now on use npm", "1")
        hear(tom, "from now on use pnpm", "2", 9)
        tom.reject("ada", held(tom, "pnpm").id)
        assert told(tom) == ["Use npm"]

    def test_its_words_make_no_other_belief(self, make_tom: MakeTom) -> None:
        """A reader that makes something else of the same words is not believed either."""
        tom = make_tom()
        hear(tom, "from now on use npm", "1")
        tom.reject("ada", held(tom, "npm").id)
        other = make_tom(reader=Reading("Likes old tools", "from now on use npm"))
        assert other.memory.queue.requeue("ada", "reading") == 1
        other.learn("ada")
        assert [b.statement for b in other.memory.beliefs.all("ada")] == ["Use npm"]
        assert told(other) == []

    def test_it_outlives_the_session_it_was_said_in(self, tom: Tom) -> None:
        """With the session forgotten the belief is gone; the same words teach nothing."""
        hear(tom, "from now on use npm", "1")
        tom.reject("ada", held(tom, "npm").id)
        tom.forget_session("ada", 1)
        assert tom.memory.beliefs.all("ada") == []
        hear(tom, "from now on use npm", "2", 3)
        assert tom.memory.beliefs.all("ada") == []


class TestPin:
    def test_it_is_told_first_and_always(self, tom: Tom) -> None:
        """Before what is surer, in the briefing and in advice; it neither fades nor falls out."""
        hear(tom, "from now on use npm", "1")
        hear(tom, "never commit to main", "2", 1)
        hear(tom, "never commit to main", "3", 2)
        belief = tom.pin("ada", held(tom, "npm").id)
        assert belief.status is Status.CANDIDATE
        text = tom.brief("ada").text
        assert "Most important:" in text
        assert text.index("Use npm") < text.index("main")
        assert tom.recall("ada", Query(text="merge the branch")).beliefs[0].id == belief.id
        assert "Use npm" in tom.brief("ada", budget=75).text
        hear(tom, "always answer in German", "4", FADES.days + 5)
        assert "Use npm" in told(tom)
        tom.unpin("ada", belief.id)
        assert "Use npm" not in told(tom)

    def test_what_was_given_up_is_not_pinned(self, tom: Tom) -> None:
        """Nor is what is not pinned taken off; each says what to do."""
        hear(tom, "from now on use npm", "1")
        belief = held(tom, "npm")
        with pytest.raises(UsageError, match="not pinned"):
            tom.unpin("ada", belief.id)
        tom.reject("ada", belief.id)
        with pytest.raises(UsageError, match="confirm"):
            tom.pin("ada", belief.id)


class TestEdit:
    @pytest.mark.parametrize("embedder", [None, HashEmbedder()], ids=["words", "vectors"])
    def test_it_is_worded_so_and_stays_so(
        self, make_tom: MakeTom, embedder: HashEmbedder | None
    ) -> None:
        """Told without the quote that it differs from; what says the learned thing supports it."""
        tom = make_tom(embedder)
        hear(tom, "always keep the changelog tidy", "1")
        (belief,) = tom.memory.beliefs.all("ada")
        edited = tom.edit("ada", belief.id, "  Keep CHANGELOG.md\ncurrent, daily ")
        assert edited.statement == "Keep CHANGELOG.md current, daily"
        assert edited.wordings[1] == belief.statement
        assert 'current, daily"' not in tom.brief("ada").text
        assert "Keep CHANGELOG.md current" in tom.brief("ada").text
        hear(tom, "always keep the changelog tidy", "2", 3)
        (again,) = tom.memory.beliefs.all("ada")
        assert (again.statement, again.status) == (edited.statement, Status.CONFIRMED)
        tom.memory.queue.requeue("ada", "another reader")
        tom.learn("ada")
        assert tom.memory.beliefs.get("ada", belief.id) == again

    def test_words_with_a_secret_are_refused(self, make_tom: MakeTom) -> None:
        """The belief stays as it was."""
        tom = make_tom()
        hear(tom, "from now on use npm", "1")
        belief = held(tom, "npm")
        with pytest.raises(UsageError, match="say it without the secret"):
            tom.edit("ada", belief.id, "log in with hunter2")
        assert held(tom, "npm") == belief

    def test_it_is_found_by_its_new_words(self, make_tom: MakeTom) -> None:
        """By full text and by meaning."""
        tom = make_tom(HashEmbedder())
        hear(tom, "from now on use npm", "1")
        belief = tom.edit("ada", held(tom, "npm").id, "Quokkas install everything")
        assert [i for i, _ in tom.memory.search.beliefs("ada", "quokkas", 5)] == [belief.id]
        embedder = HashEmbedder()
        stored = tom.memory.vectors.of_beliefs([belief.id], embedder.name)[belief.id]
        assert float(stored @ embedder.embed(["Quokkas install everything"])[0]) > 0.99

    def test_the_learned_words_given_again_are_no_edit(self, tom: Tom) -> None:
        """Wording it as it was learned leaves nothing to say about it."""
        hear(tom, "from now on use npm", "1")
        belief = held(tom, "npm")
        tom.edit("ada", belief.id, "Use npm 11")
        assert tom.edit("ada", belief.id, "Use npm").decisions == ()

    @pytest.mark.parametrize("text", ["", " \n ", "?!", "x" * 501])
    def test_what_cannot_be_a_belief_is_refused(self, tom: Tom, text: str) -> None:
        """Nothing changes."""
        hear(tom, "from now on use npm", "1")
        before = tom.memory.beliefs.all("ada")
        with pytest.raises(UsageError):
            tom.edit("ada", before[0].id, text)
        assert tom.memory.beliefs.all("ada") == before


class TestScope:
    def test_it_holds_just_there(self, tom: Tom) -> None:
        """What was said before supports it; what is said elsewhere later is a belief of its own."""
        hear(tom, "from now on use npm", "1")
        npm = tom.rescope("ada", held(tom, "npm").id, SHOP)
        assert npm.scope == SHOP
        assert "npm" in tom.brief("ada", "acme/shop").text
        assert "npm" not in tom.brief("ada", "acme/site").text
        hear(tom, "from now on use npm", "2", 3, repository="acme/site")
        assert [b.scope for b in tom.memory.beliefs.all("ada")] == [SHOP]
        hear_now(tom, "from now on use npm", "3", repository="acme/site")
        assert [b.scope for b in tom.memory.beliefs.all("ada")] == [SHOP, SITE]

    @pytest.mark.parametrize(
        "scope",
        [
            Scope(reach=Reach.TASK),
            Scope(reach=Reach.REPOSITORY),
            Scope(reach=Reach.EVERYWHERE, name="x"),
        ],
        ids=str,
    )
    def test_no_place_is_refused(self, tom: Tom, scope: Scope) -> None:
        """A task is no lasting place, and a repository has a name."""
        hear(tom, "from now on use npm", "1")
        with pytest.raises(UsageError):
            tom.rescope("ada", 1, scope)


class TestMerge:
    def test_the_quotes_of_both_hold_up_one(self, tom: Tom) -> None:
        """Words, place and rulings are the first one's; the second is gone; advice still counts."""
        hear(tom, "always keep the diffs small", "1")
        hear(tom, "please never touch files that the task is not about", "2", 3)
        kept, other = tom.memory.beliefs.all("ada")
        advice = tom.consult(
            "ada", Query(text="keep the diff small, touch only two files")
        ).consultation_id
        assert advice
        tom.judge("ada", advice, Outcome.ACCEPTED)
        merged = tom.merge("ada", kept.id, other.id)
        assert tom.memory.beliefs.all("ada") == [merged]
        assert (merged.statement, merged.status) == (kept.statement, Status.CONFIRMED)
        assert {e.session_id for e in merged.evidence} == {1, 2}
        assert len(merged.verdicts) == 2
        reasons = [each.reason for each in revisions(tom.memory, "ada", kept.id)]
        assert "you merged another belief into it" in reasons
        assert tom.judge("ada", advice, Outcome.REJECTED) == tuple(tom.memory.beliefs.all("ada"))

    def test_what_excludes_the_other_is_not_merged(self, tom: Tom) -> None:
        """The quotes of one would speak for the other; one and the same is none either."""
        hear(tom, "from now on use npm", "1")
        hear(tom, "from now on use pnpm", "2", 3)
        with pytest.raises(UsageError, match="conflict"):
            tom.merge("ada", 2, 1)
        with pytest.raises(UsageError, match="with itself"):
            tom.merge("ada", 2, 2)


def test_a_hint_that_is_ruled_on_is_told(make_tom: MakeTom) -> None:
    """What alone was told to nobody is, once the person takes it up."""
    tom = make_tom(reader=Reading("Likes tabs", "tabs please", Source.HINT))
    hear(tom, "tabs please", "1")
    assert told(tom) == []
    tom.confirm("ada", 1)
    assert told(tom) == ["Likes tabs"]


def test_what_was_ruled_on_stays_when_a_reader_makes_nothing_of_it(make_tom: MakeTom) -> None:
    """Another reader that passes the words over does not take what the person confirmed."""
    tom = make_tom()
    hear(tom, "from now on use npm", "1")
    tom.confirm("ada", 1)
    other = make_tom(reader=Reading())
    assert other.memory.queue.requeue("ada", "reading") == 1
    other.learn("ada")
    assert told(other) == ["Use npm"]


def test_only_a_users_own_beliefs_are_ruled_on(tom: Tom) -> None:
    """Another user's belief is not found, and neither is one that never was."""
    hear(tom, "from now on use npm", "1")
    before = tom.memory.beliefs.all("ada")
    for user, number in (("bob", 1), ("ada", 99)):
        for does in (tom.confirm, tom.reject, tom.pin, tom.unpin):
            with pytest.raises(NotFound):
                does(user, number)
        with pytest.raises(NotFound):
            tom.edit(user, number, "x1")
        with pytest.raises(NotFound):
            tom.rescope(user, number, SHOP)
        with pytest.raises(NotFound):
            tom.merge(user, number, 98)
    assert tom.memory.beliefs.all("ada") == before


def test_a_ruling_made_twice_is_made_once(tom: Tom) -> None:
    """The second one changes nothing, so there is one change to take back."""
    hear(tom, "from now on use npm", "1")
    for does in (tom.confirm, tom.pin, tom.reject):
        once = does("ada", 1)
        assert does("ada", 1) == once
    assert [each.kind for each in once.decisions] == [DecisionKind.REJECT]
    assert len(tom.memory.user_acts.all("ada")) == 3


class Reading:
    """Makes one thing of some words, or nothing."""

    name = "reading"
    at_once = 1

    def __init__(
        self, statement: str = "", words: str = "", source: Source = Source.PREFERENCE
    ) -> None:
        self._statement, self._words, self._source = statement, words, source

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        made = tuple(
            Observation(
                kind=Kind.PREFERENCE,
                source=self._source,
                statement=self._statement,
                quote=Quote(ordinal=turn.ordinal, text=self._words),
            )
            for turn in session.by(Role.USER)
            if self._words and self._words in turn.text
        )
        return SessionModel(intent="general", summary="", observations=made, reader=self.name)
