"""The conversations that were kept, to be resumed or deleted."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tom_swe.errors import NotFound, UsageError
from tom_swe.text.safe import safe

_ID = re.compile(r"[0-9a-f]{32}")


class Kept(NamedTuple):
    """A conversation on disk."""

    id: str
    folder: str
    at: datetime
    first: str


def kept(conversations: Path) -> list[Kept]:
    """All that can be resumed, newest first."""
    if not conversations.is_dir():
        return []
    found = [_kept(place) for place in conversations.iterdir() if _ID.fullmatch(place.name)]
    return sorted((each for each in found if each), key=lambda each: each.at, reverse=True)


def resumable(conversations: Path, given: str) -> Kept:
    """The conversation of an id or of its beginning. Raises NotFound, UsageError."""
    wanted = given.strip().lower().replace("-", "")
    found = [each for each in kept(conversations) if wanted and each.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{len(found)} conversations begin with {given!r}; give more of the id")
    lines = [line_of(each) for each in kept(conversations)[:10]]
    shown = "\n  ".join(["The newest are:", *lines]) if lines else "There are none yet."
    raise NotFound(f"there is no conversation {given!r} to resume. {shown}")


def newest_in(conversations: Path, folder: Path) -> Kept:
    """The newest conversation held in a folder. Raises NotFound."""
    for each in kept(conversations):
        if each.folder == str(folder):
            return each
    raise NotFound(f"there is no conversation in {folder} yet; start one with `tom code`")


def line_of(each: Kept) -> str:
    """A conversation in one line."""
    when = each.at.astimezone().strftime("%Y-%m-%d %H:%M")
    return f"{each.id[:8]}  {when}  {safe(each.folder, 40)}  {safe(each.first, 60)}"


def delete(conversations: Path, conversation_id: str) -> None:
    """Deletes one permanently; nothing where it is not there."""
    if _ID.fullmatch(conversation_id):
        shutil.rmtree(conversations / conversation_id, ignore_errors=True)


def delete_holding(conversations: Path, phrase: str) -> None:
    """Deletes permanently those in which a phrase stands, however it is cased."""
    wanted = phrase.strip().casefold()
    plain, escaped = wanted, json.dumps(wanted)[1:-1]
    for place in conversations.glob("*"):
        for file in place.rglob("*"):
            if not file.is_file():
                continue
            text = file.read_text(encoding="utf-8", errors="replace").casefold()
            if plain in text or escaped in text:
                shutil.rmtree(place, ignore_errors=True)
                break


def delete_before(conversations: Path, moment: datetime) -> None:
    """Deletes permanently those that were last held before then."""
    for each in kept(conversations):
        if each.at < moment:
            delete(conversations, each.id)


def delete_all(conversations: Path) -> None:
    """Deletes all of them permanently."""
    shutil.rmtree(conversations, ignore_errors=True)


def _kept(place: Path) -> Kept | None:
    try:
        state = json.loads((place / "base_state.json").read_text())
        at = datetime.fromtimestamp((place / "base_state.json").stat().st_mtime, UTC)
        return Kept(place.name, str(state["workspace"]["working_dir"]), at, _first_words(place))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _first_words(place: Path) -> str:
    for file in sorted((place / "events").glob("event-*.json"))[:5]:
        event = json.loads(file.read_text())
        if event.get("kind") == "MessageEvent" and event.get("source") == "user":
            return str(event["llm_message"]["content"][0]["text"])
    return ""
