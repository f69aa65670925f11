"""Writes docs/reference from the code; with --check, says whether it is up to date."""

import difflib
import inspect
import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import get_type_hints

import typer
from pydantic import BaseModel
from typer.core import TyperGroup
from typer.testing import CliRunner

import tom_swe
from tom_cli.main import app
from tom_migrations import HEAD
from tom_swe.doctor.report import Report
from tom_swe.explain.audit import Audit, Fault, Finding
from tom_swe.explain.counts import CountedUser, Counts, PlaceCounts
from tom_swe.explain.history import Difference, Entry, Sign
from tom_swe.explain.stats import Advised, Became, Stats
from tom_swe.explain.why_not import Near, WhyNot
from tom_swe.llm.chosen import ChosenModel
from tom_swe.memory.portable import OWNED, columns_of
from tom_swe.memory.tables import Table, UtcTime
from tom_swe.model.advice import (
    Action,
    Adherence,
    Briefing,
    Clarity,
    Missing,
    Outcome,
    PastConsultation,
    PastTurn,
    Suggestion,
)
from tom_swe.model.belief import (
    Belief,
    Change,
    Decision,
    DecisionKind,
    Evidence,
    Judge,
    Kind,
    Polarity,
    Reach,
    Scope,
    Source,
    Stance,
    Status,
    Verdict,
)
from tom_swe.model.calls import Estimate, Spending, Usage
from tom_swe.model.checks import Check, CheckHit, CheckOutcome, Mode
from tom_swe.model.memory import Problem, SessionCounts, SessionSummary
from tom_swe.model.pointers import Pointer
from tom_swe.model.portable import FORMAT, VERSION
from tom_swe.model.recurring import Recurring, RequestKind, SessionRequest
from tom_swe.model.revision import Revision
from tom_swe.model.session import Role, Session, Turn
from tom_swe.model.user_acts import Did, UserAct
from tom_swe.settings import Settings

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
NOTE = "<!-- Made by `make docs` from the code; change it there. -->\n"

DECISIONS = ("confirm", "reject", "pin", "unpin", "edit", "scope", "merge")
# What each command prints with --json.
DOCUMENTS: dict[str, str] = {
    "tom init": '`{"learned": Learned, "user_model": CountedUser, "recurring": [Recurring]}`',
    "tom import": '`{"host": str, "imports": [counts of what was new, grown, skipped, ...]}`',
    "tom learn": "`Learned`",
    "tom profile": "`CountedUser`",
    "tom why": '`{"belief": Belief, "arithmetic": [str], "history": [Revision], "told": Became}`',
    "tom remember": "`[Belief]`",
    "tom consult": "`Suggestion`, whose `consultation_id` 12 is the advice `a12`",
    "tom feedback": "`[Belief]`: those that the advice cited",
    "tom brief": "`Briefing`",
    "tom cost": '`{"since": datetime, "by": str, "groups": [Spending], '
    '"today": {"since", "cost", "daily_budget", "tokens", "daily_tokens"}}`',
    "tom model": '`{"chosen": [ChosenModel], "agents": [{"name", "program", "logged_in", '
    '"draws_on"}], "openhands": [{"name", "model", "fault"}], "reading": Estimate or null}`',
    "tom stats": "`Stats`",
    "tom checks": '`{"checks": [Check], "without": [{"belief_id", "why"}]}`, these with `--all`',
    "tom checks show": '`{"check": Check, "would_catch": [{"session", "turn", "kind", "text", '
    '"found"}], "lets_through": [the same]}`',
    **{f"tom checks {name}": "`Check`" for name in ("mode", "off", "on", "wrong")},
    "tom review": '`{"recurring": [Recurring], "beliefs": [Belief]}`',
    "tom memory list": "`[Belief]`, with `--sessions` `[SessionSummary]`",
    "tom memory show": "`Belief` or `Session`",
    "tom memory export": '`{"format": "tom-export", "version": 2, "schema": str, "user": str, '
    '"tables": {table: [row]}}`, see [the export](export.md)',
    **dict.fromkeys(
        (
            f"tom memory {name}"
            for name in ["confirm", "reject", "pin", "unpin", "edit", "scope", "merge"]
        ),
        "`Belief`",
    ),
    "tom undo": "`[UserAct]`, without its image",
    "tom log": "`[Entry]`",
    "tom diff": "`[Difference]`",
    "tom why-not": "`WhyNot`",
    "tom audit": "`Audit`",
    "tom db check": "`[Problem]`, with `--repair` `Repair`",
    "tom doctor": "`Report`",
    "tom plugin status": (
        '`[{"host", "path", "installed", "command", "works", "server", "serves"}]`'
    ),
}
MODELS: tuple[type[BaseModel], ...] = (
    CountedUser,
    Counts,
    PlaceCounts,
    SessionCounts,
    Belief,
    Scope,
    Evidence,
    Verdict,
    Revision,
    tom_swe.Learned,
    ChosenModel,
    Estimate,
    Recurring,
    SessionRequest,
    Suggestion,
    Clarity,
    PastTurn,
    PastConsultation,
    Pointer,
    Briefing,
    SessionSummary,
    Session,
    Turn,
    Problem,
    Report,
    Spending,
    Usage,
    Stats,
    Check,
    CheckHit,
    Became,
    Advised,
    Decision,
    UserAct,
    Entry,
    Difference,
    WhyNot,
    Near,
    Audit,
    Finding,
)

WORDS: tuple[type[StrEnum], ...] = (
    Kind,
    Source,
    Polarity,
    Reach,
    Status,
    Stance,
    Change,
    Judge,
    Action,
    Missing,
    Outcome,
    Adherence,
    DecisionKind,
    Did,
    RequestKind,
    Sign,
    Mode,
    CheckOutcome,
    Fault,
    Role,
)


def commands(command: object, path: str) -> Iterator[str]:
    """The full name of every command that is not a group."""
    if not isinstance(command, TyperGroup):
        yield path
        return
    for name, each in command.commands.items():
        yield from commands(each, f"{path} {name}")


def cli() -> str:
    """Every command with its help."""
    lines = [NOTE, "# The `tom` command", ""]
    lines += [
        "Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage.",
        "`tom --install-completion` sets up completion for the shell it is run in.",
        "",
    ]
    runner = CliRunner()
    for name in commands(typer.main.get_command(app), "tom"):
        # The same on every machine.
        shown = runner.invoke(app, [*name.split()[1:], "--help"], terminal_width=80).output.strip()
        lines += [f"## {name}", "", "```text", shown, "```", ""]
    return "\n".join(lines)


def json_shapes() -> str:
    """What `--json` prints."""
    lines = [NOTE, "# What `--json` prints", ""]
    lines += [
        "One JSON document on stdout. Fields are added in later versions, never renamed or",
        "removed within a major version. Times are ISO 8601 in UTC.",
        "",
        "| command | document |",
        "|---|---|",
    ]
    lines += [f"| `{name}` | {shape} |" for name, shape in DOCUMENTS.items()]
    for model in MODELS:
        about = inspect.getdoc(model) or ""
        lines += ["", f"## {model.__name__}", "", about, "", "| field | type |", "|---|---|"]
        hints = get_type_hints(model)
        lines += [f"| `{field}` | {_named(hints[field])} |" for field in model.model_fields]
    lines += ["", "## Words", "", "| type | one of |", "|---|---|"]
    for words in WORDS:
        lines.append(f"| `{words.__name__}` | {', '.join(f'`{word}`' for word in words)} |")
    return "\n".join([*lines, ""])


def export() -> str:
    """The tables of an export."""
    lines = [NOTE, "# The export", ""]
    shape = f'`{{"format": "{FORMAT}", "version": {VERSION}, "schema": "{HEAD}", "user": str, '
    shape += '"tables": {table: [row]}}`'
    lines += [
        "`tom memory export` writes one JSON document, `tom memory import` reads it:",
        "",
        shape,
        "",
        "A row is an object of the columns below, in the order of its number. `schema` is the",
        "revision that they are of; a later tom brings an earlier one up to date as it takes it",
        "in, and a document that is not sound is refused whole. Exporting what was imported gives",
        "the same document. Times are UTC. Left out is what is derived (vectors, full text,",
        "briefings), what model calls cost, which files were read, and which learner is at work.",
    ]
    for name in OWNED:
        table = Table.metadata.tables[name]
        about = next(m.class_ for m in Table.registry.mappers if m.local_table is table).__doc__
        lines += ["", f"## {name}", ""]
        lines += [*inspect.cleandoc(about).split("\n"), ""] if about else []
        lines += ["| column | type | of |", "|---|---|---|"]
        for column in columns_of(name):
            kind = "time" if isinstance(column.type, UtcTime) else column.type.python_type.__name__
            of = ", ".join(
                f"{key.column.table.name}.{key.column.name}" for key in column.foreign_keys
            )
            lines.append(f"| `{column.name}` | {kind}{' or null' * bool(column.nullable)} | {of} |")
    return "\n".join([*lines, ""])


def settings() -> str:
    """Every setting with its default."""
    lines = [NOTE, "# Settings", "", inspect.getdoc(Settings) or "", ""]
    lines += ["| `config.toml` | environment | default |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = (
            "the XDG data folder, or `$TOM_HOME`" if field.is_required() else f"`{field.default}`"
        )
        lines.append(f"| `{name}` | `TOM_{name.upper()}` | {default} |")
    return "\n".join([*lines, ""])


def _named(hint: object) -> str:
    text = hint.__name__ if isinstance(hint, type) else str(hint)
    return f"`{re.sub(r'(?:[a-z_]+[.])+', '', text)}`".replace("|", "\\|")


def main() -> int:
    """Writes or checks; 1 when a page is out of date."""
    check = "--check" in sys.argv[1:]
    stale = 0
    for name, text in {
        "cli.md": cli(),
        "json.md": json_shapes(),
        "settings.md": settings(),
        "export.md": export(),
    }.items():
        path = REFERENCE / name
        before = path.read_text() if path.exists() else ""
        if before == text:
            continue
        stale = 1
        if check:
            print(f"{path} is not what the code says; run `make docs`:")
            print(*list(difflib.unified_diff(before.split("\n"), text.split("\n")))[:40], sep="\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote {path}")
    return stale if check else 0


if __name__ == "__main__":
    sys.exit(main())
