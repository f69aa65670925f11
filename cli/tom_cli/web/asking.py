"""What one asks tom, what one tells it, and what one says of its advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tom_cli.web.beliefs import scope_in
from tom_cli.web.desk import Desk, Form, id_in
from tom_cli.web.words import place_of
from tom_swe.errors import NotFound, UsageError
from tom_swe.model.advice import Outcome, Query, Suggestion
from tom_swe.model.belief import EVERYWHERE

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom

CITED = 8  # beliefs
LONGEST = 4_000  # characters of a request


class AskingPages:
    """Consult, remember, and feedback."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        doing = self._desk.doing
        return [
            Route("/consult", self.ask),
            Route("/consult", doing(self.consult), methods=["POST"]),
            Route("/remember", doing(self.remember), methods=["POST"]),
            Route("/advice/{id:int}", doing(self.judge), methods=["POST"]),
        ]

    def ask(self, _: Request) -> Response:
        """The box alone."""
        with self._desk.tom() as tom:
            return self._shown(tom, "", "")

    def consult(self, _: Request, form: Form) -> Response:
        """What tom would tell an agent that is asked for this."""
        text = form.get("request", "").strip()[:LONGEST]
        repository = form.get("repository", "")[:300]
        if not text:
            raise UsageError("the request is empty: write what you would ask an agent for")
        with self._desk.tom() as tom:
            query = Query(text=text, repository=repository, limit=CITED)
            advice = tom.consult(self._desk.user, query)
            return self._shown(tom, text, repository, advice=advice)

    def _shown(
        self, tom: Tom, text: str, repository: str, advice: Suggestion | None = None
    ) -> Response:
        return self._desk.page(
            "consult",
            text=text,
            chosen=repository,
            repositories=tom.memory.session_lists.places(self._desk.user).repositories,
            place_of=place_of,
            advice=advice,
            outcomes=Outcome,
        )

    def remember(self, _: Request, form: Form) -> Response:
        """Believes what the person says here, and shows the belief."""
        place = form.get("place", "").strip()
        scope = scope_in(place) if place else EVERYWHERE
        with self._desk.tom() as tom:
            beliefs = tom.remember(self._desk.user, form.get("text", ""), scope)
        if not beliefs:
            return self._desk.go("/", done="kept")
        return self._desk.go(f"/beliefs/{beliefs[0].id}", done="remember")

    def judge(self, request: Request, form: Form) -> Response:
        """Keeps whether advice was right."""
        number, outcome = id_in(request, "advice"), form.get("outcome", "")
        if outcome not in {*Outcome}:
            raise NotFound(f"there is no outcome {outcome} here")
        with self._desk.tom() as tom:
            tom.judge(self._desk.user, number, Outcome(outcome))
        return self._desk.go("/", done="feedback")
