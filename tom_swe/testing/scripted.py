"""A chat server on loopback that says what has been written for it, in order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class ScriptedFault:
    """An answer that is none: a status with headers, a body cut short, or silence until released.

    ``body`` replaces what is sent with status 200.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    cut: bool = False
    silent: bool = False


# What a server says that is to be asked again without a pause.
AT_ONCE = (("retry-after", "0"),)

type Turn = str | tuple[str, dict[str, Any]] | ScriptedFault


class ScriptedModel:
    """Speaks the OpenAI chat protocol. A turn is a text, or a tool's name with its arguments.

    ``requests`` holds every request body that came, in order. Once the turns are used up it
    answers with the text "done". Where a stream is asked for, a text comes word by word, and
    it stops in its middle at the word "HOLD" until ``release`` is set. ``answer`` takes the
    place of the turns: it is given each request. ``most`` is how many were answered at once.
    ``count`` counts the tokens of a text for the usage that it tells, 10 and 5 without it.
    """

    def __init__(
        self,
        *turns: Turn,
        answer: Callable[[dict[str, Any]], Turn] | None = None,
        count: Callable[[str], int] | None = None,
    ) -> None:
        self._turns = list(turns)
        self._answering = answer
        self._count = count
        self._now = self.most = 0
        self.release = Event()
        self._lock = Lock()
        self.requests: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        # A server looks only so often whether it is to stop, half a second apart if not told.
        serve = partial(self._server.serve_forever, poll_interval=0.01)
        self._thread = Thread(target=serve, daemon=True)

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def said_to_model(self) -> str:
        """All the text of the newest request's messages."""
        return json.dumps(self.requests[-1]["messages"], ensure_ascii=False)

    def __enter__(self) -> ScriptedModel:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, body: dict[str, Any]) -> dict[str, Any] | ScriptedFault:
        with self._lock:
            self.requests.append(body)
            self._now += 1
            self.most = max(self.most, self._now)
            turn: Turn = self._turns.pop(0) if self._turns else "done"
        if self._answering:
            turn = self._answering(body)
        with self._lock:
            self._now -= 1
        if isinstance(turn, ScriptedFault):
            return turn
        message: dict[str, Any] = {"role": "assistant", "content": turn}
        if isinstance(turn, tuple):
            name, arguments = turn
            call = {"name": name, "arguments": json.dumps(arguments)}
            message = {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": f"call{len(self.requests)}", "type": "function", "function": call}
                ],
            }
        return {
            "id": f"chat{len(self.requests)}",
            "object": "chat.completion",
            "created": 1,
            "model": body.get("model", "scripted"),
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": self._usage(body, message),
        }

    def _usage(self, body: dict[str, Any], message: dict[str, Any]) -> dict[str, int]:
        sent, said = 10, 5
        if self._count:
            sent = sum(self._count(text_of(each)) for each in body["messages"])
            said = self._count(text_of(message))
        return {"prompt_tokens": sent, "completion_tokens": said, "total_tokens": sent + said}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Says nothing."""

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                body = json.loads(self.rfile.read(length))
                told = model._answer(body)
                if isinstance(told, ScriptedFault):
                    self._fail(told)
                    return
                if body.get("stream"):
                    self._stream(told)
                    return
                answer = json.dumps(told).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def _fail(self, fault: ScriptedFault) -> None:
                if fault.silent:
                    model.release.wait(30)
                    return
                answer = (fault.body or json.dumps({"error": {"message": "a fault"}})).encode()
                self.send_response(fault.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer) + (100 if fault.cut else 0)))
                for name, value in fault.headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)
                self.close_connection = True

            def _stream(self, told: dict[str, Any]) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                try:
                    for delta in _deltas(told["choices"][0]["message"]):
                        if delta.get("content", "").strip() == "HOLD":
                            model.release.wait(30)
                        self._chunk(told, [{"index": 0, "delta": delta, "finish_reason": None}])
                    self._chunk(told, [{"index": 0, "delta": {}, "finish_reason": "stop"}])
                    self._chunk({**told, "told": True}, [])
                    self.wfile.write(b"data: [DONE]\n\n")
                except (BrokenPipeError, ConnectionResetError):
                    return  # interrupted: nobody listens any more

            def _chunk(self, told: dict[str, Any], choices: list[dict[str, Any]]) -> None:
                chunk = {
                    "id": told["id"],
                    "object": "chat.completion.chunk",
                    "created": 1,
                    "model": told["model"],
                    "choices": choices,
                }
                if told.get("told"):
                    chunk["usage"] = told["usage"]
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()

        return Handler


def text_of(message: Mapping[str, Any]) -> str:
    """All that a chat's message holds: text, blocks of text, calls of tools."""
    content = message.get("content") or ""
    if not isinstance(content, str):
        content = "\n".join(block.get("text", "") for block in content)
    calls = message.get("tool_calls")
    return f"{content}\n{json.dumps(calls, ensure_ascii=False)}" if calls else content


def _deltas(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A message in the pieces of a stream."""
    yield {"role": "assistant"}
    for word in re.findall(r"\S+\s*", message["content"] or ""):
        yield {"content": word}
    for number, call in enumerate(message.get("tool_calls", [])):
        yield {"tool_calls": [{"index": number, **call}]}
