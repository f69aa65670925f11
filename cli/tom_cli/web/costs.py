"""What models have cost, what they would, and how much of a session's room briefings take."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.choosing import beyond_a_day, calls_in_words
from tom_cli.commands.cost import COLUMNS, cells, window
from tom_cli.web.desk import Desk, whole
from tom_swe.llm.agents import could_read, found_agents
from tom_swe.memory.session_listing import Wanted
from tom_swe.model.calls import By, Estimate, grouped, used_by
from tom_swe.settings import reader_of

DAYS = (1, 7, 30, 90, 365)


class CostPage:
    """The costs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where it is."""
        return [Route("/costs", self.costs)]

    def costs(self, request: Request) -> Response:
        """What models were called for, what today allows, and what reading would take."""
        asked, settings, here = request.query_params, self._desk.settings, self._desk.here
        days = whole(asked.get("days"), 30, 3650)
        by = By(asked["by"]) if asked.get("by") in {*By} else By.DAY
        since, midnight = window(days)
        reader = reader_of(settings)
        agents = [] if reader else could_read(found_agents(here.environ, here.home))
        with self._desk.tom() as tom:
            calls = tom.memory.ledger.calls(since)
            briefings = tom.memory.belief_lists.briefed(self._desk.user)
            sessions = tom.memory.session_lists.count(self._desk.user, Wanted())
        takes = self._takes(agents[0].model) if agents and "estimate" in asked else None
        return self._desk.page(
            "costs",
            days=days,
            choices=sorted({*DAYS, days}),
            by=by,
            bys=list(By),
            columns=(by.value, *COLUMNS),
            rows=[cells(each) for each in grouped(calls, by)],
            today=used_by(call for call in calls if call.at >= midnight),
            settings=settings,
            reader=reader.name if reader else "",
            agent=agents[0] if agents else None,
            takes=takes,
            takes_words=calls_in_words(takes) if takes else "",
            beyond=bool(takes and beyond_a_day(takes, settings)),
            briefings=sorted(briefings.items(), key=lambda each: each[0].casefold()),
            budget=settings.briefing_tokens,
            sessions=sessions,
        )

    def _takes(self, model: str) -> Estimate:
        """What reading all sessions with a model would take."""
        wanted = self._desk.settings.model_copy(update={"model": model, "reader_model": ""})
        with self._desk.tom(wanted) as tom:
            return tom.reading.estimate(self._desk.user, again=True)
