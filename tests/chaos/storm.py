"""Many processes on one memory, killed at random: who did what, and what was acknowledged."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLI = [sys.executable, "-m", "tom_cli"]
HOOK = [sys.executable, "-m", "tom_swe.hosts.hook"]
LEARNER = [sys.executable, "-m", "tom_swe.hosts.learner"]
HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "storm", "version": "1"},
}
# What a process may say that waited for as long as it is allowed to.
WAITED = "try again"


@dataclass
class Acknowledged:
    """What processes said they had done before they ended or were killed."""

    sessions: dict[str, str] = field(default_factory=dict)  # id: its last message
    statements: list[str] = field(default_factory=list)
    decisions: list[tuple[str, int]] = field(default_factory=list)
    consultations: list[int] = field(default_factory=list)
    pointers: list[str] = field(default_factory=list)
    undone: int = 0
    counts: Counter[str] = field(default_factory=Counter[str])


class Storm:
    """Processes at work on one memory for some seconds, and a hand that kills them."""

    def __init__(self, folder: Path, seed: int, *, seconds: float, kills: float) -> None:
        self.home = folder / "tom"
        self.folder = folder
        self.seed = seed
        self.kills = kills
        self.killed: Counter[str] = Counter()
        self.started: Counter[str] = Counter()
        self.longest = (0.0, "")
        self.waited: list[str] = []
        self.errors: list[str] = []
        self.done = Acknowledged()
        self._until = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._over = threading.Event()

    # What runs

    def run(self, workers: list[Callable[["Storm", random.Random, int], None]]) -> None:
        """Runs each worker in a thread of its own until the time is over."""
        threads = [
            threading.Thread(target=self._work, args=(work, number))
            for number, work in enumerate(workers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._over.set()

    def _work(self, work: Callable[["Storm", random.Random, int], None], number: int) -> None:
        rng = random.Random(self.seed * 1000 + number)
        try:
            while self.goes_on:
                work(self, rng, number)
        except Exception as error:
            self.errors.append(f"{work.__name__}: {error!r}")

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self._until

    def pause(self, seconds: float) -> None:
        """Waits, at most until the time is over."""
        self._over.wait(max(0.0, min(seconds, self._until - time.monotonic())))

    def process(
        self,
        kind: str,
        command: list[str],
        rng: random.Random,
        data: bytes = b"",
        within: float = 5,
    ) -> str | None:
        """One process; what it printed, None where it was killed or could not do it."""
        began = time.monotonic()
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            self.started[kind] += 1
            killer = None
            if rng.random() < self.kills:
                killer = threading.Timer(rng.uniform(0, within), process.kill)
                killer.start()
            out, err = process.communicate(data, timeout=180)
            if killer:
                killer.cancel()
        return self.ended(kind, process.returncode, err.decode(), began, out.decode())

    def ended(self, kind: str, code: int, err: str, began: float, out: str = "") -> str | None:
        """Notes how a process ended; what it printed where it did what it was asked."""
        with self._lock:
            if code == -signal.SIGKILL:
                self.killed[kind] += 1
                return None
            took = time.monotonic() - began
            self.longest = max(self.longest, (took, kind))
            if "Traceback" in err or code < 0 or (code and WAITED not in err):
                self.errors.append(f"{kind} ended with {code}: {err[-600:]}")
            elif code:
                self.waited.append(f"{kind} after {took:.1f} s: {err.strip()[-200:]}")
            if code:
                return None
            self.done.counts[kind] += 1
            return out

    def learners(self) -> Iterator[int]:
        """The learners that hooks started on this memory."""
        ours = f"TOM_HOME={self.home}\0".encode()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if (
                        b"tom_swe.hosts.learner" in (entry / "cmdline").read_bytes()
                        and ours in (entry / "environ").read_bytes()
                    ):
                        yield int(entry.name)


# Workers


def hosts(storm: Storm, rng: random.Random, number: int) -> None:
    """A coding agent: sessions of one message and more, each told and noted by hooks."""
    session = f"h{number}-{storm.started['hook']}-{rng.randrange(10**9)}"
    path = storm.folder / "projects" / "-w-shop" / f"{session}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    for turn in range(rng.randint(1, 3)):
        said = f"from now on use {rng.choice(TOOLS)} here, not by hand ({session} {turn})"
        line = {
            "type": "user",
            "uuid": f"{session}-{turn}",
            "sessionId": session,
            "cwd": "/w/shop",
            "version": "2.1.0",
            "timestamp": f"2026-11-0{turn + 1}T10:00:00Z",
            "message": {"role": "user", "content": said},
        }
        with path.open("a") as transcript:
            transcript.write(json.dumps(line) + "\n")
        event = {"session_id": session, "cwd": "/w/shop", "transcript_path": str(path)}
        for name in ("UserPromptSubmit", rng.choice(["Stop", "SessionEnd"])):
            data = json.dumps({"hook_event_name": name, **event}).encode()
            if storm.process("hook", [*HOOK, name], rng, data, within=0.1) is not None:
                storm.done.sessions[session] = said
        storm.pause(rng.uniform(0, 2))


def learner(storm: Storm, rng: random.Random, number: int) -> None:
    """The learner, started by hand; those that hooks started are killed now and then, too."""
    storm.process("learner", LEARNER, rng)
    for pid in list(storm.learners()):
        if rng.random() < storm.kills:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                storm.killed["detached learner"] += 1
    storm.pause(rng.uniform(0, 1))


def learns(storm: Storm, rng: random.Random, number: int) -> None:
    """`tom learn`."""
    storm.process("learn", [*CLI, "learn", *rng.choice([[], ["--pending"]])], rng)


def imports(storm: Storm, rng: random.Random, number: int) -> None:
    """`tom import` of a history that is not there yet."""
    name = f"i{number}-{storm.started['import']}"
    path = storm.folder / f"{name}.jsonl"
    said = {
        f"{name}-{each}": f"always use {rng.choice(TOOLS)} ({name} {each})" for each in range(5)
    }
    lines = ({"session": key, "role": "user", "text": text} for key, text in said.items())
    path.write_text("\n".join(map(json.dumps, lines)))
    if storm.process("import", [*CLI, "import", "jsonl", str(path)], rng) is not None:
        storm.done.sessions |= said


def rules(storm: Storm, rng: random.Random, number: int) -> None:
    """The person: states something, rules on it, and takes something back now and then."""
    text = f"always run {rng.choice(TOOLS)} before release {number}.{storm.started['remember']}"
    told = storm.process("remember", [*CLI, "remember", "--json", text], rng)
    if told is None:
        return
    storm.done.statements.append(text)
    for belief in json.loads(told)[:1]:
        did = rng.choice(["confirm", "reject", "edit"])
        worded = [f"{text}, as I put it"] if did == "edit" else []
        if storm.process(did, [*CLI, "memory", did, f"b{belief['id']}", *worded], rng) is not None:
            storm.done.decisions.append((did, belief["id"]))
    if rng.random() < 0.3:
        storm.done.undone += 1
        storm.process("undo", [*CLI, "undo"], rng)


def asks(storm: Storm, rng: random.Random, number: int) -> None:
    """`tom consult` and `tom profile`."""
    if (
        told := storm.process("consult", [*CLI, "consult", "--json", "add a page"], rng)
    ) is not None:
        storm.done.consultations.append(json.loads(told)["consultation_id"])
    storm.process("profile", [*CLI, "profile", "--json"], rng)


def serves(storm: Storm, rng: random.Random, number: int) -> None:
    """An MCP server that answers until it is killed or its client has had enough."""
    began = time.monotonic()
    storm.started["mcp server"] += 1
    with (storm.folder / f"mcp-{number}.log").open("w+b") as log:
        process = subprocess.Popen(
            [*CLI, "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
        # What was not sent yet when it was killed breaks the pipe at the end, too.
        with contextlib.suppress(BrokenPipeError), process:
            killer = threading.Timer(rng.uniform(2, 20), process.kill)
            if rng.random() < storm.kills:
                killer.start()
            _converse(storm, rng, process)
            assert process.stdin
            process.stdin.close()
            process.wait(120)
            killer.cancel()
        log.seek(0)
        err = log.read().decode()
    storm.ended("mcp server", process.returncode, err, began)


def _converse(storm: Storm, rng: random.Random, process: subprocess.Popen[bytes]) -> None:
    def ask(number: int, method: str, **params: object) -> dict[str, Any] | None:
        assert process.stdin
        assert process.stdout
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        process.stdin.write(json.dumps(message).encode() + b"\n")
        process.stdin.flush()
        while line := process.stdout.readline():
            if (told := json.loads(line)).get("id") == number:
                return told
        return None

    ask(0, "initialize", **HELLO)
    assert process.stdin
    process.stdin.write(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
    for number in range(1, rng.randint(3, 12)):
        if not storm.goes_on:
            return
        quote = f"never commit without {rng.choice(TOOLS)} {rng.randrange(10**6)}"
        tool, arguments = rng.choice(
            [
                ("profile", {}),
                ("consult", {"request": "add a login page"}),
                ("search", {"query": "release"}),
                ("remember", {"quote": quote}),
            ]
        )
        began = time.monotonic()
        told = ask(number, "tools/call", name=tool, arguments=arguments)
        if told is None:
            return
        result = told["result"]
        text = result["content"][0]["text"]
        storm.longest = max(storm.longest, (time.monotonic() - began, f"mcp {tool}"))
        if result.get("isError"):
            (storm.waited if WAITED in text else storm.errors).append(f"mcp {tool}: {text}")
            continue
        storm.done.counts[f"mcp {tool}"] += 1
        if tool == "consult":
            storm.done.consultations.append(int(result["structuredContent"]["id"][1:]))
        if tool == "remember":
            storm.done.pointers.append(quote)


def breaks_index(storm: Storm, rng: random.Random, number: int) -> None:
    """Deletes Chroma's folder, or overwrites bytes of a file in it."""
    storm.pause(rng.uniform(0.5, 4))
    folder = storm.home / "index"
    with contextlib.suppress(OSError):
        if rng.random() < 0.5:
            shutil.rmtree(folder)
            storm.done.counts["index deleted"] += 1
            return
        path = rng.choice(
            [each for each in sorted(folder.rglob("*")) if each.is_file()] or [folder]
        )
        with path.open("r+b") as file:
            file.seek(rng.randrange(max(1, path.stat().st_size)))
            file.write(rng.randbytes(rng.choice([16, 512, 4096])))
            storm.done.counts["index damaged"] += 1


TOOLS = [
    *("pnpm", "make", "ruff", "pytest", "tox", "nox", "docker", "podman", "gradle", "maven"),
    *("cargo", "clippy", "eslint", "prettier", "mypy", "pyright", "black", "terraform", "helm"),
]
EVERYONE = [*[hosts] * 4, *[learner] * 2, *[learns] * 2, *[imports] * 2, *[rules] * 2, *[asks] * 2]
EVERYONE += [serves] * 2
