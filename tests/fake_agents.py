"""A program that stands for a coding agent's, and how it was started."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from tom_swe.llm.agents import AGENTS, AgentModel

FAKE = Path(__file__).parent / "fake_agent.py"


class FakeAgent:
    """A program under an agent's name, and how it was started."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._folder = folder
        self.home = home

    def model(self, name: str, timeout: float = 30.0, **environ: str) -> AgentModel:
        """The agent's model, as a person with this home and environment has it."""
        here = {**os.environ, "PATH": str(self._folder), "HOME": str(self.home), **environ}
        return AgentModel(name, timeout=timeout, at_once=2, environ=here, home=self.home)

    @property
    def started(self) -> dict[str, Any]:
        """How it was started."""
        return json.loads((self._folder / "started.json").read_text())


def fake_agent(tmp_path: Path, name: str, **script: Any) -> FakeAgent:
    """An agent whose program does as the script says."""
    folder, home = tmp_path / "bin", tmp_path / "person"
    folder.mkdir(exist_ok=True)
    (folder / "script.json").write_text(json.dumps(script))
    shutil.copy(FAKE, folder / "fake_agent.py")
    program = folder / AGENTS[name].program
    # The person's own PATH has no interpreter on it.
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {folder / "fake_agent.py"} "$@"\n')
    program.chmod(0o755)
    return FakeAgent(folder, home)
