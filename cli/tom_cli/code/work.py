"""Making the agent that works in a session."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tom_swe.errors import TomError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tom_cli.code.beside import Beside
    from tom_swe.hosts.coding import Coder, Happening
    from tom_swe.settings import Model

_ADDRESSES = "rfc3987_syntax"
HEADLESS = "Nobody can answer questions in this session: decide, and say what you assumed."


def missing() -> str:
    """What to say where OpenHands is not installed."""
    from tom_swe.extras import install_command

    return f"the coding session needs OpenHands: run {install_command('openhands')}"


def load_agent() -> None:
    """Imports what the agent is made of, which takes seconds. Raises TomError."""
    # The person's own programs may want it: the agent starts them.
    if os.environ.get("PYDANTIC_DISABLE_PLUGINS") == "true":
        del os.environ["PYDANTIC_DISABLE_PLUGINS"]
    # Its logs and its banner would be drawn over the prompt.
    os.environ["OPENHANDS_SUPPRESS_BANNER"] = "1"
    for name in ("LOG_LEVEL", "OPENHANDS_LOG_LEVEL"):
        os.environ.setdefault(name, "CRITICAL")
    warnings.simplefilter("ignore")
    with _quick_imports():
        try:
            import_module("tom_swe.hosts.openhands.coder")
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("openhands"):
                raise
            raise TomError(missing()) from None


@contextmanager
def _quick_imports() -> Generator[None]:
    """Makes a very large import take a quarter less, and the end of the process after it."""
    # What is imported stays: the collector looks through it again and again in vain.
    gc.disable()
    # Where it is installed, jsonschema loads it for seconds, to check addresses in all scripts.
    left_out = _ADDRESSES not in sys.modules
    if left_out:
        sys.modules[_ADDRESSES] = None  # pyright: ignore[reportArgumentType]
    try:
        yield
    finally:
        if left_out:
            del sys.modules[_ADDRESSES]
        gc.freeze()
        gc.enable()


def make_coder(
    folder: Path,
    model: Model,
    conversations: Path,
    beside: Beside,
    tell: Callable[[Happening], None],
    *,
    resume: str = "",
    headless: bool = False,
) -> Coder:
    """An OpenHands agent, told what tom knows. Raises TomError."""
    from tom_swe.hosts.openhands.coder import OpenHandsCoder

    conversations.mkdir(mode=0o700, parents=True, exist_ok=True)
    parts = (beside.briefing.text if not beside.off else "", HEADLESS if headless else "")
    return OpenHandsCoder(
        folder,
        model,
        conversations,
        tell,
        briefing="\n\n".join(part for part in parts if part),
        user_id=beside.user,
        resume=resume,
        ask_tom=not beside.off,
    )
