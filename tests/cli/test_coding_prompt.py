"""Where the person types in a coding session: keys, answers, and what is sent while it works."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("prompt_toolkit", reason="needs tom-swe[openhands]")

from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from tom_cli.code.prompt import PrivateHistory, Prompt, SlashCompleter

CTRL_C, CTRL_D, ENTER = "\x03", "\x04", "\r"


class Typist:
    """A prompt, and keys for it. ``stopped`` counts how often what works was stopped."""

    def __init__(self, keys: PipeInput, history: Path) -> None:
        self.keys = keys
        self.stopped = 0
        self.history = history
        self.prompt = Prompt(
            PrivateHistory(history, lambda text: text.replace("secret", "[redacted]")),
            SlashCompleter(lambda: {"/help": "all"}, dict),
            toolbar=lambda: "",
            above=lambda: "",
            stop=self.stop,
        )

    def stop(self) -> None:
        self.stopped += 1

    async def typed(self, keys: str) -> None:
        """Presses keys, and waits until they have been read."""
        pressed = asyncio.Semaphore(0)
        processor = self.prompt._session.app.key_processor

        def after(_: object) -> None:
            pressed.release()

        processor.after_key_press += after
        self.keys.send_text(keys)
        for _ in keys:
            await asyncio.wait_for(pressed.acquire(), 5)
        processor.after_key_press -= after

    @property
    def line(self) -> str:
        return self.prompt._buffer.text


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as made, create_app_session(input=made, output=DummyOutput()):
        yield made


def held(keys: PipeInput, tmp_path: Path, use: Callable[[Typist], Awaitable[None]]) -> bool:
    """Whether the prompt was left by the person, in the course of a use of it."""

    async def session() -> bool:
        typist = Typist(keys, tmp_path / "history")
        shown = asyncio.Event()
        reading = asyncio.create_task(typist.prompt.run(shown.set))
        await asyncio.wait_for(shown.wait(), 5)
        await use(typist)
        left = reading.done() or typist.prompt._session.app.is_done
        typist.prompt.leave()
        await asyncio.wait_for(reading, 5)
        return left

    return asyncio.run(session())


def test_what_is_sent_while_it_works_waits_in_its_order(keys: PipeInput, tmp_path: Path) -> None:
    """Each line is a message of its own; what is not sent stays; the history is redacted."""

    async def use(typist: Typist) -> None:
        typist.prompt.busy = True
        await typist.typed(f"one secret{ENTER}two{ENTER}thr")
        assert await typist.prompt.next_line() == "one secret"
        assert await typist.prompt.next_line() == "two"
        assert typist.line == "thr"
        assert "one [redacted]" in typist.history.read_text()

    assert not held(keys, tmp_path, use)


def test_an_answer_is_never_what_was_being_typed(keys: PipeInput, tmp_path: Path) -> None:
    """A question finds an empty line; the half of a message is there again afterwards."""

    async def use(typist: Typist) -> None:
        typist.prompt.busy = True
        await typist.typed("y")
        asking = asyncio.create_task(typist.prompt.ask("allow? "))
        await asyncio.sleep(0)
        assert typist.line == ""
        await typist.typed(f"no, not now{ENTER}")
        assert await asking == "no, not now"
        assert typist.line == "y"
        assert not typist.prompt.waiting
        assert "no, not now" not in typist.history.read_text()

    assert not held(keys, tmp_path, use)


def test_ctrl_c_stops_once_and_leaves_the_second_time(keys: PipeInput, tmp_path: Path) -> None:
    """What waited for its turn is back on the line, and anything typed between makes it once."""

    async def use(typist: Typist) -> None:
        typist.prompt.busy = True
        await typist.typed(f"and then{ENTER}this{CTRL_C}")
        assert typist.stopped == 1
        assert typist.line == "and then\nthis"
        assert not typist.prompt.waiting
        await typist.typed(f"!{CTRL_C}")
        assert typist.stopped == 2
        typist.prompt.busy = False
        await typist.typed(CTRL_C)

    assert held(keys, tmp_path, use)


def test_ctrl_c_and_ctrl_d_answer_a_question_with_nothing(keys: PipeInput, tmp_path: Path) -> None:
    """Neither leaves at that moment."""

    async def use(typist: Typist) -> None:
        for key in (CTRL_D, CTRL_C):
            asking = asyncio.create_task(typist.prompt.ask("allow? "))
            await asyncio.sleep(0)
            await typist.typed(key)
            assert await asking == ""

    assert not held(keys, tmp_path, use)


@pytest.mark.parametrize("key", [CTRL_D, CTRL_C + CTRL_C])
def test_an_empty_prompt_is_left_by_a_key(key: str, keys: PipeInput, tmp_path: Path) -> None:
    """Ctrl-D leaves, as Ctrl-C does when it is pressed twice."""

    async def use(typist: Typist) -> None:
        await typist.typed(key)

    assert held(keys, tmp_path, use)


def test_one_ctrl_c_only_clears_the_line(keys: PipeInput, tmp_path: Path) -> None:
    """The session goes on; a Ctrl-D in the middle of a line deletes nothing before it."""

    async def use(typist: Typist) -> None:
        await typist.typed(f"half{CTRL_C}")
        assert typist.line == ""
        await typist.typed(f"abc{CTRL_D}")
        assert typist.line == "abc"

    assert not held(keys, tmp_path, use)
