"""The commands of a session: what a line that starts with a slash does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tom_cli.code import conversations
from tom_cli.common import id_of
from tom_swe.errors import UsageError
from tom_swe.model.advice import Outcome
from tom_swe.text.safe import safe

if TYPE_CHECKING:
    from tom_cli.code.session import Session

type Does = Callable[[Session, str], Awaitable[None]]


class Command(NamedTuple):
    """A command: what it takes, what it is for, what it does."""

    takes: str
    about: str
    does: Does


async def profile(session: Session, _: str) -> None:
    """What tom holds about the person here."""
    from tom_cli.render import show_beliefs

    beside = await session.beside()
    beliefs = await asyncio.to_thread(beside.beliefs)
    if beliefs:
        show_beliefs(beliefs)
    else:
        session.screen.tom("knows nothing about you here yet; `tom init` reads your past sessions")


async def why(session: Session, given: str) -> None:
    """The quotes and the arithmetic of a belief."""
    from tom_cli.render import show_why
    from tom_swe.beliefs.confidence import explain
    from tom_swe.explain.history import revisions

    beside = await session.beside()
    number = id_of(given, "b", "belief")
    held = beside.tom.memory.beliefs.get(beside.user, number)
    show_why(held, revisions(beside.tom.memory, beside.user, number), explain(held))


async def forget(session: Session, given: str) -> None:
    """Deletes a belief permanently, when the person agrees."""
    beside = await session.beside()
    number = id_of(given, "b", "belief")
    held = beside.tom.memory.beliefs.get(beside.user, number)
    answer = await session.ask(f"forget b{number}, {safe(held.statement, 80)!r} permanently? y/n ")
    if answer.lower() in {"y", "yes"}:
        await asyncio.to_thread(beside.tom.forget_belief, beside.user, number)
        session.screen.tom(f"b{number} is forgotten")
    else:
        session.screen.tom("kept")


async def remember(session: Session, given: str) -> None:
    """Takes the person's word for something."""
    from tom_cli.render import show_beliefs

    beside = await session.beside()
    if not given:
        raise UsageError("say what to remember: /remember I review every diff myself")
    show_beliefs(await asyncio.to_thread(beside.tom.remember, beside.user, given))


async def suggest(session: Session, given: str) -> None:
    """The last advice in full, or advice on what is given."""
    from tom_cli.suggestion import show_suggestion

    beside = await session.beside()
    suggestion = await asyncio.to_thread(beside.consult, given) if given else beside.last
    if suggestion is None:
        raise UsageError("there is no advice yet; /suggest REQUEST gives some")
    show_suggestion(suggestion)


def judging(outcome: Outcome) -> Does:
    """The command that says what became of the last advice."""

    async def judge(session: Session, given: str) -> None:
        beside = await session.beside()
        right = [id_of(each, "b", "belief") for each in given.replace(",", " ").split()]
        changed = await asyncio.to_thread(beside.judge, outcome, right)
        session.screen.tom(f"saved as {outcome.value}")
        for belief in changed:
            session.screen.say(
                f"  b{belief.id} {safe(belief.statement, 80)}: {belief.status.value}, "
                f"{belief.confidence:.2f}",
                style="dim",
            )

    return judge


async def cost(session: Session, _: str) -> None:
    """What the session has cost."""
    from tom_cli.code.screen import costs

    session.screen.console.print(costs(session.coder.spent() if session.coder else ()))


async def output(session: Session, _: str) -> None:
    """All that the last command printed."""
    printed = session.screen.last_output
    session.screen.say(printed.rstrip() or "no command has printed anything yet")


async def learn(session: Session, _: str) -> None:
    """Learns from this session now rather than at its end."""
    beside = await session.beside()
    if beside.off:
        raise UsageError("tom is off in this session; /on switches it on")
    if session.coder is None:
        raise UsageError("there is nothing to learn from yet: say something first")
    place = session.conversations / session.coder.id
    before = {belief.id: belief for belief in await asyncio.to_thread(beside.beliefs)}
    await asyncio.to_thread(beside.learn, place)
    after = await asyncio.to_thread(beside.beliefs)
    changed = [belief for belief in after if before.get(belief.id) != belief]
    if not changed:
        session.screen.tom("nothing new in this session so far")
        return
    from tom_cli.render import show_beliefs

    show_beliefs(changed)


async def off(session: Session, _: str) -> None:
    """Turns tom off for the rest of this session."""
    (await session.beside()).off = True
    session.screen.tom("off: no advice from now on, and no learning from this session")


async def on(session: Session, _: str) -> None:
    """Turns tom on again."""
    (await session.beside()).off = False
    session.screen.tom("on")


async def resume(session: Session, _: str) -> None:
    """The conversations that can be resumed."""
    kept = conversations.kept(session.conversations)
    for each in kept[:15]:
        session.screen.say(f"  {conversations.line_of(each)}")
    session.screen.say(
        "resume one with `tom code --resume ID`" if kept else "there are no conversations yet",
        style="dim",
    )


async def leave(session: Session, _: str) -> None:
    """Ends the session."""
    session.leave()


async def help_(session: Session, _: str) -> None:
    """All commands."""
    for name, command in COMMANDS.items():
        shown = f"{name} {command.takes}".ljust(24)
        session.screen.say(f"  {shown}{command.about}")
    session.screen.say(
        "  Enter sends, Alt-Enter adds a line, Ctrl-C stops the agent, twice it leaves, as Ctrl-D",
        style="dim",
    )


COMMANDS: dict[str, Command] = {
    "/profile": Command("", "what tom believes about you here, with your own words", profile),
    "/why": Command("b12", "the quotes and the arithmetic of a belief", why),
    "/remember": Command("WORDS", "tell tom something yourself", remember),
    "/forget": Command("b12", "forget a belief permanently", forget),
    "/suggest": Command("[REQUEST]", "tom's last advice in full, or advice on a request", suggest),
    "/accept": Command("", "the last advice was right", judging(Outcome.ACCEPTED)),
    "/partly": Command("[b1 b2]", "only these beliefs of it were right", judging(Outcome.PARTLY)),
    "/reject": Command("", "the last advice was wrong", judging(Outcome.REJECTED)),
    "/learn": Command("", "learn from this session now, not when you leave", learn),
    "/off": Command("", "switch advice and learning off in this session", off),
    "/on": Command("", "switch advice and learning on again", on),
    "/output": Command("", "all that the last command printed", output),
    "/cost": Command("", "tokens and money spent in this session", cost),
    "/resume": Command("", "conversations that can be resumed", resume),
    "/help": Command("", "show this", help_),
    "/quit": Command("", "leave (as Ctrl-D)", leave),
}


def abouts() -> dict[str, str]:
    """What each command is for, by its name."""
    return {name: command.about for name, command in COMMANDS.items()}


async def obey(session: Session, line: str) -> None:
    """Does what a line that starts with a slash says. Raises UsageError, NotFound."""
    name, _, given = line.partition(" ")
    command = COMMANDS.get(name.lower()) or _only(name.lower())
    if command is None:
        raise UsageError(f"there is no command {safe(name, 40)}; /help lists them")
    await command.does(session, given.strip())


def _only(beginning: str) -> Command | None:
    """The one command that begins so."""
    found: Sequence[str] = [name for name in COMMANDS if name.startswith(beginning)]
    return COMMANDS[found[0]] if len(found) == 1 and len(beginning) > 1 else None
