"""The interactive session: a prompt, an agent behind it, and tom beside both."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tom_cli.code import approval, setup, slash, work
from tom_cli.code.beside import (
    Beside,
    at_once,
    beside_message,
    folded,
    is_off,
    open_beside,
    silence_hooks,
)
from tom_cli.code.loading import Loading
from tom_cli.code.screen import Screen
from tom_swe.errors import TomError
from tom_swe.hosts.coding import Coder, Rest
from tom_swe.ingest import Redactor
from tom_swe.model.advice import Action
from tom_swe.settings import Model, Settings

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

NO_REASON = "User rejected the action"


class Session:
    """One sitting at the prompt."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        model: Model | None,
        *,
        resume: str = "",
        never_ask: bool = False,
        is_kept: bool = True,
    ) -> None:
        self.screen = Screen()
        self.conversations = settings.conversations
        self.coder: Coder | None = None
        self.leaving = False
        self._folder = folder
        self._settings = settings
        self._model = model
        self._resume = resume
        self._never_ask = never_ask
        self._is_kept = is_kept
        self._allowed: set[str] = set()
        self._environ: Mapping[str, str] = dict(os.environ)
        self._off = is_off(self._environ, self._folder)
        self._spoke = False
        self._running = False
        self._agent = Loading(work.load_agent) if model else None
        self._beside = Loading(self._open_tom)
        silence_hooks()

    async def run(self) -> None:
        """Reads and answers until the person leaves; then all that was started is ended."""
        try:
            await self._converse()
        finally:
            # Before the loop waits for its threads, which wait for what the agent runs.
            self._close()

    async def _converse(self) -> None:
        prompt = self._prompt()
        self._beside.then(asyncio.get_running_loop(), prompt.app.invalidate)
        self.screen.say(self._head(), style="dim")
        if self._model is None:
            self.screen.say(setup.no_model(await asyncio.to_thread(setup.local_servers)))
        while not self.leaving:
            try:
                line = (await prompt.prompt_async(handle_sigint=False)).strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                break
            if line:
                await self._obey_or_work(line)

    def _close(self) -> None:
        """Ends the agent and has the session learned in the background."""
        beside = self._beside.now
        try:
            if self.coder is not None:
                self.coder.close()
                how = f"resume with: tom code --resume {self.coder.id[:8]}"
                is_kept = self._is_kept and not (beside and beside.trouble)
                self.screen.say(how if is_kept else "this session is not stored", style="dim")
                if beside is not None and self._spoke:
                    beside.leave(self.coder.id, self._folder, self._environ)
        finally:
            if beside is not None:
                beside.close()

    async def beside(self) -> Beside:
        """Tom, once it is loaded. Raises TomError where memory cannot be used."""
        return await self._beside.get()

    async def ask(self, question: str) -> str:
        """The person's answer to a question of tom's, in a line. Ctrl-C and Ctrl-D answer ""."""
        from prompt_toolkit import PromptSession

        try:
            # In raw mode Ctrl-C is a key; a handler for the signal would replace ours.
            return (await PromptSession[str]().prompt_async(question, handle_sigint=False)).strip()
        except (KeyboardInterrupt, EOFError):
            return ""

    # Loading

    def _open_tom(self) -> Beside:
        # Nothing is said over the prompt; `tom doctor` shows what works less well.
        beside = open_beside(
            at_once(self._settings),
            self._folder,
            off=self._off,
            say=lambda _: None,
        )
        if not beside.off:
            # The sentence model is loaded while the person types.
            _ = beside.tom.embedder
        return beside

    def _prompt(self) -> PromptSession[str]:
        from tom_cli.code.prompt import PrivateHistory, SlashCompleter, prompt_session

        redactor = Redactor(emails=self._settings.redact_emails)
        history = PrivateHistory(self._settings.history, lambda text: redactor.redact(text)[0])
        return prompt_session(
            history, SlashCompleter(slash.abouts(), self._belief_ids), self._toolbar
        )

    def _belief_ids(self) -> dict[str, str]:
        beside = self._beside.now
        if beside is None:
            return {}
        return {f"b{belief.id}": belief.statement for belief in beside.beliefs()}

    def _head(self) -> str:
        model = self._model.name if self._model else "no model"
        return f"tom in {self._folder}, {model}. /help lists the commands."

    def _toolbar(self) -> str:
        if self._model is None:
            return " no model, so there is no agent; /help shows what works without one"
        beside = self._beside.now
        return f" tom: {beside.knows()}" if beside else " tom: …"

    # Working

    async def _obey_or_work(self, line: str) -> None:
        """One line of the person's; what goes wrong with it ends nothing."""
        try:
            if line.startswith("/"):
                await slash.obey(self, line)
                return
            # Interrupting before the agent runs cancels this task, and after that its run.
            task = asyncio.ensure_future(self._work(line))
            async with self._interruptible(task):
                try:
                    await task
                except asyncio.CancelledError:
                    self.screen.say("interrupted", style="yellow")
        except TomError as error:
            self.screen.say(f"tom: {error}", style="red")
        except Exception as error:
            # A session outlives whatever one request meets in the agent or its model.
            self.screen.say(f"tom: {type(error).__name__}: {error}", style="red")

    @contextlib.asynccontextmanager
    async def _interruptible(self, task: asyncio.Future[None]) -> AsyncGenerator[None]:
        loop = asyncio.get_running_loop()

        def interrupt() -> None:
            if self._running and self.coder is not None:
                self.coder.interrupt()
            else:
                task.cancel()

        loop.add_signal_handler(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    async def _work(self, request: str) -> None:
        beside = await self.beside()
        text, extra = request, ""
        if not beside.off:
            text, extra = await self._advised(beside, request)
        if self._model is None or self._agent is None:
            return
        if not self._spoke:
            self.screen.tom(beside.knows())
        if self._agent.now is None and self.coder is None:
            self.screen.say("loading the agent …", style="dim")
        await self._agent.get()
        if self.coder is None:
            self.coder = work.make_coder(
                self._folder,
                self._model,
                self.conversations if self._resume else beside.conversations,
                beside,
                self.screen.draw,
                resume=self._resume,
            )
            await asyncio.to_thread(beside.tell, self.coder.id)
        self._spoke = True
        await self.coder.send(text, extra)
        await self._drive(self.coder)

    async def _advised(self, beside: Beside, request: str) -> tuple[str, str]:
        """The request with the person's answer to what tom asked, and what goes beside it."""
        before = self.coder.last_words if self.coder else ""
        suggestion = await asyncio.to_thread(beside.consult, request, before)
        if self._model is None:
            await slash.suggest(self, "")
            return request, ""
        answer, told = "", beside.briefing.belief_ids
        if suggestion.action is Action.ASK:
            for question in suggestion.questions:
                self.screen.say(f"  ? {question}", style="bold magenta")
            answer = await self.ask("  answer, or Enter to go ahead: ")
        elif quiet := folded(suggestion, told):
            self.screen.tom(quiet)
        text = f"{request}\n\n{answer}" if answer else request
        return text, beside_message(request, suggestion, told, answered=bool(answer))

    async def _drive(self, coder: Coder) -> None:
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
                return

    async def _approved(self, coder: Coder) -> bool:
        """Whether to go on: after approving what waits, or refusing it with a reason."""
        calls = coder.pending()
        needs = approval.needs_of(calls, self._folder, self._allowed)
        if not needs or self._never_ask:
            return True
        self.screen.plan(calls)
        covers = " and ".join(need.covers for need in needs)
        while True:
            answer = await self.ask(f"  allow? y / n, or why not / a: always, {covers}: ")
            match answer.lower():
                case "y" | "yes":
                    return True
                case "a" | "always":
                    self._allowed |= {need.key for need in needs}
                    return True
                case "":
                    # Ctrl-C, Ctrl-D or nothing said: it does not run, and the person speaks next.
                    coder.refuse(NO_REASON)
                    return False
                case "n" | "no":
                    coder.refuse(NO_REASON)
                    return False
                case _:
                    coder.refuse(answer)
                    return True


def talk(
    folder: Path,
    settings: Settings,
    model: Model | None,
    *,
    resume: str,
    never_ask: bool,
    is_kept: bool,
) -> None:
    """Holds a session until the person leaves."""
    session = Session(folder, settings, model, resume=resume, never_ask=never_ask, is_kept=is_kept)
    asyncio.run(session.run())
