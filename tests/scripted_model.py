"""A chat server on loopback that says what a test has written for it, in order."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any

type Turn = str | tuple[str, dict[str, Any]]


class ScriptedModel:
    """Speaks the OpenAI chat protocol. A turn is a text, or a tool's name with its arguments.

    ``requests`` holds every request body that came, in order. Once the turns are used up it
    answers with the text "done".
    """

    def __init__(self, *turns: Turn) -> None:
        self._turns = list(turns)
        self._lock = Lock()
        self.requests: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

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
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.requests.append(body)
            turn: Turn = self._turns.pop(0) if self._turns else "done"
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
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: object) -> None:
                """Says nothing."""

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                answer = json.dumps(model._answer(json.loads(self.rfile.read(length)))).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        return Handler
