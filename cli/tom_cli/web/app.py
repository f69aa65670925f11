"""The pages put together, and what is shown when something goes wrong."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from tom_cli.web.agents import AgentPages
from tom_cli.web.asking import AskingPages
from tom_cli.web.beliefs import BeliefPages
from tom_cli.web.changes import Changes
from tom_cli.web.costs import CostPage
from tom_cli.web.desk import Desk
from tom_cli.web.guard import Guard, Keys
from tom_cli.web.health import HealthPages
from tom_cli.web.home import HomePage
from tom_cli.web.profile import ProfilePages
from tom_cli.web.review import ReviewPages
from tom_cli.web.sessions import SessionPages
from tom_swe.errors import MemoryBusy, NotFound, TomError, UsageError
from tom_swe.hosts.install import Here
from tom_swe.settings import Settings

NOT_HERE = "There is no such page."
BROKEN = "Something went wrong. See the terminal of `tom web` for the error."


PAGES = (
    HomePage, AskingPages, ProfilePages, BeliefPages, Changes, ReviewPages, SessionPages, CostPage,
    HealthPages, AgentPages,
)  # fmt: skip


def make_app(settings: Settings, keys: Keys, port: int, here: Here | None = None) -> ASGIApp:
    """The pages on a memory, behind their guard; ``here`` is the machine that agents are on."""
    desk = Desk(settings, keys, here or Here(os.environ, Path.home()))
    routes = [route for each in PAGES for route in each(desk).routes()]
    static = Mount("/static", StaticFiles(packages=[("tom_cli.web", "static")]))

    def failed(_: Request, error: Exception) -> Response:
        status, message = _told(error)
        return desk.page("error", code=status, status=status, message=message)

    inner = Starlette(
        routes=[Mount(keys.place, routes=[*routes, static])],
        exception_handlers={TomError: failed, HTTPException: failed, Exception: failed},
    )
    return Guard(inner, keys, port)


def _told(error: Exception) -> tuple[int, str]:
    """The status and the words for what went wrong."""
    match error:
        case NotFound() | HTTPException(status_code=404):
            return 404, NOT_HERE if isinstance(error, HTTPException) else str(error)
        case HTTPException():
            return error.status_code, error.detail
        case UsageError():
            return 400, str(error)
        case MemoryBusy():
            return 503, str(error)
        case TomError():
            return 500, str(error)
        case _:
            return 500, BROKEN
