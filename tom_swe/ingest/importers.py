"""Which hosts can be read, and reading one of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from tom_swe.errors import SourceError
from tom_swe.ingest.aider import Aider
from tom_swe.ingest.amp import Amp
from tom_swe.ingest.antigravity import Antigravity
from tom_swe.ingest.base import Importer, Tally, TranscriptSource, existing, printable
from tom_swe.ingest.claude_code import ClaudeCode
from tom_swe.ingest.cline import CLINE_FAMILY
from tom_swe.ingest.codex import Codex
from tom_swe.ingest.continue_dev import Continue
from tom_swe.ingest.copilot_cli import CopilotCli
from tom_swe.ingest.crush import CRUSH, OPENCODE_GO
from tom_swe.ingest.cursor import Cursor
from tom_swe.ingest.gemini_cli import GeminiCli
from tom_swe.ingest.goose import Goose
from tom_swe.ingest.jsonl import Jsonl
from tom_swe.ingest.opencode import Opencode
from tom_swe.ingest.openhands import OpenHands
from tom_swe.ingest.prompt_history import ClaudeHistory, CodexHistory
from tom_swe.ingest.qwen_code import QwenCode
from tom_swe.ingest.records import EARLIEST
from tom_swe.ingest.reference import Reference
from tom_swe.ingest.specstory import SpecStory
from tom_swe.ingest.vscode_copilot import VscodeCopilot
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

IMPORTERS: Mapping[str, Importer] = MappingProxyType(
    {
        importer.host: importer
        for importer in (
            ClaudeCode(),
            Codex(),
            Cursor(),
            CopilotCli(),
            VscodeCopilot(),
            Opencode(),
            GeminiCli(),
            Antigravity(),
            *CLINE_FAMILY,
            Continue(),
            CRUSH,
            OPENCODE_GO,
            Amp(),
            Goose(),
            QwenCode(),
            OpenHands(),
            Aider(),
            SpecStory(),
            ClaudeHistory(),
            CodexHistory(),
            Jsonl(),
            Reference(),
        )
    }
)


# Where each keeps its transcripts unless its settings say otherwise, as a person would write it;
# "" where it keeps none itself.
PLACES: Mapping[str, str] = MappingProxyType(
    {
        "claude-code": "~/.claude/projects",
        "codex": "~/.codex/sessions and ~/.codex/archived_sessions",
        "cursor": "Cursor's User folder and ~/.cursor/projects",
        "copilot-cli": "~/.copilot/session-state",
        "vscode-copilot": "the User folders of VS Code and its relatives",
        "opencode": "~/.local/share/opencode",
        "gemini-cli": "~/.gemini/tmp",
        "antigravity": "~/.gemini/antigravity*",
        "cline": "the globalStorage of VS Code and its relatives, and ~/.cline/data",
        "roo-code": "the globalStorage of VS Code and its relatives",
        "kilo-code": "the globalStorage of VS Code and its relatives",
        "continue": "~/.continue/sessions",
        "crush": ".crush in the projects below home",
        "opencode-go": ".opencode in the projects below home",
        "amp": "~/.local/share/amp/threads",
        "goose": "~/.local/share/goose/sessions",
        "qwen-code": "~/.qwen/projects",
        "openhands": "~/.openhands/conversations",
        "aider": ".aider.chat.history.md in the projects below home",
        "specstory": ".specstory/history in the projects below home",
        "claude-history": "~/.claude/history.jsonl",
        "codex-history": "~/.codex/history.jsonl",
        "jsonl": "",
        "tom-swe-reference": "~/.openhands/usermodeling",
    }
)

# Clocks go wrong by minutes, zones by hours.
_SLACK = timedelta(days=1)


def read_sessions(
    importer: Importer,
    path: Path,
    tally: Tally,
    redactor: Redactor,
    *,
    wanted: Callable[[TranscriptSource], bool] = lambda _: True,
    done: Callable[[TranscriptSource], None] = lambda _: None,
    only: str = "",
) -> Iterator[Session]:
    """Every session under a path that this importer can read.

    Sources that are not ``wanted`` are passed over. ``done`` is told of a source when
    all its sessions were taken. ``only`` names the one session that is wanted, and an importer
    may give others, too. What is broken among good things is counted in the
    tally. Raises SourceError where nothing can be read: no such path, no permission,
    nothing of this host there.
    """
    found = failed = passed = yielded = 0
    now = datetime.now(UTC)
    for source in importer.sources(path):
        found += 1
        if not wanted(source):
            passed += 1
            continue
        try:
            for session in importer.read(replace(source, only=only), tally, redactor):
                yielded += 1
                yield _until_now(session, source, now, tally)
        except SourceError as error:
            failed += 1
            tally.problem(source.files[0], str(error))
        else:
            done(source)
    if not found:
        raise SourceError(
            f"{printable(path)} has no transcripts of {importer.host}. "
            "Give the folder with its sessions, or one transcript."
        )
    if failed == found:
        cause = tally.problems[-1] if tally.problems else "no permission"
        raise SourceError(f"no transcript of {importer.host} could be read: {cause}")
    if not (yielded or passed) and not existing(path).is_dir():
        raise SourceError(
            f"{printable(path)} has no session of {importer.host}: "
            f"{tally.lines_read} lines read, {tally.lines_skipped} of them broken. "
            "Check that it is a transcript of that host."
        )


def _until_now(session: Session, source: TranscriptSource, now: datetime, tally: Tally) -> Session:
    """The session with no turn later than now: what a wrong clock dated is not the latest word.

    Nothing is known of when such a turn was said, so it is older than all that has a time. The
    session keeps its own times, by which `tom doctor` finds it.
    """
    latest = now + _SLACK
    untimed = EARLIEST if session.started and session.started > latest else None
    turns = tuple(
        turn.model_copy(update={"at": EARLIEST if turn.at else untimed})
        if (turn.at is None and untimed) or (turn.at and turn.at > latest)
        else turn
        for turn in session.turns
    )
    if turns == session.turns:
        return session
    tally.from_future += 1
    tally.problem(source.files[0], "has times in the future; what they date counts as the oldest")
    return session.model_copy(update={"turns": turns})
