"""OpenHands as the agent of a terminal: a real conversation, only the model is scripted."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["OPENHANDS_SUPPRESS_BANNER"] = "1"

import pytest

pytest.importorskip("openhands.tools.terminal", reason="needs tom-swe[openhands]")

import psutil
from pydantic import SecretStr

from tom_swe.errors import TomError
from tom_swe.hosts.coding import (
    AgentSaid,
    Called,
    Happening,
    Refusal,
    Rest,
    Returned,
    Streamed,
    Trouble,
)
from tom_swe.hosts.openhands.coder import OpenHandsCoder
from tom_swe.hosts.openhands.faults import fault_sentence
from tom_swe.hosts.openhands.output import printed
from tom_swe.settings import Model
from tom_swe.testing.scripted import ScriptedModel

pytestmark = pytest.mark.filterwarnings("ignore")

KEY = "sk-very-secret-key-of-the-provider"


class Place:
    """A folder to work in, and what was told while working there."""

    def __init__(self, root: Path) -> None:
        self.root, self.told = root, list[Happening]()
        self.work, self.conversations = root / "work", root / "conversations"
        self.work.mkdir()
        self._open = list[OpenHandsCoder]()

    def coder(self, model: ScriptedModel, resume: str = "", briefing: str = "") -> OpenHandsCoder:
        made = OpenHandsCoder(
            self.work,
            Model(name="openai/scripted", base_url=model.base_url, api_key=SecretStr(KEY)),
            self.conversations,
            self.told.append,
            briefing=briefing,
            resume=resume,
        )
        self._open.append(made)
        return made

    def kinds(self) -> list[str]:
        return [type(each).__name__ for each in self.told]

    def close(self) -> None:
        for coder in self._open:
            coder.close()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("OH_PERSISTENCE_DIR", str(tmp_path / "openhands"))
    made = Place(tmp_path)
    yield made
    made.close()


async def worked(coder: OpenHandsCoder, text: str, beside: str = "") -> Rest:
    """One message, everything approved."""
    await coder.send(text, beside)
    while (rest := await coder.run()) is Rest.WAITING:
        pass
    return rest


def test_every_call_waits_and_an_approved_one_runs(place: Place) -> None:
    """An edit waits with its arguments, runs when run on, and tells the text before and after."""
    edit = {"command": "create", "path": str(place.work / "a.txt"), "file_text": "hi\n"}
    with ScriptedModel(("file_editor", edit), ("finish", {"message": "made it"})) as model:
        coder = place.coder(model)

        async def run() -> None:
            await coder.send("make a.txt")
            assert await coder.run() is Rest.WAITING
            assert not (place.work / "a.txt").exists()
            (call,) = coder.pending()
            assert (call.tool, call.arguments["path"]) == ("file_editor", edit["path"])
            assert await coder.run() is Rest.DONE

        asyncio.run(run())
    assert (place.work / "a.txt").read_text() == "hi\n"
    (edited,) = [each for each in place.told if isinstance(each, Returned)]
    assert (edited.before, (edited.after or "").strip()) == ("", "hi")
    assert place.told[-1] == AgentSaid(text="made it", last=True, finished=True)


def test_a_refusal_reaches_the_agent_with_its_reason(place: Place) -> None:
    """A refused command does not run, and the model is told why."""
    command = {"command": "touch gone.txt"}
    with ScriptedModel(("terminal", command), "I leave it then") as model:
        coder = place.coder(model)

        async def run() -> Rest:
            await coder.send("touch it")
            assert await coder.run() is Rest.WAITING
            coder.refuse("not in this folder")
            return await coder.run()

        assert asyncio.run(run()) is Rest.DONE
        assert "not in this folder" in model.said_to_model()
    assert not (place.work / "gone.txt").exists()
    assert Refusal(tool="terminal", reason="not in this folder") in place.told


def test_a_text_is_streamed_and_then_said_whole(place: Place) -> None:
    """The pieces come first, and together they are what was said."""
    with ScriptedModel("one two three") as model:
        assert asyncio.run(worked(place.coder(model), "count")) is Rest.DONE
    pieces = [each.text for each in place.told if isinstance(each, Streamed)]
    assert len(pieces) == 3
    assert "".join(pieces) == "one two three"
    assert place.told[-1] == AgentSaid(text="one two three", last=True)


def test_an_interrupted_stream_comes_to_rest_and_goes_on(place: Place) -> None:
    """Interrupted while the model speaks, a run rests; the next message is answered as usual."""
    with ScriptedModel("once HOLD upon", "and then") as model:
        coder = place.coder(model)

        async def run() -> tuple[Rest, Rest]:
            await coder.send("a story")
            working = asyncio.ensure_future(coder.run())
            while "Streamed" not in place.kinds():
                await asyncio.sleep(0)
            coder.interrupt()
            rest = await asyncio.wait_for(working, 5)
            model.release.set()
            return rest, await worked(coder, "go on")

        assert asyncio.run(run()) == (Rest.INTERRUPTED, Rest.DONE)


def test_an_interrupted_command_is_stopped_and_nothing_is_left_at_the_end(place: Place) -> None:
    """Interrupting stops the command itself; closing ends what it and others left running."""
    lasting = {"command": "sleep 98765 & sleep 98764"}
    with ScriptedModel(("terminal", lasting), "stopped") as model:
        coder = place.coder(model)

        async def run() -> Rest:
            await coder.send("wait")
            assert await coder.run() is Rest.WAITING
            working = asyncio.ensure_future(coder.run())
            while not sleeping("98764"):
                await asyncio.sleep(0)
            coder.interrupt()
            rest = await asyncio.wait_for(working, 5)
            while sleeping("98764"):
                await asyncio.sleep(0)
            return rest

        assert asyncio.run(asyncio.wait_for(run(), 60)) is Rest.INTERRUPTED
        coder.close()
    assert not sleeping("98765")
    assert not [p for p in psutil.Process().children() if p.name() == "bash"]


def test_what_a_command_gave_back_is_without_the_command(place: Place) -> None:
    """A shell writes a command of many lines down before its output."""
    with ScriptedModel(("terminal", {"command": "for i in 1 2\ndo echo $i\ndone"})) as model:
        assert asyncio.run(worked(place.coder(model), "count")) is Rest.DONE
    (returned,) = [each for each in place.told if isinstance(each, Returned)]
    assert returned.text.split() == ["1", "2"]


def test_a_command_that_runs_shows_what_it_has_printed(place: Place) -> None:
    """Its lines can be had before it is over, without the command itself."""
    command = "echo one; echo two; sleep 98763"
    with ScriptedModel(("terminal", {"command": command})) as model:
        coder = place.coder(model)
        assert coder.printed(command) == ""

        async def run() -> str:
            await coder.send("count")
            assert await coder.run() is Rest.WAITING
            working = asyncio.ensure_future(coder.run())
            while not sleeping("98763") or "two" not in coder.printed(command):
                await asyncio.sleep(0)
            seen = coder.printed(command)
            coder.interrupt()
            await asyncio.wait_for(working, 5)
            return seen

        assert asyncio.run(asyncio.wait_for(run(), 60)) == "one\ntwo"


@pytest.mark.parametrize(
    ("screen", "seen"),
    [
        ("ls -la\na.py", "a.py"),
        ("old\n###PS1END###\nls -la\n\x1b[?2004l\rnew", "new"),
        ("ls \n-la\nbroken by the shell", "broken by the shell"),
        ("ls -", ""),
        ("", ""),
        ("other words", "other words"),
    ],
)
def test_the_echo_of_a_command_is_no_output(screen: str, seen: str) -> None:
    """Only what comes after the newest prompt and the command counts."""
    assert printed(screen, "ls -la") == seen


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("LLMAuthenticationError", "did not accept the key"),
        ("LLMRateLimitError", "wait a minute"),
        ("LLMServiceUnavailableError", "at http://here cannot be reached"),
        ("LLMTimeoutError", "took too long"),
        ("LLMContextWindowExceedError", "start a new one"),
        ("LLMBadRequestError", "refused the request: no such model [key]"),
        ("NotFoundError", "refused the request: no such model [key]"),
        ("ValueError", "met a fault: no such model [key]"),
    ],
)
def test_a_fault_is_one_sentence_without_the_libraries_words(code: str, said: str) -> None:
    """It names the model and what to do, and never the key."""
    detail = f"litellm.BadRequestError: OpenAIException - no such\nmodel {KEY}"
    model = Model(name="openai/x", base_url="http://here", api_key=SecretStr(KEY))
    sentence = fault_sentence(code, detail, model)
    assert said in sentence
    assert "litellm" not in sentence
    assert "\n" not in sentence
    assert KEY not in sentence


def sleeping(seconds: str) -> list[psutil.Process]:
    found = psutil.Process().children(recursive=True)
    return [p for p in found if p.is_running() and p.cmdline()[-1:] == [seconds]]


def test_what_goes_beside_a_message_is_not_the_persons(place: Place) -> None:
    """The model sees it, the briefing stands in the system message, neither is kept as said."""
    with ScriptedModel("ok", "ok") as model:
        coder = place.coder(model, briefing="<tom-briefing>likes pnpm</tom-briefing>")
        asyncio.run(worked(coder, "first", "<tom-advice>use pnpm</tom-advice>"))
        asyncio.run(worked(coder, "second"))
        assert model.said_to_model().count("<tom-advice>") == 1
        assert str(model.requests[0]["messages"][0]).count("<tom-briefing>") == 1
    coder.close()
    from tom_swe.ingest import IMPORTERS, Redactor, Tally

    (source,) = IMPORTERS["openhands"].sources(place.conversations)
    (session,) = IMPORTERS["openhands"].read(source, Tally(), Redactor())
    said = [turn.text for turn in session.turns if turn.role == "user"]
    assert said == ["first", "second"]


def test_a_conversation_is_resumed_with_all_that_was_said(place: Place) -> None:
    """The model is sent the old messages again, and the costs go on from there."""
    with ScriptedModel("hello Ada", "as I said") as model:
        first = place.coder(model)
        asyncio.run(worked(first, "I am Ada"))
        first.close()
        again = place.coder(model, resume=first.id)
        assert again.last_words == "hello Ada"
        asyncio.run(worked(again, "who am I?"))
        assert "I am Ada" in model.said_to_model()
    (agent,) = again.spent()
    assert (agent.usage, agent.tokens_in, agent.cost) == ("agent", 20, None)


def test_a_conversation_that_is_broken_is_said_to_be(place: Place) -> None:
    """Resuming from a file that is no JSON is an error with a way on, and the file stays."""
    with ScriptedModel("hello") as model:
        first = place.coder(model)
        asyncio.run(worked(first, "hi"))
        first.close()
        state = place.conversations / first.id / "base_state.json"
        state.write_text("{broken")
        with pytest.raises(TomError, match="cannot be resumed"):
            place.coder(model, resume=first.id)
    assert state.read_text() == "{broken"


@pytest.mark.slow
def test_a_model_that_is_not_there_is_told_of(place: Place) -> None:
    """A server that is gone is trouble said in words, and the run rests as failed."""
    with ScriptedModel() as model:
        coder = place.coder(model)
    assert asyncio.run(worked(coder, "hi")) is Rest.FAILED
    troubles = [each.text for each in place.told if isinstance(each, Trouble)]
    assert "did not answer" in troubles[0]
    assert "cannot be reached: check that it runs" in troubles[-1]
    assert "litellm" not in " ".join(troubles)
    assert "Called" not in place.kinds()
    assert not [each for each in place.told if isinstance(each, Called)]


def test_what_is_kept_is_private_and_holds_no_key(place: Place) -> None:
    """Files 0600, folders 0700, and the provider's key in none of them."""
    with ScriptedModel("hello") as model:
        coder = place.coder(model)
        asyncio.run(worked(coder, "hi"))
        coder.close()
    kept = place.conversations / coder.id
    for path in [kept, *kept.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0
        assert path.is_dir() or KEY.encode() not in path.read_bytes()
