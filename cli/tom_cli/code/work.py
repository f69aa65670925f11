"""Making the agent that works in a session."""

from __future__ import annotations

import os
import warnings
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tom_swe.errors import TomError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tom_cli.code.beside import Beside
    from tom_swe.hosts.coding import Coder, Happening
    from tom_swe.settings import Model

HEADLESS = "Nobody can answer questions in this session: decide, and say what you assumed."


def missing() -> str:
    """What to say where OpenHands is not installed."""
    from tom_swe.extras import install_command

    return f"the coding session needs OpenHands: run {install_command('openhands')}"


def load_agent() -> None:
    """Imports what the agent is made of, which takes seconds. Raises TomError."""
    # Its logs and its banner would be drawn over the prompt.
    os.environ["OPENHANDS_SUPPRESS_BANNER"] = "1"
    for name in ("LOG_LEVEL", "OPENHANDS_LOG_LEVEL"):
        os.environ.setdefault(name, "CRITICAL")
    warnings.simplefilter("ignore")
    try:
        import_module("tom_swe.hosts.openhands.coder")
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("openhands"):
            raise
        raise TomError(missing()) from None


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
