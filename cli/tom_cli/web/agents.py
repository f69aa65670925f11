"""Putting tom into an agent and taking it out: what would change first, then one click."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.web.desk import Desk, Form
from tom_swe.errors import NotFound, UsageError
from tom_swe.hosts.install import HOSTS, Host, Plan, carry_out, standing
from tom_swe.hosts.install.plan import installing, uninstalling
from tom_swe.hosts.install.scripts import can_serve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tom_swe.hosts.install import Here

ACTS: Mapping[str, Callable[[Host, Here], Plan]] = {
    "install": installing,
    "uninstall": uninstalling,
}


class AgentPages:
    """The plan for an agent, and carrying it out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        path = "/agents/{name}/{act}"
        return [
            Route(path, self.plan),
            Route(path, self._desk.doing(self.carry_out), methods=["POST"]),
        ]

    def plan(self, request: Request) -> Response:
        """What would change in which file, and a button that does it."""
        host, act, plan = self._planned(request)
        return self._desk.page(
            "agent",
            host=host,
            act=act,
            edits=plan.shown,
            paths=[self._short(edit.path) for edit in plan.shown],
            notes=plan.notes,
            digest=digest(plan),
            state=standing(host, self._desk.here),
        )

    def carry_out(self, request: Request, form: Form) -> Response:
        """Makes the changes that the page showed, if they are still the same."""
        _, act, plan = self._planned(request)
        if form.get("plan") != digest(plan):
            raise UsageError(
                "a file changed since that page was loaded, so nothing was done: "
                "go back, reload the page and look at the changes again"
            )
        carry_out(plan, self._desk.here.environ)
        return self._desk.go("/health", done=act)

    def _short(self, path: Path) -> str:
        """A path as the person says it."""
        home = self._desk.here.home
        return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)

    def _planned(self, request: Request) -> tuple[Host, str, Plan]:
        name, act = request.path_params["name"], request.path_params["act"]
        host = HOSTS.get(name)
        if host is None or act not in ACTS:
            raise NotFound(f"there is no agent {name!r} that tom can be put into here")
        if host.sdk:
            raise UsageError(f"{host.title} installs tom itself: run tom plugin {act} {name}")
        return host, act, ACTS[act](host, self._desk.here._replace(serves=can_serve()))


def digest(plan: Plan) -> str:
    """Names the changes of a plan: another one if a file or a change is another."""
    made = hashlib.sha256()
    for edit in plan.edits:
        for part in (str(edit.path), edit.before, edit.after):
            made.update(b"\0" if part is None else b"\1" + part.encode() + b"\0")
    return made.hexdigest()
