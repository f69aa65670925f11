"""Runs commands on a small disk of its own, which steps fill, enlarge and make read-only.

Started in a mount namespace, so that the disk is gone with this process: `on_a_disk.py FOLDER
SIZE` with a JSON list of steps on stdin prints a list of [exit code, stdout, stderr].
"""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

folder, size = Path(sys.argv[1]), sys.argv[2]
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
told: list[tuple[int, str, str]] = []
for step, *given in json.load(sys.stdin):
    filler = folder / "filler"
    if step == "fill":
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            for block in (4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(block)):
                        pass
    elif step == "free":
        filler.unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
    elif step in ("ro", "rw"):
        subprocess.run(["mount", "-o", f"remount,{step}", folder], check=True)
    else:
        ran = subprocess.run(given[0], input=given[1], capture_output=True, text=True, timeout=120)
        told.append((ran.returncode, ran.stdout, ran.stderr))
json.dump(told, sys.stdout)
