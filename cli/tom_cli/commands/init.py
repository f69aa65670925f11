"""`tom init`: a guided first minute, which goes on where it was left."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli.choosing import offered
from tom_cli.common import Json, Yes, confirmed, is_off, opened, print_json, shown_path, talk
from tom_cli.keys import agreed
from tom_cli.notes import take_in_notes
from tom_cli.reading import learn_all, learn_with_model, say_learned, take_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tom_swe.hosts.notes import NoteFile
    from tom_swe.ingest.importing import FoundTranscripts
    from tom_swe.mind.learn import Learned
    from tom_swe.mind.tom import Tom
    from tom_swe.model.belief import Belief
    from tom_swe.settings import Settings

BEST = 5
# A guided minute: `tom review` has the rest.
DECISIONS = 8
READ = "Read these into tom's memory on this machine?"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(init)


def init(
    yes: Yes = False,
    as_json: Json = False,
    host: Annotated[
        list[str] | None, typer.Option(help="Only this host's transcripts; repeatable.")
    ] = None,
) -> None:
    """Read the sessions on this machine, show what tom learned, and connect your agents.

    tom asks before it reads and before it changes anything. Ctrl-C leaves at any step, and the
    next `tom init` goes on from there. Nothing leaves this machine, unless a language model is
    set up: then the model reads the sessions too, up to the day's budget. With --yes it reads and
    shows, and asks nothing.

    Example: tom init --host claude-code
    """
    from tom_swe.explain.counts import profile

    guided = not (yes or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    found, notes = _look(host or [])
    if found or notes:
        _say_where_words_go()
        if not guided:
            confirmed(READ, yes)
        elif not agreed(READ):
            talk("nothing is read; `tom init` asks again")
            found, notes = [], []
    with opened() as (tom, settings):
        learned = _read(tom, settings, found, notes)
        if as_json:
            recurring = tom.recurrence.all(settings.user)
            user = profile(tom.memory, settings.user, proposals=len(recurring))
            print_json({"learned": learned, "user_model": user, "recurring": recurring})
        else:
            _show(tom, settings, ask=guided)
        # What takes longest comes when there is something to look at.
        tom.catch_up(settings.user)
    say_learned(learned, settings)
    if not as_json:
        _step("Your agents")
        _connect(ask=guided)
        if guided and (chosen := offered(settings)):
            learned = learn_with_model(chosen)
        with opened(settings) as (tom, _):
            if not is_off(settings):
                _show_briefing(tom, settings)
            _say_what_next(tom, settings)
    if learned.failed:
        raise typer.Exit(1)


def _step(title: str) -> None:
    from rich.text import Text

    from tom_cli.layout import put

    put(Text(f"\n{title}", style="bold underline"))


def _look(hosts: Sequence[str]) -> tuple[list[FoundTranscripts], list[NoteFile]]:
    """The transcripts and notes on this machine, which it lists. Raises UsageError."""
    from rich.filesize import decimal

    from tom_swe.hosts.notes import note_files
    from tom_swe.ingest import Tally
    from tom_swe.ingest.importers import PLACES
    from tom_swe.ingest.importing import find, importer_of
    from tom_swe.text.safe import safe

    for name in hosts:
        importer_of(name)
    tally = Tally()
    found = [
        each for each in find(os.environ, Path.home(), tally) if not hosts or each.host in hosts
    ]
    notes = [] if hosts else note_files(os.environ, Path.home())
    for problem in tally.problems:
        talk(safe(problem))
    for each in found:
        files = f"{each.files} file{'s' * (each.files != 1)}"
        talk(f"found {each.host}: {files}, {decimal(each.size)} in {shown_path(each.path)}")
    for each in notes:
        whose = "what you keep for it" if each.is_persons else "its own notes"
        talk(f"found {each.host}: {whose} in {shown_path(each.path)}")
    if not found:
        talk("no transcripts found. tom looked in:")
        for name in filter(PLACES.get, hosts or PLACES):
            talk(f"  {name:<18} {PLACES[name]}")
        talk(
            "`tom import HOST PATH` reads any other folder. Without a history, tom learns from "
            'your next sessions once an agent is connected, and from `tom remember "..."` at once'
        )
    return found, notes


def _say_where_words_go() -> None:
    from tom_swe.settings import load_settings, reader_of
    from tom_swe.text.safe import safe

    if reader := reader_of(load_settings()):
        at = f" at {reader.base_url}" if reader.base_url else ""
        talk(f"your words go to {safe(reader.name + at)}; TOM_READER_MODEL=none keeps them here")


def _read(
    tom: Tom, settings: Settings, found: Sequence[FoundTranscripts], notes: Sequence[NoteFile]
) -> Learned:
    from tom_cli.render import intake_line

    for each in found:
        intake = take_in(tom, settings, each.host, each.path, each.size)
        talk(intake_line(each.host, intake))
    if notes:
        take_in_notes(tom, settings, notes)
    return learn_all(tom, settings.user, tom.memory.queue.pending(settings.user))


def _show(tom: Tom, settings: Settings, *, ask: bool) -> None:
    """What tom is sure of, then what the person has to say something to."""
    from tom_cli.commands.review import decide
    from tom_cli.layout import put
    from tom_cli.recurring import show_recurring
    from tom_cli.render import show_beliefs
    from tom_swe.explain.counts import to_review

    known = tom.memory.beliefs.all(settings.user)
    if not known and not tom.memory.counts(settings.user).sessions:
        return
    told = tom.memory.beliefs.told(settings.user)
    best = _best(told)
    if best:
        _step("What tom believes about you")
        show_beliefs(best[:BEST])
        if len(best) > BEST:
            put(f"  {len(best) - BEST} more: `tom profile`")
    recurring = tom.recurrence.all(settings.user)
    # What is only hinted at is too rough for a first minute; `tom review` has it.
    waiting = sorted(to_review(told), key=lambda b: (-b.confidence, b.id))
    if not recurring and not waiting:
        if not best:
            put("\n  tom found nothing yet that you want of an agent.")
        return
    _step("Is this so?")
    if ask:
        shown = recurring[:DECISIONS]
        once = waiting[: DECISIONS - len(shown)]
        decide(tom, settings.user, shown, once)
    else:
        if recurring:
            show_recurring(recurring[:DECISIONS])
        show_beliefs(waiting[:BEST])
    left = to_review(tom.memory.beliefs.all(settings.user))
    if count := len(tom.recurrence.all(settings.user)) + len(left):
        talk(f"{count} wait{'s' * (count == 1)} for your review: `tom review`")


def _best(beliefs: Sequence[Belief]) -> list[Belief]:
    """What is confirmed and changes what an agent does, the surest first."""
    from tom_swe.advise.brief import in_order
    from tom_swe.advise.recall import is_idle
    from tom_swe.model.belief import Status

    sure = [b for b in beliefs if b.status is Status.CONFIRMED or b.is_upheld]
    useful = [b for b in sure if not is_idle(b)]
    first = {belief.id: place for place, belief in enumerate(in_order(useful, ""))}
    return sorted(useful, key=lambda b: (first.get(b.id, len(first)), -b.confidence, b.id))


def _connect(*, ask: bool) -> None:
    """Connects the agents on this machine, or says how."""
    from tom_cli.connecting import agents_here, in_words, offer

    there, others = agents_here()
    if there:
        talk(f"{in_words([host.title for host in there])}: connected")
    if others and ask:
        offer(others)
    elif others:
        names = " ".join(host.name for host in others)
        talk(f"`tom plugin install {names}` connects {in_words([h.title for h in others])}")
    elif not there:
        talk("no agent found on this machine that tom can be installed in")


def _show_briefing(tom: Tom, settings: Settings) -> None:
    """What the next session hears, here or in the repository of the newest session."""
    from tom_cli.common import where
    from tom_cli.layout import put
    from tom_swe.text.safe import safe

    repository, folder = where(None)
    sessions = tom.memory.sessions.summaries(settings.user)
    if not any(each.repository == repository for each in sessions):
        repository = next((each.repository for each in sessions if each.repository), repository)
        folder = ""
    briefing = tom.brief(settings.user, repository, folder=folder)
    if not briefing.text:
        return
    _step(f"What your next session{f' in {safe(repository)}' * bool(repository)} will hear")
    for line in briefing.text.splitlines()[1:-1]:
        put(f"  {safe(line)}" if line else "", hang=4)


def _say_what_next(tom: Tom, settings: Settings) -> None:
    told = tom.memory.beliefs.told(settings.user)
    if not told:
        talk('`tom remember "..."` tells it something now, and `tom demo` shows what it does')
        return
    first = (_best(told) or told)[0].id
    talk("`tom web` shows all of it in the browser, and `tom review` decides on the rest")
    talk(f"`tom why b{first}` explains a belief, and `tom memory forget b{first}` deletes it")
