"""Getting transcripts in and learning from them: init, import, learn."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli.choosing import calls_in_words, offered
from tom_cli.common import Json, Yes, confirmed, opened, print_json, progress_bar, talk
from tom_cli.notes import NOTES, import_notes, take_in_notes
from tom_swe.errors import UsageError

if TYPE_CHECKING:
    from tom_swe.ingest.importing import Intake
    from tom_swe.mind.learn import Learned
    from tom_swe.mind.tom import Tom
    from tom_swe.model.calls import Estimate
    from tom_swe.model.recurring import Recurring
    from tom_swe.settings import Settings


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(init)
    app.command(name="import")(import_)
    app.command()(learn)


def init(
    yes: Yes = False,
    as_json: Json = False,
    host: Annotated[
        list[str] | None, typer.Option(help="Only this host's transcripts; repeatable.")
    ] = None,
) -> None:
    """Read the transcripts on this machine and show what tom learned.

    tom asks before it reads anything. Nothing leaves this machine, unless you have set up a
    language model: then the model reads the sessions too, up to the day's budget. If you have
    none, and are logged in to a coding agent, tom asks once whether it may read with that.

    Example: tom init --host claude-code
    """
    from rich.filesize import decimal

    from tom_cli import render
    from tom_swe.hosts.notes import note_files
    from tom_swe.ingest import Tally
    from tom_swe.ingest.importers import PLACES
    from tom_swe.ingest.importing import find, importer_of
    from tom_swe.settings import load_settings, reader_of
    from tom_swe.text.safe import safe

    for name in host or []:
        importer_of(name)
    tally = Tally()
    found = [each for each in find(os.environ, Path.home(), tally) if not host or each.host in host]
    for problem in tally.problems:
        talk(safe(problem))
    if not found:
        talk("no transcripts found. tom looked in:")
        for name in filter(PLACES.get, host or PLACES):
            talk(f"  {name:<18} {PLACES[name]}")
        talk("`tom import HOST PATH` reads any other folder")
    notes = [] if host else note_files(os.environ, Path.home())
    for each in notes:
        whose = "what you keep for it" if each.is_persons else "its own notes"
        talk(f"found {each.host}: {whose} in {safe(str(each.path))}")
    for each in found:
        talk(
            f"found {each.host}: {each.files} file{'s' * (each.files != 1)}, "
            f"{decimal(each.size)} in "
            f"{safe(str(each.path))}"
        )
    reader = reader_of(load_settings())
    if found and reader:
        at = f" at {reader.base_url}" if reader.base_url else ""
        talk(f"your words go to {safe(reader.name + at)}; TOM_READER_MODEL=none keeps them here")
    if found or notes:
        confirmed("Read these into tom's memory on this machine?", yes)
    with opened() as (tom, settings):
        for each in found:
            intake = _take_in(tom, settings, each.host, each.path, each.size)
            talk(render.intake_line(each.host, intake))
        if notes:
            take_in_notes(tom, settings, notes)
        waiting = tom.memory.queue.pending(settings.user)
        learned = _read(tom, settings.user, waiting)
        user = tom.memory.beliefs.user_model(settings.user)
        recurring = tom.recurrence.all(settings.user)
        if as_json:
            print_json({"learned": learned, "user_model": user, "recurring": recurring})
        else:
            render.show_profile(user)
        # What takes longest comes when there is something to look at.
        tom.catch_up(settings.user)
        if recurring and not as_json:
            _offer(tom, settings.user, recurring, ask=not yes)
    _tell(learned, settings)
    if user.beliefs:
        talk(
            "`tom why b1` explains a belief; `tom memory forget b1` deletes it; `tom brief` prints"
        )
        talk("the briefing for the next session")
    if not (yes or as_json) and (chosen := offered(settings)):
        learned = _read_with_model(chosen)
    if learned.failed:
        raise typer.Exit(1)


def import_(
    source: Annotated[
        str, typer.Argument(help="The host, such as cursor or codex; a wrong name lists all.")
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
    from tom_cli.render import console, intake_line
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
        intakes = [_take_in(tom, settings, source, root, None) for root in roots]
        waiting = tom.memory.queue.pending(settings.user)
    if as_json:
        print_json({"host": source, "imports": [_plain(each) for each in intakes]})
    else:
        for each in intakes:
            console().print(intake_line(source, each))
    if waiting:
        talk(f"{waiting} sessions to learn from: run `tom learn`")


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
    from tom_cli.render import console

    if pending and again:
        raise UsageError("--pending and --again exclude each other: use one of them")
    with opened() as (tom, settings):
        takes = tom.reading.estimate(settings.user, again=not pending)
        free = not takes.calls
        if again and not free:
            talk(f"{_takes(takes)}; tom stops where the day's budget ends")
            confirmed("Read them?", yes)
        learned = _read(tom, settings.user, takes.sessions, again=again or (free and not pending))
        tom.catch_up(settings.user)
        _expire(settings)
        left = tom.reading.estimate(settings.user, again=True) if not pending else None
    if as_json:
        print_json(learned)
        return
    console().print(
        f"{learned.sessions} sessions read, {learned.observations} new observations, "
        f"{learned.revisions} changed beliefs"
    )
    _tell(learned, settings)
    if left and left.calls:
        talk(f"`tom learn --again`: {_takes(left)}")
    if learned.failed:
        raise typer.Exit(1)


def _takes(estimate: Estimate) -> str:
    """What reading takes, in words."""
    sessions = f"{estimate.sessions} session{'s' * (estimate.sessions != 1)}"
    return f"{sessions} to read with the language model: {calls_in_words(estimate)}"


def _offer(tom: Tom, user: str, recurring: Sequence[Recurring], *, ask: bool) -> None:
    """Shows what recurs, or asks about it where somebody is there to answer."""
    from tom_cli.recurring import ask_on, show_recurring

    if not (ask and sys.stdin.isatty() and sys.stdout.isatty()):
        show_recurring(recurring)
        talk("`tom review` makes these rules, or never asks again")
        return
    talk("\nyou ask for this again and again")
    done, _ = ask_on(tom, user, recurring, len(recurring))
    if done:
        talk(f"{done} decided; `tom undo {done}` undoes all of them")


def _read_with_model(settings: Settings) -> Learned:
    """Reads again what was read without the model that was just chosen."""
    from tom_swe.app import open_tom

    tom = open_tom(settings, say=talk)
    try:
        takes = tom.reading.estimate(settings.user, again=True)
        learned = _read(tom, settings.user, takes.sessions, again=True)
        tom.catch_up(settings.user)
    finally:
        tom.close()
    _tell(learned, settings)
    talk(
        f"{learned.sessions} sessions read, {learned.revisions} changed beliefs; `tom profile` "
        "shows them, `tom cost` what it took"
    )
    return learned


def _tell(learned: Learned, settings: Settings) -> None:
    """What failed, and what expired."""
    from tom_swe.text.safe import safe

    if learned.expired:
        talk(f"{learned.expired} sessions older than {settings.keep_days} days are forgotten")
    for failure in learned.failed:
        talk(safe(failure))


def _expire(settings: Settings) -> None:
    from datetime import UTC, datetime, timedelta

    from tom_cli.code import conversations

    if settings.keep_days is not None:
        oldest = datetime.now(UTC) - timedelta(days=settings.keep_days)
        conversations.delete_before(settings.conversations, oldest)


def _take_in(tom: Tom, settings: Settings, host: str, path: Path, size: int | None) -> Intake:
    from tom_swe.ingest.importing import import_transcripts, importer_of
    from tom_swe.text.safe import safe

    total = size if size is not None else sum(s.size for s in importer_of(host).sources(path))
    with progress_bar(f"reading {host}", total) as advance:
        intake = import_transcripts(
            tom,
            settings.user,
            host,
            path,
            redact_emails=settings.redact_emails,
            progress=advance,
        )
    for problem in intake.tally.problems:
        talk(safe(problem))
    return intake


def _read(tom: Tom, user_id: str, total: int, *, again: bool = False) -> Learned:
    with progress_bar("learning", total) as advance:
        return tom.read(user_id, advance, again=again)


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
