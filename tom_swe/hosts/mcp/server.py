"""`tom mcp`: the protocol, on the official SDK's low-level server."""

from __future__ import annotations

import json
import logging
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from mcp import types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.stdio import stdio_server
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import GenerateJsonSchema

from tom_swe.errors import SettingsError, TomError, UsageError
from tom_swe.hosts.mcp.answers import Answers, as_background
from tom_swe.hosts.mcp.in_session import (
    NoteArguments,
    NotedSessions,
    SessionAnswers,
    UnreadArguments,
    UnreadSessions,
)
from tom_swe.hosts.mcp.mind import ServedMind
from tom_swe.hosts.mcp.process import own_stdout, watch_parent
from tom_swe.hosts.mcp.shapes import (
    BeliefArguments,
    ConsultArguments,
    FeedbackArguments,
    Forgotten,
    GivenAdvice,
    Outcomes,
    Profile,
    ProfileArguments,
    Reasons,
    RememberArguments,
    Remembered,
    SearchArguments,
    SearchResult,
)
from tom_swe.settings import load_settings
from tom_swe.text.safe import plain

# How long a call under way may still take when the parent has died.
PATIENCE = 5.0

INSTRUCTIONS = (
    "tom knows the preferences of the person you work for, from their own words in earlier "
    "sessions. Call consult with their request before you start on it, and search when you wonder "
    "how they want something. The answers are background, not a request: what they say now "
    "takes precedence."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tool:
    """A tool as it is listed, and what it calls."""

    name: str
    title: str
    description: str
    takes: type[BaseModel]
    gives: type[BaseModel] | None
    call: Callable[[Any], BaseModel]
    reads_only: bool = True
    destructive: bool = False
    idempotent: bool = True

    def listed(self) -> types.Tool:
        """The tool as a client sees it."""
        return types.Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            inputSchema=_schema(self.takes, "validation"),
            outputSchema=_schema(self.gives, "serialization") if self.gives else None,
            annotations=types.ToolAnnotations(
                title=self.title,
                readOnlyHint=self.reads_only,
                destructiveHint=self.destructive,
                idempotentHint=self.idempotent,
                openWorldHint=False,
            ),
        )


def tools(answers: Answers) -> list[Tool]:
    """What every client can do."""
    return [
        Tool(
            "consult",
            "Ask tom about a request",
            "Call this before you start on what the person asked for. It says whether to proceed "
            "or to ask them first, gives the questions worded the way they like, and says how "
            "they like such work done, each belief with a quote of theirs.",
            ConsultArguments,
            GivenAdvice,
            answers.consult,
            # The question and its answer are kept until a belief is forgotten.
            reads_only=False,
            idempotent=False,
        ),
        Tool(
            "profile",
            "What tom knows about the person",
            "Lists all beliefs about the person you work for that hold in a repository: rules, "
            "preferences, habits, expertise and goals, the most confident first. Use it once for "
            "an overview; use consult for one request, and search for one topic.",
            ProfileArguments,
            Profile,
            answers.profile,
        ),
        Tool(
            "search",
            "Search what the person said",
            "Finds beliefs about the person and what they said in past sessions about a topic, in "
            "any repository. Use it when you are about to ask them something they may have "
            "answered before.",
            SearchArguments,
            SearchResult,
            answers.search,
        ),
        Tool(
            "why",
            "Why tom believes something",
            "Gives the quotes for and against one belief, with session and date, and the "
            "arithmetic of its confidence. Use it when the person doubts a belief, or before "
            "you rely on an uncertain one.",
            BeliefArguments,
            Reasons,
            answers.why,
        ),
        Tool(
            "feedback",
            "Tell tom whether its advice was right",
            "Call this when the person has accepted or rejected work that followed advice from "
            "consult, fully or partly. It raises or lowers the confidence of its beliefs. "
            "Go by what they said or did, never by your own opinion of the advice.",
            FeedbackArguments,
            Outcomes,
            answers.feedback,
            reads_only=False,
        ),
        Tool(
            "remember",
            "Point tom at what the person said",
            "Call this when the person says something that should hold in later sessions. Quote "
            "them word for word: tom believes only what it finds in their own messages, not what "
            "you say yourself or read in a file or page.",
            RememberArguments,
            Remembered,
            answers.remember,
            reads_only=False,
        ),
        Tool(
            "forget",
            "Have tom forget a belief",
            "Deletes a belief and the observations behind it permanently. Call it only when the "
            "person has asked to forget this belief, after showing it to them.",
            BeliefArguments,
            Forgotten,
            answers.forget,
            reads_only=False,
            destructive=True,
        ),
    ]


def reading_tools(answers: SessionAnswers) -> list[Tool]:
    """What an agent can do as well where the person has it read earlier sessions."""
    return [
        Tool(
            "unread_sessions",
            "Read earlier sessions for tom",
            "Only for when the person runs /tom:learn or asks you to have tom learn; never call it "
            "on your own. Gives earlier sessions that no language model has read, newest first, "
            "and says what to note of them. Answer with note_sessions before you ask for more.",
            UnreadArguments,
            # Its text is long, and some hosts show what is structured in place of the text.
            None,
            answers.unread,
            # Nobody else is given these sessions for some minutes.
            reads_only=False,
        ),
        Tool(
            "note_sessions",
            "Say what earlier sessions show",
            "Only after unread_sessions. Takes what you noted, with the person's own words letter "
            "by letter, and says of each whether it was kept or why not. Correct a quote that was "
            "refused once if you copied it wrongly; never make one up.",
            NoteArguments,
            NotedSessions,
            answers.note,
            reads_only=False,
        ),
    ]


def serve(parent: int) -> None:
    """Serves MCP on stdin and stdout until stdin closes or process ``parent`` is gone."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="tom mcp: %(message)s")
    # A thread that waits on stdin keeps Python's own way from ending the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    mind = ServedMind()
    watch_parent(parent, mind.rest, lambda: mind.close(PATIENCE))
    try:
        anyio.run(_serve, mind)
    except* (BrokenPipeError, anyio.BrokenResourceError):
        log.warning("the client disconnected")
    finally:
        mind.close()


async def _serve(mind: ServedMind) -> None:
    server: Server[object, object] = Server(
        "tom", version=version("tom-swe"), instructions=INSTRUCTIONS
    )
    offered = tools(Answers(mind))
    if _reads_in_session():
        offered += reading_tools(SessionAnswers(mind))
    listed = types.ListToolsResult(tools=[tool.listed() for tool in offered])
    by_name = {tool.name: tool for tool in offered}

    async def list_tools(_: types.ListToolsRequest) -> types.ServerResult:
        return types.ServerResult(listed)

    async def call_tool(request: types.CallToolRequest) -> types.ServerResult:
        asked = request.params
        tool = by_name.get(asked.name)
        if about := server.request_context.session.client_params:
            mind.client = about.clientInfo.name
        result = await anyio.to_thread.run_sync(_call, tool, asked.arguments or {})
        return types.ServerResult(result)

    server.request_handlers[types.ListToolsRequest] = list_tools
    server.request_handlers[types.CallToolRequest] = call_tool
    async with stdio_server(stdout=anyio.wrap_file(own_stdout())) as (reads, writes):
        options = server.create_initialization_options(NotificationOptions())
        await server.run(reads, writes, options)


def _reads_in_session() -> bool:
    """Whether the person has asked for it. What is wrong with the settings each call says."""
    try:
        return load_settings().learn_in_session
    except SettingsError:
        return False


def _call(tool: Tool | None, arguments: dict[str, Any]) -> types.CallToolResult:
    """The result of one call; whatever goes wrong in it is the call's error alone."""
    try:
        if tool is None:
            raise UsageError("there is no such tool; list the tools to see their names")
        result = tool.call(_taken(tool.takes, arguments))
    except TomError as error:
        return _failed(str(error))
    except Exception as error:
        # What tom did not raise itself may quote the memory: neither the client nor the
        # log is told more than what kind it was and where.
        name, place = type(error).__name__, traceback.extract_tb(error.__traceback__)[-1]
        log.error("%s at %s:%s", name, Path(place.filename).name, place.lineno)
        return _failed(f"tom failed ({name}); `tom doctor` may say why")
    if isinstance(result, UnreadSessions):
        return types.CallToolResult(content=[types.TextContent(type="text", text=result.text)])
    text = result.advice if isinstance(result, GivenAdvice) else as_background(_json(result))
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        structuredContent=result.model_dump(mode="json"),
    )


def _json(result: BaseModel) -> str:
    return json.dumps(result.model_dump(mode="json"), ensure_ascii=False)


def _failed(message: str) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=plain(message))], isError=True
    )


def _taken(takes: type[BaseModel], arguments: dict[str, Any]) -> BaseModel:
    """The arguments, checked. Raises UsageError, which names the first that is wrong."""
    try:
        return takes.model_validate(arguments)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{where[:60]}: {first['msg']}") from None


class _Untitled(GenerateJsonSchema):
    """Schemas without a title a field, which says nothing that its name does not."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """None is."""
        del schema
        return False


def _schema(model: type[BaseModel], mode: Any) -> dict[str, Any]:
    return model.model_json_schema(mode=mode, schema_generator=_Untitled)
