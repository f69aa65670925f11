"""Runs the public reference as OpenHands does, inside its own environment, and nothing of tom's.

Standard input: ``{"base_url", "sessions", "consults", "at_once"}``, where a session and a consult
are lists of ``[role, text]`` and ``at_once`` is how many sessions are learned in one call.
The first line of standard output tells what failed, by operation; litellm may write there after
it. What was sent, the server has counted.
"""

from __future__ import annotations

import json
import shutil
import sys
import uuid
from collections.abc import Generator
from contextlib import contextmanager, redirect_stdout
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

REASON = "The request leaves open how it should be done."
START = datetime(2026, 1, 1, tzinfo=timezone.utc)  # noqa: UP017


class Files:
    """Files under a folder, by the rules of OpenHands' own store."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, path: str, contents: str | bytes) -> None:
        """Makes or replaces a file, with the folders it lies in."""
        place = self._root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(contents if isinstance(contents, bytes) else contents.encode())

    def read(self, path: str) -> str:
        """A file's text. Raises FileNotFoundError."""
        return (self._root / path).read_text()

    def list(self, path: str) -> list[str]:
        """What lies in a folder; a file lists itself, and what is not there nothing."""
        place = self._root / path
        if place.is_file():
            return [path]
        if not place.is_dir():
            return []
        return [f"{path}/{each.name}{'/' * each.is_dir()}" for each in sorted(place.iterdir())]

    def delete(self, path: str) -> None:
        """Removes a file or a folder, if there is one."""
        place = self._root / path
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)

    def exists(self, path: str) -> bool:
        """Whether a file or folder is there."""
        return (self._root / path).exists()

    def get_absolute_path(self, path: str) -> str:
        """Where a file lies."""
        return str(self._root / path)

    @contextmanager
    def lock(self, path: str, timeout: float = 30.0) -> Generator[None]:
        """Locks nothing: one process and one operation at a time use the folder."""
        del path, timeout
        yield


def session_data(number: int, said: list[list[str]]) -> dict[str, Any]:
    """A session as OpenHands hands it over."""
    start = START + timedelta(hours=number)
    return {
        "session_id": uuid.uuid5(uuid.NAMESPACE_OID, f"session {number}").hex,
        "start_time": start.isoformat(),
        "end_time": (start + timedelta(minutes=40)).isoformat(),
        "event_count": len(said),
        "message_count": len(said),
        "conversation_messages": [{"role": role, "content": text} for role, text in said],
    }


def run(given: dict[str, Any]) -> dict[str, str]:
    """Learns all sessions, then asks each consult; the failures."""
    from tom_swe.tom_agent import create_tom_agent

    failed: dict[str, str] = {}
    with TemporaryDirectory(prefix="tom-tokens-") as folder:

        def agent(operation: str) -> Any:
            store: Any = Files(Path(folder))
            return create_tom_agent(
                file_store=store,
                enable_rag=True,
                llm_model="openai/counting",
                api_key="none",
                api_base=f"{given['base_url']}/{operation}/v1",
            )

        sessions = [session_data(n, said) for n, said in enumerate(given["sessions"])]
        step = given["at_once"]
        for first in range(0, len(sessions), step):
            operation = f"learn-{first}"
            try:
                agent(operation).sleeptime_compute(
                    sessions_data=sessions[first : first + step], user_id=""
                )
            except Exception as error:  # whatever it raises is a finding
                failed[operation] = repr(error)
        for number, said in enumerate(given["consults"]):
            operation = f"consult-{number}"
            query = (
                f"I am SWE agent. {REASON} I need to consult ToM agent about the user's message: "
                f"{said[-1][1]}"
            )
            messages = [
                {"role": role, "content": [{"type": "text", "text": text}]} for role, text in said
            ]
            told = agent(operation).give_suggestions(
                user_id="", query=query, formatted_messages=messages
            )
            if told is None:
                failed[operation] = "no suggestion"
    return failed


if __name__ == "__main__":
    # The reference prints to standard output as it works.
    with redirect_stdout(sys.stderr):
        found = run(json.load(sys.stdin))
    print(json.dumps(found), flush=True)
