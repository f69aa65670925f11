"""How quickly each host's transcripts are imported, against those of Claude Code.

The same conversations are written in each host's form and read into a fresh memory, in the
processor's time.
"""

from __future__ import annotations

import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from tom_evals.common.messages import SEED, START, message
from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe import LOCAL_USER, Settings, import_transcripts, open_tom
from tom_swe.ingest import IMPORTERS

# Tom's own formats, and hosts whose sessions are folders of events or one log.
WITHOUT_WRITER = frozenset({"jsonl", "tom-swe-reference", "openhands", "aider"})
MESSAGES = 8  # of the person's, in a session; the agent answers each with some 2 kB


def conversations(sessions: int) -> list[Conversation]:
    """Conversations of which no two share a message."""
    rng = random.Random(SEED)
    found: list[Conversation] = []
    for number in range(sessions):
        said: list[Said] = []
        for place in range(MESSAGES):
            at = START + timedelta(hours=number, minutes=5 * place)
            text = f"{message(rng)} ({number}, {place})"
            answer = f"It is done for {text}: " + "the tests pass and the change is small. " * 50
            said.append(Said(by_person=True, text=text, at=at))
            said.append(Said(by_person=False, text=answer, at=at + timedelta(minutes=2)))
        found.append(Conversation(str(UUID(int=2**100 + number)), "/srv/acme/shop", tuple(said)))
    return found


def importing_hosts(sessions: int) -> dict[str, dict[str, float]]:
    """Sessions and megabytes for a second of the processor, by host, and the first as a ratio.

    The ratio is to Claude Code's, which is read before and after all the others.
    """
    made = conversations(sessions)
    hosts = [host for host in IMPORTERS if host not in WITHOUT_WRITER]
    _imported("claude-code", made)  # warms up what is loaded once
    first = _imported("claude-code", made)
    found = {host: _imported(host, made) for host in hosts if host != "claude-code"}
    last = _imported("claude-code", made)
    own = {name: (first[name] + last[name]) / 2 for name in first}
    found = {"claude-code": own, **found}
    for each in found.values():
        each["ratio"] = each["sessions_per_s"] / own["sessions_per_s"]
    return found


def _imported(host: str, made: list[Conversation]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = writer_of(host)(Path(folder) / "home", made)
        size = sum(each.stat().st_size for each in Path(folder).rglob("*") if each.is_file())
        tom = open_tom(Settings(home=Path(folder) / "memory"))
        try:
            start = time.process_time()
            intake = import_transcripts(tom, LOCAL_USER, host, path)
            spent = time.process_time() - start
        finally:
            tom.close()
    # Histories of prompts and stores without ids may hold all in fewer sessions.
    assert intake.messages >= 0.9 * MESSAGES * len(made), (host, intake)
    return {"sessions_per_s": len(made) / spent, "mb_per_s": size / 1e6 / spent}
