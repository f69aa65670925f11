"""Count the tokens sent for each learned session and each consult: ``python -m tom_evals.tokens``.

The reference runs in an environment of its own, because it has the same import name as tom.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import SecretStr

from tom_evals.common.report import Cell, Report, Table, as_json, as_markdown
from tom_evals.tokens import reference
from tom_evals.tokens.counting import A_MESSAGE, WORDS, Asked, CountingModel, Replies, tokenizer
from tom_evals.tokens.histories import Conversation, consults, generated, shipped, tokens
from tom_swe import LOCAL_USER, Query, Settings, Tom, import_transcripts, open_tom
from tom_swe.embed import MiniLM, Remembering

PYTHON = Path(__file__).parents[3] / ".venv-reference" / "bin" / "python"
HISTORIES = {"the demo's history": shipped, "a generated history": generated}
COLUMNS = (
    "who, sessions at once, replies",
    "sessions",
    "tokens a session",
    "its median",
    "its p95",
    "its most",
    "all sessions",
    "their calls",
    "consults that call",
    "a consult: median",
    "p95",
    "most",
    "their calls ",
    "failed",
    "seconds",
)
_COUNTED = (
    "Tokens of all messages that were sent, counted by {counter}, plus {message} for "
    "each message. The schema of a reply, which is sent beside the messages, is not "
    "counted."
)
_REPLIES = (
    "Replies: least = the shortest valid values, empty lists and the last action at "
    "once; most = {words} words for a text, an entry for each of the person's messages "
    "and every allowed action (in the reference a consult then searches twice, with the "
    "schema's defaults)."
)
_CONSULTS = (
    "{count} consults, the same after each history, from conversations that are in "
    "neither history: {fewest} to {messages} messages, {least} to {most} tokens, "
    "{median} the median."
)


class Spent(NamedTuple):
    """What a side sent: a figure for each operation, and how often it called."""

    learning: list[int]
    learning_calls: int
    consulting: list[int]
    consulting_calls: int


def ours(history: Sequence[Conversation], queries: Sequence[Conversation], base_url: str) -> int:
    """Learns a history and asks each query with tom; how many sessions failed.

    Session N goes to ``BASE_URL/learn-N/v1`` and query N to ``BASE_URL/consult-N/v1``.
    """
    embedder = Remembering(MiniLM())
    failed = 0
    with tempfile.TemporaryDirectory(prefix="tom-tokens-") as folder:

        def at(operation: str) -> Tom:
            settings = Settings(
                home=Path(folder) / "memory",
                model="openai/counting",
                base_url=f"{base_url}/{operation}/v1",
                api_key=SecretStr("none"),
                daily_tokens=10**9,
            )
            return open_tom(settings, embedder=embedder)

        for number, said in enumerate(history):
            tom = at(f"learn-{number}")
            file = Path(folder) / f"{number}.jsonl"
            file.write_text("\n".join(_lines(number, said)), encoding="utf-8")
            import_transcripts(tom, LOCAL_USER, "jsonl", file)
            failed += len(tom.learn(LOCAL_USER).failed)
            tom.close()
        for number, said in enumerate(queries):
            tom = at(f"consult-{number}")
            asked, before = _last(said, "user"), _last(said, "assistant")
            tom.consult(LOCAL_USER, Query(text=asked, before=before))
            tom.close()
    return failed


def _lines(number: int, said: Conversation) -> Iterator[str]:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    for minute, (role, text) in enumerate(said):
        when = (start + timedelta(minutes=minute)).isoformat()
        speaks = "agent" if role == "assistant" else role
        yield json.dumps({"session": str(number), "role": speaks, "text": text, "at": when})


def _last(said: Conversation, role: str) -> str:
    return next((text for speaks, text in reversed(said) if speaks == role), "")


def theirs(
    history: Sequence[Conversation],
    queries: Sequence[Conversation],
    base_url: str,
    at_once: int,
) -> dict[str, str]:
    """Learns a history and asks each query with the reference; what failed, by operation."""
    given = {
        "base_url": base_url,
        "sessions": history,
        "consults": queries,
        "at_once": at_once,
    }
    with tempfile.TemporaryDirectory(prefix="tom-tokens-") as folder:
        done = subprocess.run(
            # Isolated, so that no path leads to our package of the same name.
            [str(PYTHON), "-I", str(Path(reference.__file__))],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            cwd=folder,
            env={
                "PATH": os.environ.get("PATH", ""),
                "HOME": folder,
                "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            },
            check=False,
        )
    if done.returncode:
        sys.exit(f"the reference broke off:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[0])


def counted(said: Conversation, count: Callable[[str], int]) -> int:
    """The tokens of what was said."""
    return sum(count(text) for _, text in said)


def spent(asked: Iterable[Asked], learned: int) -> Spent:
    """The tokens sent for each session, of which one may need none, and each consult that calls."""
    sums: dict[str, list[int]] = {"learn": [], "consult": []}
    calls = {"learn": 0, "consult": 0}
    sent: dict[str, int] = {}
    for each in asked:
        sent[each.operation] = sent.get(each.operation, 0) + each.sent
        calls[each.operation.partition("-")[0]] += 1
    for name, size in sent.items():
        sums[name.partition("-")[0]].append(size)
    learning, consulting = sums["learn"], sums["consult"]
    learning += [0] * (learned - len(learning))
    return Spent(learning, calls["learn"], consulting, calls["consult"])


def row(name: str, sessions: int, sums: Spent, failed: int, seconds: float) -> tuple[Cell, ...]:
    """One line of the table. A session's spread is known only where each was learned alone."""
    alone = len(sums.learning) == sessions
    return (
        name,
        sessions,
        round(sum(sums.learning) / sessions),
        round(float(np.median(sums.learning))) if alone else None,
        round(float(np.percentile(sums.learning, 95))) if alone else None,
        max(sums.learning) if alone else None,
        sum(sums.learning),
        sums.learning_calls,
        len(sums.consulting),
        round(float(np.median(sums.consulting))) if sums.consulting else None,
        round(float(np.percentile(sums.consulting, 95))) if sums.consulting else None,
        max(sums.consulting, default=None),
        sums.consulting_calls,
        failed,
        round(seconds),
    )


def run(with_reference: bool, most_sessions: int | None) -> Report:
    """Every history with every size of reply, by the reference and by tom."""
    counter, count = tokenizer()
    queries = consults()
    asked_about = [counted(query, count) for query in queries]
    notes = [
        _COUNTED.format(counter=counter, message=A_MESSAGE),
        _REPLIES.format(words=WORDS),
        _CONSULTS.format(
            count=len(queries),
            fewest=min(map(len, queries)),
            messages=max(map(len, queries)),
            least=min(asked_about),
            most=max(asked_about),
            median=round(float(np.median(asked_about))),
        ),
    ]
    if with_reference and not PYTHON.exists():
        notes.append("The reference is not installed: run `tools/setup.sh reference`.")
        with_reference = False
    tables: list[Table] = []
    for title, make in HISTORIES.items():
        history = make()[:most_sessions]
        size = sum(counted(session, count) for session in history)
        estimate = sum(map(tokens, history))
        rows: list[tuple[Cell, ...]] = []
        for replies in Replies:
            for at_once in (1, len(history)) if with_reference else ():
                start = time.monotonic()
                with CountingModel(replies, count) as model:
                    failed = theirs(history, queries, model.base_url, at_once)
                for operation, error in failed.items():
                    notes.append(f"The reference failed at {operation} in {title}: {error}")
                name = f"reference, {at_once}, {replies}"
                took = time.monotonic() - start
                sums = spent(model.asked, math.ceil(len(history) / at_once))
                rows.append(row(name, len(history), sums, len(failed), took))
            start = time.monotonic()
            with CountingModel(replies, count) as model:
                failures = ours(history, queries, model.base_url)
            took = time.monotonic() - start
            sums = spent(model.asked, len(history))
            rows.append(row(f"tom, 1, {replies}", len(history), sums, failures, took))
        held = f"{len(history)} sessions of {min(map(len, history))} to {max(map(len, history))} "
        held += f"messages, {size} tokens ({estimate} by tom's estimate)"
        tables.append(Table(f"{title}: {held}", COLUMNS, rows))
    return Report("Tokens sent to a language model", tables, notes)


def main() -> None:
    """Prints the tables, or one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m tom_evals.tokens", description=__doc__)
    parser.add_argument("--reference", action="store_true", help="measure the reference too")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--sessions", type=int, help="learn only this many of each history")
    options = parser.parse_args()
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    command = f"python -m tom_evals.tokens {' '.join(sys.argv[1:])}".strip()
    write = as_json if options.json else as_markdown
    print(write(run(options.reference, options.sessions), command))


if __name__ == "__main__":
    main()
