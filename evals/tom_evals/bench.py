"""Measure how fast tom is on this machine: ``python -m tom_evals.bench`` (``make bench``).

Start-up is a ratio to ``import typer``, and short commands to ``python -c ''``, which run in
alternation with them. Sizes are of what is installed here. Answers are medians of
several runs, and folding is CPU time. The corpora are made from a seed and deleted afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tom_evals.common.messages import SEED, START, message
from tom_evals.folding import folding
from tom_evals.importing import importing_hosts
from tom_evals.installed import installed
from tom_evals.starting import COMMANDS, starting
from tom_swe import (
    LOCAL_USER,
    Query,
    Role,
    Session,
    Settings,
    Tom,
    Turn,
    import_transcripts,
    open_tom,
)
from tom_swe.embed import Remembering
from tom_swe.model.belief import Quote, Saying
from tom_swe.model.checks import Mode

DISTINCT = 4_000


def claude_code_history(folder: Path, sessions: int, rng: random.Random) -> int:
    """Writes sessions in Claude Code's format, a tool result of 4 kB a turn; their bytes."""
    project = folder / "projects" / "-home-someone-shop"
    project.mkdir(parents=True)
    size = 0
    for number in range(sessions):
        lines: list[str] = []
        base = {"cwd": "/home/someone/shop", "sessionId": f"s-{number}", "version": "2.1.0"}
        for turn in range(8):
            at = (START + timedelta(hours=number, minutes=3 * turn)).isoformat()
            told = {"role": "user", "content": message(rng)}
            result = {
                "type": "tool_result",
                "tool_use_id": "t",
                "content": "line of output\n" * 270,
            }
            shown = {"role": "user", "content": [result]}
            answer = {"role": "assistant", "content": [{"type": "text", "text": "Done. " * 60}]}
            for kind, body in (("user", told), ("user", shown), ("assistant", answer)):
                line = base | {"type": kind, "message": body, "timestamp": at}
                lines.append(json.dumps(line | {"uuid": f"{number}-{turn}-{len(lines)}"}))
        text = "\n".join(lines)
        (project / f"s-{number}.jsonl").write_text(text)
        size += len(text)
    return size


def median_ms(action: Callable[[], object], runs: int) -> float:
    """The median time of an action in milliseconds, after one run that is not counted."""
    action()
    times: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def start_up(runs: int) -> dict[str, float]:
    """`tom --help` and `import tom_swe` against `import typer`, in turns, whole processes."""
    commands = {
        "typer": [sys.executable, "-c", "import typer"],
        "help": [sys.executable, "-m", "tom_cli", "--help"],
        "import": [sys.executable, "-c", "import tom_swe"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(each[1:]) for name, each in times.items()}
    return {
        "typer_ms": medians["typer"] * 1000,
        "help_ratio": medians["help"] / medians["typer"],
        "import_ratio": medians["import"] / medians["typer"],
    }


def importing(sessions: int) -> dict[str, float]:
    """Reading a history into a fresh memory, reading it again, and learning from it."""
    with tempfile.TemporaryDirectory() as folder:
        size = claude_code_history(Path(folder), sessions, random.Random(SEED))
        tom = open_tom(Settings(home=Path(folder) / "memory"))

        def timed(action: Callable[[], object]) -> float:
            start = time.perf_counter()
            action()
            return time.perf_counter() - start

        def read() -> object:
            return import_transcripts(tom, LOCAL_USER, "claude-code", Path(folder) / "projects")

        first, again = timed(read), timed(read)
        learned = timed(lambda: tom.learn(LOCAL_USER))
        tom.close()
    return {
        "mb": size / 1e6,
        "import_mb_per_s": size / 1e6 / first,
        "import_sessions_per_s": sessions / first,
        "again_s": again,
        "learn_sessions_per_s": sessions / learned,
    }


def answering(turns: int, runs: int) -> dict[str, float]:
    """Consult and brief, within a process, in a memory of this many user turns.

    The turns are drawn from ``DISTINCT`` texts, so that filling a large memory takes minutes.
    """
    rng = random.Random(SEED)
    texts = [message(rng) for _ in range(DISTINCT)]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "memory")
        bundled = open_tom(settings).embedder
        if bundled is None:
            sys.exit("the sentence model cannot be loaded; see `tom doctor`")
        tom = open_tom(settings, embedder=Remembering(bundled, most=2 * DISTINCT))
        for number in range(turns // 50):
            at = START + timedelta(minutes=number)
            said = tuple(
                Turn(ordinal=i, role=Role.USER, text=rng.choice(texts), at=at) for i in range(50)
            )
            tom.add_session(
                LOCAL_USER,
                Session(host="jsonl", host_id=str(number), started=at, ended=at, turns=said),
            )
        start = time.perf_counter()
        tom.learn(LOCAL_USER)
        learned = time.perf_counter() - start
        # Each request is new, so that it has to be embedded.
        consult = median_ms(lambda: tom.consult(LOCAL_USER, Query(text=message(rng))), runs)
        brief = median_ms(lambda: tom.brief(LOCAL_USER), runs)
        tom.close()
    return {"turns": turns, "learn_s": learned, "consult_ms": consult, "brief_ms": brief}


BELIEFS = 300
# Sayings of the repository at hand: as many as are kept of one.
SAYINGS = 2_000


def hook(turns: int, runs: int) -> dict[str, float]:
    """A prompt's hook with everything on, against `python -c ''`, in turns, whole processes.

    The memory holds this many user turns, put there without embedding or reading them, BELIEFS
    beliefs, and SAYINGS sayings. ``told`` is a first prompt: the briefing, and earlier words that
    bear on it. ``later`` is one of the session's next, which is looked at all the same.
    """
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "memory")
        shop = Path(folder) / "shop"
        (shop / ".git").mkdir(parents=True)
        tom = open_tom(settings)
        said = "from now on use pnpm, not npm"
        tom.add_session(
            LOCAL_USER, Session(host="jsonl", host_id="said", turns=(user_turn(said, 0),))
        )
        rules = (f"never use legacy_{number} in Python" for number in range(BELIEFS))
        held = tuple(user_turn(rule, number) for number, rule in enumerate(rules))
        tom.add_session(
            LOCAL_USER, Session(host="jsonl", host_id="held", repository="shop", turns=held)
        )
        tom.read(LOCAL_USER)
        for number in range(turns // 1000):
            batch = tuple(
                user_turn(message(rng) if i else f"never {SAID_BEFORE} on day {number}", i)
                for i in range(1000)
            )
            kept = tom.add_session(
                LOCAL_USER,
                Session(host="jsonl", host_id=str(number), repository="shop", turns=batch),
            )
            if number < SAYINGS // 1000 and kept.session_id:
                _keep_sayings(tom, kept.session_id, [turn.text for turn in batch])
        beliefs = len(tom.memory.beliefs.told(LOCAL_USER))
        tom.close()
        if beliefs < BELIEFS:
            sys.exit(f"made {beliefs} beliefs instead of {BELIEFS}")
        environment = {**os.environ, "TOM_HOME": str(settings.home)}
        environment.pop("TOM_OFF", None)
        script = _installed_hook(settings.home, environment)
        times: dict[str, list[float]] = {"bare": [], "told": [], "later": []}
        for number in range(runs + 1):
            times["bare"].append(_timed([sys.executable, "-c", ""], {}, environment)[0])
            for name in ("told", "later"):
                event = {
                    "hook_event_name": "UserPromptSubmit",
                    "session_id": str(number),
                    "cwd": str(shop),
                    "prompt": f"{message(rng)} and {SAID_BEFORE}",
                }
                command = [script, "UserPromptSubmit"]
                taken, printed = _timed(command, event, environment)
                times[name].append(taken)
                wanted = [b"tom-briefing", b"tom-earlier"] if name == "told" else []
                if not all(each in printed for each in wanted):
                    sys.exit("the hook printed too little; see hosts/hook.log")
    bare, told, later = (statistics.median(each[1:]) for each in times.values())
    return {
        "turns": turns,
        "beliefs": beliefs,
        "bare_ms": bare * 1000,
        "hook_ms": told * 1000,
        "ratio": told / bare,
        "later_ratio": later / bare,
    }


# What one of the sayings is about, and each prompt of the benchmark.
SAID_BEFORE = "commit the generated lamps"


def _keep_sayings(tom: Tom, session_id: int, texts: Sequence[str]) -> None:
    """Keeps each of a session's turns as something that may help later."""
    kept = [Saying(quote=Quote(ordinal=at, text=text), useful=1.0) for at, text in enumerate(texts)]
    with tom.memory.learning.from_outside(LOCAL_USER) as change:
        change.sayings.keep(session_id, kept, (), 1)
        change.sayings.tidy([session_id])


def checks_hook(runs: int, checks: int = 50) -> dict[str, float]:
    """A tool call's hook with this many checks, against `python -c ''`, in turns.

    ``kept`` is a command that keeps to them all, ``written`` a file that is searched by an
    expression, ``breached`` a command that the agent is reminded of.
    """
    rules = [
        *("Use pnpm, not npm", "Never force push", "No emoji", "Do not amend commits"),
        *("Run the linter before pushing", "Name files in docs/ with a YYYY-MM-DD_ date prefix"),
        *(f"Never use `legacy_{number}` in Python" for number in range(checks)),
    ][:checks]
    calls = {
        "kept": ("Bash", {"command": "cd web && git status && pnpm test | tail -3"}),
        "written": ("Write", {"file_path": "docs/plan.md", "content": "# é\n" + "word " * 500}),
        "breached": ("Bash", {"command": "cd web && npm install left-pad"}),
    }
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "memory")
        tom = open_tom(settings)
        for rule in rules:
            tom.remember(LOCAL_USER, rule)
        held = tom.memory.checks.all(LOCAL_USER)
        if len(held) != checks:
            sys.exit(f"made {len(held)} checks instead of {checks}")
        for check in held:
            tom.memory.checks.set_mode(LOCAL_USER, check.belief_id, Mode.REMIND)
        tom.close()
        environment = {**os.environ, "TOM_HOME": str(settings.home)}
        environment.pop("TOM_OFF", None)
        script = _installed_hook(settings.home, environment)
        times: dict[str, list[float]] = {"bare": [], **{name: [] for name in calls}}
        for number in range(runs + 1):
            times["bare"].append(_timed([sys.executable, "-c", ""], {}, environment)[0])
            for name, (tool, given) in calls.items():
                event = {
                    "hook_event_name": "PreToolUse",
                    "session_id": f"{name}{number}",
                    "cwd": folder,
                    "tool_name": tool,
                    "tool_input": given,
                }
                taken, said = _timed([script, "PreToolUse"], event, environment)
                times[name].append(taken)
                if bool(said) is (name == "kept"):
                    sys.exit(f"the hook said {said!r} to what is {name}; see hosts/hook.log")
    bare, *medians = (statistics.median(each[1:]) * 1000 for each in times.values())
    ratios = {f"{name}_ratio": each / bare for name, each in zip(calls, medians, strict=True)}
    return {"checks": checks, "bare_ms": bare, **ratios}


def _installed_hook(home: Path, environment: Mapping[str, str]) -> str:
    """The script that agents call, as `tom plugin install` makes it for a memory."""
    person = home.parent / "person"
    person.mkdir()
    subprocess.run(
        [sys.executable, "-m", "tom_cli", "plugin", "install", "claude-code", "--yes"],
        env={**environment, "HOME": str(person)},
        capture_output=True,
        check=True,
    )
    return str(home / "hosts" / "bin" / "tom-hook")


def _timed(
    command: list[str], event: Mapping[str, object], environment: dict[str, str]
) -> tuple[float, bytes]:
    """How long a process takes that is given an event, and what it prints."""
    start = time.perf_counter()
    done = subprocess.run(
        command,
        input=json.dumps(event).encode(),
        stdout=subprocess.PIPE,
        env=environment,
        check=True,
    )
    return time.perf_counter() - start, done.stdout


def user_turn(text: str, ordinal: int) -> Turn:
    """Something that the person said."""
    return Turn(ordinal=ordinal, role=Role.USER, text=text, at=START)


def main() -> None:
    """Runs every measurement and prints a table, or one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m tom_evals.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--sessions", type=int, default=300, help="sessions to import")
    parser.add_argument(
        "--turns",
        type=int,
        nargs="+",
        default=[1_000, 100_000],
        help="history sizes to measure answers at",
    )
    parser.add_argument(
        "--observations", type=int, nargs="+", default=[3_000, 30_000], help="log sizes to fold"
    )
    parser.add_argument("--runs", type=int, default=11, help="runs behind each median")
    options = parser.parse_args()
    sizes = installed()
    start = start_up(options.runs)
    short = starting(options.runs)
    read = importing(options.sessions)
    hosts = importing_hosts(options.sessions // 3)
    told = hook(max(options.turns), options.runs)
    checked = checks_hook(options.runs)
    answers = [answering(turns, options.runs) for turns in options.turns]
    folds = [folding(count) for count in options.observations]
    if options.json:
        found = {
            "installed": sizes,
            "start_up": start,
            "starting": short,
            "importing": read,
            "importing_hosts": hosts,
            "hook": told,
            "checks_hook": checked,
            "answering": answers,
            "folding": folds,
        }
        print(json.dumps(found, indent=2))
        return
    table = Table("measurement", "value", box=None)
    for name, taken in sizes.items():
        what = "installed core" if name == "core" else f"the extra {name} adds"
        table.add_row(what, f"{taken['mb']:.0f} MB, {taken['packages']:.0f} packages")
    for name in ("base", *COMMANDS):
        what = "importing typer, pydantic and SQLAlchemy" if name == "base" else f"tom {name}"
        times = short[name] / short["python"]
        table.add_row(f"{what}, CPU, against python -c ''", f"{times:.0f}x, {short[name]:.2f} s")
    table.add_row("tom --help against import typer", f"{start['help_ratio']:.2f}x")
    table.add_row("import tom_swe against import typer", f"{start['import_ratio']:.2f}x")
    table.add_row(
        f"prompt hook at {told['turns']:,.0f} turns and {told['beliefs']:.0f} beliefs, "
        "against python -c ''",
        f"{told['ratio']:.2f}x, {told['later_ratio']:.2f}x for a later prompt",
    )
    for name in ("kept", "written", "breached"):
        table.add_row(
            f"hook of a tool call with {checked['checks']} checks, {name}, against python -c ''",
            f"{checked[f'{name}_ratio']:.2f}x",
        )
    table.add_row(f"import of {read['mb']:.0f} MB", f"{read['import_mb_per_s']:.1f} MB/s")
    table.add_row("import", f"{read['import_sessions_per_s']:.0f} sessions/s")
    table.add_row("the same import again", f"{read['again_s']:.2f} s")
    table.add_row("learning", f"{read['learn_sessions_per_s']:.0f} sessions/s")
    for host, told_of in hosts.items():
        table.add_row(
            f"import of {host}, CPU",
            f"{told_of['sessions_per_s']:.0f} sessions/s, {told_of['mb_per_s']:.1f} MB/s, "
            f"{told_of['ratio']:.2f}x of claude-code",
        )
    for each in answers:
        turns = f"{each['turns']:,.0f} turns"
        table.add_row(f"consult at {turns}", f"{each['consult_ms']:.1f} ms")
        table.add_row(f"brief at {turns}", f"{each['brief_ms']:.2f} ms")
    for each in folds:
        said = f"{each['observations']:,.0f} observations"
        table.add_row(f"folding {said}", f"{each['fold_s']:.2f} s of CPU")
        table.add_row(f"history of {said}", f"{each['history_s']:.2f} s of CPU")
    Console().print(table)


if __name__ == "__main__":
    main()
