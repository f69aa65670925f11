"""The input of a hook, in one form for all hosts."""

from _json import make_scanner
from collections.abc import Mapping

from tom_swe.checkout import located
from tom_swe.hosts.inbox import HookFault, member_text, now

PROMPT, STOP, END, START = "UserPromptSubmit", "Stop", "SessionEnd", "SessionStart"
# The second is for hosts that hear nothing before a tool runs but a no.
TOOL, AFTER = "PreToolUse", "PostToolUse"
EVENTS = (PROMPT, STOP, END, START, TOOL, AFTER)
# No event: a host asks what to show in its status line.
STATUS = "StatusLine"
# Claude Code starts a session again when it has summed up what went before. OpenHands takes
# what stands beside SessionStart for the name of a tool, and never calls that one.
COMPACTED = "compact"
CLAUDE_CODE, CODEX, OPENHANDS = "claude-code", "codex", "openhands"
CURSOR, GEMINI_CLI, OPENCODE = "cursor", "gemini-cli", "opencode"
COPILOT_CLI, VSCODE = "copilot-cli", "vscode-copilot"
# What the hook is called for is an installation, of which some serve two agents or a part of one.
_INSTALLED = {"openhands-cli": OPENHANDS, "copilot": COPILOT_CLI}
FIELD_LIMIT = 4096
# What tom says of a check stands in this, since some agents send it as their person's message.
CHECK_TAG = "tom-check"


class Event:
    """An event of a session. What was said and done in it is never written anywhere.

    ``host`` is what the hook was called for; without it the fields tell. ``prompt`` is the
    person's message, ``tool`` and ``tool_input`` are a tool and what it is to be called with,
    ``reply`` is the agent's last message where the host gives it, and ``stopped_before`` says
    that the agent was sent back when it last wanted to stop. An event ``is_foreign`` where an
    agent runs the hooks of another one, too, and ``is_own`` where tom said what the person is
    to have said. Raises HookFault or ValueError.
    """

    def __init__(self, name: str, data: bytes, host: str = "") -> None:
        told = parsed(data)

        def text(*keys: str, limit: int | None = FIELD_LIMIT) -> str:
            for key in keys:
                if isinstance(value := told.get(key), str) and value:
                    return value[:limit]
            return ""

        self.name = name or text("hook_event_name", "event_type")
        called_for = _INSTALLED.get(host, host)
        self.host = called_for or (OPENHANDS if "event_type" in told else CLAUDE_CODE)
        # Cursor and VS Code read Claude Code's settings, each with fields of its own.
        speaks = CURSOR if "cursor_version" in told else VSCODE if "hookEventName" in told else ""
        self.is_foreign = self.host == CLAUDE_CODE and bool(speaks)
        if self.host == COPILOT_CLI and speaks == VSCODE:
            self.host = VSCODE
        self.session = text("session_id", "conversation_id", "sessionId")
        self.cwd = text("cwd", "working_dir") or _first(told.get("workspace_roots"))
        self._here: tuple[str, str] | None = None
        self.transcript = text("transcript_path")
        self.source = text("source")
        self.prompt = text("prompt", "message", limit=None)
        # Sent back, some agents go on as if their person had said why.
        self.is_own = self.prompt.lstrip().startswith(f"<{CHECK_TAG}>")
        self.tool = text("tool_name")
        called = told.get("tool_input")
        self.tool_input: Mapping[str, object] = called if isinstance(called, dict) else {}
        self.reply = text("last_assistant_message", "prompt_response", limit=None)
        # Cursor counts how often it was.
        self.stopped_before = told.get("stop_hook_active") is True or bool(told.get("loop_count"))

    @property
    def here(self) -> tuple[str, str]:
        """What `located` says of the folder; the files of git are read once."""
        if self._here is None:
            self._here = located(self.cwd)
        return self._here

    def line(self, user: str, **noted: str) -> bytes:
        """The event as a line of the inbox.

        ``noted`` are JSON texts: ``told`` the ids of the beliefs in what the session was told,
        ``said`` those of the earlier words, ``checks`` what became of checks.
        """
        fields = {
            "host": self.host,
            "session": self.session,
            "user": user,
            "at": now(),
            "cwd": self.cwd,
            "transcript_path": self.transcript,
            "event": self.name,
        }
        fields.update((name, text) for name, text in noted.items() if text)
        return f"{member_text(fields)}\n".encode()


def _first(roots: object) -> str:
    """The first folder of a workspace."""
    if isinstance(roots, list):
        for root in roots:  # pyright: ignore[reportUnknownVariableType]
            if isinstance(root, str):
                return root[:FIELD_LIMIT]
    return ""


# JSON by the scanner under the json module, which itself imports re at the cost of a hook


class _Plain:
    """How the scanner is to read: as json.loads does."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


# The stub asks for a scanner where any object with these settings will do.
read = make_scanner(_Plain)  # pyright: ignore[reportArgumentType]


def parsed(data: bytes) -> Mapping[str, object]:
    """A JSON object. Raises HookFault or ValueError."""
    text = data.decode().strip()
    if not text.startswith("{"):
        raise HookFault("stdin is not a JSON object")
    try:
        told, end = read(text, 0)
    except StopIteration:
        # How the scanner says that a value is missing.
        raise HookFault("stdin is not a JSON object") from None
    if end != len(text):
        raise HookFault("stdin holds more than one JSON object")
    return told
