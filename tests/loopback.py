"""A model on loopback in the protocols that coding agents speak, saying what is written for it.

Anthropic's Messages, OpenAI's Responses and chat completions, and Gemini's. Each request is kept
in ``requests``; each is answered with the same turn until ``turn`` is changed, or with what
``turn`` makes of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, NamedTuple

from tom_swe.testing.scripted import ScriptedFault

REFUSAL = "REFUSAL"
SLOW_DOWN = ScriptedFault(429, (("retry-after", "0"),))
BAD_KEY = ScriptedFault(401)
SILENCE = ScriptedFault(silent=True)
SENT, SAID, CACHED = 100, 7, 40

type Events = list[dict[str, Any]]


class ToolUse(NamedTuple):
    """A turn in which the model calls a tool."""

    name: str
    arguments: dict[str, Any]


type Turn = str | ScriptedFault | ToolUse
type Script = Callable[[dict[str, Any]], Turn]


class Loopback:
    """Answers every question with a turn: a text, `REFUSAL`, a tool's use, or a fault."""

    def __init__(self, turn: Turn | Script) -> None:
        self.turn: Turn | Script = turn
        self.requests: list[str] = []
        self.release = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        serve = partial(self._server.serve_forever, poll_interval=0.01)
        self._thread = Thread(target=serve, daemon=True)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, loopback: Loopback, *given: Any) -> None:
        self._loopback = loopback
        super().__init__(*given)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""

    def do_HEAD(self) -> None:
        self._send(b"", "text/plain")

    def do_GET(self) -> None:
        self._send(b"{}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        asked: dict[str, Any] = json.loads(body)
        turn = self._loopback.turn
        protocol = next((each for name, each in _PROTOCOLS.items() if name in self.path), None)
        if protocol is None or "count_tokens" in self.path:
            self._send(b"{}")
            return
        self._loopback.requests.append(body)
        if callable(turn):
            turn = turn(asked)
        if isinstance(turn, ScriptedFault):
            self._fail(turn)
            return
        events, whole = protocol(turn, asked)
        if asked.get("stream") or "stream" in self.path:
            lines = [
                f"event: {each['type']}\ndata: {json.dumps(each)}\n\n"
                if "type" in each
                else f"data: {json.dumps(each)}\n\n"
                for each in events
            ]
            self._send("".join(lines).encode(), "text/event-stream")
        else:
            self._send(json.dumps(whole).encode())

    def _fail(self, fault: ScriptedFault) -> None:
        if fault.silent:
            self._loopback.release.wait(60)
            self.close_connection = True
            return
        error = {"type": "error", "message": "a fault", "code": fault.status}
        self._send(json.dumps({"type": "error", "error": error}).encode(), fault=fault)

    def _send(
        self, body: bytes, kind: str = "application/json", fault: ScriptedFault | None = None
    ) -> None:
        self.send_response(fault.status if fault else 200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in fault.headers if fault else ():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return  # the program that asked was ended


def _messages(turn: str | ToolUse, asked: dict[str, Any]) -> tuple[Events, dict[str, Any]]:
    """Anthropic's, in form where a tool takes the form."""
    stop, block = "end_turn", {"type": "text", "text": turn}
    delta = {"type": "text_delta", "text": turn}
    if isinstance(turn, ToolUse):
        number = len(asked["messages"])
        block = {"type": "tool_use", "id": f"toolu_{number}", "name": turn.name}
        arguments = json.dumps(turn.arguments)
        delta, stop = {"type": "input_json_delta", "partial_json": arguments}, "tool_use"
    elif turn == REFUSAL:
        stop = "refusal"
    elif turn.startswith("{") and any(
        tool["name"] == "StructuredOutput" for tool in asked.get("tools", ())
    ):
        block = {"type": "tool_use", "id": "toolu_1", "name": "StructuredOutput"}
        delta, stop = {"type": "input_json_delta", "partial_json": turn}, "tool_use"
    usage = {
        "input_tokens": SENT - CACHED,
        "output_tokens": SAID,
        "cache_read_input_tokens": CACHED,
    }
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    empty: dict[str, Any] = {**block, "input": {}} if stop == "tool_use" else {**block, "text": ""}
    ended = {"stop_reason": stop, "stop_sequence": None}
    events: Events = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": {"output_tokens": SAID}},
        {"type": "message_stop"},
    ]
    return events, {**message, "content": [block], **ended}


def _responses(turn: str | ToolUse, asked: dict[str, Any]) -> tuple[Events, dict[str, Any]]:
    """OpenAI's newer one."""
    part: dict[str, Any] = {"type": "output_text", "text": turn, "annotations": []}
    if turn == REFUSAL:
        part = {"type": "refusal", "refusal": "No."}
    item = {"type": "message", "id": "m1", "role": "assistant", "content": [part]}
    if isinstance(turn, ToolUse):
        arguments, number = json.dumps(turn.arguments), len(asked["input"])
        item = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}"}
        item |= {"name": turn.name, "arguments": arguments, "status": "completed"}
    whole = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": asked["model"],
        "output": [item],
        "usage": {
            "input_tokens": SENT,
            "input_tokens_details": {"cached_tokens": CACHED},
            "output_tokens": SAID,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": SENT + SAID,
        },
    }
    events: Events = [
        {"type": "response.created", "response": {**whole, "output": [], "usage": None}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole},
    ]
    return events, whole


def _gemini(turn: str | ToolUse, _: dict[str, Any]) -> tuple[Events, dict[str, Any]]:
    """Google's."""
    part: dict[str, Any] = {"text": turn}
    if isinstance(turn, ToolUse):
        part = {"functionCall": {"name": turn.name, "args": turn.arguments}}
    whole = {
        "candidates": [
            {
                "content": {"role": "model", "parts": [part]},
                "finishReason": "SAFETY" if turn == REFUSAL else "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": {
            "promptTokenCount": SENT,
            "candidatesTokenCount": SAID,
            "cachedContentTokenCount": CACHED,
            "totalTokenCount": SENT + SAID,
        },
    }
    return [whole], whole


def _chat(turn: str | ToolUse, asked: dict[str, Any]) -> tuple[Events, dict[str, Any]]:
    """OpenAI's older one, which others speak as well."""
    stop = "content_filter" if turn == REFUSAL else "stop"
    usage = {
        "prompt_tokens": SENT,
        "completion_tokens": SAID,
        "total_tokens": SENT + SAID,
        "prompt_tokens_details": {"cached_tokens": CACHED},
    }
    base = {"id": "c1", "created": 1, "model": asked["model"]}
    chunk = {**base, "object": "chat.completion.chunk"}
    said: dict[str, Any] = {"role": "assistant", "content": turn}
    if isinstance(turn, ToolUse):
        stop = "tool_calls"
        function = {"name": turn.name, "arguments": json.dumps(turn.arguments)}
        call = {"index": 0, "id": f"call_{len(asked['messages'])}", "type": "function"}
        said = {"role": "assistant", "content": None, "tool_calls": [call | {"function": function}]}
    events: Events = [
        {**chunk, "choices": [{"index": 0, "delta": said, "finish_reason": None}]},
        {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": stop}], "usage": usage},
    ]
    choice = {"index": 0, "message": said, "finish_reason": stop}
    return events, {**base, "object": "chat.completion", "choices": [choice], "usage": usage}


_PROTOCOLS: dict[str, Callable[[Any, dict[str, Any]], tuple[Events, dict[str, Any]]]] = {
    "/messages": _messages,
    "/responses": _responses,
    "enerateContent": _gemini,
    "/chat/completions": _chat,
}
