"""Whether an agent follows the rules that the person has checked."""

# pathlib is left out, since it is slow to load.
# ruff: noqa: PTH110, PTH118

import os

from tom_swe.checkout import same_repository
from tom_swe.checks.judging import (
    NOT_IN,
    Past,
    Spec,
    is_asked_for,
    judge,
    request_words,
    runs_first,
    unsettles,
)
from tom_swe.checks.steps import FILE, REPLY, Step, names_in, steps_of
from tom_swe.hosts.hook.answer import AGAIN, ASK, DENY, HookAnswer, asks, hears_before_tools
from tom_swe.hosts.hook.event import CHECK_TAG, STOP, TOOL, Event, read
from tom_swe.hosts.hook.state import LATER, OWED, SessionState, digest
from tom_swe.hosts.hook.status import BREACH
from tom_swe.hosts.hook.stored import Stored, known_name

# The first schema that has checks.
WITH_CHECKS = "0012"
# The lines of a session's state: what a request asks for, which names it gives, what ran since a
# file was written, in which turn one was, who was reminded and stopped when, and what is still to
# be said.
ASKED, NAMED, RAN, WROTE, REMINDED, STOPPED = (
    *("asked", "named", "ran", "wrote", "reminded", "stopped"),
)
_OBSERVE, _REMIND, _ASK, _BLOCK, _OFF = "observe", "remind", "ask", "block", "off"
_DIGITS = 16
# An answer names at most so many breaches.
_MOST_TOLD = 3
_EVERY = (
    "SELECT c.belief_id, c.spec, coalesce(m.mode, 'observe'), b.reach, b.scope_name, "
    "coalesce(m.off_in, '[]') FROM compiled_check c JOIN belief b ON b.id = c.belief_id "
    "LEFT JOIN check_mode m ON m.belief_id = c.belief_id WHERE c.user_id = ?"
)
_RULE = (
    "SELECT b.statement, c.quote FROM compiled_check c JOIN belief b ON b.id = c.belief_id "
    "WHERE c.belief_id = ?"
)


class StoredCheck:
    """A check that holds in the folder of the session."""

    __slots__ = ("id", "mode", "spec")

    def __init__(self, number: int, spec: Spec, mode: str) -> None:
        self.id = number
        self.spec = spec
        self.mode = mode


class Breach:
    """A breach that a check found, and what tom does about it."""

    __slots__ = ("check", "found", "outcome")

    def __init__(self, check: StoredCheck, found: str, outcome: str) -> None:
        self.check = check
        self.found = found
        self.outcome = outcome


def checked(stored: Stored, user: str, event: Event, state: SessionState) -> tuple[HookAnswer, str]:
    """The answer to a tool call or a stop, and the breaches as JSON or "".

    Raises sqlite3.Error.
    """
    if event.name == STOP:
        steps = [Step(REPLY, event.reply)]
    else:
        steps = steps_of(event.tool, event.tool_input, event.cwd)
        for step in steps:
            there = step.kind == FILE and os.path.exists(os.path.join(event.cwd, step.path))
            step.is_new = step.is_new and not there
    if not steps:
        return HookAnswer(), ""
    checks = checks_here(stored, user, event)
    met = [
        Breach(check, found, _outcome(check, event, state))
        for check in checks
        if (found := _found(check, steps, state))
    ]
    if not any(each.outcome == "blocked" for each in met):
        _keep_order(checks, steps, state)
    for each in met:
        state.add(f"{BREACH} {each.check.id} {state.turn}")
        if each.outcome == "reminded" and event.name == TOOL and not hears_before_tools(event):
            state.add(f"{LATER} {each.check.id}")
    hits = ", ".join(f'[{each.check.id}, "{each.check.mode}", "{each.outcome}"]' for each in met)
    return _answer(stored, event, state, met), f"[{hits}]" if hits else ""


def reminded_after(stored: Stored, state: SessionState) -> str:
    """The reminders that the host could not pass on before a tool ran. Raises sqlite3.Error."""
    later = state.of(LATER)[:_MOST_TOLD]
    state.drop(LATER)
    said = [owed(stored, state), *(_reminder(stored, int(b), "your last step") for b in later)]
    return "\n".join(filter(None, said))


def _keep_order(checks: list[StoredCheck], steps: list[Step], state: SessionState) -> None:
    """Notes what ran that has to come first, and what was written since."""
    orders = [each for each in checks if each.spec.get("kind") == "order"]
    wrote = {each.id for each in orders if any(unsettles(each.spec, step) for step in steps)}
    ran = {each.id for each in orders if any(runs_first(each.spec, step) for step in steps)}
    if wrote:
        kept = [each for each in state.of(RAN) if int(each) not in wrote]
        state.drop(RAN)
        for each in kept:
            state.add(f"{RAN} {each}")
    for number in wrote:
        state.add(f"{WROTE} {number} {state.turn}")
    for number in ran:
        state.add(f"{RAN} {number}")


def heed(stored: Stored, user: str, event: Event, state: SessionState) -> None:
    """Notes what a request asks for and which names it gives. Raises sqlite3.Error."""
    checks = checks_here(stored, user, event)
    words = request_words(event.prompt)
    for check in checks:
        if is_asked_for(check.spec, words):
            state.add(f"{ASKED} {check.id} {state.turn}")
    if any(check.spec.get("kind") == "name" for check in checks):
        for name in names_in(event.prompt):
            state.add(f"{NAMED} {_name_key(name)}")


def owed(stored: Stored, state: SessionState) -> str:
    """The reminders of the last reply that were not given yet, once. Raises sqlite3.Error."""
    numbers = [int(each) for each in state.of(OWED)]
    if numbers:
        state.drop(OWED)
    return "\n".join(_reminder(stored, each, "your last reply") for each in numbers[:_MOST_TOLD])


def checks_here(stored: Stored, user: str, event: Event) -> list[StoredCheck]:
    """The checks that hold in the repository of an event. Raises sqlite3.Error."""
    if stored.version < WITH_CHECKS:
        return []
    here: str | None = None
    found: list[StoredCheck] = []
    for number, spec, mode, reach, name, off_in in stored.connection.execute(_EVERY, (user,)):
        if mode == _OFF:
            continue
        held: Spec = read(spec, 0)[0]
        elsewhere = _names_in(held)
        if reach == "repository" or off_in != "[]" or elsewhere:
            if here is None:
                here = known_name(stored, user, event) or event.here[0]
            if reach == "repository" and not same_repository(name, here):
                continue
            off = [*read(off_in, 0)[0], *elsewhere]
            if any(same_repository(str(each), here) for each in off):
                continue
        found.append(StoredCheck(int(number), held, str(mode)))
    return found


def _names_in(spec: Spec) -> list[str]:
    """The repositories in which a check's rule gives way to another."""
    found = spec.get(NOT_IN)
    return list(map(str, found)) if isinstance(found, list | tuple) else []  # pyright: ignore[reportUnknownArgumentType]


def _found(check: StoredCheck, steps: list[Step], state: SessionState) -> str:
    """The part of these steps that breaches a check."""
    past = Past(
        asked=f"{ASKED} {check.id} {state.turn}" in state,
        ran=f"{RAN} {check.id}" in state,
        wrote=f"{WROTE} {check.id} {state.turn}" in state,
        named=lambda name: f"{NAMED} {_name_key(name)}" in state,
    )
    return next((found for step in steps if (found := judge(check.spec, step, past))), "")


def _outcome(check: StoredCheck, event: Event, state: SessionState) -> str:
    """What tom does about a breach, by the mode of its check; at a stop only one check acts."""
    turn = state.turn
    if check.mode == _OBSERVE:
        return "counted"
    if event.name == STOP:
        if check.mode == _BLOCK:
            first = not event.stopped_before and state.add(f"{STOPPED} {turn}")
            return "blocked" if first else "let through"
        # The turn is over, so neither the agent nor the person can hear of it in this turn.
        return "reminded" if state.add(f"{OWED} {check.id}") else "counted"
    if check.mode == _REMIND:
        return "reminded" if state.add(f"{REMINDED} {check.id} {turn}") else "counted"
    return "blocked" if check.mode == _BLOCK else "asked"


def _answer(stored: Stored, event: Event, state: SessionState, met: list[Breach]) -> HookAnswer:
    def of(outcome: str) -> list[Breach]:
        return [each for each in met if each.outcome == outcome][:_MOST_TOLD]

    if blocked := of("blocked"):
        reasons = [_reason(stored, each) for each in blocked]
        if event.name == STOP:
            return HookAnswer(decision=AGAIN, reason=_tagged("\n".join([*reasons, _GO_ON])))
        return HookAnswer(decision=DENY, reason="\n".join([*reasons, _OTHERWISE]))
    if asked := of("asked"):
        reasons = [_reason(stored, each) for each in asked]
        # Where the agent reads the reason, it must not learn how to have the step let through.
        numbers = [f"`tom checks wrong {each.check.id}`" for each in asked]
        told = f"If this is no breach: {', '.join(numbers)}." if asks(event) else _ASK_THEM
        return HookAnswer(decision=ASK, reason="\n".join([*reasons, told]))
    if event.name == STOP or not hears_before_tools(event):
        return HookAnswer()
    # Some hosts hear nothing at a prompt, so what is still to be said is said now.
    said = [owed(stored, state), *(_reminder(stored, b.check.id, b.found) for b in of("reminded"))]
    return HookAnswer("\n".join(filter(None, said)))


_GO_ON = "Put that right, then stop. If it does not hold here, say so and stop."
_ASK_THEM = "Ask them whether you may, and wait for their answer."
_OTHERWISE = "Do it as they want, or ask them."


def _reason(stored: Stored, breach: Breach) -> str:
    rule = _rule(stored, breach.check.id)
    return f"tom: the person you work for wants: {rule} This breaks it: {_plain(breach.found)}"


def _reminder(stored: Stored, number: int, found: str) -> str:
    rule = _rule(stored, number)
    return _tagged(f"The person you work for wants: {rule} This breaks it: {_plain(found)}")


def _tagged(text: str) -> str:
    return f"<{CHECK_TAG}>{text}</{CHECK_TAG}>"


def _plain(text: str) -> str:
    """A text on one line that can close no tag."""
    return " ".join(text.replace("<", "\u2039").replace(">", "\u203a").split())


def _rule(stored: Stored, number: int) -> str:
    """A rule with its quote, in one line."""
    statement, quote = stored.connection.execute(_RULE, (number,)).fetchone() or ("", "")
    said = _plain(str(quote))
    ends = "" if said.endswith((".", "!", "?")) else "."
    rule = _plain(str(statement)).rstrip(".")
    return f"{rule}." + (f' They said: "{said}"{ends}' if said else "")


def _name_key(name: str) -> str:
    return digest(name)[:_DIGITS]
