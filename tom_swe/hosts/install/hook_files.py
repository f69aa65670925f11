"""Tom's hooks among the hooks of a settings file, as a document before and after. Pure."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, cast

from tom_swe.errors import TomError
from tom_swe.hosts.install.jsonc import Json
from tom_swe.hosts.install.ours import EVENTS, STATUS, Whose, moved, program_of, whose

type Table = dict[str, Json]
type Edit = Callable[[Table], Table | None]

TIMEOUT_SECONDS = 5
# The names under which hosts keep what a hook runs.
_COMMANDS = ("command", "bash", "linux", "osx")


class HookForm(NamedTuple):
    """How a host writes its hooks.

    ``events`` are its names of the events with tom's names; ``matchers`` say which of them are
    for some cases only. A ``flat`` form has no groups. ``head`` is what the file must say beside
    the hooks.
    """

    events: Mapping[str, str]
    matchers: Mapping[str, str] = {}
    flat: bool = False
    command: str = "command"
    fields: Mapping[str, Json] = {"type": "command", "timeout": TIMEOUT_SECONDS}
    head: Mapping[str, Json] = {}

    def hook(self, command: str) -> Table:
        """One hook that runs a command."""
        fields = dict(self.fields)
        kind = {"type": fields.pop("type")} if "type" in fields else {}
        return {**kind, self.command: command, **fields}


class HookCall(NamedTuple):
    """A program of ours, and the name of the host that calls it."""

    program: str
    host: str

    def of(self, event: str) -> str:
        """The command line for an event."""
        return f"{shlex.quote(self.program)} {event} {self.host}"


def with_hooks(document: Table, form: HookForm, call: HookCall) -> Table:
    """The document with one hook of ours an event, which makes this call."""
    table, is_nested = _hooks_of(document)
    wanted = {_key(event, table): event for event in form.events}
    edited: Table = {}
    for key, groups in table.items():
        edited[key] = groups
        if key not in wanted and (kept := _without(groups)) != groups:
            edited[key] = kept
    for key, event in wanted.items():
        groups = edited.get(key, [])
        if not isinstance(groups, list):
            raise TomError(f"`hooks.{key}` is not a list there; fix it first")
        command = call.of(form.events[event])
        edited[key] = _moved(groups, command) or [*groups, _group(form, event, command)]
    edited = {key: groups for key, groups in edited.items() if groups or groups == table.get(key)}
    if not is_nested:
        return edited
    head = {key: value for key, value in form.head.items() if key not in document}
    return {**head, **document, "hooks": edited}


def without_hooks(document: Table, empty: frozenset[str] = frozenset()) -> Table:
    """The document without our hooks, and without the lists that then hold nothing.

    ``empty`` are the names of those that were empty before, and stay.
    """
    table, is_nested = _hooks_of(document)
    edited: Table = {}
    for key, groups in table.items():
        kept = _without(groups)
        if kept or kept == groups or key in empty:
            edited[key] = kept
    if edited == table:
        return document
    if not is_nested:
        return edited
    if edited or "hooks" in empty:
        return {**document, "hooks": edited}
    return {key: value for key, value in document.items() if key != "hooks"}


def with_status(document: Table, call: HookCall) -> Table:
    """The document with tom's line as its status line. Raises TomError where it has another."""
    there = document.get("statusLine")
    wanted = call.of(STATUS)
    if there is None:
        return {**document, "statusLine": {"type": "command", "command": wanted}}
    command = _command(there) if isinstance(there, dict) else None
    if not isinstance(there, dict) or command is None:
        raise TomError(f"it has a status line already; have that one call `{wanted}`, or remove it")
    if whose(command) is Whose.SHARED:
        return document
    return {**document, "statusLine": {**there, "command": moved(command, wanted)}}


def without_status(document: Table, _: frozenset[str] = frozenset()) -> Table:
    """The document without tom's status line."""
    if not status_calls_in(document):
        return document
    return {key: value for key, value in document.items() if key != "statusLine"}


def status_calls_in(document: Table) -> list[str]:
    """The program that tom's status line runs."""
    there = document.get("statusLine")
    command = _command(there) if isinstance(there, dict) else None
    if command is None or whose(command) is Whose.SHARED:
        return []
    return [program_of(command)]


def empty_in(document: Table) -> frozenset[str]:
    """The names of the lists that hold nothing, for `without_hooks`."""
    table, _ = _hooks_of(document)
    names = {key for key, groups in table.items() if not groups}
    return frozenset(names | ({"hooks"} if "hooks" in document and not table else set()))


def calls_in(document: Table) -> list[str]:
    """The command lines in the document that call tom, those of the person's own making too."""
    table, _ = _hooks_of(document)
    hooks = [hook for groups in table.values() for hook in _hooks(groups)]
    return [command for hook in hooks if (command := _command(hook)) is not None]


def programs_in(document: Table) -> list[str]:
    """The programs that our hooks run."""
    return [*dict.fromkeys(found for each in calls_in(document) if (found := program_of(each)))]


def places_in(document: Table) -> list[str]:
    """Where our hooks stand: the event in snake case, the group's place, and the hook's in it."""
    table, _ = _hooks_of(document)
    return [
        f"{_snake(event)}:{i}:{j}"
        for event, groups in table.items()
        for i, group in enumerate(groups if isinstance(groups, list) else [])
        for j, hook in enumerate(_hooks([group]))
        if _command(hook) is not None
    ]


def shared_in(document: Table) -> list[str]:
    """The command lines that do something beside calling tom, which tom leaves alone."""
    return [each for each in calls_in(document) if whose(each) is Whose.SHARED]


def _hooks_of(document: Table) -> tuple[Table, bool]:
    """The table of events, and whether it stands under ``hooks``, as it mostly does."""
    bare = "hooks" not in document and any(
        name in document for event in EVENTS for name in (event, _snake(event))
    )
    table = document if bare else document.get("hooks", {})
    if not isinstance(table, dict):
        raise TomError("`hooks` is not a JSON object there; fix it first")
    return table, not bare


def _key(event: str, table: Table) -> str:
    # OpenHands writes its own files so, and refuses a file that has both.
    return _snake(event) if _snake(event) in table else event


def _group(form: HookForm, event: str, command: str) -> Table:
    hook = form.hook(command)
    if form.flat:
        return hook
    matcher = form.matchers.get(event)
    return {**({} if matcher is None else {"matcher": matcher}), "hooks": [hook]}


def _moved(groups: list[Json], wanted: str) -> list[Json]:
    """The groups with our first hook calling what is wanted and no second; none without ours."""
    seen = False

    def edited(hook: Table) -> Table | None:
        nonlocal seen
        command = _command(hook)
        if command is None:
            return hook
        is_first, seen = not seen, True
        if whose(command) is Whose.SHARED:
            return hook
        if not is_first:
            return None
        key = next(key for key in _COMMANDS if hook.get(key) == command)
        return {**hook, key: moved(command, wanted)}

    made = _edited(groups, edited)
    return made if seen else []


def _without(groups: Json) -> Json:
    def edited(hook: Table) -> Table | None:
        command = _command(hook)
        return None if command is not None and whose(command) is Whose.OURS else hook

    return _edited(groups, edited) if isinstance(groups, list) else groups


def _edited(groups: list[Json], edit: Edit) -> list[Json]:
    """The groups with each hook edited; a group that held no other hook goes with its last."""
    made: list[Json] = []
    for group in groups:
        hooks = group.get("hooks") if isinstance(group, dict) else None
        if isinstance(group, dict) and isinstance(hooks, list):
            told = [edit(hook) if isinstance(hook, dict) else hook for hook in hooks]
            kept: list[Json] = [each for each in told if each is not None]
            if kept or not hooks:
                made.append(group if kept == hooks else {**group, "hooks": kept})
        else:
            told = edit(group) if isinstance(group, dict) else group
            if told is not None:
                made.append(told)
    return made


def _hooks(groups: Json) -> Iterator[Table]:
    for group in groups if isinstance(groups, list) else []:
        inner = group.get("hooks") if isinstance(group, dict) else None
        for hook in inner if isinstance(inner, list) else [group]:
            if isinstance(hook, dict):
                yield hook


def _command(hook: Table) -> str | None:
    """The command of a hook that calls tom; None where none does."""
    told = [cast("str", hook[key]) for key in _COMMANDS if isinstance(hook.get(key), str)]
    return next((each for each in told if whose(each) is not Whose.OTHERS), None)


def _snake(event: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event).lower()
