"""The machine that tom is put on, and what the person asked for."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tom_swe.hosts.install.scripts import Scripts


class Here(NamedTuple):
    """A machine and a person on it, and what they asked for."""

    environ: Mapping[str, str]
    home: Path
    serves: bool = True
    folder: Path | None = None
    shows_status: bool = False

    @property
    def scripts(self) -> Scripts:
        """The programs that agents are to call."""
        return Scripts.of(self.environ)

    @property
    def tom(self) -> str:
        """What an agent's shell calls tom by: its name, or its path where PATH has no tom."""
        beside = Path(sys.executable).with_name("tom")
        if shutil.which("tom", path=self.environ.get("PATH")) or not beside.exists():
            return "tom"
        return shlex.quote(str(beside))

    def under(self, variable: str, usual: str) -> Path:
        """The folder that a variable names, else the usual one of the home directory."""
        named = self.environ.get(variable, "").split(",")[0].strip()
        return Path(named).expanduser() if named else self.home / usual

    def config(self, usual: str) -> Path:
        """A folder below the person's configuration folder."""
        return self.under("XDG_CONFIG_HOME", ".config") / usual
