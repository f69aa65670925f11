"""Whether agents keep to what they are told: counted by hand, then by the code."""

from datetime import timedelta

from tom_swe.checks import compiled
from tom_swe.explain.kept import BreachShare, obedience
from tom_swe.explain.told_log import told_entries
from tom_swe.model.advice import Adherence, Telling
from tom_swe.model.belief import Belief, Evidence, Kind, Source, Stance, Status
from tom_swe.model.checks import Check, CheckHit, CheckOutcome, Compiled, Mode
from tom_swe.model.memory import SessionSummary
from tom_swe.model.session import Role, Session, Turn
from tom_swe.testing import START

DAY = timedelta(days=1)
# Of each session, by its number: what its agent ran.
RAN = {1: "npm install", 2: "npm install", 3: "pnpm install", 4: "pnpm install", 5: "ls"}


def rule() -> Belief:
    said = Evidence(
        observation_id=1,
        session_id=0,
        host="codex",
        repository="",
        ordinal=0,
        quote="never run npm",
        stance=Stance.SUPPORTS,
        source=Source.INSTRUCTION,
        at=START,
    )
    return Belief(
        id=7,
        kind=Kind.CONSTRAINT,
        statement="Use pnpm, never npm",
        dimension="stack.package_manager.js",
        value="pnpm",
        status=Status.CONFIRMED,
        confidence=0.9,
        first_seen=START,
        last_seen=START,
        evidence=(said,),
    )


def summary(number: int) -> SessionSummary:
    at = START + number * DAY
    return SessionSummary(
        id=number, host="codex", repository="", started=at, ended=at, user_turns=1, turns=2
    )


def look(number: int) -> Session:
    turns = (
        Turn(ordinal=0, role=Role.USER, text="install what is missing"),
        Turn(ordinal=1, role=Role.TOOL, tool="bash", text=RAN[number]),
    )
    return Session(host="codex", host_id=str(number), turns=turns)


def told(number: int, host: str = "codex", became: Adherence | None = None) -> Telling:
    return Telling(
        host=host,
        host_id=str(number),
        repository="",
        belief_ids=(7,),
        at=START + number * DAY,
        session_id=number,
        adherence={7: became} if became else {},
    )


def check(*hits: CheckHit) -> Check:
    made = compiled(rule())
    assert isinstance(made, Compiled)
    return Check(
        belief_id=7,
        statement="",
        quote="",
        scope="everywhere",
        spec=made.spec,
        says=made.says,
        hits=hits,
    )


def hit(number: int, outcome: CheckOutcome, host: str = "codex") -> CheckHit:
    return CheckHit(
        host=host,
        host_id=str(number),
        at=START + number * DAY,
        mode=Mode.REMIND,
        outcome=outcome,
    )


def found(*tellings: Telling, checks: tuple[Check, ...] = (), day: int = 0):
    return obedience(
        sessions=[summary(number) for number in RAN],
        beliefs=[rule()],
        tellings=tellings,
        checks=checks,
        since=START + day * DAY,
        look=look,
    )


def test_of_nothing_told_nothing_is_said() -> None:
    """No rule, no agent, no week."""
    assert found(checks=(check(),)).rules == ()


def test_breaches_before_telling_and_since_are_counted() -> None:
    """By hand: npm in sessions 1 and 2, other commands in 3, 4 and 5."""
    (one,) = found(told(3), told(4), told(5), checks=(check(),)).rules
    assert (one.before, one.after) == (
        BreachShare(breached=2, sessions=2),
        BreachShare(breached=0, sessions=3),
    )
    became = one.became
    assert (became.sessions, became.obeyed, became.disobeyed, became.unknown) == (3, 0, 0, 3)


def test_what_a_session_shows_is_looked_at_where_no_hook_was() -> None:
    """A breach in its commands is one; that there is none proves nothing."""
    (one,) = found(told(1), told(3), checks=(check(),)).rules
    assert (one.became.disobeyed, one.became.obeyed, one.became.unknown) == (1, 0, 1)


def test_a_breach_that_a_hook_met_counts_once_a_session() -> None:
    """And an alarm that the person called false not at all."""
    met = (
        hit(3, CheckOutcome.REMINDED),
        hit(3, CheckOutcome.REMINDED),
        hit(4, CheckOutcome.FALSE_ALARM),
        hit(9, CheckOutcome.BLOCKED, host="claude-code"),
    )
    kept = found(told(3), told(4), checks=(check(*met),))
    (one,) = kept.rules
    assert (one.became.disobeyed, one.became.unknown, one.became.intervened) == (2, 1, 3)
    assert [(each.host, each.became.disobeyed) for each in kept.agents] == [
        ("claude-code", 1),
        ("codex", 1),
    ]


def test_what_the_person_had_to_say_again_is_worst() -> None:
    """A correction counts as that and as nothing else."""
    met = check(hit(3, CheckOutcome.COUNTED))
    (one,) = found(told(3, became=Adherence.CORRECTED), checks=(met,)).rules
    assert (one.became.corrected, one.became.disobeyed, one.became.intervened) == (1, 0, 0)


def test_a_rule_without_a_check_says_nothing_of_before() -> None:
    """What became of it is what the commands and the person's words show."""
    (one,) = found(told(3, became=Adherence.OBEYED), told(4)).rules
    assert (one.before, one.after, one.became.obeyed, one.became.unknown) == (None, None, 1, 1)


def test_weeks_and_the_time_asked_for() -> None:
    """Each session is in the week of its telling, and those before the time are left out."""
    kept = found(told(1), told(2), told(4), checks=(check(),), day=2)
    assert sum(each.became.sessions for each in kept.weeks) == 2
    assert [each.begins.weekday() for each in kept.weeks] == [0] * len(kept.weeks)


# The log of what was told


def test_the_log_says_what_was_told_and_what_came_of_it() -> None:
    """A line for each session's briefing and for each breach that was met, in time."""
    met = check(hit(4, CheckOutcome.BLOCKED))
    both = told(3, became=Adherence.OBEYED), told(5)
    lines = told_entries(both, [met])
    assert [(each.what, each.by) for each in lines] == [
        ("told", "codex"),
        ("blocked", "codex"),
        ("told", "codex"),
    ]
    assert lines[0].reason == "session s3; followed: b7"
    assert len(told_entries(both, [met], since=START + 4 * DAY)) == 2
    assert told_entries(both, [met], belief_id=8) == []
