"""Short sessions are read in one call."""

import json
from typing import Any

import pytest
from with_a_model import note, opened, reading, tell

from tom_swe.extract.language_model import MOST_TOGETHER
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Kind
from tom_swe.settings import Settings
from tom_swe.testing.scripted import ScriptedFault, ScriptedModel


@pytest.fixture
def said() -> list[str]:
    return []


def shown_by(tom: Tom) -> dict[str, list[str]]:
    """The statements by the session that they are from."""
    found: dict[str, list[str]] = {}
    for belief in tom.memory.beliefs.all("ada"):
        if belief.kind is not Kind.HABIT:
            session = tom.memory.sessions.get("ada", belief.supporting[0].session_id)
            found.setdefault(session.host_id, []).append(belief.statement)
    return found


def numbers(request: dict[str, Any], key: str) -> list[int]:
    """The numbers of the lines of one kind in what a model was sent."""
    lines = map(json.loads, request["messages"][1]["content"].splitlines())
    return [line[key] for line in lines if key in line]


def test_each_session_of_a_pack_shows_its_own(settings: Settings, said: list[str]) -> None:
    """Notes go by the session's number, candidates are numbered on, and each has its summary."""
    reply = reading(
        note("no barrel files", "Do not make barrel files", session=2, against=True),
        note("always use yarn", "Use yarn", session=1),
        rejected=(2,),
        sessions=3,
    )
    with ScriptedModel(reply) as server:
        tom = opened(settings, server, said)
        tell(tom, "from now on use pnpm, not npm", host_id="a")
        tell(tom, "no barrel files", host_id="b")
        tell(tom, "from now on use tabs", host_id="c")
        assert tom.learn("ada").sessions == 3
        (request,) = server.requests
        assert numbers(request, "session") == [1, 2, 3]
        assert numbers(request, "candidate") == [1, 2]
        assert shown_by(tom) == {"a": ["Use pnpm"], "b": ["Do not make barrel files"]}
        (call,) = tom.memory.ledger.calls()
        assert call.session_id is None
        tom.close()


def test_a_pack_has_an_end(settings: Settings, said: list[str]) -> None:
    """No more than so many are read together."""
    with ScriptedModel(*[reading(sessions=MOST_TOGETHER)] * 3) as server:
        tom = opened(settings, server, said, calls_at_once=1)
        for number in range(MOST_TOGETHER + 2):
            tell(tom, f"fix bug {number}", host_id=str(number))
        tom.learn("ada")
        found = [len(numbers(each, "session")) for each in server.requests]
        assert sorted(found) == [2, MOST_TOGETHER]
        tom.close()


def test_a_pack_that_fails_is_read_without_the_model(settings: Settings, said: list[str]) -> None:
    """All of it is kept, and all of it is sent again when it is asked for."""
    with ScriptedModel(ScriptedFault(400), reading(sessions=2)) as server:
        tom = opened(settings, server, said)
        for name in ("a", "b"):
            tell(tom, "from now on use pnpm, not npm", host_id=name)
        assert tom.learn("ada").sessions == 2
        assert list(shown_by(tom).values()) == [["Use pnpm"]]
        assert tom.read("ada", again=True).sessions == 2
        assert [len(numbers(each, "session")) for each in server.requests] == [2, 2]
        tom.close()


def test_what_the_model_fails_at_is_not_tried_twice_in_one_run(
    settings: Settings, said: list[str]
) -> None:
    """Waiting sessions that were read without it wait for the next time."""
    with ScriptedModel(*[ScriptedFault(400)] * 3) as server:
        tom = opened(settings, server, said)
        for name in ("a", "b"):
            tell(tom, "from now on use pnpm, not npm", host_id=name)
        assert tom.read("ada", again=True).sessions == 2
        assert len(server.requests) == 1
        assert tom.read("ada", again=True).sessions == 2
        assert len(server.requests) == 2
        tom.close()


def test_fewer_are_read_together_where_a_call_may_take_less(
    settings: Settings, said: list[str]
) -> None:
    """A lower limit makes more calls, and cuts no session shorter than it must."""
    with ScriptedModel(*[reading(sessions=MOST_TOGETHER)] * 4) as server:
        tom = opened(settings, server, said, calls_at_once=1, reading_tokens=2_500)
        for name in ("parser", "printer", "server", "chart"):
            words = " ".join(f"the {name}{at} of {name} has {name} fault {at}." for at in range(50))
            tell(tom, f"fix all that is wrong here: {words}", host_id=name)
        assert tom.learn("ada").sessions == 4
        assert len(server.requests) > 1
        text = "".join(each["messages"][1]["content"] for each in server.requests)
        assert text.count("fault") == 4 * 50
        tom.close()


def test_sessions_that_hold_only_a_template_are_read_without_a_call(
    settings: Settings, said: list[str]
) -> None:
    """Nothing of them is left to be asked about, and they keep no other from being read."""
    prompt = "You review code. Look at each file of the change and list what is wrong. " * 20
    with ScriptedModel(*[reading(sessions=2)] * 3) as server:
        tom = opened(settings, server, said)
        for number in range(4):
            tell(tom, prompt, host_id=str(number))
        tell(tom, "from now on use pnpm, not npm", host_id="own")
        learned = tom.learn("ada")
        assert (learned.sessions, learned.failed) == (5, ())
        assert shown_by(tom)["own"] == ["Use pnpm"]
        assert len(server.requests) == 1
        tom.close()
