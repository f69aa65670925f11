"""What the person states to tom itself, on a real memory."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tom_swe.errors import UsageError
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Kind,
    Observation,
    Polarity,
    Quote,
    Reach,
    Scope,
    SessionModel,
    Source,
    Status,
)
from tom_swe.model.session import OWN_HOST, Session
from tom_swe.testing import START, HashEmbedder, session_of

MakeTom = Callable[..., Tom]
HERE = Scope(reach=Reach.REPOSITORY, name="acme/shop")


def live(tom: Tom) -> list[Belief]:
    return [b for b in tom.memory.beliefs.all("ada") if b.status is not Status.RETIRED]


class OtherReader:
    """Reads nothing but habits, or what it is told to, under another name."""

    name = "other"
    at_once = 1

    def __init__(self, *observations: Observation) -> None:
        self._observations = observations

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        return SessionModel(
            intent="general", summary="", observations=self._observations, reader=self.name
        )


@pytest.mark.parametrize("embedder", [None, HashEmbedder()], ids=["words alone", "vectors"])
def test_what_is_stated_is_believed_at_once(
    make_tom: MakeTom, embedder: HashEmbedder | None
) -> None:
    """Once is enough: confirmed, sure, briefed, with the person's words and tom as their host."""
    tom = make_tom(embedder)
    (belief,) = tom.remember("ada", "my endpoints stay thin")
    assert belief == tom.memory.beliefs.get("ada", belief.id)
    assert (belief.kind, belief.statement) == (Kind.PREFERENCE, "My endpoints stay thin")
    assert (belief.status, belief.scope) == (Status.CONFIRMED, EVERYWHERE)
    assert belief.confidence == pytest.approx(8 / 9)
    (evidence,) = belief.evidence
    assert (evidence.host, evidence.source) == (OWN_HOST, Source.STATED)
    assert evidence.quote == "my endpoints stay thin"
    assert '"my endpoints stay thin"' in tom.brief("ada").text
    assert tom.memory.queue.pending("ada") == 0


def test_what_the_reader_reads_in_it_is_used(make_tom: MakeTom) -> None:
    """A statement that the reader understands has its subject, and the scope it was given."""
    tom = make_tom()
    (belief,) = tom.remember("ada", "use tabs in Go code", HERE)
    assert (belief.dimension, belief.value) == ("indentation", "tabs")
    assert belief.scope == HERE


def test_a_statement_ends_what_was_inferred(make_tom: MakeTom) -> None:
    """Words that no cue marks as a rule are one when stated, and supersede the older rule."""
    tom = make_tom()
    for day in range(3):
        at = START + timedelta(days=day)
        tom.add_session("ada", session_of("from now on use npm", host_id=f"{day}", started=at))
    tom.learn("ada")
    (belief,) = tom.remember("ada", "use pnpm")
    (old,) = [b for b in tom.memory.beliefs.all("ada") if b.value == "npm"]
    assert (old.status, old.superseded_by) == (Status.RETIRED, belief.id)


def test_what_is_said_later_goes_before_a_statement(make_tom: MakeTom) -> None:
    """The later word holds, stated outright or not."""
    tom = make_tom()
    tom.remember("ada", "use pnpm")
    later = datetime.now(UTC) + timedelta(hours=1)
    tom.add_session("ada", session_of("from now on use npm", started=later))
    tom.learn("ada")
    assert [b.value for b in live(tom)] == ["npm"]


def test_the_same_words_twice_are_one(make_tom: MakeTom) -> None:
    """However spaced and cased; another scope is another statement."""
    tom = make_tom()
    first = tom.remember("ada", "Use pnpm and keep it simple")
    assert tom.remember("ada", "use  pnpm and keep it simple") == first
    assert tom.memory.sizes().sessions == 1
    assert tom.remember("ada", "use pnpm and keep it simple", HERE) != first
    assert tom.memory.sizes().sessions == 2


def test_stating_again_what_was_given_up_counts(make_tom: MakeTom) -> None:
    """Going back and forth, the last statement holds each time."""
    tom = make_tom()
    for text, value in (("use npm", "npm"), ("use pnpm", "pnpm"), ("use npm", "npm")):
        tom.remember("ada", text)
        assert [b.value for b in live(tom)] == [value]
    assert len(tom.memory.beliefs.all("ada")) == 2


def test_stated_here_is_not_widened(make_tom: MakeTom) -> None:
    """The person said how far it holds; the same words elsewhere make a belief of that place."""
    tom = make_tom()
    (belief,) = tom.remember("ada", "use pnpm", HERE)
    other = session_of("we always use pnpm in this repo", repository="other/app")
    tom.add_session("ada", other)
    tom.learn("ada")
    assert tom.memory.beliefs.get("ada", belief.id).scope == HERE
    assert {str(b.scope) for b in live(tom)} == {"repository:acme/shop", "repository:other/app"}


def test_stated_everywhere_widens_what_was_read_in_one_place(make_tom: MakeTom) -> None:
    """A belief of one repository holds everywhere once the person says that it does."""
    tom = make_tom()
    tom.add_session("ada", session_of("we always use pnpm in this repo", repository="other/app"))
    tom.learn("ada")
    (belief,) = tom.remember("ada", "use pnpm")
    assert belief.scope == EVERYWHERE
    assert len(belief.evidence) == 2


def test_a_prohibition_is_kept_as_one(make_tom: MakeTom) -> None:
    """Words against a thing are against it, whether a reader finds them or not."""
    tom = make_tom(reader=OtherReader())
    (belief,) = tom.remember("ada", "never touch generated files")
    assert belief.polarity is Polarity.AGAINST
    (other,) = tom.remember("ada", "no emojis")
    assert (other.dimension, other.value) == ("emoji", "none")


@pytest.mark.parametrize("scope", [EVERYWHERE, HERE, Scope(reach=Reach.LANGUAGE, name="go")])
def test_relearning_gives_the_same(make_tom: MakeTom, scope: Scope) -> None:
    """Read again by another reader, a statement is as it was: its scope and trust are stored."""
    tom = make_tom(reader=OtherReader())
    tom.remember("ada", "my endpoints stay thin", scope)
    before = tom.memory.beliefs.all("ada")
    other = make_tom(reader=EmbeddedReader())
    assert other.read("ada", again=True).sessions == 1
    assert other.memory.beliefs.all("ada") == before
    (belief,) = before
    assert (belief.scope, belief.is_stated) == (scope, True)


def test_a_habit_is_nothing_stated(make_tom: MakeTom) -> None:
    """What a reader counts in a statement is not taken for what the person said."""
    habit = Observation(
        kind=Kind.HABIT,
        source=Source.BEHAVIOUR,
        statement="Writes short messages",
        quote=Quote(ordinal=0, text="be brief"),
    )
    tom = make_tom(reader=OtherReader(habit))
    assert [b.statement for b in tom.remember("ada", "be brief")] == ["Be brief"]


def test_forgotten_words_count_again_when_they_are_stated(make_tom: MakeTom) -> None:
    """Forgetting holds against reading the words again, not against saying them on purpose."""
    tom = make_tom()
    (belief,) = tom.remember("ada", "use pnpm")
    tom.forget_belief("ada", belief.id)
    assert tom.memory.queue.requeue("ada", "another reader") == 1
    tom.learn("ada")
    assert live(tom) == []
    assert [b.value for b in tom.remember("ada", "use pnpm")] == ["pnpm"]


def test_a_forgotten_statement_leaves_nothing(make_tom: MakeTom) -> None:
    """With its session forgotten, a statement is gone, and may be made anew."""
    tom = make_tom()
    (belief,) = tom.remember("ada", "use pnpm")
    tom.forget_session("ada", belief.evidence[0].session_id)
    assert tom.memory.beliefs.all("ada") == []
    assert tom.remember("ada", "use pnpm") != ()


def test_a_statement_with_a_secret_is_refused(make_tom: MakeTom) -> None:
    """Without the secret it would say nothing; nothing of it is stored."""
    tom = make_tom()
    with pytest.raises(UsageError, match="say it without the secret"):
        tom.remember("ada", "my password hunter2 opens everything")
    assert not tom.memory.sessions.summaries("ada")
    assert b"hunter2" not in tom.memory.path.read_bytes()  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["", "  \n", "?!", "x" * 2001], ids=["", "blank", "?!", "long"])
def test_what_says_nothing_is_refused(make_tom: MakeTom, text: str) -> None:
    """Neither silence nor a novel is a statement, and nothing is kept of it."""
    tom = make_tom()
    with pytest.raises(UsageError):
        tom.remember("ada", text)
    assert tom.memory.sizes().sessions == 0


def test_a_statement_holds_somewhere_that_lasts(make_tom: MakeTom) -> None:
    """One task is no scope, and a repository has to be named."""
    tom = make_tom()
    for scope in (Scope(reach=Reach.TASK), Scope(reach=Reach.REPOSITORY)):
        with pytest.raises(UsageError):
            tom.remember("ada", "use pnpm", scope)


def test_no_host_speaks_in_toms_name(make_tom: MakeTom) -> None:
    """A session that calls itself tom's is refused, so that nobody else states anything."""
    tom = make_tom()
    with pytest.raises(UsageError):
        tom.add_session("ada", session_of("use pnpm", host=OWN_HOST))
