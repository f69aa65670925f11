"""The tools by which an agent reads earlier sessions, where the person has asked for that."""

from __future__ import annotations

import os
import re
from typing import Annotated

from pydantic import BaseModel, Field

from tom_swe.extract.reading_form import NotedForm, SummedUpForm
from tom_swe.hosts.mcp.mind import ServedMind
from tom_swe.hosts.mcp.shapes import MOST_QUOTE, Taken
from tom_swe.llm.prompts import render
from tom_swe.text.safe import ADVICE, inert, json_line, plain, storable

QUOTE = 120
# Claude Code takes no more of a tool's reply than 25,000 tokens.
TOKENS, LEAST_TOKENS, MOST_TOKENS = 6_000, 1_000, 20_000
# What Claude Code calls the session that it started this server in.
GOING_ON = "CLAUDE_CODE_SESSION_ID"
NOTHING = "No session waits to be read. Tell the person so."
_NAME = re.compile(r"[^a-z0-9._-]+")


class UnreadArguments(Taken):
    """What `unread_sessions` takes."""

    tokens: Annotated[
        int,
        Field(ge=LEAST_TOKENS, le=MOST_TOKENS, description="How much of them to show at most"),
    ] = TOKENS


class UnreadSessions(BaseModel):
    """What `unread_sessions` gives: text alone, so that it comes once."""

    text: str


class InSessionNote(NotedForm):
    """One thing that the person said and that lasts, as `unread_sessions` explains."""

    quote: Annotated[str, Field(max_length=MOST_QUOTE)]
    statement: Annotated[str, Field(max_length=300)]


class NoteArguments(Taken):
    """What `note_sessions` takes."""

    sessions: Annotated[
        tuple[SummedUpForm, ...],
        Field(max_length=50, description="Every session that you read, noted from or not"),
    ]
    observations: Annotated[tuple[InSessionNote, ...], Field(max_length=200)] = ()
    rejected: Annotated[
        tuple[int, ...],
        Field(max_length=500, description="Numbers of candidates that show nothing"),
    ] = ()


class NoteOutcome(BaseModel):
    """Whether one observation was kept, and why not."""

    session: int
    quote: str
    kept: bool
    why: Annotated[str, Field(description="Why it was refused; empty if it was kept")]


class NotedSessions(BaseModel):
    """What `note_sessions` gives."""

    observations: list[NoteOutcome]
    waiting: Annotated[int, Field(description="How many sessions no language model has read yet")]


class SessionAnswers:
    """The two tools over one mind."""

    def __init__(self, mind: ServedMind) -> None:
        self._mind = mind

    @property
    def _client(self) -> str:
        return _NAME.sub("-", self._mind.client.lower()).strip("-")[:40] or "agent"

    def unread(self, asked: UnreadArguments) -> UnreadSessions:
        """Sessions to read, with what to look for in them; this agent has them for ten minutes."""
        with self._mind.held() as (tom, user, _):
            given = tom.in_session.hand_out(
                user,
                self._client,
                asked.tokens,
                before=self._mind.since,
                going_on=os.environ.get(GOING_ON, ""),
            )
        if not given.sessions:
            return UnreadSessions(text=NOTHING)
        more = json_line(waiting_after_these=given.waiting)
        lines = [*map(inert, given.lines), more]
        return UnreadSessions(
            text="\n".join([f"<{ADVICE}>", render("in_session"), "", *lines, f"</{ADVICE}>"])
        )

    def note(self, asked: NoteArguments) -> NotedSessions:
        """Learns what the agent noted, as far as the person's own words bear it out."""
        notes = [
            each.model_copy(update={"statement": storable(each.statement)})
            for each in asked.observations
        ]
        with self._mind.held() as (tom, user, _):
            taken = tom.in_session.note(user, self._client, asked.sessions, notes, asked.rejected)
            waiting = len(tom.memory.queue.unread_by_models(user, self._mind.since))
        return NotedSessions(
            observations=[
                NoteOutcome(
                    session=each.note.session,
                    quote=plain(each.note.quote, QUOTE),
                    kept=not each.why,
                    why=each.why,
                )
                for each in taken
            ],
            waiting=waiting,
        )
