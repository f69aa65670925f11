"""Where a session works and how its patch is judged: a plain checkout, or SWE-bench's image."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.harness import official, workspace
from tom_evals.common.harness.container import container
from tom_evals.common.harness.instance import Instance
from tom_evals.common.harness.workspace import Judged


class Placed(NamedTuple):
    """A checkout, the commit that it begins at, and the shell where it is not this machine's."""

    folder: Path
    base_commit: str
    shell: Path | None = None


@contextmanager
def placed(instance: Instance, folder: Path, *, repos: str, image: str) -> Generator[Placed]:
    """The instance's repository in ``folder``, from its clone or, with a namespace, its image.

    Raises NoCheckout and NoContainer.
    """
    if not image:
        workspace.checkout(instance, Path(repos), folder)
        yield Placed(folder, instance.base_commit)
        return
    folder.mkdir()
    with container(instance, folder, image) as place:
        yield Placed(place.folder, place.base_commit, place.shell)


def judged(instance: Instance, patch: str, *, repos: str, image: str, dataset: str) -> Judged:
    """Whether a patch resolves the instance, judged where its session was. Raises NoCheckout."""
    if image:
        return official.judge(instance, patch, dataset or official.DATASET)
    return workspace.judge(instance, patch, Path(repos))
