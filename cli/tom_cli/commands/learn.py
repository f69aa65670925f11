"""Getting transcripts in and learning from them: import, learn."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli import completion
from tom_cli.common import Json, Yes, confirmed, opened, print_json, talk
from tom_cli.notes import NOTES, import_notes
from tom_cli.reading import learn_all, say_learned, take_in, takes_in_words
from tom_swe.errors import UsageError

if TYPE_CHECKING:
    from tom_swe.ingest.importing import Intake
    from tom_swe.settings import Settings


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command(name="import")(import_)
    app.command()(learn)


def import_(
    source: Annotated[
        str,
        typer.Argument(
            help="The host, such as cursor or codex; a wrong name lists all.",
            autocompletion=completion.importable,
        ),
    ],
    path: Annotated[
        Path | None, typer.Argument(help="A folder or one transcript; by default the host's own.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read one host's transcripts into memory.

    `tom learn` then learns from them. Reading the same again changes nothing; sessions that
    have grown are updated. `tom import notes` reads what agents' own memories hold: what you
    keep for an agent (~/.claude/CLAUDE.md, ~/.codex/AGENTS.md) counts as said by you, and a
    note that an agent made counts only where tom finds you saying it. Each is read once.

    Example: tom import codex ~/.codex/sessions
    """
    from tom_cli.layout import put
    from tom_cli.render import intake_line
    from tom_swe.explain.figures import number
    from tom_swe.ingest.importers import PLACES
    from tom_swe.ingest.importing import importer_of

    if source == NOTES:
        import_notes(path, as_json)
        return
    importer = importer_of(source)
    roots = [path] if path else importer.roots(os.environ, Path.home())
    if not roots:
        raise UsageError(
            f"no transcripts of {source} in {PLACES[source] or 'any usual place'}: give a PATH"
        )
    with opened() as (tom, settings):
        intakes = [take_in(tom, settings, source, root, None) for root in roots]
        waiting = tom.memory.queue.pending(settings.user)
    if as_json:
        print_json({"host": source, "imports": [_plain(each) for each in intakes]})
    else:
        for each in intakes:
            put(intake_line(source, each))
    if waiting:
        talk(f"{number(waiting, 'session')} to learn from: run `tom learn`")


def learn(
    pending: Annotated[
        bool, typer.Option("--pending", help="Only sessions that tom has not learned from yet.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also what a language model has not read yet.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Learn from the sessions in memory.

    Without --pending, tom also reads again the sessions that an earlier version read, and
    those that failed. If a language model reads, that takes calls, and tom does so only with
    --again: it says first what that takes, keeps to the day's budget, and may be interrupted.

    Example: tom learn --again
    """
    from tom_cli.layout import put
    from tom_swe.explain.figures import number

    if pending and again:
        raise UsageError("--pending and --again exclude each other: use one of them")
    with opened() as (tom, settings):
        takes = tom.reading.estimate(settings.user, again=not pending)
        free = not takes.calls
        if again and not free:
            talk(f"{takes_in_words(takes)}; tom stops where the day's budget ends")
            confirmed("Read them?", yes)
        learned = learn_all(
            tom, settings.user, takes.sessions, again=again or (free and not pending)
        )
        tom.catch_up(settings.user)
        _expire(settings)
        left = tom.reading.estimate(settings.user, again=True) if not pending else None
    if as_json:
        print_json(learned)
        return
    put(
        f"{number(learned.sessions, 'session')} read, "
        f"{number(learned.observations, 'new observation')}, "
        f"{number(learned.revisions, 'changed belief')}"
    )
    say_learned(learned, settings)
    if left and left.calls:
        talk(f"`tom learn --again`: {takes_in_words(left)}")
    if learned.failed:
        raise typer.Exit(1)


def _expire(settings: Settings) -> None:
    from datetime import UTC, datetime, timedelta

    from tom_cli.code import conversations

    if settings.keep_days is not None:
        oldest = datetime.now(UTC) - timedelta(days=settings.keep_days)
        conversations.delete_before(settings.conversations, oldest)


def _plain(intake: Intake) -> dict[str, object]:
    tally = intake.tally
    return {
        "new": intake.new,
        "grown": intake.grown,
        "unchanged": intake.unchanged,
        "forgotten": intake.forgotten,
        "ignored": intake.ignored,
        "passed_over": intake.passed_over,
        "turns": intake.turns,
        "lines_read": tally.lines_read,
        "lines_skipped": tally.lines_skipped,
        "lines_oversized": tally.lines_oversized,
        "redactions": tally.redactions,
        "unknown_versions": sorted(tally.unknown_versions),
        "problems": tally.problems,
    }
