"""A host's hook and the learner, as processes, for the tests of both."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tom_swe import Tom

HOOK = [sys.executable, "-m", "tom_swe.hosts.hook"]

LEARNER = [sys.executable, "-m", "tom_swe.hosts.learner"]
# Where `session_of` says that acme/shop is.
SHOP = "/home/someone/acme/shop"
SECRET = "please use pnpm, the key is hunter2hunter2"


def claude(event: str, session: str = "s1", **more: str) -> dict[str, object]:
    return {
        "hook_event_name": event,
        "session_id": session,
        "prompt": SECRET,
        "cwd": "/w/x",
        **more,
    }


def openhands(event: str, session: str = "s1", **more: str) -> dict[str, object]:
    return {
        "event_type": event,
        "session_id": session,
        "message": SECRET,
        "working_dir": "/w/x",
        "tool_name": None,
        "metadata": {},
        **more,
    }


def fire(event: str, told: object, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """One hook as its host runs it."""
    data = told if isinstance(told, bytes) else json.dumps(told).encode()
    return subprocess.run(
        [*HOOK, event], input=data, capture_output=True, env={**os.environ, **environ}, timeout=20
    )


def without_root() -> list[str]:
    """What stands before a command that is to be kept out by permissions, whoever tests."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown"]


def context(result: subprocess.CompletedProcess[bytes], event: str = "UserPromptSubmit") -> str:
    """What a host would put before its model, Claude Code or OpenHands."""
    assert result.returncode == 0
    assert result.stderr == b""
    if not result.stdout:
        return ""
    answer = json.loads(result.stdout)
    if "hookSpecificOutput" not in answer:
        return answer["additionalContext"]
    (nested,) = answer.values()
    assert nested["hookEventName"] == event
    return nested["additionalContext"]


def noted(home: Path) -> list[dict[str, str]]:
    path = home / "hosts" / "inbox.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def logged(home: Path, name: str = "hook.log") -> list[str]:
    path = home / "hosts" / name
    return path.read_text().splitlines() if path.exists() else []


def learners(home: Path) -> list[int]:
    """The processes of this memory's learner."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
                environ = (entry / "environ").read_bytes()
                # A process that is only just being started has no command line yet.
                starting = not command and bool((entry / "exe").readlink())
            except OSError:
                continue
            ours = b"tom_swe.hosts.learner" in command and f"TOM_HOME={home}".encode() in environ
            if ours or starting:
                found.append(int(entry.name))
    return found


def ids_of(tom: Tom, user: str) -> list[str]:
    """The hosts' names of the sessions that are stored."""
    sessions = tom.memory.sessions
    return [sessions.get(user, each.id).host_id for each in sessions.summaries(user)]


def rested(home: Path, seconds: float = 60) -> None:
    """Waits until no learner of this memory is left."""
    until = time.monotonic() + seconds
    while learners(home):
        assert time.monotonic() < until, logged(home, "learner.log")
        time.sleep(0.05)


def transcript(folder: Path, *messages: str, session: str = "c-1") -> Path:
    """A session in Claude Code's format."""
    lines = [
        {
            "type": "user",
            "uuid": f"{session}-{number}",
            "sessionId": session,
            "cwd": "/w/shop",
            "version": "2.1.0",
            "timestamp": f"2026-11-0{number + 1}T10:00:00Z",
            "message": {"role": "user", "content": message},
        }
        for number, message in enumerate(messages)
    ]
    path = folder / "projects" / "-w-shop" / f"{session}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    return path


def corrupt(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 500)
