"""Someone who has every real coding agent from npm, each set up to ask a model on loopback."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from loopback import Loopback

from tom_swe import LOCAL_USER, Settings, Tom, open_tom
from tom_swe.ingest import Tally
from tom_swe.ingest.importing import find, import_transcripts
from tom_swe.model.calls import ModelCall, Purpose
from tom_swe.testing import HashEmbedder

BIN = Path(__file__).parent.parent / ".npm-hosts" / "node_modules" / ".bin"
KEYS = ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "COPILOT_PROVIDER_BASE_URL", "LOOPBACK_KEY")


class Person:
    """Someone with every agent, whose hooks and MCP servers leave a trace where they run."""

    def __init__(self, folder: Path, model: Loopback) -> None:
        self.home = folder / "person"
        self.traces = folder / "traces"
        self.temporary = folder / "temporary"
        for each in (self.home, self.traces, self.temporary):
            each.mkdir(exist_ok=True)
        self.model = model
        self.environ = {
            "HOME": str(self.home),
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "TMPDIR": str(self.temporary),
            "TOM_HOME": str(folder / "tom"),
            "ANTHROPIC_BASE_URL": model.address,
            "ANTHROPIC_API_KEY": "sk-none",
            "GOOGLE_GEMINI_BASE_URL": model.address,
            "GEMINI_API_KEY": "none",
            "COPILOT_PROVIDER_BASE_URL": f"{model.address}/v1",
            "COPILOT_PROVIDER_API_KEY": "none",
            "LOOPBACK_KEY": "none",
            "NO_PROXY": "127.0.0.1",
        }
        self._configure()

    def _trace(self, name: str) -> str:
        return f"touch {self.traces / name}"

    def _configure(self) -> None:
        def hooks(*events: str) -> dict[str, object]:
            run = {"type": "command", "command": self._trace("hook")}
            return {"hooks": {event: [{"hooks": [run]}] for event in events}}

        command, *arguments = self._trace("server").split()
        server = {"command": command, "args": arguments}
        servers: dict[str, object] = {"mcpServers": {"mine": server}}
        self._write(".claude/settings.json", hooks("SessionStart", "UserPromptSubmit", "Stop"))
        self._write(".claude.json", servers)
        self._write(".codex/hooks.json", hooks("SessionStart", "UserPromptSubmit"))
        codex = self.home / ".codex" / "config.toml"
        codex.write_text(
            'model_provider = "loopback"\n[model_providers.loopback]\nname = "loopback"\n'
            f'base_url = "{self.model.address}/v1"\nenv_key = "LOOPBACK_KEY"\n'
            f'wire_api = "responses"\n[mcp_servers.mine]\ncommand = "{command}"\n'
            f"args = {json.dumps(arguments)}\n"
        )
        auth: dict[str, object] = {"security": {"auth": {"selectedType": "gemini-api-key"}}}
        self._write(".gemini/settings.json", auth | servers | hooks("BeforeAgent", "SessionStart"))
        copilot = {"mine": {"type": "local", "tools": ["*"], **server}}
        self._write(".copilot/mcp-config.json", {"mcpServers": copilot})
        run = {"type": "command", "bash": self._trace("hook")}
        self._write(".copilot/hooks/mine.json", {"version": 1, "hooks": {"sessionStart": [run]}})
        provider = {
            "npm": "@ai-sdk/openai-compatible",
            "name": "loopback",
            "options": {"baseURL": f"{self.model.address}/v1", "apiKey": "none"},
            "models": {"scripted": {"name": "scripted"}},
        }
        opencode: dict[str, object] = {
            "model": "loopback/scripted",
            "provider": {"loopback": provider},
            "mcp": {"mine": {"type": "local", "command": [command, *arguments]}},
        }
        self._write(".config/opencode/opencode.json", opencode)

    def _write(self, name: str, what: Mapping[str, object]) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(what))

    def log_out(self) -> None:
        """Nothing says any more who they are."""
        for name in KEYS:
            self.environ.pop(name)

    def opened(self, name: str, said: list[str], timeout: float = 60.0) -> Tom:
        """Tom with this person's agent as its model."""
        settings = Settings(
            home=Path(self.environ["TOM_HOME"]), model=name, model_timeout_seconds=timeout
        )
        return open_tom(settings, say=said.append, embedder=HashEmbedder())

    def left(self, tom: Tom) -> list[str]:
        """What is left of the questions: traces, folders, processes, sessions to be imported."""
        found = [each.name for each in (*self.traces.iterdir(), *self.temporary.glob("tom-*"))]
        found += [f"process {each}" for each in _processes(self.home)]
        before = tom.memory.sizes().sessions
        for each in find(self.environ, self.home, Tally()):
            import_transcripts(tom, LOCAL_USER, each.host, each.path)
        return found + ["a session"] * (tom.memory.sizes().sessions - before)


class Learned:
    """What came of it: what the person reads, believes and pays."""

    def __init__(self, tom: Tom, said: list[str]) -> None:
        self.tom = tom
        self.said = "\n".join(said)

    @property
    def calls(self) -> list[ModelCall]:
        """What the ledger says of the reading."""
        return [each for each in self.tom.memory.ledger.calls() if each.purpose is Purpose.READING]

    @property
    def rules(self) -> list[str]:
        """What is believed."""
        beliefs = self.tom.memory.beliefs.user_model(LOCAL_USER).beliefs
        return [each.statement for each in beliefs]


def _processes(home: Path) -> list[str]:
    """The programs whose home this is."""
    named = f"HOME={home}\0".encode()
    running: list[str] = []
    for each in Path("/proc").glob("[0-9]*/environ"):
        try:
            if named in each.read_bytes() and each.parent.name != str(os.getpid()):
                running.append((each.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return running
