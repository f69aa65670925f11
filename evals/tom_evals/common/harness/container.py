"""An instance's place in SWE-bench's container image: files outside of it, commands inside.

The agent runs on the host and edits the checkout there; the image, which has the instance's
environment, sees the same folder, and is where the agent's shell is.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.harness.instance import Instance
from tom_evals.common.harness.processes import finished
from tom_evals.common.harness.workspace import begin, git

# Where the images have the repository, and their environment's name: SWE-bench's own.
TESTBED = "/testbed"
_ACTIVATE = "source /opt/miniconda3/bin/activate testbed"
NAMESPACE = "docker.io/swebench"
SECONDS = 1800.0


class NoContainer(Exception):
    """Docker is not there, or an image is not to be had."""


class Place(NamedTuple):
    """A checkout, the shell to work in it, and the commit that it begins at."""

    folder: Path
    shell: Path
    base_commit: str


def image_of(instance: Instance, namespace: str = NAMESPACE) -> str:
    """The published image of an instance. Docker's names have no two underlines in a row."""
    return f"{namespace}/sweb.eval.x86_64.{instance.id.lower().replace('__', '_1776_')}:latest"


@contextmanager
def container(instance: Instance, folder: Path, namespace: str = NAMESPACE) -> Generator[Place]:
    """The repository of an instance's image in ``folder``, which the running image shares.

    Its history is cut at what the image begins with, since what came after holds the solution.
    The container is removed at the end. Raises NoContainer.
    """
    image = image_of(instance, namespace)
    copied = docker("create", image).strip()
    try:
        docker("cp", f"{copied}:{TESTBED}/.", str(folder))
    finally:
        docker("rm", "--force", copied)
    shutil.rmtree(folder / ".git", ignore_errors=True)
    begin(folder)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "The state that the work begins at")
    base = git(folder, "rev-parse", "HEAD").strip()
    mounts = [f"--volume={folder}:{place}" for place in (TESTBED, folder)]
    user = f"--user={os.getuid()}:{os.getgid()}"
    running = docker(
        "run", "--detach", "--rm", user, *mounts, f"--workdir={folder}", image, "sleep", "infinity"
    ).strip()
    try:
        yield Place(folder, _shell(folder.with_suffix(".shell"), folder, running), base)
    finally:
        docker("rm", "--force", running)


def _shell(file: Path, folder: Path, running: str) -> Path:
    """A program that is a shell in the container, with the image's environment."""
    inner = f"{_ACTIVATE} 2>/dev/null; exec bash --norc -i"
    command = ["docker", "exec", "-it", "-w", str(folder), running, "bash", "-c", inner]
    file.write_text(f"#!/bin/sh\nexec {shlex.join(command)}\n", encoding="utf-8")
    file.chmod(0o700)
    return file


def docker(*arguments: str) -> str:
    """What Docker prints. Raises NoContainer."""
    try:
        done = finished(
            ["docker", *arguments], folder=Path.cwd(), environment=os.environ, seconds=SECONDS
        )
    except OSError as error:
        raise NoContainer(
            f"docker cannot be run ({error}): install it, or use --place checkout"
        ) from error
    if done.code:
        raise NoContainer(f"docker {arguments[0]}: {done.errors.strip()[-500:]}")
    return done.output
