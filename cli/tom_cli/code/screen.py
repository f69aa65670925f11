"""What happens in a session, as a terminal shows it. What agents and tools say is never obeyed."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping, Sequence
from textwrap import indent
from typing import Any, cast

from rich.console import Console
from rich.markdown import Markdown
from rich.segment import Segment, Segments
from rich.text import Text

from tom_cli.code.diffs import diff, planned, tail
from tom_cli.code.streaming import Streaming
from tom_cli.layout import put
from tom_swe.hosts.coding import (
    AgentSaid,
    Call,
    Called,
    Happening,
    Refusal,
    Returned,
    Spent,
    Streamed,
    Trouble,
)
from tom_swe.text.safe import ADVICE, safe, safe_lines

OUTPUT_LINES = 8
HANG = 2
LONGEST_COMMAND = 160
_BOXES = {"done": "☑", "in_progress": "◐"}


class Screen:
    """Draws happenings; call it with each, from any one thread at a time.

    What is over is printed. What goes on is in `now`, for the lines above the prompt.
    """

    def __init__(self) -> None:
        self.console = Console(highlight=False, emoji=False, markup=False)
        self.doing = ""
        self.output = ""
        self.command = ""
        self.last_output = ""
        self._since = time.monotonic()
        self._streaming = Streaming()
        self._planned = False

    def say(self, text: str, style: str = "") -> None:
        """A line of tom's own."""
        self._end_stream()
        put(Text(safe_lines(text), style=style), hang=HANG, to=self.console)

    def tom(self, text: str) -> None:
        """A quiet line of the ToM agent's."""
        self.say(f"tom: {text}", style="magenta")

    def you(self, text: str) -> None:
        """What the person sent."""
        self.say(f"> {text}", style="bold")

    def begin(self, doing: str) -> None:
        """Something begins to take its time; "" where nothing does."""
        self.doing, self._since = doing, time.monotonic()
        self.command = self.output = ""

    def draw(self, happening: Happening) -> None:
        """Draws one happening."""
        match happening:
            case Streamed(text=text):
                self._markdown(self._streaming.add(text))
            case AgentSaid(text=text):
                self._markdown(self._streaming.end(text))
            case Called(call=call):
                self._end_stream()
                self.console.print(call_line(call))
                self.begin("working")
                self.command = "" if call.arguments.get("is_input") else _command(call)
            case Returned():
                self._end_stream()
                self._returned(happening)
                self.begin("working")
            case Refusal(reason=reason):
                self._planned = False
                self.say(f"    refused: {reason}", style="yellow")
                self.begin("working")
            case Trouble(text=text):
                self.say(f"✗ {text}", style="red")

    def now(self, most: int) -> str:
        """What goes on, in at most so many lines, coloured by terminal codes."""
        shown = Console(
            file=io.StringIO(),
            force_terminal=True,
            width=self.console.width,
            highlight=False,
            emoji=False,
            markup=False,
        )
        with shown.capture() as captured:
            if rest := self._streaming.rest.strip():
                shown.print(_trimmed(shown, Markdown(safe_lines(rest))))
            for line in tail(self.output, OUTPUT_LINES, ending=True):
                shown.print(line, no_wrap=True, overflow="ellipsis")
            if self.doing:
                seconds = int(time.monotonic() - self._since)
                shown.print(Text(f"  {self.doing} {seconds} s, Ctrl-C stops it", style="dim"))
        return "".join(captured.get().splitlines(keepends=True)[-most:])

    def plan(self, calls: Sequence[Call]) -> None:
        """What calls that wait would do. The calls themselves are on the screen already."""
        self._end_stream()
        for call in calls:
            if change := planned(call):
                self.console.print(change)
                self._planned = True
            elif (command := _command(call)) and safe(command, LONGEST_COMMAND) != command:
                # Nobody can agree to what they cannot read.
                self.console.print(Text(indent(safe_lines(command), "    "), style="bold"))

    def _markdown(self, text: str) -> None:
        if text:
            self.console.print(_trimmed(self.console, Markdown(safe_lines(text))))
            self.console.print()

    def _end_stream(self) -> None:
        self._markdown(self._streaming.end())

    def _returned(self, told: Returned) -> None:
        if told.failed:
            self.console.print(Text(f"    ✗ {safe(told.text, 300)}", style="red"))
        elif told.after is not None:
            if self._planned:
                # The person has just read the same diff.
                self.console.print(Text("    written", style="green"))
                self._planned = False
                return
            if not (change := diff(told.before or "", told.after)):
                change = Text("    nothing changed", style="dim")
            self.console.print(change)
        elif told.tool == "terminal":
            self.last_output = told.text
            for line in tail(told.text, OUTPUT_LINES):
                self.console.print(line)
            if told.exit_code:
                self.console.print(Text(f"    exit {told.exit_code}", style="red"))
        elif told.tool == "ask_tom":
            # The agent's own consults are folded; the person can ask with /suggest.
            first = safe(told.text.replace(f"<{ADVICE}>", "").strip().split("\n")[0], 100)
            self.console.print(Text(f"    {first}", style="magenta"))
        elif told.tool != "task_tracker":
            lines = told.text.count("\n") + 1
            self.console.print(Text(f"    {lines} line{'s'[: lines != 1]}", style="dim"))


def _trimmed(console: Console, markdown: Markdown) -> Segments:
    """Markdown without the empty lines that some of its blocks put before and after them."""
    lines = console.render_lines(markdown, pad=False)
    while lines and not "".join(each.text for each in lines[0]).strip():
        lines.pop(0)
    while lines and not "".join(each.text for each in lines[-1]).strip():
        lines.pop()
    return Segments([each for line in lines for each in (*line, Segment.line())])


def call_line(call: Call) -> Text:
    """A call in one line; a plan in as many as it has steps."""
    line = Text("● ", style="cyan")
    arguments = call.arguments
    match call.tool:
        case "terminal":
            line.append(f"$ {safe(_command(call), LONGEST_COMMAND)}", style="bold")
        case "file_editor":
            line.append(f"{safe(str(arguments.get('command', '')))} ", style="cyan")
            line.append(safe(str(arguments.get("path", "")), 160), style="bold")
        case "task_tracker":
            line.append("plan", style="cyan")
            for task in _tasks(arguments):
                box = _BOXES.get(str(task.get("status")), "☐")
                line.append(f"\n    {box} {safe(str(task.get('title', '')), 100)}")
        case _:
            line.append(safe(call.tool), style="cyan")
            line.append(f" {safe(call.summary or _first_text(arguments), 100)}", style="dim")
    return line


def costs(spent: Sequence[Spent]) -> Text:
    """What the session cost, a line a usage."""
    if not spent:
        return Text("no costs yet")
    text = Text()
    for each in spent:
        cost = "unknown price" if each.cost is None else f"${each.cost:.4f}"
        cached = f" ({each.cached} of them cached)" if each.cached else ""
        text.append(f"{safe(each.usage):<10} {each.tokens_in} tokens in{cached}, ")
        text.append(f"{each.tokens_out} out, {cost}\n")
    text.rstrip()
    return text


def _tasks(arguments: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = arguments.get("task_list")
    tasks = cast("list[object]", given) if isinstance(given, list) else []
    return [cast("Mapping[str, Any]", task) for task in tasks if isinstance(task, dict)]


def _command(call: Call) -> str:
    return str(call.arguments.get("command", "")) if call.tool == "terminal" else ""


def _first_text(arguments: Mapping[str, Any]) -> str:
    return next((value for value in arguments.values() if isinstance(value, str)), "")
