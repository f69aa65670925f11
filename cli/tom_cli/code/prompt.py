"""Where the person types: history, completion, keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import override

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

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

    def __init__(self, commands: Mapping[str, str], ids: Callable[[], Mapping[str, str]]) -> None:
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
            choices = self._ids() if space else self._commands
            word = rest.split(" ")[-1] if space else command
            for name, what in choices.items():
                if name.startswith(word):
                    yield Completion(name, -len(word), display_meta=what)
        elif complete_event.completion_requested:
            word = line.split(" ")[-1]
            yield from self._paths.get_completions(Document(word, len(word)), complete_event)


def prompt_session(
    history: PrivateHistory, completer: SlashCompleter, toolbar: Callable[[], str]
) -> PromptSession[str]:
    """The prompt. Enter sends, Alt-Enter or Ctrl-J adds a line, Ctrl-C clears, Ctrl-D leaves."""
    keys = KeyBindings()

    def newline(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    keys.add("escape", "enter")(newline)
    keys.add("c-j")(newline)
    return PromptSession(
        message=FormattedText([("bold ansicyan", "tom> ")]),
        history=history,
        completer=completer,
        complete_while_typing=True,
        key_bindings=keys,
        bottom_toolbar=toolbar,
        reserve_space_for_menu=6,
    )
