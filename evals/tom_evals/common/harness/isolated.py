"""A session in a process of its own, with a home that is gone after it.

The module that is run reads FOLDER/given.json and writes FOLDER/row.json; FOLDER is the home of
everything in the session.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from tom_evals.common.engine import Json
from tom_evals.common.harness.processes import end_with_parent, finished
from tom_swe import load_settings
from tom_swe.settings import Model, model_of

SECONDS = 7200.0


class Fault(Exception):
    """A session that ended without a row; it says why."""


def isolated(module: str, given: Json, environment: Callable[[Path], Mapping[str, str]]) -> Json:
    """The row that ``python -m MODULE FOLDER`` makes of what is given. Raises Fault."""
    with TemporaryDirectory(prefix="tom-session-") as place:
        folder = Path(place)
        (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
        done = finished(
            [sys.executable, "-m", module, str(folder)],
            folder=folder,
            environment=environment(folder),
            seconds=SECONDS,
        )
        if done.late:
            raise Fault(f"it did not end within {SECONDS:.0f} s")
        if done.code:
            raise Fault(done.errors.strip()[-1500:] or f"it ended with exit code {done.code}")
        return json.loads((folder / "row.json").read_text(encoding="utf-8"))


def answer(folder: Path, session: Callable[[Json, Path], Json]) -> None:
    """Runs the session that FOLDER holds, in this process, and leaves its row there."""
    end_with_parent()
    given = json.loads((folder / "given.json").read_text(encoding="utf-8"))
    (folder / "row.json").write_text(json.dumps(session(given, folder)), encoding="utf-8")


def agents_model(name: str, base_url: str = "") -> Model:
    """The agent's model as configured, or at a server that plays its part.

    Such a server takes any key, and gets none of the person's.
    """
    if base_url:
        return Model(name=name, base_url=base_url, api_key=SecretStr("none"))
    configured = model_of(load_settings(), name)
    assert configured is not None, "a session has a model"
    return configured
