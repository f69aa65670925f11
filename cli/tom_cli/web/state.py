"""What models have cost, and how this memory and its installation stand."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.commands.cost import COLUMNS, cells, window
from tom_cli.web.desk import Desk, whole
from tom_swe.doctor.report import audited, report
from tom_swe.explain.audit import Fault
from tom_swe.model.calls import By, grouped, used_by

DAYS = (1, 7, 30, 90, 365)
FAULTS = {
    Fault.UNSUPPORTED: "Your own words do not support it",
    Fault.JUNK: "Says almost nothing",
    Fault.DUPLICATE: "Says the same as a more confident belief with the same scope",
    Fault.CONTRADICTORY: "Contradicts another belief",
    Fault.STALE: "Last said a year before your newest message",
    Fault.SECRET: "Holds what looks like a key or a password",
}


class StatePages:
    """Costs and health."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [
            Route("/costs", self.costs),
            Route("/health", self.health),
            Route("/audit", self.audit),
        ]

    def costs(self, request: Request) -> Response:
        """What models were called for, what that used, and what today allows."""
        asked = request.query_params
        days = whole(asked.get("days"), 30, 3650)
        by = By(asked["by"]) if asked.get("by") in {*By} else By.DAY
        since, midnight = window(days)
        with self._desk.tom() as tom:
            calls = tom.memory.ledger.calls(since)
        return self._desk.page(
            "costs",
            days=days,
            choices=sorted({*DAYS, days}),
            by=by,
            bys=list(By),
            columns=(by.value, *COLUMNS),
            rows=[cells(each) for each in grouped(calls, by)],
            today=used_by(call for call in calls if call.at >= midnight),
            settings=self._desk.settings,
        )

    def health(self, request: Request) -> Response:
        """Settings, sizes, model and transcripts, with every problem; the index where asked for."""
        index = "index" in request.query_params
        with self._desk.tom() as tom:
            state = report(tom, self._desk.settings, os.environ, Path.home(), index=index)
        return self._desk.page("health", state=state, index=index)

    def audit(self, _: Request) -> Response:
        """How sound what is told is."""
        with self._desk.tom() as tom:
            found = audited(tom, self._desk.settings)
            beliefs = {b.id: b for b in tom.memory.beliefs.all(self._desk.user)}
        return self._desk.page("audit", audit=found, beliefs=beliefs, faults=FAULTS)
