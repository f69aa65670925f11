"""The memory taken along: export, import."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from tom_cli.common import Yes, confirmed, opened, talk
from tom_swe.errors import TomError, UsageError

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom
    from tom_swe.model.portable import Export, Row


def register(memory: typer.Typer) -> None:
    """Adds these commands."""
    memory.command()(export)
    memory.command(name="import")(import_)


def export(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Only the beliefs with their quotes, for reading.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to a new file that only you can read."),
    ] = None,
) -> None:
    """Print your whole memory as JSON, for `tom memory import`.

    Example: tom memory export -o tom.json
    """
    from tom_swe.explain.counts import profile
    from tom_swe.explain.markdown import document

    with opened() as (tom, settings), _opened(output) as out:
        if markdown:
            out.write(document(profile(tom.memory, settings.user)))
        else:
            _write(out, settings.user, tom.memory.portable.rows(settings.user))


def import_(
    file: Annotated[Path, typer.Argument(help="What `tom memory export` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace the memory here.")] = False,
    yes: Yes = False,
) -> None:
    """Import an export, with the same ids.

    tom trusts it as a copy of your own memory: import none that somebody else gave you.

    Example: tom memory import tom.json
    """
    from tom_swe.explain import figures
    from tom_swe.explain.counts import counts

    with opened() as (tom, settings):
        found = _read(file)
        if replace:
            held = counts(tom.memory, settings.user)
            confirmed(
                f"Replace {figures.kept(held)}, and {figures.believed(held)}, with {file}?",
                yes,
                loses=True,
            )
        _take_in(tom, settings.user, found, replace=replace)
        held = counts(tom.memory, settings.user)
    talk(f"imported; the memory holds {figures.kept(held)}, and {figures.believed(held)}")


def _take_in(tom: Tom, user: str, found: Export, *, replace: bool) -> None:
    try:
        tom.restore(user, found, replace=replace)
    except UsageError as error:
        raise UsageError(f"not imported, and nothing has changed: {error}") from error


@contextlib.contextmanager
def _opened(path: Path | None) -> Generator[TextIO]:
    """The new file, which is gone again where writing it failed; or stdout."""
    if path is None:
        yield sys.stdout
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} already exists: name a new file") from None
    except OSError as error:
        raise TomError(f"{path} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            yield out
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise TomError(f"{path} cannot be written: {error.strerror}") from error
        raise


def _write(out: TextIO, user: str, tables: Iterator[tuple[str, Iterator[Row]]]) -> None:
    """One JSON document, a row a line: a memory of years does not have to fit into memory."""
    import tom_migrations
    from tom_swe.model.portable import FORMAT, VERSION

    head = {"format": FORMAT, "version": VERSION, "schema": tom_migrations.HEAD, "user": user}
    out.write(f'{json.dumps(head, ensure_ascii=False)[:-1]}, "tables": {{')
    for place, (name, rows) in enumerate(tables):
        out.write(f'{"," * bool(place)}\n"{name}": [')
        out.writelines(
            f"{',' * bool(number)}\n{json.dumps(row, ensure_ascii=False)}"
            for number, row in enumerate(rows)
        )
        out.write("]")
    out.write("}}\n")


def _read(path: Path) -> Export:
    from pydantic import ValidationError

    from tom_swe.model.portable import Export

    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(
            f"{path} is not a text file: give a file from `tom memory export`"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return Export.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{path} is not a file from `tom memory export`: "
            f"{f'{where}: ' if where else ''}{first['msg']}"
        ) from error
