"""`tom --help`: the commands under what one wants to do, before the options."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from tom_swe.errors import UsageError

# In the order in which a newcomer meets them.
SECTIONS = {
    "Start": ("init", "plugin", "demo", "web", "code"),
    "Use it": ("profile", "remember", "consult", "brief", "feedback", "sync"),
    "Stay in control": ("review", "why", "memory", "undo", "checks", "off", "on", "reset"),
    "Look back": ("log", "diff", "why-not", "stats", "audit"),
}
REST = "Set up and maintain"


def _missing(error: Any) -> str:
    """What is missing, what it is, and how the command is used."""
    command, given = error.ctx.command, error.param
    what = (given.help or "").rstrip(".")
    example = next(
        (line.strip() for line in (command.help or "").splitlines() if "Example: " in line), ""
    )
    name = given.opts[-1] if given.opts[-1].startswith("-") else given.metavar or given.name
    said = f"`{error.ctx.command_path}` needs {name}: {what[:1].lower()}{what[1:]}."
    return f"{said} {example}".rstrip()


class Sections(TyperGroup):
    """A group whose help lists its commands by what they are for."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands, then the options. What writes them has no public type in typer."""
        widest = max(map(len, self.commands))
        left = {name: each for name, each in self.commands.items() if not each.hidden}
        sections = {
            title: [(name, left.pop(name)) for name in names if name in left]
            for title, names in SECTIONS.items()
        }
        for title, commands in {**sections, REST: list(left.items())}.items():
            with formatter.section(title):
                # The whole first sentence: it is wrapped, never cut.
                formatter.write_dl(
                    [
                        (f"{name:<{widest}}", each.get_short_help_str(1000))
                        for name, each in commands
                    ]
                )
        super().format_options(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        """Runs the command. Raises UsageError for an argument that is not given."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            # Of click, which typer keeps inside: its name is all that is public.
            if type(error).__name__ != "MissingParameter":
                raise
            raise UsageError(_missing(error)) from None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Nothing: they stand before the options."""
