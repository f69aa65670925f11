"""Whether Codex runs tom's hooks: it runs none that the person has not trusted in it.

It keeps a digest of each trusted hook in its settings, under the file, the event, and the places
of the group and the hook. tom reads that, and leaves trusting to the person.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from tom_swe.errors import TomError
from tom_swe.hosts.files import read
from tom_swe.hosts.install import toml
from tom_swe.hosts.install.hook_files import places_in
from tom_swe.hosts.install.jsonc import value_of


def untrusted(hooks: Path, config: Path) -> str:
    """What the person has still to do; "" where there is nothing."""
    try:
        names = [f"{hooks}:{place}" for place in places_in(value_of(read(hooks)))]
        told = toml.read(read(config)).get("hooks")
    except TomError:
        return ""
    state = cast("toml.Table", told).get("state") if isinstance(told, dict) else None
    known = cast("toml.Table", state) if isinstance(state, dict) else {}
    waiting = sum(not _is_trusted(known.get(name)) for name in names)
    if not waiting:
        return ""
    return f"Codex does not run {waiting} of tom's hooks yet: start codex, and trust them there"


def _is_trusted(about: object) -> bool:
    return isinstance(about, dict) and bool(cast("toml.Table", about).get("trusted_hash"))
