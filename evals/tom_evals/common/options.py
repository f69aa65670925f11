"""What the commands of the benchmarks of agents have in common."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Never

import typer

from tom_evals.common.engine import Engine
from tom_evals.common.harness.instance import Instance, fetched, read
from tom_swe import load_settings

INTERRUPTED = 130


class Where(StrEnum):
    """Where sessions are."""

    IMAGE = "image"  # SWE-bench's container images
    CHECKOUT = "checkout"  # a git checkout on this machine


Instances = Annotated[
    Path | None,
    typer.Option(
        help="SWE-bench's rows as JSONL. Default: fetch them, which needs the extra [swebench]."
    ),
]
Placed = Annotated[
    Where, typer.Option(help="Where each session works: in an image or in a checkout.")
]
Repos = Annotated[
    Path, typer.Option(help="For checkouts: a folder of clones, each named OWNER__NAME.")
]
Steps = Annotated[int, typer.Option(min=1, help="Limit the agent's steps in a session.")]
On = Annotated[Engine, typer.Option(help="What runs the sessions.")]
AtOnce = Annotated[int | None, typer.Option(min=1, help="How many sessions run at once.")]
Again = Annotated[bool, typer.Option("--again", help="Try failed sessions again.")]
Smoke = Annotated[
    bool, typer.Option("--smoke", help="Run all parts on a small scale, without a model or a key.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def agents_name(named: str, otherwise: str) -> str:
    """The agent's model, as named or as tom's settings have it.

    Raises BadParameter, which says what else there is to run.
    """
    found = named or load_settings().model
    if not found:
        raise typer.BadParameter(
            f"a full run needs the agent's model: name it with --model, or run {otherwise}"
        )
    return found


def instances_of(file: Path | None, most: int | None) -> Sequence[Instance]:
    """The instances of a file, or of SWE-bench Verified, fetched. Raises Unreadable."""
    found = read(file) if file else fetched()
    return found[:most]


def tell(text: str) -> None:
    """Says how a run goes, apart from what it prints."""
    typer.echo(f"{time.strftime('%H:%M:%S')} {text}", err=True)


def interrupted(work: Path) -> Never:
    """Ends this process at once, and says how to go on.

    Sessions under way would be waited for; they end when this process has ended.
    """
    typer.echo(f"\ninterrupted; run the same command again to continue from {work}", err=True)
    os._exit(INTERRUPTED)
