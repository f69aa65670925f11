"""How this memory and its installation stand, and the agents that have tom or could have it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.web.desk import Desk
from tom_cli.web.words import done_text
from tom_swe.doctor.report import audited, report
from tom_swe.explain import figures
from tom_swe.explain.audit import Fault
from tom_swe.explain.counts import standing
from tom_swe.hosts.install import HOSTS
from tom_swe.hosts.install import standing as host_standing

FAULTS = {
    Fault.UNSUPPORTED: "Your own words do not support it",
    Fault.JUNK: "Says almost nothing",
    Fault.DUPLICATE: "Says the same as a more confident belief with the same scope",
    Fault.CONTRADICTORY: "Contradicts another belief",
    Fault.STALE: "Last said a year before your newest message",
    Fault.SECRET: "Holds what looks like a key or a password",
}


class HealthPages:
    """Agents at once, checks and audit where they are asked for, since these take seconds."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [Route("/health", self.health), Route("/audit", self.audit)]

    def health(self, request: Request) -> Response:
        """The agents and what waits to be read; with a check, every problem and fact."""
        asked, here = request.query_params, self._desk.here
        check = "check" in asked or "index" in asked
        found = [host_standing(host, here) for host in HOSTS.values()]
        with self._desk.tom() as tom:
            memory, user = tom.memory, self._desk.user
            counts = standing(memory.counts(user), memory.belief_lists.lines(user))
            state = (
                report(tom, self._desk.settings, here.environ, here.home, index="index" in asked)
                if check
                else None
            )
        return self._desk.page(
            "health",
            state=state,
            index="index" in asked,
            counts=counts,
            words=figures,
            agents=[each for each in found if each.here or each.installed],
            others=[each for each in found if not (each.here or each.installed)],
            hosts=HOSTS,
            done=done_text(asked.get("done", "")),
        )

    def audit(self, _: Request) -> Response:
        """How sound the beliefs are that agents hear."""
        with self._desk.tom() as tom:
            found = audited(tom, self._desk.settings)
            lines = tom.memory.belief_lists.lines(self._desk.user)
        beliefs = {line.id: line for line in lines}
        return self._desk.page("audit", audit=found, beliefs=beliefs, faults=FAULTS)
