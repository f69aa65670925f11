"""What OpenHands tells, in the words of `tom_swe.hosts.coding`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from openhands.sdk.event import (
    ActionEvent,
    AgentErrorEvent,
    Event,
    MessageEvent,
    ObservationEvent,
    UserRejectObservation,
)
from openhands.sdk.llm import ImageContent, TextContent
from openhands.sdk.llm.streaming import LLMStreamChunk
from openhands.sdk.tool.builtins.finish import FinishAction
from openhands.sdk.tool.builtins.think import ThinkAction
from openhands.tools.file_editor.definition import FileEditorObservation
from openhands.tools.terminal.definition import TerminalObservation

from tom_swe.hosts.coding import (
    AgentSaid,
    Call,
    Called,
    Happening,
    Refusal,
    Returned,
)
from tom_swe.hosts.openhands.output import without_echo
from tom_swe.text.safe import safe_lines

# What the action of every tool carries beside its arguments.
_NOT_ARGUMENTS = {"kind", "security_risk", "summary"}


def happenings(event: Event) -> Iterator[Happening]:
    """What a terminal would show of an event: nothing, one or two things."""
    match event:
        case MessageEvent(source="agent"):
            if text := _text(event.llm_message.content):
                yield AgentSaid(text=text, last=True)
        case ActionEvent(action=FinishAction() as finish):
            yield from _thought(event)
            yield AgentSaid(text=finish.message.strip(), last=True, finished=True)
        case ActionEvent():
            yield from _thought(event)
            if not isinstance(event.action, ThinkAction):
                yield Called(call=call_of(event))
        case ObservationEvent():
            if event.tool_name not in {"finish", "think"}:
                yield _returned(event)
        case UserRejectObservation():
            yield Refusal(tool=event.tool_name, reason=event.rejection_reason)
        case AgentErrorEvent():
            yield Returned(tool=event.tool_name, text=event.error, failed=True)
        case _:
            return


def call_of(event: ActionEvent) -> Call:
    """The call that an action is."""
    arguments = event.action.model_dump(mode="json") if event.action else {}
    return Call(
        id=event.id,
        tool=event.tool_name,
        arguments={k: v for k, v in arguments.items() if k not in _NOT_ARGUMENTS},
        summary=event.summary or "",
    )


def last_words(events: Iterable[Event]) -> str:
    """What the agent said last among events, newest last; "" where it said nothing."""
    for event in reversed(list(events)):
        said = [each.text for each in happenings(event) if isinstance(each, AgentSaid)]
        if said:
            return said[-1]
    return ""


def streamed(chunk: LLMStreamChunk) -> str:
    """The text in a piece of a streamed answer."""
    # litellm leaves the type of a delta's content open.
    return "".join(str(choice.delta.content or "") for choice in chunk.choices)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _thought(event: ActionEvent) -> Iterator[Happening]:
    if text := _text(event.thought):
        yield AgentSaid(text=text)


def _returned(event: ObservationEvent) -> Returned:
    seen = event.observation
    told = Returned(
        tool=event.tool_name, text=_text(seen.to_llm_content), failed=bool(seen.is_error)
    )
    match seen:
        case TerminalObservation():
            # A shell writes codes between the lines of a command.
            text = without_echo(safe_lines(_text(seen.content)), seen.command or "")
            return told.model_copy(update={"text": text, "exit_code": seen.exit_code})
        case FileEditorObservation():
            edit = {} if seen.command == "view" or seen.is_error else _edit(seen)
            return told.model_copy(update={"path": seen.path or "", **edit})
        case _:
            return told


def _edit(seen: FileEditorObservation) -> dict[str, str]:
    return {"before": seen.old_content or "", "after": seen.new_content or ""}


def _text(content: Sequence[TextContent | ImageContent]) -> str:
    return "\n".join(part.text for part in content if isinstance(part, TextContent)).strip()
