"""The words that several pages share: what can be shown, what was done, what things are called."""

from __future__ import annotations

from functools import cache

from tom_cli.render import TITLES
from tom_swe.extract.catalogue import catalogue
from tom_swe.model.belief import Kind, Reach, Scope

SHOWS = {
    "told": "In force",
    "confirmed": "Confirmed",
    "candidate": "Seen once",
    "human": "Decided by you",
    "retired": "Retired",
    "all": "Everything",
}
BYS = {"subject": "Subject", "place": "Repository", "kind": "Kind"}
DONE = {
    "confirm": "Confirmed.",
    "reject": "Rejected. Briefings leave it out from now on.",
    "pin": "Pinned: it comes first in briefings.",
    "unpin": "Unpinned.",
    "edit": "Reworded.",
    "scope": "It holds there from now on.",
    "merge": "Merged.",
    "forget": "Forgotten permanently.",
    "undo": "Undone.",
    "accept": "It is a rule from now on.",
    "dismiss": "tom does not ask about it again.",
    "remember": "Remembered.",
    "kept": "Kept. It says nothing that briefings could use.",
    "install": "Installed. It starts with the agent's next session.",
    "uninstall": "Removed. Your memory stays.",
    "feedback": "Thank you. The beliefs behind it were weighed again.",
}
MANY = {"confirm": "confirmed", "reject": "rejected", "pin": "pinned"}
SUBJECTS = {
    "interaction": "Working together",
    "git": "Git and pull requests",
    "testing": "Tests",
    "style": "Code style",
    "architecture": "Design",
    "documentation": "Documentation",
    "stack": "Tools and languages",
    "habit": "Habits",
    "": "Other wishes",
}
# Reading treats what the catalogue has under style in another way, so they cannot move there.
ELSEWHERE = {"typing": "style", "lint": "style"}
KINDS: dict[Kind, str] = TITLES


def done_text(done: str, count: str | None = None) -> str:
    """What to say of what was done, to one thing or to many; "" for nothing known."""
    if count and count.isdecimal() and len(count) < 4 and done in MANY:
        number = int(count)
        return f"{number} belief{'s' * (number != 1)} {MANY[done]}."
    return DONE.get(done, "")


@cache
def _groups() -> dict[str, str]:
    return {each.id: each.group for each in catalogue()}


def subject_of(dimension: str) -> str:
    """What a belief is about, as one of `SUBJECTS`."""
    if dimension.startswith("habit."):
        return "habit"
    group = ELSEWHERE.get(dimension) or _groups().get(dimension, "")
    return group if group in SUBJECTS else ""


def place_of(scope: Scope) -> str:
    """Where a belief holds, in words."""
    match scope.reach:
        case Reach.EVERYWHERE:
            return "everywhere"
        case Reach.REPOSITORY:
            return f"in {scope.name}"
        case Reach.LANGUAGE:
            return f"in {scope.name} code"
        case Reach.TASK:
            return "for one task"
