"""Reading transcripts into memory and learning from them, with a bar; what failed is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tom_cli.choosing import calls_in_words
from tom_cli.common import progress_bar, talk

if TYPE_CHECKING:
    from pathlib import Path

    from tom_swe.ingest.importing import Intake
    from tom_swe.mind.learn import Learned
    from tom_swe.mind.tom import Tom
    from tom_swe.model.calls import Estimate
    from tom_swe.settings import Settings


def take_in(tom: Tom, settings: Settings, host: str, path: Path, size: int | None) -> Intake:
    """Reads the transcripts in a folder into memory. Raises TomError."""
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


def learn_all(tom: Tom, user_id: str, total: int, *, again: bool = False) -> Learned:
    """Learns from what waits; ``total`` sessions are the whole bar."""
    with progress_bar("learning", total) as advance:
        return tom.read(user_id, advance, again=again)


def say_learned(learned: Learned, settings: Settings) -> None:
    """Says what failed, and what expired."""
    from tom_swe.explain.figures import number
    from tom_swe.text.safe import safe

    if learned.expired:
        old = number(learned.expired, "session")
        kept = number(settings.keep_days or 0, "day")
        talk(f"forgotten: {old} older than {kept}")
    for failure in learned.failed:
        talk(safe(failure))


def takes_in_words(estimate: Estimate) -> str:
    """What reading with a language model takes."""
    sessions = f"{estimate.sessions} session{'s' * (estimate.sessions != 1)}"
    return f"{sessions} to read with the language model: {calls_in_words(estimate)}"


def learn_with_model(settings: Settings) -> Learned:
    """Reads again what was read without the model that was just chosen."""
    from tom_swe.app import open_tom
    from tom_swe.explain.figures import number

    tom = open_tom(settings, say=talk)
    try:
        takes = tom.reading.estimate(settings.user, again=True)
        learned = learn_all(tom, settings.user, takes.sessions, again=True)
        tom.catch_up(settings.user)
    finally:
        tom.close()
    say_learned(learned, settings)
    talk(
        f"{number(learned.sessions, 'session')} read, "
        f"{number(learned.revisions, 'changed belief')}; `tom profile` "
        "shows them, `tom cost` what it took"
    )
    return learned
