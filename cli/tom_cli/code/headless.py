"""One task without a terminal: ``tom -p TASK``, for scripts and pipes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tom_cli.code import approval, work
from tom_cli.code.beside import Beside, at_once, beside_message, is_off, open_beside, silence_hooks
from tom_cli.common import talk
from tom_swe.hosts.coding import (
    AgentSaid,
    Called,
    Coder,
    Happening,
    Refusal,
    Rest,
    Returned,
    Trouble,
)
from tom_swe.model.advice import Suggestion
from tom_swe.settings import Model, Settings
from tom_swe.text.safe import safe, safe_lines

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 3, 130
REFUSAL = (
    "Nobody is there to approve this, so it was refused. Do what can be done without it, "
    "and say what is left."
)


class Teller:
    """Tells what happens: JSON a line, or the agent's last words alone; advice where wanted."""

    def __init__(self, *, as_json: bool, verbose: bool) -> None:
        self._as_json = as_json
        self._verbose = verbose
        self._last = ""

    def draw(self, happening: Happening) -> None:
        """One happening; what is streamed comes whole later."""
        match happening:
            case AgentSaid():
                self._last = happening.text
                self.event("said", text=happening.text, last=happening.last)
            case Called(call=call):
                self.event("called", **call.model_dump(mode="json"))
            case Returned():
                self.event("returned", **happening.model_dump(mode="json"))
            case Refusal():
                self.event("refused", tool=happening.tool, reason=happening.reason)
            case Trouble(text=text):
                self.event("trouble", text=text)
                if not self._as_json:
                    talk(safe(text))
            case _:
                return

    def advice(self, suggestion: Suggestion, beside: str) -> None:
        """What tom advises, and what of it goes beside the task."""
        if not self._verbose:
            return
        self.event("advice", **suggestion.model_dump(mode="json", exclude={"turns"}))
        if not self._as_json:
            talk(safe_lines(beside) or "has nothing to add to this task")

    def event(self, kind: str, **fields: Any) -> None:
        """A line of JSON, where that is wanted."""
        if self._as_json:
            print(json.dumps({"type": kind, **fields}, ensure_ascii=False), flush=True)  # noqa: T201

    def end(self) -> None:
        """The agent's last words, where JSON is not wanted."""
        if not self._as_json and self._last:
            sys.stdout.write(f"{safe_lines(self._last)}\n")


def run(
    task: str,
    folder: Path,
    settings: Settings,
    model: Model,
    *,
    resume: str,
    never_ask: bool,
    as_json: bool,
    verbose: bool = False,
) -> int:
    """Works on one task and gives the exit code.

    0 the agent is done, 1 it failed, 3 it is done but calls were refused for want of
    anyone to approve them, 130 interrupted. Raises TomError.
    """
    environ = dict(os.environ)
    off = is_off(environ, folder)
    silence_hooks()
    work.load_agent()
    teller = Teller(as_json=as_json, verbose=verbose)
    beside = open_beside(at_once(settings), folder, off=off, say=talk)
    if beside.trouble:
        talk(beside.knows())
    try:
        coder = work.make_coder(
            folder,
            model,
            settings.conversations if resume else beside.conversations,
            beside,
            teller.draw,
            resume=resume,
            headless=True,
        )
        try:
            beside.tell(coder.id)
            code = asyncio.run(_work(coder, beside, task, folder, teller, never_ask=never_ask))
        finally:
            coder.close()
            beside.leave(coder.id, folder, environ)
    finally:
        beside.close()
    return code


async def _work(
    coder: Coder, beside: Beside, task: str, folder: Path, teller: Teller, *, never_ask: bool
) -> int:
    teller.event("session", id=coder.id, folder=str(folder), told=list(beside.briefing.belief_ids))
    extra = ""
    if not beside.off:
        suggestion = beside.consult(task, coder.last_words)
        extra = beside_message(
            task, suggestion, beside.briefing.belief_ids, answered=False, can_ask=False
        )
        teller.advice(suggestion, extra)
    await coder.send(task, extra)
    # An interruption before this point ends the process as usual.
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, coder.interrupt)
    refused = 0
    while (rest := await coder.run()) is Rest.WAITING:
        calls = coder.pending()
        if not never_ask and approval.needs_of(calls, folder, set()):
            refused += len(calls)
            coder.refuse(REFUSAL)
    spent = [each.model_dump(mode="json") for each in coder.spent()]
    teller.event("end", rest=rest.value, refused=refused, id=coder.id, spent=spent)
    teller.end()
    if refused:
        calls = "1 call was" if refused == 1 else f"{refused} calls were"
        talk(f"{calls} refused because nobody could approve them; --yes allows all")
    if rest is Rest.INTERRUPTED:
        return INTERRUPTED
    if rest is Rest.FAILED:
        return FAILED
    return REFUSED if refused else DONE
