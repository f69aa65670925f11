"""The commands that install what is missing, for this interpreter and as tom was installed here.

Standard library only: it is asked when a library is missing.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

# What uv and pipx keep in the environment of a program that they installed.
UV_TOOL = "uv-receipt.toml"
PIPX = "pipx_metadata.json"
# As uv writes one down after the address of a repository.
_REVISION = re.compile(r"\?(?:rev|tag|branch)=([^&]*)$")
_EXTRAS = re.compile(r"\[([\w\s,.-]+)\]")


def install_command(*extras: str, of: str = "tom-swe") -> str:
    """The shell command that installs these extras of a package, beside the ones it has."""
    return Installation.here(of).command(extras)


def add_command(requirement: str) -> str:
    """The shell command that installs another package into this environment."""
    return Installation.here().adding([requirement])


class Installation(NamedTuple):
    """An environment with tom in it."""

    python: Path
    prefix: Path
    # The record that an installer leaves of what did not come from an index.
    direct_url: str = ""
    version: str = ""
    has_pip: bool = False
    name: str = "tom-swe"
    # Where programs are looked for; None is this process's PATH.
    search: str | None = None

    @staticmethod
    def here(name: str = "tom-swe") -> Installation:
        """The one that runs."""
        try:
            found = distribution(name)
            version, direct_url = found.version, found.read_text("direct_url.json") or ""
        except PackageNotFoundError:
            version = direct_url = ""
        has_pip = find_spec("pip") is not None
        python, prefix = Path(sys.executable), Path(sys.prefix)
        return Installation(python, prefix, direct_url, version, has_pip, name)

    def command(self, extras: Sequence[str]) -> str:
        """Installs extras from where this tom came from: an index has others of its name."""
        source = _Source.of(self.direct_url)
        if source.is_gone:
            # What is installed meets this, so no installer looks for it anywhere.
            return self.adding([self._pinned(extras)])
        if (receipt := self.prefix / UV_TOOL).is_file():
            return shlex.join(["uv", "tool", "install", *self._uv_tool(receipt, extras, source)])
        if (metadata := self.prefix / PIPX).is_file():
            return shlex.join(["pipx", "install", *self._pipx(metadata, extras, source)])
        return self.adding(source.requirement(self.name, extras) or [self._pinned(extras)])

    def adding(self, requirement: Sequence[str]) -> str:
        """Installs a requirement into this very environment."""
        python = str(self.python)
        pip = shlex.join([python, "-m", "pip", "install", *requirement])
        if self.has_pip:
            return pip
        uv = "uv" if shutil.which("uv", path=self.search) else _Source.of(self.direct_url).uv
        if not uv:
            return f"{shlex.join([python, '-m', 'ensurepip'])} && {pip}"
        return shlex.join([uv, "pip", "install", "--python", python, *requirement])

    def _pinned(self, extras: Sequence[str]) -> str:
        return f"{self.name}[{','.join(extras)}]" + (f"=={self.version}" if self.version else "")

    def _uv_tool(self, receipt: Path, extras: Sequence[str], source: _Source) -> list[str]:
        """With the same extras, versions and companions as before, or uv removes them."""
        with receipt.open("rb") as file:
            requirements: list[dict[str, Any]] = tomllib.load(file)["tool"]["requirements"]
        beside: list[str] = []
        had: list[str] = []
        specifier = ""
        for each in requirements:
            if each["name"] == self.name:
                had, specifier = each.get("extras", []), each.get("specifier", "")
            else:
                beside += _companion(each)
        return [*beside, *self._program(_together(had, extras), source, specifier)]

    def _pipx(self, metadata: Path, extras: Sequence[str], source: _Source) -> list[str]:
        """By the same Python as before, for the default one of pipx may be too old."""
        kept = json.loads(metadata.read_text(encoding="utf-8"))
        given = str(kept["main_package"]["package_or_url"])
        found = _EXTRAS.search(given)
        had = [each.strip() for each in found[1].split(",")] if found else []
        specifier = _EXTRAS.sub("", given).removeprefix(self.name).strip()
        options = ["--force"]
        python: dict[str, str] = kept.get("source_interpreter") or {}
        if "__Path__" in python:
            options += ["--python", python["__Path__"]]
        if suffix := kept["main_package"].get("suffix"):
            options += ["--suffix", str(suffix)]
        return [*options, *self._program(_together(had, extras), source, specifier)]

    def _program(self, extras: Sequence[str], source: _Source, specifier: str) -> list[str]:
        """As it was asked for: a version that is pinned here would never be upgraded."""
        from_source = source.requirement(self.name, extras)
        return from_source or [f"{self.name}[{','.join(extras)}]{specifier}"]


class _Source(NamedTuple):
    """Where a package came from, as PEP 610 records it."""

    url: str = ""
    revision: str = ""
    tool: str = ""
    subdirectory: str = ""
    is_editable: bool = False

    @staticmethod
    def of(direct_url: str) -> _Source:
        """What a record says; an index where there is none."""
        if not direct_url:
            return _Source()
        record = json.loads(direct_url)
        version_control = record.get("vcs_info", {})
        return _Source(
            record["url"],
            version_control.get("requested_revision", ""),
            version_control.get("vcs", ""),
            record.get("subdirectory", ""),
            record.get("dir_info", {}).get("editable", False),
        )

    @property
    def path(self) -> Path:
        """The folder or file on this machine, if it is one."""
        return Path(url2pathname(urlsplit(self.url).path))

    @property
    def is_gone(self) -> bool:
        """Whether it was on this machine and is there no more."""
        return self.url.startswith("file:") and not self.path.exists()

    @property
    def uv(self) -> str:
        """The uv that `tools/setup.sh` keeps in a checkout; the empty text without one."""
        # The benchmarks are a project in a folder of the checkout.
        own = (folder / ".uv" / "bin" / "uv" for folder in (self.path, self.path.parent))
        return next((str(each) for each in own if self.is_editable and each.is_file()), "")

    def requirement(self, name: str, extras: Sequence[str]) -> list[str]:
        """An installer's arguments for a package from here; none for an index."""
        wanted = f"[{','.join(extras)}]"
        if self.is_editable:
            return ["-e", f"{self.path}{wanted}"]
        if not self.url:
            return []
        url = f"{self.tool}+{self.url}" if self.tool else self.url
        revision = f"@{self.revision}" if self.revision else ""
        subdirectory = f"#subdirectory={self.subdirectory}" if self.subdirectory else ""
        return [f"{name}{wanted} @ {url}{revision}{subdirectory}"]


def _companion(kept: dict[str, Any]) -> list[str]:
    """Another requirement of a uv tool, as it is given on the command line."""
    if folder := kept.get("editable"):
        return ["--with-editable", folder]
    name = kept["name"] + (f"[{','.join(kept['extras'])}]" if kept.get("extras") else "")
    place = ""
    if git := kept.get("git"):
        place = f"git+{_REVISION.sub(r'@\1', git)}"
    elif path := kept.get("path") or kept.get("directory"):
        place = Path(path).as_uri()
    place = place or kept.get("url", "")
    return ["--with", f"{name} @ {place}" if place else name + kept.get("specifier", "")]


def _together(had: Sequence[str], wanted: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*had, *wanted]))
