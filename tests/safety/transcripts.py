"""Sessions in the format of every importer, with given texts in given places."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from safety.stores import STORES, Told

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.ingest import IMPORTERS

FENCE = "`" * 3
OPENING = "please look at the walnut table"
REMOTE = "https://git.example.org/acme/shop.git"


class Placed(NamedTuple):
    """A text and where it stands: user, pasted, beside, agent, call or output."""

    place: str
    text: str


PLACES = ("user", "pasted", "beside", "agent", "call", "output")

type Lines = list[dict[str, object]]


def _pasted(text: str) -> str:
    return f"what does this mean?\n{FENCE}\n{text}\n{FENCE}"


def _time(number: int) -> str:
    return f"2026-11-01T{9 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"


def claude_code(folder: Path, placed: Sequence[Placed], remote: str = REMOTE) -> Path:
    """A project of Claude Code."""
    lines: Lines = []

    def line(kind: str, content: object, **more: object) -> None:
        number = len(lines)
        lines.append(
            {
                "type": kind,
                "uuid": f"u{number}",
                "sessionId": "c-1",
                "cwd": "/w/shop",
                "version": "2.1.0",
                "timestamp": _time(number),
                "message": {"role": kind, "content": content},
                **more,
            }
        )

    line("user", OPENING)
    for number, (place, text) in enumerate(placed):
        match place:
            case "user":
                line("user", [{"type": "text", "text": text}])
            case "pasted":
                line("user", _pasted(text))
            case "beside":
                line("user", text, isMeta=True)
                tag = "ide_selection"
                line("user", f"<{tag}>{text}</{tag}>\nrename it")
            case "agent":
                line("assistant", [{"type": "text", "text": text}])
            case "call":
                call = {"type": "tool_use", "id": f"t{number}", "name": "Bash"}
                line("assistant", [{**call, "input": {"command": text}}])
            case _:
                result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": text}
                line("user", [result], toolUseResult={"stdout": text})
    del remote
    return _jsonl(folder / "projects" / "-w-shop" / "c-1.jsonl", lines).parents[2]


def codex(folder: Path, placed: Sequence[Placed], remote: str = REMOTE) -> Path:
    """A rollout of Codex."""
    meta = {"id": "x-1", "cwd": "/w/shop", "git": {"repository_url": remote}}
    lines: Lines = [{"timestamp": _time(0), "type": "session_meta", "payload": meta}]

    def item(**payload: object) -> None:
        told = {"timestamp": _time(len(lines)), "type": "response_item", "payload": payload}
        lines.append(told)

    def message(role: str, text: str) -> None:
        kind = "input_text" if role == "user" else "output_text"
        item(type="message", role=role, content=[{"type": kind, "text": text}])

    message("user", OPENING)
    for number, (place, text) in enumerate(placed):
        call = f"t{number}"
        match place:
            case "user":
                message("user", text)
            case "pasted":
                message("user", _pasted(text))
            case "beside":
                message("user", f"<user_instructions>\n{text}\n</user_instructions>")
            case "agent":
                message("assistant", text)
            case "call":
                arguments = json.dumps({"command": ["bash", "-lc", text]})
                item(type="function_call", name="shell", call_id=call, arguments=arguments)
            case _:
                output = json.dumps({"output": text, "metadata": {"exit_code": 0}})
                item(type="function_call_output", call_id=call, output=output)
    return _jsonl(folder / "2026" / "11" / "01" / "rollout-x-1.jsonl", lines)


def openhands(folder: Path, placed: Sequence[Placed], remote: str = REMOTE) -> Path:
    """A conversation of OpenHands."""
    del remote
    home = folder / "conversations" / ("a" * 32)
    events = home / "events"
    events.mkdir(parents=True)
    state = {"id": "a" * 32, "workspace": {"working_dir": "/w/shop"}}
    (home / "base_state.json").write_text(json.dumps(state))
    made: Lines = []

    def event(kind: str, source: str, **more: object) -> None:
        made.append({"kind": kind, "source": source, "timestamp": _time(len(made)), **more})

    def message(source: str, role: str, text: str, **more: object) -> None:
        content = [{"type": "text", "text": text}]
        event("MessageEvent", source, llm_message={"role": role, "content": content}, **more)

    message("user", "user", OPENING)
    for place, text in placed:
        match place:
            case "user":
                message("user", "user", text)
                event("UserRejectObservation", "user", rejection_reason=text)
            case "pasted":
                message("user", "user", _pasted(text))
            case "beside":
                beside = [{"type": "text", "text": text}]
                message("user", "user", "rename it", extended_content=beside)
            case "agent":
                message("agent", "assistant", text)
            case "call":
                call = {"arguments": json.dumps({"command": text})}
                thought = [{"type": "text", "text": text}]
                event("ActionEvent", "agent", tool_name="bash", tool_call=call, thought=thought)
            case _:
                seen = {"content": [{"type": "text", "text": text}]}
                event("ObservationEvent", "environment", tool_name="bash", observation=seen)
    for number, told in enumerate(made):
        name = f"event-{number:05}-{number:08x}.json"
        (events / name).write_text(json.dumps(told))
    return folder / "conversations"


def aider(folder: Path, placed: Sequence[Placed], remote: str = REMOTE) -> Path:
    """A chat log of aider."""
    del remote
    lines = ["", "# aider chat started at 2026-11-01 09:00:00", ""]

    def user(text: str) -> None:
        lines.extend(("", *(f"#### {part}  " for part in text.split("\n")), ""))

    user(OPENING)
    for place, text in placed:
        match place:
            case "user":
                user(text)
            case "pasted":
                user(_pasted(text))
            case "beside":
                user("/run " + text.replace("\n", " "))
            case "agent":
                lines.extend((text, ""))
            case _:
                lines.extend((*(f"> {part}  " for part in text.split("\n")), ""))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ".aider.chat.history.md"
    path.write_text("\n".join(lines))
    return path


def jsonl(folder: Path, placed: Sequence[Placed], remote: str = REMOTE) -> Path:
    """Tom's own format."""
    roles = {"agent": "agent", "call": "tool", "output": "tool"}
    lines: Lines = [
        {"session": "j-1", "role": "user", "text": OPENING, "cwd": "/w/shop", "repository": remote}
    ]
    for place, text in placed:
        told = _pasted(text) if place == "pasted" else text
        if place == "beside":
            told = f"<system-reminder>{text}</system-reminder> rename it"
        role = roles.get(place, "user")
        lines.append({"session": "j-1", "role": role, "text": told, "at": _time(len(lines))})
    return _jsonl(folder / "own.jsonl", lines)


def reference(folder: Path, placed: Sequence[Placed], remote: str = REMOTE) -> Path:
    """A cleaned session of tom-swe 1.x."""
    del remote
    roles = {"agent": "assistant", "call": "tool", "output": "tool"}
    messages: Lines = [{"role": "user", "content": OPENING}]
    for place, text in placed:
        told = _pasted(text) if place == "pasted" else text
        if place == "beside":
            told = f"<EXTRA_INFO>{text}</EXTRA_INFO> rename it"
        messages.append({"role": roles.get(place, "user"), "content": told})
    session = {"session_id": "r-1", "start_time": _time(0), "messages": messages}
    path = folder / "usermodeling" / "cleaned_sessions" / "r-1.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(session))
    return folder / "usermodeling"


type Write = Callable[[Path, Sequence[Placed], str], Path]


def made_by(host: str) -> Write:
    """A session written by the host's writer of conversations: what others say is the agent's."""

    def write(folder: Path, placed: Sequence[Placed], remote: str = REMOTE) -> Path:
        del remote
        start = datetime(2026, 11, 1, 9, tzinfo=UTC)
        told = [Placed("user", OPENING), *placed]
        messages = tuple(
            Said(
                by_person=place in ("user", "pasted"),
                text=_pasted(text) if place == "pasted" else text,
                at=start + timedelta(seconds=number),
            )
            for number, (place, text) in enumerate(told)
        )
        conversation = Conversation("0b6f7a52-1111-4222-8333-944455556666", "/w/shop", messages)
        return writer_of(host)(folder, [conversation])

    return write


def stored(store: Callable[[Path, Told, str], Path]) -> Write:
    """A session of a host with a store of its own form."""

    def write(folder: Path, placed: Sequence[Placed], remote: str = REMOTE) -> Path:
        told = [("user", OPENING)]
        for place, text in placed:
            told.append(("user", _pasted(text)) if place == "pasted" else (place, text))
        return store(folder, told, remote)

    return write


_OWN: dict[str, Write] = {
    **{host: stored(store) for host, store in STORES.items()},
    "claude-code": claude_code,
    "codex": codex,
    "openhands": openhands,
    "aider": aider,
    "jsonl": jsonl,
    "tom-swe-reference": reference,
}
WRITERS = {host: _OWN.get(host) or made_by(host) for host in IMPORTERS}
# One of each form: lines, a folder of events, a log, a store, a document. The rest take longer.
QUICK = ("claude-code", "codex", "openhands", "aider", "jsonl", "opencode", "gemini-cli", "cursor")
HOSTS = [
    host if host in QUICK else pytest.param(host, marks=pytest.mark.slow) for host in IMPORTERS
]


def everywhere(texts: Sequence[str], of: int = 1, start: int = 0) -> Iterator[Placed]:
    """Each text in ``of`` of the places, in turns."""
    for number, text in enumerate(texts):
        for more in range(of):
            yield Placed(PLACES[(number + start + more) % len(PLACES)], text)


def _jsonl(path: Path, lines: Lines) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path
