"""Runs the page until Ctrl-C, on this machine's own address alone."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from tom_cli.web.app import make_app
from tom_cli.web.guard import TOKEN, Keys
from tom_swe.errors import TomError
from tom_swe.settings import Settings

HOST = "127.0.0.1"
# How long a page that is under way at Ctrl-C may still take, in seconds.
PATIENCE = 5


def serve(settings: Settings, port: int, ready: Callable[[str], None]) -> None:
    """Serves until it is told to end; ``ready`` is given the address. Raises TomError."""
    with _listening(port) as listening:
        keys = Keys()
        port = listening.getsockname()[1]
        config = uvicorn.Config(
            make_app(settings, keys, port),
            lifespan="off",
            ws="none",
            # An access log would hold the token.
            access_log=False,
            log_level="error",
            server_header=False,
            timeout_graceful_shutdown=PATIENCE,
        )
        # It listens already: whoever opens the address at once is answered.
        ready(f"http://{HOST}:{port}{keys.place}/?{TOKEN}={keys.token}")
        uvicorn.Server(config).run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen(64)
    except OSError as error:
        made.close()
        raise TomError(
            f"port {port} cannot be used ({error.strerror}): leave --port out to use a free one"
        ) from error
    return made
