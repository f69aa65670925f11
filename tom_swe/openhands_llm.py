"""The language models that OpenHands' own files configure: read there at each use, never copied."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

CLI = "openhands-cli"
PROFILE = "openhands-profile/"
# What the SDK allows as the name of a profile; the name becomes a file's.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# What it writes instead of a key that it keeps to itself, and how one begins that it encrypted.
_HIDDEN, _ENCRYPTED = "**********", "gAAAA"


class OpenHandsLlm(NamedTuple):
    """A model as OpenHands has it. ``fault`` says why tom cannot use it, "" where it can."""

    model: str = ""
    base_url: str = ""
    api_key: str = ""
    fault: str = ""


def is_openhands(name: str) -> bool:
    """Whether a model's name means what OpenHands has configured."""
    return name == CLI or name.startswith(PROFILE)


def openhands_llm(
    name: str, environ: Mapping[str, str] | None = None, home: Path | None = None
) -> OpenHandsLlm:
    """What OpenHands' file says now of the model that ``name`` means."""
    place = _folder(environ, home) / "agent_settings.json"
    if name != CLI:
        profile = name.removeprefix(PROFILE)
        if not _NAME.fullmatch(profile):
            return OpenHandsLlm(fault=f"{profile!r} is no name of a profile of OpenHands")
        place = _profiles(environ, home) / f"{profile}.json"
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return OpenHandsLlm(fault=f"there is no {place}")
    except (OSError, ValueError, RecursionError):
        return OpenHandsLlm(fault=f"{place} cannot be read")
    return _llm(_table(told).get("llm") if name == CLI else told, place)


def openhands_names(
    environ: Mapping[str, str] | None = None, home: Path | None = None
) -> list[str]:
    """The names of what OpenHands has configured on this machine."""
    found = [CLI] if (_folder(environ, home) / "agent_settings.json").is_file() else []
    profiles = sorted(each.stem for each in _profiles(environ, home).glob("*.json"))
    return found + [PROFILE + each for each in profiles if _NAME.fullmatch(each)]


def _folder(
    environ: Mapping[str, str] | None, home: Path | None, name: str = "OPENHANDS_PERSISTENCE_DIR"
) -> Path:
    named = (os.environ if environ is None else environ).get(name)
    return Path(named) if named else (home or Path.home()) / ".openhands"


def _profiles(environ: Mapping[str, str] | None, home: Path | None) -> Path:
    """The SDK's profiles, which an agent server may keep elsewhere."""
    return _folder(environ, home, "OH_PERSISTENCE_DIR") / "profiles"


def _llm(told: object, place: Path) -> OpenHandsLlm:
    llm = _table(told)
    model, base_url, key = (_text(llm.get(name)) for name in ("model", "base_url", "api_key"))
    if not model:
        return OpenHandsLlm(fault=f"{place} names no model")
    if llm.get("auth_type") == "subscription":
        fault = f"{place} logs in to a subscription, which OpenHands alone can use"
        return OpenHandsLlm(model, base_url, fault=fault)
    if key.startswith(_ENCRYPTED):
        return OpenHandsLlm(model, base_url, fault=f"the key in {place} is encrypted")
    return OpenHandsLlm(model, base_url, "" if key == _HIDDEN else key)


def _table(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
