#!/usr/bin/env python3
"""Stands for any coding agent's program: notes how it was started, and does what it is told.

What it is told lies beside it in ``script.json``: ``out``, ``err``, ``status``, ``files`` that it
writes (by the value of an option), ``child`` to leave one behind, ``hang``, ``flood``.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

here = Path(__file__).parent
script = json.loads((here / "script.json").read_text())
read = sys.stdin.read()
folder = Path.cwd()
started = {
    "arguments": sys.argv[1:],
    "stdin": read,
    "environ": dict(os.environ),
    "folder": str(folder),
    "mode": oct(folder.parent.stat().st_mode & 0o777),
    "holds": [path.name for path in folder.iterdir()],
    "beside": {
        str(path.relative_to(folder.parent)): path.read_text()
        for path in folder.parent.rglob("*")
        if path.is_file()
    },
    "pid": os.getpid(),
}
if script.get("child"):
    left = [sys.executable, "-c", "import time; time.sleep(600)"]
    started["child"] = subprocess.Popen(left, stdout=sys.stdout).pid
(here / "started.json").write_text(json.dumps(started))
for option, text in script.get("files", {}).items():
    Path(sys.argv[sys.argv.index(option) + 1]).write_text(text)
if script.get("flood"):
    for _ in range(100):
        sys.stdout.write("x" * 100_000 + "\n")
print(script.get("out", ""))
print(script.get("err", ""), file=sys.stderr)
sys.stdout.flush()
if script.get("hang"):
    time.sleep(600)
sys.exit(script.get("status", 0))
