"""The memory as a page in the browser."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Thread
from typing import Annotated

import typer

from tom_cli.common import opened, talk


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(web)


def web(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port to serve on; 0 means any free one.")
    ] = 0,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """See and correct your memory in the browser.

    Only this machine can open the page. The printed address lets a browser in; Ctrl-C stops it
    and leaves nothing behind.

    Example: tom web --open
    """
    from tom_cli.web.serve import serve

    # Made or upgraded now, and what is wrong with it said here and not in the browser.
    with opened() as (_, settings):
        pass
    with contextlib.ExitStack() as until_the_end:

        def ready(address: str) -> None:
            typer.echo(address)
            talk("this address lets a browser in, so keep it to yourself; Ctrl-C ends it")
            if open_it:
                page = until_the_end.enter_context(_leading_to(address, settings.home))
                # A browser in the terminal stays until it is left; the page is served meanwhile.
                Thread(target=_open, args=(page,), daemon=True).start()

        try:
            serve(settings, port, ready)
        except KeyboardInterrupt:
            talk("ended")


@contextlib.contextmanager
def _leading_to(address: str, home: Path) -> Generator[Path]:
    """A file that leads to an address and that only its owner can read.

    The arguments of a program can be read by everybody on this machine, so the browser is
    given no token in them.
    """
    from tom_cli.web.guard import led_on

    with NamedTemporaryFile("w", dir=home, prefix="open-", suffix=".html") as file:
        file.write(led_on(address))
        file.flush()
        yield Path(file.name)


def _open(page: Path) -> None:
    import webbrowser

    if not webbrowser.open(page.as_uri()):
        talk("no browser could be opened: open the address yourself")
