"""The agent of a session at work: the person's words go in, and it asks them where it must."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tom_swe.hosts.coding import Coder, Rest

if TYPE_CHECKING:
    from tom_cli.code.beside import Beside
    from tom_cli.code.loading import Loading
    from tom_cli.code.screen import Screen
    from tom_swe.hosts.coding import Happening
    from tom_swe.settings import Model

NO_REASON = "User rejected the action"

type Ask = Callable[[str], Awaitable[str]]


class Driver:
    """One agent, made for the first message; ``ask`` gets the person's answers."""

    def __init__(
        self,
        screen: Screen,
        ask: Ask,
        agent: Loading[None],
        *,
        folder: Path,
        model: Model,
        conversations: Path,
        resume: str,
        never_ask: bool,
    ) -> None:
        self.screen = screen
        self.coder: Coder | None = None
        self.spoke = False
        self._ask = ask
        self._agent = agent
        self._folder = folder
        self._model = model
        self._conversations = conversations
        self._resume = resume
        self._never_ask = never_ask
        self._allowed: set[str] = set()
        self._running = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    async def work(self, request: str, beside: Beside) -> Rest:
        """One message of the person's, until the agent rests."""
        text, extra = request, ""
        if not beside.off:
            text, extra = await self._advised(beside, request)
        if not self.spoke:
            self.screen.tom(beside.knows())
        coder = self.coder or await self._made(beside)
        self.spoke = True
        self.screen.begin("working")
        await coder.send(text, extra)
        return await self._drive(coder)

    def interrupt(self) -> bool:
        """Stops the agent and its command where it runs; whether it does."""
        if self._running and self.coder is not None:
            self.coder.interrupt()
        return self._running

    async def look(self) -> None:
        """Shows what the command that runs has printed so far."""
        command = self.screen.command
        if self._running and self.coder and command:
            output = await asyncio.to_thread(self.coder.printed, command)
            # It may have ended meanwhile.
            self.screen.output = output if self.screen.command == command else ""

    async def _made(self, beside: Beside) -> Coder:
        from tom_cli.code import work

        self.screen.begin("loading the agent")
        await self._agent.get()
        self.coder = work.make_coder(
            self._folder,
            self._model,
            self._conversations if self._resume else beside.conversations,
            beside,
            self._hear,
            resume=self._resume,
        )
        await asyncio.to_thread(beside.tell, self.coder.id)
        return self.coder

    def _hear(self, happening: Happening) -> None:
        """Draws what the agent tells, which may be from another thread."""
        if threading.get_ident() == self._thread:
            self.screen.draw(happening)
        else:
            self._loop.call_soon_threadsafe(self.screen.draw, happening)

    async def _advised(self, beside: Beside, request: str) -> tuple[str, str]:
        """The request with the person's answer to what tom asked, and what goes beside it."""
        from tom_cli.code.beside import beside_message, folded
        from tom_swe.model.advice import Action

        before = self.coder.last_words if self.coder else ""
        suggestion = await asyncio.to_thread(beside.consult, request, before)
        answer, told = "", beside.briefing.belief_ids
        if suggestion.action is Action.ASK:
            for question in suggestion.questions:
                self.screen.say(f"  ? {question}", style="bold magenta")
            answer = await self._ask("  answer, or Enter to go ahead: ")
        elif quiet := folded(suggestion, told):
            self.screen.tom(quiet)
        text = f"{request}\n\n{answer}" if answer else request
        return text, beside_message(request, suggestion, told, answered=bool(answer))

    async def _drive(self, coder: Coder) -> Rest:
        """Lets the agent work, asking the person where it must."""
        while True:
            self._running = True
            try:
                rest = await coder.run()
            finally:
                self._running = False
            if rest is Rest.INTERRUPTED:
                self.screen.say("interrupted; say how to go on", style="yellow")
            elif rest is Rest.FAILED:
                self.screen.say("the agent stopped; say how to go on", style="yellow")
            if rest is not Rest.WAITING or not await self._approved(coder):
                return rest

    async def _approved(self, coder: Coder) -> bool:
        """Whether to go on: after approving what waits, or refusing it with a reason."""
        from tom_cli.code import approval

        calls = coder.pending()
        needs = approval.needs_of(calls, self._folder, self._allowed)
        if not needs or self._never_ask:
            return True
        self.screen.plan(calls)
        command = self.screen.command
        covers = " and ".join(need.covers for need in needs)
        answer = await self._ask(f"  allow? y / n, or why not / a: always, {covers}: ")
        match answer.lower():
            case "y" | "yes":
                pass
            case "a" | "always":
                self._allowed |= {need.key for need in needs}
            case "" | "n" | "no":
                # Ctrl-C, Ctrl-D or nothing said: it does not run, and the person speaks next.
                coder.refuse(NO_REASON)
                return False
            case _:
                coder.refuse(answer)
                return True
        self.screen.begin("working")
        self.screen.command = command
        return True
