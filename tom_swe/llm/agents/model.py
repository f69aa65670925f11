"""A coding agent's program where litellm stands for others: one prompt there, one reply back."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Any

from tom_swe.errors import ModelBusy, ModelFault, ModelUnavailable
from tom_swe.llm.agents.base import AgentHost, Asked, Said
from tom_swe.llm.agents.claude_code import ClaudeCodeProgram
from tom_swe.llm.agents.codex import CodexProgram
from tom_swe.llm.agents.copilot_cli import CopilotCliProgram
from tom_swe.llm.agents.cursor_agent import CursorAgentProgram
from tom_swe.llm.agents.gemini_cli import GeminiCliProgram
from tom_swe.llm.agents.opencode import OpenCodeProgram
from tom_swe.llm.agents.program import Finished, run
from tom_swe.llm.lite import LONGEST_REASON, THINKING, Completion, TooLate
from tom_swe.model.calls import Usage
from tom_swe.text.own_questions import FOLDER, MARK
from tom_swe.text.tokens import count_tokens

AGENTS: Mapping[str, AgentHost] = {
    each.name: each
    for each in (
        ClaudeCodeProgram(),
        CodexProgram(),
        GeminiCliProgram(),
        OpenCodeProgram(),
        CopilotCliProgram(),
        CursorAgentProgram(),
    )
}
# What a program takes before it asks, on a busy machine.
STARTING = 10.0  # seconds
# Each is a process of hundreds of megabytes.
MOST_AT_ONCE = 2
# What says that a program was started by an agent; some refuse to work inside themselves.
_INSIDE = re.compile(r"CLAUDECODE|CLAUDE_CODE_(?:ENTRYPOINT|SSE_PORT|SESSION_ID)|CODEX_THREAD_ID")
_LOGIN = re.compile(
    r"log(?:ged)? ?in\b|/login|authenticat|unauthori[sz]ed|api[ _]?key|credential|forbidden"
    r"|environment variable"
    r"|model\b.{0,60}\b(?:not found|not exist|not supported|not available|unknown|invalid)"
    r"|(?:unknown|invalid|unexpected) (?:model|option|argument)|not found: .*model",
    re.IGNORECASE,
)
_STATUS = re.compile(r"\b(?:status|code|HTTP|Error)\W{1,4}([45]\d\d)\b")
_TRACE = re.compile(r"at |\d+: |[{}]")
_ERROR = re.compile(r"error|fail|cannot|invalid|not (?:found|logged)", re.IGNORECASE)
# A file of the question's folder, which is gone.
_REPORT = re.compile(r"Full report available at: \S+")
_NOT_THERE = frozenset({401, 402, 403, 404})


def agent_named(name: str) -> tuple[AgentHost, str] | None:
    """The agent that a model's name means, with its model; None where it means another model."""
    program, _, model = name.partition("/")
    return (host, model or host.small) if (host := AGENTS.get(program)) else None


class AgentModel:
    """One model of one coding agent's program, as the person is logged in to it. Thread-safe.

    Each question is a process of its own, in an empty folder that is gone afterwards, as are all
    its processes. What it asks is marked and never learned from: tom's hooks are
    off in it, and importers know the folder and the first line. It is asked once; what fails
    for the moment is left to whoever asks.
    """

    def __init__(
        self,
        name: str,
        *,
        timeout: float,
        at_once: int,
        environ: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> None:
        named = agent_named(name)
        assert named is not None
        self.name = name
        self._host, self._model = named
        self._timeout = timeout + STARTING
        self._environ = os.environ if environ is None else environ
        self._home = home or Path.home()
        self.at_once = min(at_once, MOST_AT_ONCE)
        self._free = BoundedSemaphore(self.at_once)

    @property
    def takes_schema(self) -> bool:
        """Whether the program passes the schema on."""
        return self._host.takes_schema

    def estimate(self, messages: Sequence[Mapping[str, str]], most_tokens: int) -> Usage:
        """The most that a call may use."""
        sent = sum(count_tokens(each["content"]) for each in messages) + self._host.overhead
        out = most_tokens + THINKING
        price = self._host.price(self._model)
        cost = (sent * price[0] + out * price[1]) / 1e6 if price else None
        return Usage(tokens_in=sent, tokens_out=out, cost=cost)

    def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], most_tokens: int
    ) -> Completion:
        """What the agent says to these messages. Raises ModelFault.

        A call of which the program does not say what it took is counted with the most.
        """
        most = self.estimate(messages, most_tokens)
        with self._free, TemporaryDirectory(prefix=FOLDER, ignore_cleanup_errors=True) as place:
            folder = Path(place).resolve()
            asked = Asked(
                self._model,
                "\n\n".join(each["content"] for each in messages if each["role"] == "system"),
                _question(messages),
                schema,
                most_tokens,
                folder,
                self._environ,
                self._home,
            )
            finished = self._run(asked)
            said = self._host.said(finished.out, folder)
            # Some print an error on the other stream.
            said = said or self._host.said(finished.err, folder)
        if finished.status is None and not (said and said.fault):
            raise TooLate(f"{self.name} took longer than {self._timeout:g} seconds")
        if said is None or said.fault:
            raise self._fault(said or Said(), finished)
        return Completion(said.text, said.usage or most, said.refused)

    def check(self) -> str:
        """Where the program is. Raises ModelUnavailable; asks nobody."""
        program = shutil.which(self._host.program, path=self._environ.get("PATH"))
        if program is None:
            raise ModelUnavailable(
                f"{self.name} cannot be used: there is no program {self._host.program!r} on PATH"
            )
        return program

    def _run(self, asked: Asked) -> Finished:
        program = self.check()
        work = asked.folder / "work"
        work.mkdir()
        environ = {
            name: value for name, value in self._environ.items() if not _INSIDE.fullmatch(name)
        }
        # tom's own hooks keep still in it.
        environ |= {"TOM_OFF": "1", "NO_COLOR": "1", **self._host.environ(asked)}
        try:
            return run(
                [program, *self._host.command(asked)],
                stdin=self._host.stdin(asked),
                environ=environ,
                folder=work,
                seconds=self._timeout,
            )
        except OSError as error:
            raise ModelUnavailable(
                f"{self.name} cannot be used: {program} does not start ({error.strerror})"
            ) from error

    def _fault(self, said: Said, finished: Finished) -> ModelFault:
        reason = said.fault or _last_words(finished.err) or _last_words(finished.out)
        status = said.status or _status(finished.err)
        reason = reason if len(reason) <= LONGEST_REASON else reason[:LONGEST_REASON] + "…"
        if status in _NOT_THERE or (not status and _LOGIN.search(reason)):
            return ModelUnavailable(f"{self.name} cannot be used: {reason}")
        if said.fault or status:
            return ModelBusy(f"{self.name} failed: {reason or f'status {status}'}")
        # Nobody knows what it took until then.
        how = f"with status {finished.status}" if finished.status else "without a reply"
        return TooLate(f"{self.name} ended {how}{reason and ': '}{reason}")


def _question(messages: Sequence[Mapping[str, str]]) -> str:
    """The conversation as one text, for programs take no more than one message."""
    said = [each for each in messages if each["role"] != "system"]
    parts = [
        f"You replied:\n{each['content']}" if each["role"] == "assistant" else each["content"]
        for each in said
    ]
    return "\n\n".join([MARK, *parts])


def _status(err: str) -> int:
    found = _STATUS.search(err)
    return int(found[1]) if found else 0


def _last_words(printed: str) -> str:
    """The first line that speaks of an error, else the last, stack traces left out."""
    lines = [" ".join(_REPORT.sub("", each).split()) for each in printed.splitlines()]
    told = [each for each in lines if each and not _TRACE.match(each)]
    return next((each for each in told if _ERROR.search(each)), told[-1] if told else "")
