"""Where the person types, all the time: history, completion, keys, answers, what comes next."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import override

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.formatted_text import (
    ANSI,
    FormattedText,
    to_formatted_text,  # pyright: ignore[reportUnknownVariableType]
)
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

# Pressed twice within these, Ctrl-C leaves.
AGAIN_SECONDS = 3.0
NEVER = float("-inf")
READY, NEXT = "tom> ", "next> "

Redact = Callable[[str], str]


class PrivateHistory(FileHistory):
    """What was typed, redacted before it is written, in a file for this person alone."""

    def __init__(self, path: Path, redact: Redact) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        self._redact = redact
        super().__init__(str(path))

    @override
    def store_string(self, string: str) -> None:
        super().store_string(self._redact(string))


class SlashCompleter(Completer):
    """Commands at the start of a line, ids after them, paths elsewhere when asked for by Tab."""

    def __init__(
        self, commands: Callable[[], Mapping[str, str]], ids: Callable[[], Mapping[str, str]]
    ) -> None:
        self._commands = commands
        self._ids = ids
        self._paths = PathCompleter(expanduser=True)

    @override
    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        line = document.text_before_cursor
        if line.startswith("/"):
            command, space, rest = line.partition(" ")
            choices = self._ids() if space else self._commands()
            word = rest.split(" ")[-1] if space else command
            for name, what in choices.items():
                if name.startswith(word):
                    yield Completion(name, -len(word), display_meta=what)
        elif complete_event.completion_requested:
            word = line.split(" ")[-1]
            yield from self._paths.get_completions(Document(word, len(word)), complete_event)


class Prompt:
    """A line to type in that stays while the agent works, with what happens now above it.

    What is sent while something works waits for its turn. Ctrl-C stops what works, and leaves
    when it is pressed again at once; Ctrl-D leaves. ``above`` gives the lines that stand over
    the prompt, coloured by terminal codes.
    """

    def __init__(
        self,
        history: PrivateHistory,
        completer: SlashCompleter,
        *,
        toolbar: Callable[[], str],
        above: Callable[[], str],
        stop: Callable[[], None],
    ) -> None:
        self.busy = False
        self.waiting: deque[str] = deque()
        self._above = above
        self._stop = stop
        self._sent = asyncio.Event()
        self._question = ""
        self._answer: asyncio.Future[str] | None = None
        self._pressed = NEVER
        self._session = PromptSession[str](
            message=self._message,
            history=history,
            completer=completer,
            complete_while_typing=True,
            key_bindings=self._keys(),
            bottom_toolbar=toolbar,
            reserve_space_for_menu=6,
            erase_when_done=True,
        )
        self._buffer = self._session.default_buffer
        self._buffer.on_text_changed += self._typed

    async def run(self, shown: Callable[[], None]) -> None:
        """Reads until the person leaves. ``shown`` is called once it is on the screen."""

        def first(_: object) -> None:
            self._session.app.after_render -= first
            shown()

        self._session.app.after_render += first
        # In raw mode Ctrl-C is a key; a handler for the signal would replace ours.
        await self._session.prompt_async(handle_sigint=False)

    async def next_line(self) -> str:
        """What the person sends next, or has sent already."""
        while not self.waiting:
            self._sent.clear()
            await self._sent.wait()
        line = self.waiting.popleft()
        self.refresh()
        return line

    async def ask(self, question: str) -> str:
        """The answer to a question, "" for none. What is being typed is put aside meanwhile."""
        draft = self._buffer.document
        self._buffer.reset()
        self._question, self._answer = question, asyncio.get_running_loop().create_future()
        self.refresh()
        try:
            return await self._answer
        finally:
            self._question, self._answer = "", None
            self._buffer.document = draft
            self.refresh()

    def give_back(self) -> None:
        """Puts what waits for its turn back on the line, for the person to send or not."""
        if self.waiting:
            lines = [*self.waiting, self._buffer.text]
            self.waiting.clear()
            text = "\n".join(line for line in lines if line)
            self._buffer.document = Document(text, len(text))

    def press_stop(self) -> None:
        """Does what Ctrl-C does."""
        again = time.monotonic() - self._pressed < AGAIN_SECONDS
        if again:
            self.leave()
            return
        if self._answer is not None:
            self._reply("")
        elif self.busy:
            self._stop()
            self.give_back()
        else:
            self._buffer.reset()
        self._pressed = time.monotonic()
        asyncio.get_running_loop().call_later(AGAIN_SECONDS, self.refresh)
        self.refresh()

    def leave(self) -> None:
        """Ends reading."""
        if self._session.app.is_running and not self._session.app.is_done:
            self._session.app.exit(result="")

    def refresh(self) -> None:
        """Has it drawn again."""
        self._session.app.invalidate()

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()
        typing = has_focus(DEFAULT_BUFFER)

        def newline(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        keys.add("escape", "enter")(newline)
        keys.add("c-j")(newline)

        @keys.add("enter", filter=typing)
        def _(_: KeyPressEvent) -> None:
            self._send()

        @keys.add("c-c")
        def _(_: KeyPressEvent) -> None:
            self.press_stop()

        @keys.add("c-d", filter=typing & Condition(lambda: not self._buffer.text))
        def _(_: KeyPressEvent) -> None:
            if self._answer is not None:
                self._reply("")
            else:
                self.leave()

        return keys

    def _send(self) -> None:
        line = self._buffer.text.strip()
        if self._answer is not None:
            self._buffer.reset()
            self._reply(line)
            return
        self._buffer.reset(append_to_history=bool(line))
        if line:
            self.waiting.append(line)
            self._sent.set()

    def _reply(self, answer: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def _typed(self, _: object) -> None:
        self._pressed = NEVER

    def _message(self) -> FormattedText:
        if self._question:
            label = ("bold ansiyellow", self._question)
        elif self.busy:
            label = ("ansibrightblack", NEXT)
        else:
            label = ("bold ansicyan", READY)
        above = self._above()
        shown = to_formatted_text(ANSI(above)) if above else FormattedText()
        if time.monotonic() - self._pressed < AGAIN_SECONDS:
            shown = [*shown, ("ansiyellow", "  Ctrl-C again leaves\n")]
        return FormattedText([*shown, label])
