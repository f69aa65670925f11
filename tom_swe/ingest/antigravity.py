"""Antigravity: a folder a session, ``~/.gemini/antigravity*/brain/<session>``.

In its ``.system_generated/logs``, ``transcript_full.jsonl`` and ``transcript.jsonl`` hold the same
steps: ``{"step_index", "source", "type", "status", "created_at", "content"}``. The folder of work
stands in ``history.jsonl`` beside ``brain``: ``{"display", "timestamp", "workspace",
"conversationId"}``, where the first prompt of a session lacks the id.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest.base import (
    Tally,
    TranscriptSource,
    existing,
    present,
    printable,
    sources_of,
    walk,
)
from tom_swe.ingest.draft import TOOL_LIMIT, USER_WINDOW, GivenAnswer, SessionDraft
from tom_swe.ingest.records import Record, as_str, instant, read_records, refuse_large
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "antigravity"

_FULL = "transcript_full.jsonl"
_SHORT = "transcript.jsonl"
_PERSON = "USER_EXPLICIT"
_OPEN, _CLOSE = "<USER_REQUEST>", "</USER_REQUEST>"
# What the host puts beside, or into, a request.
_BESIDE = ("ADDITIONAL_METADATA", "USER_SETTINGS_CHANGE", "SYSTEM_MESSAGE")
_CHECKPOINT = re.compile(r"\s*\{\{ ?CHECKPOINT\b")
_LINE = re.compile(r"([QA])\d{1,4}:[^\S\n]*(.*)")
# A prompt and its step are written at nearly the same time.
_NEAR = 60.0


class Antigravity:
    """Reads the conversations of Antigravity, the editor's and the terminal's."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """Each ``~/.gemini/antigravity*``, on every system."""
        del environ
        return present(sorted((home / ".gemini").glob("antigravity*")))

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """The conversations under a path; the transcripts of one together."""
        path = existing(path)
        groups: defaultdict[str, list[Path]] = defaultdict(list)
        if path.is_dir():
            for file in walk(path, lambda name: name in (_FULL, _SHORT)):
                if file.parent.name == "logs" and file.parent.parent.name == ".system_generated":
                    groups[_id(file)].append(file)
        else:
            groups[""].append(path)
        yield from sources_of(HOST, groups.values())

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The conversation, as the transcript with most steps of the person has it."""
        found: list[tuple[int, int, bool, Path, list[Record]]] = []
        failed: SourceError | None = None
        for file in source.files:
            try:
                steps = _steps(file, tally)
            except SourceError as error:
                failed = error
                tally.problem(file, str(error))
                continue
            said = sum(step["source"] == _PERSON for step in steps)
            found.append((-said, -len(steps), file.name != _FULL, file, steps))
        if failed and not found:
            raise failed
        *_, file, steps = min(found, key=lambda each: (*each[:3], str(each[3])))
        draft = SessionDraft(HOST, _id(file), printable(file), tally, redactor)
        for step in steps:
            _take(draft, step)
        draft.cwd = _workspace(file, steps, tally)
        if session := draft.finish():
            yield session


def _id(file: Path) -> str:
    """The name of the conversation's folder."""
    logs = file.parent
    return logs.parent.parent.name if logs.parent.name == ".system_generated" else file.stem


def _steps(file: Path, tally: Tally) -> list[Record]:
    """The steps in order, the last state of each."""
    steps: dict[object, Record] = {}
    refuse_large(file)
    for record in read_records(file, tally):
        if not as_str(record.get("source")):
            tally.lines_skipped += 1
            continue
        index = record.get("step_index")
        key = index if isinstance(index, int) else f"{len(steps)}"
        kept = ("source", "type", "status", "created_at", "content")
        steps[key] = {each: as_str(record.get(each))[: USER_WINDOW * 2] for each in kept}
    return list(steps.values())


def _take(draft: SessionDraft, step: Record) -> None:
    kind, content = as_str(step["type"]), as_str(step["content"])
    at = instant(step["created_at"])
    if as_str(step["status"]).startswith("CANCEL"):
        draft.interrupted()
    if step["source"] == _PERSON:
        words, beside = _request(content)
        draft.user(words, at, attachment=beside)
    elif kind == "ASK_QUESTION":
        draft.answers(_answers(content), at)
    elif step["source"] != "MODEL":
        return
    elif kind in {"", "PLANNER_RESPONSE"}:
        draft.agent(content, at)
    else:
        draft.tool(kind.lower(), content[: TOOL_LIMIT * 8], at)


def _request(content: str) -> tuple[str, str]:
    """What stands inside the tag of a request, without the host's blocks, and these."""
    start, end = content.find(_OPEN), content.rfind(_CLOSE)
    if start < 0 or _CHECKPOINT.match(content):
        return "", ""
    words = content[start + len(_OPEN) : end if end > start else len(content)]
    beside: list[str] = []
    for tag in _BESIDE:
        words = _without(tag, words, beside)
    return words.strip(), "\n\n".join(beside)


def _without(tag: str, text: str, beside: list[str]) -> str:
    kept: list[str] = []
    last = 0
    while (start := text.find(f"<{tag}>", last)) >= 0:
        end = text.find(f"</{tag}>", start)
        end = end if end >= 0 else len(text)
        kept.append(text[last:start])
        beside.append(text[start + len(tag) + 2 : end].strip())
        last = end + len(tag) + 3
    return "".join((*kept, text[last:]))


def _answers(content: str) -> list[GivenAnswer]:
    """The answers; whether one was typed or picked stands nowhere."""
    question = ""
    found: list[GivenAnswer] = []
    for line in content.split("\n"):
        if told := _LINE.match(line.strip()):
            if told[1] == "Q":
                question = told[2]
            else:
                found.append(GivenAnswer(question, told[2].strip(), picked=False))
    return found


def _workspace(file: Path, steps: list[Record], tally: Tally) -> str:
    """The folder of work: by the conversation's id, else by its first prompt and time."""
    if len(file.parents) < 5:
        return ""
    history = file.parents[4] / "history.jsonl"
    first = next((step for step in steps if step["source"] == _PERSON), None)
    words = _request(as_str(first["content"]))[0] if first else ""
    at = instant(first["created_at"]) if first else None
    guessed = ""
    if not history.is_file():
        return ""
    for record in read_records(history, tally):
        workspace = as_str(record.get("workspace"))
        if workspace and record.get("conversationId") == _id(file):
            return workspace
        written = instant(record.get("timestamp"))
        near = written and at and abs((written - at).total_seconds()) <= _NEAR
        if near and as_str(record.get("display")).strip() == words:
            guessed = guessed or workspace
    return guessed
