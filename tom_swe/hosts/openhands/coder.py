"""OpenHands as the coding agent of a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from openhands.sdk import LLM, Agent, AgentContext, Conversation, Tool
from openhands.sdk.context.condenser import LLMSummarizingCondenser
from openhands.sdk.conversation import ConversationExecutionStatus as Status
from openhands.sdk.conversation.exceptions import ConversationRunError
from openhands.sdk.conversation.state import ConversationState
from openhands.sdk.event import Event
from openhands.sdk.event.conversation_error import ConversationErrorEvent
from openhands.sdk.llm.streaming import LLMStreamChunk
from openhands.sdk.security.confirmation_policy import AlwaysConfirm
from openhands.sdk.skills import load_project_skills
from openhands.tools.file_editor import FileEditorTool
from openhands.tools.task_tracker import TaskTrackerTool
from openhands.tools.terminal import TerminalTool
from openhands.tools.terminal.impl import TerminalExecutor

from tom_swe.errors import TomError
from tom_swe.hosts.coding import Call, Happening, Rest, Spent, Streamed, Trouble
from tom_swe.hosts.openhands import processes
from tom_swe.hosts.openhands.events import call_of, happenings, last_words, streamed
from tom_swe.hosts.openhands.faults import fault_sentence
from tom_swe.hosts.openhands.output import printed
from tom_swe.hosts.openhands.tool import AskTomTool
from tom_swe.settings import Model

# A long session is summarised beyond so many events, the first few kept as they are.
CONDENSE_BEYOND, KEEP_FIRST = 240, 2
# A server that is down is told of after seconds, not after minutes.
RETRIES, RETRY_SECONDS = 2, 1

type Tell = Callable[[Happening], None]


class OpenHandsCoder:
    """An OpenHands agent with terminal, file editor, task tracker and ``ask_tom``.

    Every call waits to be approved; which need the person is the terminal's to say.
    ``tell`` hears what happens, from other threads too. The agent's model streams. ``shell``
    takes the place of bash in the terminal, as one inside of a container does.
    Raises TomError where a conversation cannot be resumed.
    """

    def __init__(
        self,
        folder: Path,
        model: Model,
        conversations: Path,
        tell: Tell,
        *,
        briefing: str = "",
        user_id: str = "",
        resume: str = "",
        ask_tom: bool = True,
        shell: Path | None = None,
    ) -> None:
        self._tell = tell
        self._model = model
        agent = _agent(folder, _llm(model, tell), briefing, user_id if ask_tom else None, shell)
        try:
            self._conversation = Conversation(
                agent=agent,
                workspace=str(folder),
                persistence_dir=str(conversations),
                conversation_id=UUID(resume) if resume else None,
                callbacks=[self._hear],
                token_callbacks=[self._stream],
                visualizer=None,
            )
        except Exception as error:
            if not resume:
                raise
            # Whatever the SDK finds wrong with what it once wrote, the person can start anew.
            raise TomError(
                f"the conversation {resume} cannot be resumed "
                f"({type(error).__name__}); start a new one with `tom code`"
            ) from error
        self._conversation.set_confirmation_policy(AlwaysConfirm())

    @property
    def id(self) -> str:
        """The conversation's id, 32 hexadecimal digits."""
        return self._conversation.id.hex

    @property
    def last_words(self) -> str:
        """What the agent said last."""
        return last_words(self._conversation.state.events)

    async def send(self, text: str, beside: str = "") -> None:
        """Gives the agent the person's words; ``beside`` reaches it outside of them."""
        context = self._conversation.agent.agent_context
        assert context is not None
        # The SDK puts the suffix into `extended_content`, which no importer takes for the person's.
        context.user_message_suffix = beside or None
        await asyncio.to_thread(self._conversation.send_message, text)

    async def run(self) -> Rest:
        """Lets it work until it comes to rest."""
        try:
            await self._conversation.arun()
        except ConversationRunError:
            return Rest.FAILED  # told as it happened
        match self._conversation.state.execution_status:
            case Status.WAITING_FOR_CONFIRMATION:
                return Rest.WAITING
            case Status.PAUSED:
                return Rest.INTERRUPTED
            case Status.ERROR | Status.STUCK as status:
                if status is Status.STUCK:
                    self._tell(Trouble(text="the agent was going in circles and was stopped"))
                return Rest.FAILED
            case _:
                return Rest.DONE

    def pending(self) -> tuple[Call, ...]:
        """The calls that wait to be approved."""
        waiting = ConversationState.get_unmatched_actions(self._conversation.state.events)
        return tuple(call_of(event) for event in waiting)

    def printed(self, command: str) -> str:
        """What a command that runs has printed so far."""
        try:
            # The SDK leaves the types of tools open.
            agent: Any = self._conversation.agent
            terminal: object = agent.tools_map[TerminalTool.name].executor
        except (KeyError, RuntimeError):
            return ""  # it has no terminal yet
        if not isinstance(terminal, TerminalExecutor):
            return ""
        return printed(terminal.session.terminal.read_screen(), command)

    def refuse(self, reason: str) -> None:
        """Refuses the calls that wait."""
        self._conversation.reject_pending_actions(reason)

    def interrupt(self) -> None:
        """Stops a run at once, and the command that it has running."""
        self._conversation.interrupt()
        processes.interrupt(processes.commands())

    def spent(self) -> tuple[Spent, ...]:
        """What each usage has cost: the agent, its summaries, tom."""
        found: list[Spent] = []
        for usage, metrics in self._conversation.conversation_stats.usage_to_metrics.items():
            used = metrics.accumulated_token_usage
            cost = metrics.accumulated_cost
            if used is None or not (used.prompt_tokens or used.completion_tokens):
                continue
            found.append(
                Spent(
                    usage=usage,
                    tokens_in=used.prompt_tokens,
                    tokens_out=used.completion_tokens,
                    cached=used.cache_read_tokens,
                    cost=cost or None,
                )
            )
        return tuple(found)

    def close(self) -> None:
        """Ends the conversation and all that it has started; what it wrote stays private."""
        left = processes.started()
        self._conversation.close()
        processes.end(left)
        kept = self._conversation.state.persistence_dir
        if kept:
            _make_private(Path(kept))

    def _hear(self, event: Event) -> None:
        if isinstance(event, ConversationErrorEvent):
            self._tell(Trouble(text=fault_sentence(event.code, event.detail, self._model)))
        for happening in happenings(event):
            self._tell(happening)

    def _stream(self, chunk: LLMStreamChunk) -> None:
        if text := streamed(chunk):
            self._tell(Streamed(text=text))


def _llm(model: Model, tell: Tell) -> LLM:
    def retrying(attempt: int, most: int, error: BaseException | None) -> None:
        del error
        tell(Trouble(text=f"{model.name} did not answer (try {attempt} of {most})"))

    return LLM(
        model=model.name,
        base_url=model.base_url or None,
        api_key=model.api_key,
        usage_id="agent",
        stream=True,
        num_retries=RETRIES,
        retry_min_wait=RETRY_SECONDS,
        retry_max_wait=RETRY_SECONDS * 4,
        retry_listener=retrying,
    )


def _agent(folder: Path, llm: LLM, briefing: str, user_id: str | None, shell: Path | None) -> Agent:
    # A shell in a subprocess ends with us; a tmux server would outlive a kill.
    terminal = {"terminal_type": "subprocess"}
    if shell is not None:
        terminal["shell_path"] = str(shell)
    tools = [
        Tool(name=TerminalTool.name, params=terminal),
        Tool(name=FileEditorTool.name),
        Tool(name=TaskTrackerTool.name),
    ]
    if user_id is not None:
        tools.append(Tool(name=AskTomTool.name, params={"user_id": user_id}))
    summaries = llm.model_copy(update={"usage_id": "condenser", "stream": False})
    return Agent(
        llm=llm,
        tools=tools,
        system_prompt_kwargs={"cli_mode": True},
        condenser=LLMSummarizingCondenser(
            llm=summaries, max_size=CONDENSE_BEYOND, keep_first=KEEP_FIRST
        ),
        agent_context=AgentContext(
            skills=load_project_skills(folder),
            load_user_skills=True,
            system_message_suffix=briefing or None,
        ),
    )


def _make_private(folder: Path) -> None:
    folder.chmod(0o700)
    for place, folders, files in folder.walk():
        for name in folders:
            (place / name).chmod(0o700)
        for name in files:
            (place / name).chmod(0o600)
