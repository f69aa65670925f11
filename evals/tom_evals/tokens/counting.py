"""A chat server on loopback that counts what it is sent and answers what it is asked for.

It speaks the OpenAI protocol without streams. The first part of a request's path names what
the request is for: ``BASE/learn-3/v1`` is what the third session took.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Any, NamedTuple

from tom_swe.testing import text_of
from tom_swe.text import count_tokens

# What a chat adds to each message's text: its role, and where it begins and ends.
A_MESSAGE = 4
WORDS = 30
ITEMS = 5
# The file's name is how tiktoken caches this encoding.
_ENCODING, _CACHED = "o200k_base", "fb374d419588a4632f3f557e76b4b70aebbca790"
# How the reference says that a text is one of a list.
_ONE_WORD = "Choose from"
_SAID = (
    "The person asks for small steps with types and tests, answers shortly, wants to be asked "
    "before anything is pushed, and minds when more is changed than was asked for."
)
_ALLOWED = re.compile(r"you only have (\d+) iterations")
_BY_SCHEMA = "by this schema:\n"
_QUERY = "Here is <SWE_agent_query>: "
_MESSAGES = re.compile(r"Important user messages: (\d+)")

type Json = dict[str, Any]


class Replies(StrEnum):
    """How much the model says: that decides how often it is called and what is sent back."""

    LEAST = "least"  # shortest values, no lists, the last action at once
    MOST = "most"  # a sentence for each text, full lists, every action that is allowed


def _sentence(replies: Replies) -> str:
    return " ".join(_SAID.split()[: WORDS if replies is Replies.MOST else 1])


class Asked(NamedTuple):
    """One request: what it is for, and tokens sent as messages, as a schema, and got back."""

    operation: str
    sent: int
    schema: int
    got: int


def tokenizer() -> tuple[str, Callable[[str], int]]:
    """What counts, by name, and the count. Nothing is fetched for it.

    The encoding is the one that litellm brings; without it, tom's own estimate.
    """
    found = find_spec("litellm")
    for place in (found and found.submodule_search_locations) or ():
        folder = Path(place) / "litellm_core_utils" / "tokenizers"
        if not (folder / _CACHED).is_file():
            continue
        os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
        try:
            import tiktoken
        except ImportError:
            break
        encode = partial(tiktoken.get_encoding(_ENCODING).encode, disallowed_special=())
        return f"tiktoken's {_ENCODING}", lambda text, encode=encode: len(encode(text))
    return "tom's own estimate", count_tokens


class CountingModel:
    """Counts in ``asked`` every request that comes, in the order of its arrival."""

    def __init__(self, replies: Replies, count: Callable[[str], int]) -> None:
        self.asked: list[Asked] = []
        self._replies = replies
        self._count = count
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def base_url(self) -> str:
        """Where it listens; an operation's name and ``/v1`` come after it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> CountingModel:
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

    def _answer(self, operation: str, body: Json) -> Json:
        said = reply(body, self._replies)
        sent = sum(
            self._count(text_of(message)) + A_MESSAGE for message in body.get("messages", ())
        )
        form = body.get("response_format")
        schema = self._count(json.dumps(form)) if form else 0
        asked = Asked(operation, sent, schema, self._count(said))
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked)
        message = {"role": "assistant", "content": said}
        usage = {
            "prompt_tokens": sent,
            "completion_tokens": asked.got,
            "total_tokens": sent + asked.got,
        }
        return {
            "id": f"chat{number}",
            "object": "chat.completion",
            "created": 1,
            "model": body.get("model", "counting"),
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": usage,
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self._answer

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Says nothing."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
                told = json.dumps(answer(self.path.split("/")[1], body)).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

        return Handler


class _Server(ThreadingHTTPServer):
    # The reference opens a connection for every session at once.
    request_queue_size = 1024
    daemon_threads = True


def reply(body: Json, replies: Replies) -> str:
    """A reply that fits the schema in a request, or a word where it has none."""
    form: Json = body.get("response_format") or {}
    if "json_schema" in form:
        schema: Json = form["json_schema"]["schema"]
    else:
        # Tom tells a model that takes no schema so at the end of what it is told first.
        told, _, text = text_of(body["messages"][0]).partition(_BY_SCHEMA)
        if not text:
            return told and _sentence(replies)
        schema = json.loads(text)
    if {"action", "parameters", "is_complete"} <= set(schema.get("properties", ())):
        return json.dumps(_action([text_of(message) for message in body["messages"]], replies))
    return json.dumps(_value(schema, schema, replies, _items(body)))


def _action(messages: list[str], replies: Replies) -> Json:
    """The next action in the reference's loop; the last that is allowed ends it.

    A consult searches the session models and then the sessions, as the schema has it by
    default; learning appends to the profile.
    """
    most = replies is Replies.MOST
    said = _sentence(replies)
    learning = "GENERATE_SLEEP_SUMMARY" in messages[0]
    taken = sum(text.startswith("Tool result: ") for text in messages)
    allowed = max((int(n) for text in messages for n in _ALLOWED.findall(text)), default=1)
    ends = not most or taken + 1 >= allowed
    parameters: Json
    if learning and ends:
        action, parameters = "generate_sleep_summary", {"summarization": said}
    elif learning:
        action = "update_json_field"
        parameters = {
            "field_path": "user_profile.preference_summary",
            "new_value": f"{said} ({len(messages[1])})",
            "list_operation": "append",
        }
    elif ends:
        action = "generate_suggestions"
        parameters = {"suggestions": said, "confidence_score": 0.5}
    else:
        action = "search_file"
        asked = (text.partition(_QUERY) for text in reversed(messages))
        parameters = {
            "query": next((query for _, found, query in asked if found), said),
            "search_scope": "cleaned_sessions" if taken else "session_analyses",
            "search_method": "bm25",
        }
    return {"reasoning": said, "action": action, "parameters": parameters, "is_complete": ends}


def _items(body: Json) -> int:
    """How long a full list is: where a prompt counts the person's messages, as long as that."""
    said = "\n".join(text_of(message) for message in body["messages"])
    counted = _MESSAGES.search(said)
    return int(counted[1]) if counted else ITEMS


def _value(schema: Mapping[str, Any], root: Json, replies: Replies, items: int) -> object:
    """A value of a schema: the shortest that it allows, or a full one."""
    most = replies is Replies.MOST
    if "$ref" in schema:
        return _value(root["$defs"][schema["$ref"].rpartition("/")[2]], root, replies, items)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for choices in ("anyOf", "oneOf", "allOf"):
        if choices in schema:
            # Least is nothing, where nothing is allowed; the step that tom may take most of is
            # the last that its form has.
            kinds: list[Json] = sorted(schema[choices], key=lambda each: each.get("type") != "null")
            return _value(kinds[-1 if most else 0], root, replies, items)
    match schema.get("type"):
        case "object":
            wanted = schema.get("properties", {}) if most else schema.get("required", ())
            return {
                name: _value(schema["properties"][name], root, replies, items) for name in wanted
            }
        case "array":
            length = max(items if most else 0, schema.get("minItems", 0))
            length = min(length, schema.get("maxItems", length))
            return [_value(schema["items"], root, replies, items) for _ in range(length)]
        case "string":
            one = not most or _ONE_WORD in schema.get("description", "")
            text = _sentence(Replies.LEAST if one else Replies.MOST)
            return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case _:
            return None
