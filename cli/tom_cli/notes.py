"""Read the notes in agents' own memories; `tom init` and `tom import` use it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tom_cli.common import opened, print_json, progress_bar, talk
from tom_swe.errors import UsageError

if TYPE_CHECKING:
    from tom_swe.hosts.notes import NoteFile, NotesRead
    from tom_swe.mind.tom import Tom
    from tom_swe.settings import Settings

# What `tom import` calls them.
NOTES = "notes"


def import_notes(path: Path | None, as_json: bool) -> None:
    """Reads the notes at a path, or all that agents keep. Raises UsageError."""
    from tom_swe.hosts.notes import NoteFile, note_files

    if path and not path.is_file():
        raise UsageError(f"{path} is not a file: give a Markdown file that you keep for an agent")
    given = [NoteFile(NOTES, path, is_persons=True)] if path else []
    files = given or note_files(os.environ, Path.home())
    if not files:
        raise UsageError(
            "no agent keeps notes in a usual place (~/.claude/CLAUDE.md, ~/.codex, ~/.openhands): "
            "give a PATH"
        )
    with opened() as (tom, settings):
        read = take_in_notes(tom, settings, files)
    if as_json:
        print_json({"host": NOTES, "files": len(files), **read._asdict()})


def take_in_notes(tom: Tom, settings: Settings, files: Sequence[NoteFile]) -> NotesRead:
    """Reads notes into memory, and says how many."""
    from tom_swe.hosts.notes import count, read_notes
    from tom_swe.redact.redactor import Redactor

    with progress_bar("reading notes", count(files)) as advance:
        read = read_notes(
            tom, settings.user, files, Redactor(emails=settings.redact_emails), advance
        )
    talk(f"notes: {read.stated} of yours, {read.pointed} of agents, which count once you said so")
    return read
