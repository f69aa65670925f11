"""Whether what was told was kept to: the pure judgement, and what learning makes of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from tom_swe.beliefs.adherence import adherence
from tom_swe.beliefs.commands_run import choices
from tom_swe.beliefs.confidence import MOST_KEPT, confidence, explain, weigh
from tom_swe.explain.history import revisions
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Adherence, Telling
from tom_swe.model.belief import (
    Belief,
    Evidence,
    Judge,
    Kind,
    Observation,
    Polarity,
    Quote,
    Source,
    Stance,
    Status,
    Verdict,
)
from tom_swe.model.session import Role, Session, Turn
from tom_swe.testing import START, HashEmbedder, session_of

MakeTom = Callable[..., Tom]
OBEYED, DISOBEYED, CORRECTED = Adherence.OBEYED, Adherence.DISOBEYED, Adherence.CORRECTED


def ran(*commands: str, tool: str = "Bash", ordinal: int = 1) -> tuple[Turn, ...]:
    """Commands of an agent, one a turn, a minute apart."""
    return tuple(
        Turn(
            ordinal=ordinal + i,
            role=Role.TOOL,
            text=command,
            tool=tool,
            at=START + timedelta(minutes=ordinal + i),
        )
        for i, command in enumerate(commands)
    )


def worked(*turns: Turn | str, host_id: str = "told") -> Session:
    """A session: a request, then these turns; strings are the person's."""
    made = [Turn(ordinal=0, role=Role.USER, text="add a chart", at=START)]
    for each in turns:
        ordinal = len(made)
        at = START + timedelta(minutes=ordinal)
        if isinstance(each, str):
            made.append(Turn(ordinal=ordinal, role=Role.USER, text=each, at=at))
        else:
            made.append(each.model_copy(update={"ordinal": ordinal, "at": at}))
    ended = made[-1].at
    return Session(
        host="claude-code", host_id=host_id, started=START, ended=ended, turns=tuple(made)
    )


def belief(
    dimension: str = "package_manager",
    value: str = "pnpm",
    polarity: Polarity = Polarity.FOR,
    heard: tuple[Evidence, ...] = (),
) -> Belief:
    return Belief(
        id=1,
        kind=Kind.PREFERENCE,
        statement="Use pnpm",
        dimension=dimension,
        value=value,
        polarity=polarity,
        first_seen=START,
        last_seen=START,
        evidence=heard,
    )


def observed(
    value: str = "pnpm", ordinal: int = 2, source: Source = Source.CORRECTION
) -> Observation:
    return Observation(
        kind=Kind.PREFERENCE,
        source=source,
        statement=f"Use {value}",
        quote=Quote(ordinal=ordinal, text=value),
        dimension="package_manager",
        value=value,
    )


def evidence(
    ordinal: int, stance: Stance = Stance.SUPPORTS, source: Source = Source.INSTRUCTION
) -> Evidence:
    return Evidence(
        observation_id=1,
        session_id=7,
        host="claude-code",
        repository="",
        ordinal=ordinal,
        quote="q",
        stance=stance,
        source=source,
        at=START,
    )


TOLD = Telling(
    host="claude-code", host_id="told", repository="", belief_ids=(1,), at=START, session_id=7
)


def judged(
    session: Session, held: Belief | None = None, *said: Observation, telling: Telling = TOLD
) -> Adherence | None:
    return adherence(session, telling, [held or belief()], said).get(1)


# Deeds


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("pnpm add date-fns", {("package_manager", "pnpm")}),
        ("cd web && CI=1 pnpm test", {("package_manager", "pnpm")}),
        (
            "uv run --frozen pytest -q",
            {("python_packages", "uv"), ("test_framework", "pytest")},
        ),
        (".venv/bin/pytest -q | tail -3", {("test_framework", "pytest")}),
        ("python3.12 -m unittest", {("test_framework", "unittest")}),
        ("timeout 60 npx vitest@latest run", {("test_framework", "vitest")}),
        ("pip install 'x' httpx[http2]", {("python_packages", "pip"), ("http_client", "httpx")}),
        ("uv pip install ruff==0.8", {("python_packages", "uv"), ("python_linter", "ruff")}),
        ("# with npm\nyarn", {("package_manager", "yarn")}),
        ("git commit -m 'use npm; npm install'", set()),
        ("grep -rn npm . | head", set()),
        ("which npm; npm --version", set()),
        ("cat docs/npm.md", set()),
        ('echo "npm install"', set()),
        ("rm -rf node_modules/vitest", set()),
        ("uv remove black", {("python_packages", "uv")}),
        ("Rebasing (1/8)", set()),
        ("", set()),
        ("&& ;", set()),
        ("uv run", {("python_packages", "uv")}),
        ("npx --yes", set()),
    ],
)
def test_what_a_command_shows(command: str, shown: set[tuple[str, str]]) -> None:
    """The programs that it runs or installs count; what it names, searches or asks does not."""
    assert choices(ran(command)) == shown


def test_only_commands_are_deeds() -> None:
    """What the agent says, what a file holds and what the person runs by hand show nothing."""
    said = Turn(ordinal=1, role=Role.AGENT, text="pnpm add x", tool="")
    read = Turn(ordinal=2, role=Role.TOOL, text="pnpm add x", tool="Read")
    typed = Turn(ordinal=3, role=Role.USER, text="pnpm add x", tool="Bash")
    assert choices([said, read, typed]) == frozenset()
    assert choices(ran("pnpm add x", tool="terminal")) == {("package_manager", "pnpm")}


# The judgement


def test_what_commands_keep_to_and_nobody_objects_to_is_obeyed() -> None:
    """The value alone shown, and not a word of the person's on it."""
    assert judged(worked(*ran("pnpm add x"), "thanks")) is OBEYED


def test_other_values_alone_are_disobedience() -> None:
    """Where the belief's own value is shown too, nothing is known."""
    assert judged(worked(*ran("npm install x"))) is DISOBEYED
    assert judged(worked(*ran("npm install x", "pnpm add x"))) is None


def test_silence_is_no_evidence() -> None:
    """A session whose commands show nothing on the matter says nothing of it."""
    assert judged(worked(*ran("make test"))) is None
    assert judged(worked()) is None
    assert judged(worked(*ran("pnpm add x")), belief(dimension="", value="")) is None
    assert judged(worked(*ran("pnpm add x")), belief("answer_length", "short")) is None


def test_repeating_the_briefing_is_not_obeying() -> None:
    """An agent that quotes what it was told has done nothing yet."""
    words = "Rules:\n- Use pnpm\nI will keep to it: pnpm add x"
    parrot = Turn(ordinal=1, role=Role.AGENT, text=words)
    echo = ran("echo '<tom-briefing> Use pnpm </tom-briefing>'", "cat <<E\npnpm add x\nE")
    assert judged(worked(parrot, *echo)) is None


def test_said_again_after_the_agent_acted_is_a_correction() -> None:
    """By an instruction or a correction that the reader heard, or that holds the belief up."""
    session = worked(*ran("pnpm add x"), "pnpm, as always", *ran("pnpm add y"))
    for source in (Source.CORRECTION, Source.INSTRUCTION):
        assert judged(session, None, observed(source=source)) is CORRECTED
    assert judged(session, belief(heard=(evidence(2),))) is CORRECTED
    assert judged(session, belief("", "", heard=(evidence(2),))) is CORRECTED


def test_what_the_person_asks_for_first_is_neither() -> None:
    """Said before the agent acted it is no correction, and done it is no obedience."""
    session = worked(*ran("pnpm add x"))
    assert judged(session, None, observed(ordinal=0)) is None
    assert judged(session, belief(heard=(evidence(0),))) is None


def test_likings_and_hints_correct_nothing() -> None:
    """A liking said again may be praise, and a hint is a guess; neither is obedience then."""
    session = worked(*ran("pnpm add x"), "nice, thats how I like it")
    for source in (Source.PREFERENCE, Source.HINT, Source.BEHAVIOUR):
        assert judged(session, None, observed(source=source)) is None
        assert judged(session, belief(heard=(evidence(2, source=source),))) is None


def test_what_is_contradicted_is_not_obeyed() -> None:
    """Where the person says otherwise in the session, its commands say nothing of the belief."""
    session = worked(*ran("pnpm add x"), "npm from now on")
    assert judged(session, None, observed("npm")) is None
    assert judged(session, belief(heard=(evidence(2, Stance.CONTRADICTS),))) is None


def test_a_ban_is_broken_but_never_shown_to_be_kept() -> None:
    """What a belief speaks against may not have come up."""
    ban = belief(value="npm", polarity=Polarity.AGAINST)
    assert judged(worked(*ran("npm install x")), ban) is DISOBEYED
    assert judged(worked(*ran("pnpm add x")), ban) is None
    assert judged(worked(*ran("npm i"), "no npm"), ban, observed("npm")) is None


def test_what_was_done_before_the_telling_does_not_count() -> None:
    """Of a session that was told late only what came after counts."""
    late = TOLD.model_copy(update={"at": START + timedelta(minutes=2)})
    session = worked(*ran("npm install x"), "go on", *ran("pnpm add x"))
    assert judged(session) is None
    assert judged(session, telling=late) is OBEYED
    after = TOLD.model_copy(update={"at": START + timedelta(hours=1)})
    assert judged(session, None, observed(), telling=after) is None


def test_turns_without_a_time_came_after_the_telling() -> None:
    """A host that keeps no times is told at the first prompt like every other."""
    turns = worked(*ran("pnpm add x")).turns
    undated = Session(
        host="aider",
        host_id="told",
        turns=tuple(each.model_copy(update={"at": None}) for each in turns),
    )
    assert judged(undated) is OBEYED


# The arithmetic


def kept(session_id: int, days: float = 0) -> Verdict:
    return Verdict(
        consultation_id=None,
        stance=Stance.SUPPORTS,
        weight=0.1,
        by=Judge.SESSION,
        at=START + timedelta(days=days),
        session_id=session_id,
    )


def test_a_session_that_kept_to_it_counts_a_tenth() -> None:
    """Worked by hand: one word and two such sessions are 1.2 / 1.7."""
    assert confidence([evidence(0)], START, [kept(1), kept(2)]) == pytest.approx(1.2 / 1.7)


def test_such_sessions_count_half_a_session_at_most() -> None:
    """Five fill the measure; twenty add nothing, and the explanation says so."""
    assert MOST_KEPT == 0.5
    five, twenty = ([kept(n) for n in range(count)] for count in (5, 20))
    assert weigh([evidence(0)], five, START)[0] == pytest.approx(1.5)
    assert weigh([evidence(0)], twenty, START) == (1.5, 0.0)
    lines = explain(belief(heard=(evidence(0),)).model_copy(update={"verdicts": tuple(twenty)}))
    first = "session s0 followed it and you did not object: 0.10 for it"
    assert first in lines
    assert lines[-2:] == [
        "sessions that followed it count 0.50 together, not 2.00",
        "1.50 / (1.50 + 0.00 + 0.50) = 0.75",
    ]


def test_advice_counts_beside_them() -> None:
    """The measure bounds what sessions did, not what the person judged."""
    accepted = Verdict(
        consultation_id=1, stance=Stance.SUPPORTS, weight=1.0, by=Judge.PERSON, at=START
    )
    many = [*(kept(n) for n in range(9)), accepted]
    assert weigh([evidence(0)], many, START)[0] == pytest.approx(1.0 + 0.5 + 1.0)


# Learning


@pytest.fixture
def tom(make_tom: MakeTom) -> Tom:
    """Believes in pnpm, said once, a day before."""
    made = make_tom(HashEmbedder())
    made.add_session("ada", session_of("from now on use pnpm", started=START - timedelta(days=1)))
    made.learn("ada")
    return made


def learned(tom: Tom, session: Session) -> Belief:
    """The belief once a session that was told it is learned from."""
    (held,) = tom.memory.beliefs.all("ada")
    # Believed by the clock of now, told by that of the test: as if it had been there then.
    with tom.memory._database.write() as transaction:
        transaction.execute(text("UPDATE belief SET made_at = '2026-08-31 00:00:00.000000+00:00'"))
    telling = TOLD.model_copy(update={"host_id": session.host_id, "belief_ids": (held.id,)})
    tom.memory.tellings.put("ada", telling)
    tom.add_session("ada", session)
    assert tom.learn("ada").failed == ()
    return tom.memory.beliefs.get("ada", held.id)


def became(tom: Tom, host_id: str = "told") -> dict[int, Adherence]:
    telling = tom.memory.tellings.of_session("ada", "claude-code", host_id)
    assert telling
    return dict(telling.adherence)


def test_obedience_makes_a_belief_a_little_surer(tom: Tom) -> None:
    """By one verdict of a tenth; it stays a candidate, and its history says why it moved."""
    (before,) = tom.memory.beliefs.all("ada")
    held = learned(tom, worked(*ran("pnpm add x"), "thanks"))
    assert became(tom) == {held.id: OBEYED}
    assert [(v.by, v.weight, v.session_id) for v in held.verdicts] == [(Judge.SESSION, 0.1, 2)]
    assert held.confidence == pytest.approx(1.1 / 1.6)
    assert held.confidence > before.confidence
    assert held.status is Status.CANDIDATE
    last = revisions(tom.memory, "ada", held.id)[-1]
    assert (last.reason, last.session_id) == ("an agent followed it or did not", 2)


def test_learning_a_session_again_counts_it_once(tom: Tom) -> None:
    """A session that has grown replaces its verdict, and takes it back where it no longer holds."""
    once = learned(tom, worked(*ran("pnpm add x")))
    changes = len(revisions(tom.memory, "ada", once.id))
    again = learned(tom, worked(*ran("pnpm add x"), "thanks", *ran("pnpm test")))
    assert again == once
    assert len(revisions(tom.memory, "ada", once.id)) == changes
    left = learned(tom, worked(*ran("pnpm add x"), "thanks", *ran("pnpm test", "npm i")))
    assert (left.verdicts, became(tom)) == ((), {})
    assert left.confidence == pytest.approx(1.0 / 1.5)


def test_being_corrected_moves_nothing_but_by_the_words(tom: Tom) -> None:
    """Said again in another session it is confirmed as ever; the telling weighs nothing."""
    said = worked(*ran("npm install x"), "no, use pnpm, not npm")
    held = learned(tom, said)
    assert became(tom) == {held.id: CORRECTED}
    assert held.verdicts == ()
    assert held.status is Status.CONFIRMED
    assert len(held.supporting) == 2


def test_disobedience_moves_nothing(tom: Tom) -> None:
    """A belief is not wrong because an agent ignored it."""
    (before,) = tom.memory.beliefs.all("ada")
    assert learned(tom, worked(*ran("npm install x"))) == before
    assert became(tom) == {before.id: DISOBEYED}


def test_a_session_that_nobody_was_told_of_says_nothing(tom: Tom) -> None:
    """Using pnpm unasked is no obedience."""
    (before,) = tom.memory.beliefs.all("ada")
    tom.add_session("ada", worked(*ran("pnpm add x"), "thanks"))
    tom.learn("ada")
    assert tom.memory.beliefs.all("ada") == [before]


def test_a_forgotten_session_takes_its_verdict_along(tom: Tom) -> None:
    """The belief stands as it did before, and no trace says what the session was told."""
    (before,) = tom.memory.beliefs.all("ada")
    learned(tom, worked(*ran("pnpm add x")))
    tom.forget_session("ada", 2)
    assert tom.memory.beliefs.all("ada") == [before]
    assert tom.memory.tellings.all("ada") == []


def test_what_is_kept_to_does_not_fade(tom: Tom) -> None:
    """What is obeyed need not be said again to be told, as long as agents keep to it."""
    held = learned(tom, worked(*ran("pnpm add x")))
    later = START + timedelta(days=89, hours=12)
    tom.add_session("ada", session_of("never commit to main", host_id="much", started=later))
    tom.learn("ada")
    assert held.id in [each.id for each in tom.memory.beliefs.told("ada")]
