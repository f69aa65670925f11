"""``ask_tom``: how an agent asks about its user in the middle of a session."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, override

from openhands.sdk.event import MessageEvent
from openhands.sdk.llm import Metrics, TextContent
from openhands.sdk.tool import (
    Action,
    DeclaredResources,
    Observation,
    ToolAnnotations,
    ToolDefinition,
    ToolExecutor,
    register_tool,  # pyright: ignore[reportUnknownVariableType]
)
from pydantic import Field

from tom_swe.app import open_tom
from tom_swe.checkout import kept_out, repository_of
from tom_swe.errors import TomError
from tom_swe.hosts.openhands.events import last_words
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Query
from tom_swe.model.calls import Usage
from tom_swe.settings import load_settings
from tom_swe.text.safe import ADVICE, fenced

if TYPE_CHECKING:
    from openhands.sdk.conversation import LocalConversation
    from openhands.sdk.conversation.state import ConversationState

DESCRIPTION = """\
Ask what tom knows about the user you work for before you guess. It says whether to go \
ahead with a request or to ask them first, which questions to ask (worded the way this user \
likes), and what they want, each with their own words from earlier sessions. Use it \
when a request leaves something open that only the user knows, or before a choice of tools, \
style or workflow that they may have views on. It is quick and changes nothing."""
# Under this usage id a conversation's metrics hold what tom's model has cost.
USAGE = "tom"
UNAVAILABLE = "No advice about the user is available. Continue without it and do not ask again now."


class AskTomAction(Action):
    """A question about the user."""

    request: str = Field(
        default="",
        description="What the user asked for, or the choice you face, in one or two sentences. "
        "Leave it empty to ask about the user's last message.",
    )


class AskTomObservation(Observation):
    """What is known about the user, for this request."""

    proceed: bool = True
    questions: list[str] = Field(default_factory=list)
    advice: str = ""
    beliefs: list[str] = Field(default_factory=list)
    confidence: float = 0.0

    @property
    @override
    def to_llm_content(self) -> Sequence[TextContent]:
        """The advice, fenced so that it is never taken for the user's own words."""
        return [TextContent(text=fenced(ADVICE, self.advice.splitlines()))]


class AskTomExecutor(ToolExecutor[AskTomAction, AskTomObservation]):
    """Answers from the memory that the settings name; opened when first asked, thread-safe."""

    def __init__(self, user_id: str) -> None:
        self._user_id = user_id
        self._tom: Tom | None = None
        self._lock = Lock()

    @override
    def __call__(
        self, action: AskTomAction, conversation: LocalConversation | None = None
    ) -> AskTomObservation:
        text = action.request.strip() or _last_words(conversation)
        if not text:
            return AskTomObservation(advice="There is no request to advise on.", is_error=True)
        try:
            tom, user_id = self._opened()
            folder = _folder(conversation)
            if kept_out(str(tom.memory.path.parent), os.environ, folder):
                return AskTomObservation(advice=UNAVAILABLE)
            query = Query(
                text=text,
                repository=repository_of(folder),
                folder=folder,
                before=_before(conversation),
            )
            suggestion = tom.consult(user_id, query)
        except TomError as error:
            return AskTomObservation(advice=f"{UNAVAILABLE} ({error})", is_error=True)
        if conversation is not None and suggestion.usage is not None:
            _count(conversation, suggestion.usage)
        return AskTomObservation(
            proceed=not suggestion.questions,
            questions=list(suggestion.questions),
            advice=suggestion.text,
            beliefs=[f"b{belief.id}" for belief in suggestion.beliefs],
            confidence=suggestion.confidence,
        )

    @override
    def close(self) -> None:
        with self._lock:
            if self._tom is not None:
                self._tom.close()
                self._tom = None

    def _opened(self) -> tuple[Tom, str]:
        settings = load_settings()
        with self._lock:
            if self._tom is None:
                self._tom = open_tom(settings)
            return self._tom, self._user_id or settings.user


class AskTomTool(ToolDefinition[AskTomAction, AskTomObservation]):
    """The tool ``ask_tom``; its parameter ``user_id`` is empty for the one local user."""

    @override
    def declared_resources(self, action: Action) -> DeclaredResources:
        """It only reads, so it may run beside anything."""
        return DeclaredResources(keys=(), declared=True)

    @classmethod
    @override
    def create(cls, conv_state: ConversationState, user_id: str = "") -> Sequence[AskTomTool]:
        """One tool for a conversation."""
        return [
            cls(
                description=DESCRIPTION,
                action_type=AskTomAction,
                observation_type=AskTomObservation,
                annotations=ToolAnnotations(
                    title="Ask tom about the user",
                    readOnlyHint=True,
                    destructiveHint=False,
                    idempotentHint=True,
                    openWorldHint=False,
                ),
                executor=AskTomExecutor(user_id),
            )
        ]


def _count(conversation: LocalConversation, usage: Usage) -> None:
    """Counts what advice took beside what the agent's own models take."""
    by_usage = conversation.conversation_stats.usage_to_metrics
    metrics = by_usage.setdefault(USAGE, Metrics(model_name=USAGE))
    metrics.add_token_usage(
        prompt_tokens=usage.tokens_in,
        completion_tokens=usage.tokens_out,
        cache_read_tokens=usage.cached,
        cache_write_tokens=0,
        context_window=0,
        response_id="",
    )
    metrics.add_cost(usage.cost or 0.0)


def _last_words(conversation: LocalConversation | None) -> str:
    if conversation is None:
        return ""
    for event in reversed(list(conversation.state.events)):
        if isinstance(event, MessageEvent) and event.source == "user":
            parts = event.llm_message.content
            return "\n".join(part.text for part in parts if isinstance(part, TextContent)).strip()
    return ""


def _before(conversation: LocalConversation | None) -> str:
    """What the agent said before the user's last message."""
    if conversation is None:
        return ""
    events = list(conversation.state.events)
    asked = [n for n, e in enumerate(events) if isinstance(e, MessageEvent) and e.source == "user"]
    return last_words(events[: asked[-1]]) if asked else ""


def _folder(conversation: LocalConversation | None) -> str:
    if conversation is None:
        return ""
    return str(Path(conversation.state.workspace.working_dir).absolute())


register_tool(AskTomTool.name, AskTomTool)
