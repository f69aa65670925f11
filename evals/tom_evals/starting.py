"""What a short command costs: the processor time of its whole process, against `python -c ''`."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

TOM = (sys.executable, "-m", "tom_cli")
REQUEST = "install a date library in the front end"
COMMANDS = {
    "help": (*TOM, "--help"),
    "profile": (*TOM, "profile"),
    "brief": (*TOM, "brief", "--repository", "ledger-web"),
    "consult": (*TOM, "consult", REQUEST, "--repository", "ledger-web"),
}
# What all of them rest on, and no command can be quicker than.
BASE = "import typer, pydantic.main, sqlalchemy.orm"


def starting(runs: int) -> dict[str, float]:
    """The median processor time of each command, warm, on the memory of the demo's sessions.

    They take turns with ``python -c ''`` and with importing the libraries alone.
    """
    commands = {"python": (sys.executable, "-c", ""), "base": (sys.executable, "-c", BASE)}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with resources.as_file(resources.files("tom_cli") / "demo" / "home") as shipped:
            for place in shipped.iterdir():
                shutil.copytree(place, home / place.name.replace("dot-", "."))
        environ = {**os.environ, "HOME": str(home), "TOM_HOME": str(home / "memory")}
        environ.pop("TOM_OFF", None)
        subprocess.run(
            [*TOM, "init", "--yes"], env=environ, cwd=home, check=True, capture_output=True
        )
        times: dict[str, list[float]] = {}
        for _ in range(runs + 1):
            for name, command in (commands | COMMANDS).items():
                times.setdefault(name, []).append(_processor(command, environ, home))
    return {name: statistics.median(each[1:]) for name, each in times.items()}


def _processor(command: tuple[str, ...], environ: dict[str, str], folder: Path) -> float:
    """The seconds of processor time, user and system, of a process and its children."""
    process = subprocess.Popen(
        command, env=environ, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return used.ru_utime + used.ru_stime
