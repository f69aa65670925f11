"""The interactive session: a prompt, an agent behind it, and tom beside both."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncGenerator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from prompt_toolkit.patch_stdout import patch_stdout

from tom_cli.code.loading import Loading
from tom_cli.code.prompt import PrivateHistory, Prompt, SlashCompleter
from tom_swe.checkout import kept_out
from tom_swe.errors import TomError
from tom_swe.hosts.inbox import Place

# The rest is loaded once the prompt is there.
if TYPE_CHECKING:
    from tom_cli.code.beside import Beside
    from tom_cli.code.driver import Driver
    from tom_cli.code.screen import Screen
    from tom_swe.hosts.coding import Coder
    from tom_swe.ingest import Redactor
    from tom_swe.settings import Model, Settings

TICK_SECONDS = 0.2
# Kept free for the prompt, the menu of completions and the line at the bottom.
ROWS_BELOW = 10


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
        self.conversations = settings.conversations
        self._folder = folder
        self._settings = settings
        self._model = model
        self._resume = resume
        self._never_ask = never_ask
        self._is_kept = is_kept
        self._environ: Mapping[str, str] = dict(os.environ)
        self._off = bool(kept_out(Place(self._environ).home, self._environ, str(folder)))
        self._driver: Driver | None = None
        self._beside: Loading[Beside] | None = None
        self._work_now: asyncio.Task[None] | None = None
        # Tom's own hooks stay quiet in this process: its agent gets everything from here.
        os.environ["TOM_OFF"] = "1"

    @cached_property
    def screen(self) -> Screen:
        """Where all is shown."""
        from tom_cli.code.screen import Screen

        return Screen()

    @cached_property
    def prompt(self) -> Prompt:
        """Where the person types."""
        history = PrivateHistory(self._settings.history, self._redacted)
        completer = SlashCompleter(self._abouts, self._belief_ids)
        return Prompt(
            history, completer, toolbar=self._toolbar, above=self._above, stop=self._interrupt
        )

    async def run(self) -> None:
        """Reads and answers until the person leaves; then all that was started is ended."""
        self._loop = asyncio.get_running_loop()
        self._show_head()
        self._loop.add_signal_handler(signal.SIGINT, self.prompt.press_stop)
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._loop.add_signal_handler(number, self.prompt.leave)
        working = asyncio.create_task(self._work_through())
        try:
            with patch_stdout(raw=True):
                try:
                    await self.prompt.run(self._load)
                except (EOFError, KeyboardInterrupt):
                    pass
                finally:
                    self._interrupt()
                    working.cancel()
                    await asyncio.wait([working])
        finally:
            # Before the loop waits for its threads, which wait for what the agent runs.
            self._close()

    @property
    def coder(self) -> Coder | None:
        """The agent, once something was said to it."""
        return self._driver.coder if self._driver else None

    def leave(self) -> None:
        """Ends the session."""
        self.prompt.leave()

    async def beside(self) -> Beside:
        """Tom, once it is loaded. Raises TomError where memory cannot be used."""
        assert self._beside is not None
        return await self._beside.get()

    async def ask(self, question: str) -> str:
        """The person's answer to a question of tom's, in a line. Ctrl-C and Ctrl-D answer ""."""
        self.screen.begin("")
        answer = await self.prompt.ask(question)
        self.screen.say(f"{question}{answer}", style="dim")
        return answer

    # Loading

    def _show_head(self) -> None:
        model = self._model.name if self._model else "no model"
        # In the place of what was typed before there was a prompt, which the prompt shows again.
        typer.echo("\r\x1b[K", nl=False)
        typer.secho(f"tom in {self._folder}, {model}. /help lists the commands.", dim=True)
        if self._resume:
            from tom_cli.code.ending import show_ending

            show_ending(self.screen, self.conversations / self._resume)

    def _load(self) -> None:
        """Begins to load what a message needs, now that the prompt is on the screen."""
        from tom_cli.code import work
        from tom_cli.code.driver import Driver

        self._beside = Loading(self._open_tom)
        self._beside.then(self._loop, self.prompt.refresh)
        if self._model is not None:
            self._driver = Driver(
                self.screen,
                self.ask,
                Loading(work.load_agent, after=self._beside),
                folder=self._folder,
                model=self._model,
                conversations=self.conversations,
                resume=self._resume,
                never_ask=self._never_ask,
            )
        else:
            self._loop.create_task(self._show_no_model())

    async def _show_no_model(self) -> None:
        from tom_cli.code import setup

        self.screen.say(setup.no_model(await asyncio.to_thread(setup.local_servers)))

    def _open_tom(self) -> Beside:
        from tom_cli.code.beside import at_once, open_beside

        # Nothing is said over the prompt; `tom doctor` shows what works less well.
        beside = open_beside(
            at_once(self._settings), self._folder, off=self._off, say=lambda _: None
        )
        if not beside.off:
            # The sentence model is loaded while the person types.
            _ = beside.tom.embedder
        return beside

    def _redacted(self, text: str) -> str:
        return self._redactor.redact(text)[0]

    @cached_property
    def _redactor(self) -> Redactor:
        from tom_swe.ingest import Redactor

        return Redactor(emails=self._settings.redact_emails)

    def _abouts(self) -> dict[str, str]:
        from tom_cli.code import slash

        return slash.abouts()

    def _belief_ids(self) -> dict[str, str]:
        beside = self._beside.now if self._beside else None
        if beside is None:
            return {}
        return {f"b{belief.id}": belief.statement for belief in beside.beliefs()}

    def _toolbar(self) -> str:
        if self._model is None:
            return " no model, so there is no agent; /help shows what works without one"
        beside = self._beside.now if self._beside else None
        return f" tom: {beside.knows()}" if beside else " tom: …"

    def _above(self) -> str:
        """What goes on and what waits for its turn, over the prompt."""
        if not self.prompt.busy:
            return ""
        rows = max(3, shutil.get_terminal_size().lines - ROWS_BELOW)
        waiting = [f"  then: {line.splitlines()[0]}\n" for line in self.prompt.waiting]
        return self.screen.now(rows) + "".join(waiting[:3])

    def _close(self) -> None:
        """Ends the agent and has the session learned in the background."""
        beside = self._beside.now if self._beside else None
        try:
            if self.coder is not None:
                self.coder.close()
                how = f"resume with: tom code --resume {self.coder.id[:8]}"
                is_kept = self._is_kept and not (beside and beside.trouble)
                self.screen.say(how if is_kept else "this session is not stored", style="dim")
                if beside is not None and self._driver and self._driver.spoke:
                    beside.leave(self.coder.id, self._folder, self._environ)
        finally:
            if beside is not None:
                beside.close()

    # Working

    async def _work_through(self) -> None:
        """Does what the person sends, one after the other."""
        while True:
            line = await self.prompt.next_line()
            self.prompt.busy = True
            self.screen.you(line)
            self.screen.begin("")
            self._work_now = asyncio.create_task(self._obey_or_work(line))
            try:
                async with self._ticking():
                    await asyncio.wait([self._work_now])
            finally:
                # Leaving cancels both.
                self._work_now.cancel()
                self.prompt.busy = False
                self.screen.begin("")
                self.prompt.refresh()

    async def _obey_or_work(self, line: str) -> None:
        """One line of the person's; what goes wrong with it ends nothing."""
        from tom_cli.code import slash
        from tom_swe.text.safe import safe

        try:
            if line.startswith("/"):
                await slash.obey(self, line)
            else:
                await self._work(line)
        except asyncio.CancelledError:
            self.screen.say("interrupted", style="yellow")
        except TomError as error:
            self.screen.say(f"tom: {error}", style="red")
        except Exception as error:
            # A session outlives whatever one request meets in the agent or its model.
            self.screen.say(f"tom: {type(error).__name__}: {safe(str(error), 300)}", style="red")

    def _interrupt(self) -> None:
        """Stops what works now: the agent and its command, or what comes before it."""
        if not (self._driver and self._driver.interrupt()) and self._work_now is not None:
            self._work_now.cancel()

    @contextlib.asynccontextmanager
    async def _ticking(self) -> AsyncGenerator[None]:
        """Keeps the lines over the prompt up to date."""

        async def tick() -> None:
            while True:
                await asyncio.sleep(TICK_SECONDS)
                if self._driver is not None:
                    await self._driver.look()
                self.prompt.refresh()

        ticking = asyncio.create_task(tick())
        try:
            yield
        finally:
            ticking.cancel()

    async def _work(self, request: str) -> None:
        from tom_cli.code import slash
        from tom_swe.hosts.coding import Rest

        self.screen.begin("loading")
        beside = await self.beside()
        if self._driver is None:
            # Without a model there is advice.
            self.screen.begin("")
            if not beside.off:
                await slash.suggest(self, request)
            return
        if await self._driver.work(request, beside) is Rest.FAILED:
            # What the person sent meanwhile was meant for after this.
            self.prompt.give_back()


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
    # Taking down all that was loaded takes a second, and fails where it is still being loaded.
    atexit.register(os._exit, 0)
