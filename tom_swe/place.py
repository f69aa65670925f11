"""Where tom keeps things, and for whom. Standard library only: each hook starts with this.

pathlib, typing and dataclasses would each cost about as much as the hook itself.
"""

# ruff: noqa: PTH103, PTH109, PTH110, PTH111, PTH112, PTH113, PTH117, PTH118, PTH123

import os
import sys
from collections.abc import Mapping

LOCAL_USER = "local"
DATABASE = "tom.db"
# What stands after the database's name beside one that is encrypted.
ENCRYPTED = ".encrypted"
# The file whose being there switches tom off.
OFF = "off"
FILE_MODE = 0o600
FOLDER_MODE = 0o700


class Place:
    """The home and the user of an environment, as `tom_swe.settings` would say it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        named = environ.get("TOM_HOME")
        config: Mapping[str, object] = {}
        if named:
            self.home = os.path.join(os.getcwd(), os.path.expanduser(named))
            file = os.path.join(self.home, "config.toml")
        else:
            self.home = _usual(environ, "XDG_DATA_HOME", "~/.local/share")
            file = os.path.join(_usual(environ, "XDG_CONFIG_HOME", "~/.config"), "config.toml")
        if os.path.isfile(file):
            import tomllib

            with open(file, "rb") as handle:
                config = tomllib.load(handle)
        self.home = str(config.get("home", self.home))
        self.user = environ.get("TOM_USER") or str(config.get("user", LOCAL_USER))
        self.hosts = os.path.join(self.home, "hosts")
        self.key = environ.get("TOM_DATABASE_KEY", "")

    def file(self, name: str) -> str:
        """A file of the hook's and the learner's."""
        return os.path.join(self.hosts, name)

    def is_off(self, environ: Mapping[str, str]) -> bool:
        """Whether the person has switched tom off, here or for this process."""
        return environ.get("TOM_OFF", "0") not in {"", "0"} or os.path.exists(
            os.path.join(self.home, OFF)
        )

    def make(self) -> None:
        """Makes the folders that are missing, for this person alone."""
        if not os.path.isdir(self.hosts):
            os.makedirs(self.home, FOLDER_MODE, exist_ok=True)
            os.makedirs(self.hosts, FOLDER_MODE, exist_ok=True)


def _usual(environ: Mapping[str, str], variable: str, otherwise: str) -> str:
    named = os.path.expanduser(environ.get(variable, "").strip())
    if not os.path.isabs(named):
        if sys.platform == "darwin":
            otherwise = "~/Library/Application Support"
        named = os.path.expanduser(otherwise)
    return os.path.join(named, "tom")
