"""`tom stats`, and what `tom why` says of telling, as a person sees them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tom_cli.code.beside import Beside
from tom_swe.app import open_tom
from tom_swe.model.session import Role, Session, Turn
from tom_swe.settings import Settings
from tom_swe.testing import HashEmbedder, session_of

DAY = timedelta(days=1)


@pytest.fixture
def tom(tom):
    """Gives what `tom` prints, and asserts that it did what it was asked, without a word beside."""

    def run(*arguments: str) -> str:
        code, out, err = tom(*arguments)
        assert (code, err) == (0, "")
        return out

    return run


def line(printed: str, name: str) -> str:
    """What is said of a figure."""
    (found,) = [each for each in printed.splitlines() if each.startswith(f"{name:<15} ")]
    return found[16:]


def worked(host_id: str, started: datetime, *turns: tuple[Role, str]) -> Session:
    """A session of the coding agent's: what was said, and the commands that were run."""
    made = tuple(
        Turn(
            ordinal=n,
            role=role,
            text=text,
            tool="terminal" if role is Role.TOOL else "",
            at=started + timedelta(minutes=n),
        )
        for n, (role, text) in enumerate(turns)
    )
    return Session(
        host="openhands", host_id=host_id, started=started, ended=made[-1].at, turns=made
    )


@pytest.fixture
def history(tmp_path: Path) -> None:
    """Pnpm was asked for long ago; of three sessions told so one obeyed, one had to be corrected.

    The sessions begin in a minute, since they are told now.
    """
    settings = Settings(home=tmp_path / "tom")
    mind = open_tom(settings, embedder=HashEmbedder())
    now = datetime.now(UTC)
    first = session_of("from now on use pnpm", host_id="first", started=now - 200 * DAY)
    mind.add_session(settings.user, first)
    mind.learn(settings.user)
    beside = Beside(mind, settings, "shop", off=False)
    for name in ("obeys", "ignores", "is silent"):
        beside.tell(name)
    begun = now + timedelta(minutes=1)
    asked = (Role.USER, "add a chart")
    mind.add_session(settings.user, worked("obeys", begun, asked, (Role.TOOL, "pnpm add d3")))
    corrected = (Role.USER, "no, use pnpm, not npm")
    mind.add_session(
        settings.user, worked("ignores", begun, asked, (Role.TOOL, "npm install d3"), corrected)
    )
    mind.add_session(settings.user, worked("is silent", begun, asked, (Role.AGENT, "done")))
    assert mind.learn(settings.user).failed == ()
    mind.close()


def test_where_nothing_is_known_it_says_so(tom) -> None:
    """Without sessions, tellings or advice no share is printed, and none is 0 %."""
    printed = tom("stats")
    assert "%" not in printed
    assert line(printed, "sessions") == "0 in the last 90 days"
    assert "corrections" not in printed
    assert "none in this period" in line(printed, "advice")
    found = json.loads(tom("stats", "--json"))
    assert (found["repeat_rate"], found["repeats_per_100_sessions"]) == (None, None)
    assert found["advice"]["taken"] is None


def test_what_had_to_be_said_again(tom, history: None) -> None:
    """Worked by hand: all that was said in 90 days was a repeat, half of what was in a year."""
    printed = tom("stats")
    assert line(printed, "sessions") == "3 in the last 90 days"
    assert line(printed, "instructions") == (
        "1 found that was meant to last; 1 of 1 also said in an earlier session"
    )
    assert line(printed, "though briefed") == "1 of 1 repeats"
    told = line(printed, "briefed")
    assert told.startswith("in the briefing of 3 sessions, last on ")
    assert told.endswith(": followed 1, repeated by you 1, unknown 1")
    wider = tom("stats", "--days", "365")
    assert line(wider, "sessions") == "4 in the last 365 days"
    assert line(wider, "instructions") == (
        "2 found that were meant to last; 1 of 2 also said in an earlier session"
    )
    found = json.loads(tom("stats", "--days", "365", "--json"))
    assert (found["said"], found["said_by_correction"], found["repeats"]) == (2, 1, 1)
    assert found["repeat_rate"] == 0.5
    assert found["repeats_though_told"] == 1
    assert found["told"]["obeyed"] == 1


def test_advice_is_counted(tom, history: None) -> None:
    """Given, judged and not judged; the share is of those judged."""
    for _ in range(3):
        tom("consult", "install the chart library with pnpm")
    assert line(tom("stats"), "accepted") == "no data yet; use `tom feedback`"
    tom("feedback", "a1", "accepted")
    tom("feedback", "a2", "rejected")
    printed = tom("stats")
    assert line(printed, "advice") == "3 given: accepted 1, partly 0, rejected 1, not judged 1"
    assert line(printed, "accepted") == "50% of those judged, fully or partly"


def test_how_sessions_served_the_person(tom, history: None, tmp_path: Path) -> None:
    """By the newest sessions: one asked, and not as it was wanted."""
    settings = Settings(home=tmp_path / "tom")
    mind = open_tom(settings, embedder=HashEmbedder())
    asks = (Role.AGENT, "What do you see there, an error or nothing?")
    for day, wish in ((3, "From now on: ask your questions in Italian."), (1, "")):
        said = (Role.USER, wish or "The login is broken.")
        begun = datetime.now(UTC) - day * DAY
        mind.add_session(
            settings.user, worked(f"day-{day}", begun, said, asks, (Role.USER, "a blank page"))
        )
    assert mind.learn(settings.user).failed == ()
    mind.close()
    found = json.loads(tom("stats", "--json"))["served"]
    assert (found["sessions"], found["asked"], found["judged"]) == (2, 1, 1)


def test_corrections_are_counted_where_they_can_be_read(tom, history: None) -> None:
    """One of three sessions has a turn that corrects the agent; the others have none to judge."""
    printed = tom("stats")
    found = line(printed, "corrections")
    assert found == "1 found in 1 of 1 session that tom could judge; tom finds about half of them"
    assert "corrected again" not in printed
    assert "2 sessions in which you wrote nothing after the agent" in line(printed, "not judged")
    as_json = json.loads(tom("stats", "--json"))["corrected"]
    assert (as_json["readable"], as_json["unread"], as_json["corrections"]) == (1, 2, 1)


def test_where_no_turn_can_be_judged_no_figure_is_given(tom, tmp_path: Path) -> None:
    """A host without the agent's turns: none that tom could read, and not that there was none."""
    settings = Settings(home=tmp_path / "tom")
    mind = open_tom(settings, embedder=HashEmbedder())
    now = datetime.now(UTC)
    mind.add_session(settings.user, session_of("no, that is wrong, undo it", started=now - DAY))
    mind.learn(settings.user)
    mind.close()
    printed = tom("stats")
    assert line(printed, "corrections") == "not known: there is no session that tom could judge"
    assert "1 session in which you wrote nothing after" in line(printed, "not judged")


def test_why_says_when_a_belief_was_told_and_what_came_of_it(tom, history: None) -> None:
    """One line beside the arithmetic, which shows what the session that kept to it counts."""
    printed = tom("why", "b1")
    assert "What agents did with it" in printed
    (told,) = [
        each for each in printed.splitlines() if "in the briefing of 3 sessions, last on" in each
    ]
    assert told.endswith(": followed 1, repeated by you 1, unknown 1")
    assert "followed it and you did not object: 0.10 for it" in printed
    assert json.loads(tom("why", "b1", "--json"))["told"]["sessions"] == 3


def test_why_is_silent_on_what_was_told_to_nobody(tom, tmp_path: Path) -> None:
    """A belief that no session is known to have been told has no such line."""
    tom_home = Settings(home=tmp_path / "tom")
    mind = open_tom(tom_home, embedder=HashEmbedder())
    mind.add_session(tom_home.user, session_of("from now on use pnpm"))
    mind.learn(tom_home.user)
    mind.close()
    assert "What agents did with it" not in tom("why", "b1")


def test_a_session_that_is_off_notes_nothing(settings: Settings) -> None:
    """Where tom tells the agent nothing, there is nothing to hold against what it does."""
    mind = open_tom(settings, embedder=HashEmbedder())
    mind.add_session(settings.user, session_of("from now on use pnpm"))
    mind.learn(settings.user)
    Beside(mind, settings, "shop", off=True).tell("c1")
    beside = Beside(mind, settings, "shop", off=False)
    beside.off = True
    beside.tell("c2")
    assert mind.memory.tellings.all(settings.user) == []
    mind.close()
