"""`tom --help`: the commands under what one wants to do, before the options."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

# In the order in which a newcomer meets them.
SECTIONS = {
    "Start": ("init", "plugin", "demo", "web", "code"),
    "Use it": ("profile", "remember", "consult", "brief", "feedback", "sync"),
    "Stay in control": ("review", "why", "memory", "undo", "checks", "off", "on", "reset"),
    "Look back": ("log", "diff", "why-not", "stats", "audit"),
}
REST = "Set up and maintain"


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

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Nothing: they stand before the options."""
