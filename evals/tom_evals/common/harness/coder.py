"""One session of a real OpenHands agent with a simulated user."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.harness.session import Ended, Episode, Part
from tom_evals.common.harness.workspace import patch_of
from tom_evals.people import Exchange, Said, User
from tom_swe.hosts import Coder
from tom_swe.hosts.coding import AgentSaid as Spoken
from tom_swe.hosts.coding import Called, Happening, Rest, Spent, Streamed, Trouble
from tom_swe.settings import Model

STEPS = 100
# However often a user answers: an agent that only talks is not at work.
EXCHANGES = 30

TERMINAL, ASKING_TOM = "terminal", "ask_tom"


class Beside(NamedTuple):
    """What an arm puts beside the agent: text at the start, text at each message, the tool."""

    context: str = ""
    recall: Callable[[str], str] = lambda _: ""
    ask_tom: bool = False


class _Heard:
    """What happened in the session, counted."""

    def __init__(self) -> None:
        self.events = self.consults = 0
        self.commands: list[str] = []
        self.finished = False
        self.trouble = ""

    def __call__(self, happening: Happening) -> None:
        if isinstance(happening, Streamed):
            return
        self.events += 1
        match happening:
            case Spoken():
                self.finished = happening.finished
            case Called(call=call):
                if call.tool == TERMINAL:
                    self.commands.append(str(call.arguments.get("command", "")))
                self.consults += call.tool == ASKING_TOM
            case Trouble(text=text):
                self.trouble = text
            case _:
                pass


def episode(
    folder: Path,
    base_commit: str,
    model: Model,
    user: User,
    beside: Beside,
    *,
    conversations: Path,
    shell: Path | None = None,
    steps: int = STEPS,
) -> Episode:
    """Runs the agent in a checkout until it has finished, the user leaves, or a cap is reached.

    Every call of the agent is let through. Faults of the agent's model are told in the
    episode; those of the user's model are raised, as ModelFault.
    """
    from tom_swe.hosts.openhands.coder import OpenHandsCoder

    heard = _Heard()
    began = time.monotonic()
    coder = OpenHandsCoder(
        folder,
        model,
        conversations,
        heard,
        briefing=beside.context,
        ask_tom=beside.ask_tom,
        shell=shell,
    )
    opening = user.opening()
    try:
        exchanges, taken, ended = asyncio.run(_talk(coder, heard, user, opening, beside, steps))
        parts = _parts(coder.spent())
    finally:
        coder.close()
    return Episode(
        opening=opening,
        exchanges=tuple(exchanges),
        patch=patch_of(folder, base_commit),
        commands=tuple(heard.commands),
        consults=heard.consults,
        steps=taken,
        ended=ended,
        trouble=heard.trouble if ended is Ended.FAILED else "",
        seconds=time.monotonic() - began,
        parts=parts,
    )


async def _talk(
    coder: Coder, heard: _Heard, user: User, opening: str, beside: Beside, most: int
) -> tuple[list[Exchange], int, Ended]:
    exchanges: list[Exchange] = []
    taken = 0
    text = opening
    while True:
        heard.events += 1
        heard.finished = False
        await coder.send(text, beside.recall(text))
        while True:
            rest = await coder.run()
            taken += 1
            if rest is not Rest.WAITING or taken >= most:
                break
        if rest in {Rest.FAILED, Rest.INTERRUPTED}:
            return exchanges, taken, Ended.FAILED
        if taken >= most or len(exchanges) >= EXCHANGES:
            return exchanges, taken, Ended.STEPS
        said = Said(coder.last_words, heard.events, done=heard.finished)
        answer = user.answer(said)
        exchanges.append(Exchange(said.text, answer.text, answer.manner, said.events))
        if answer.over:
            return exchanges, taken, Ended.DONE if said.done else Ended.LEFT
        text = answer.text


def _parts(spent: Iterable[Spent]) -> tuple[Part, ...]:
    return tuple(Part(each.usage, each.tokens_in, each.tokens_out, each.cost) for each in spent)


def apart(folder: Path, model: Model) -> dict[str, str]:
    """The environment of a session: a home of its own, the agent's model, no other memory.

    Skills, settings and memories of whoever runs a benchmark are not the agent's. What may be
    asked of tom's model is for the arm to say, by ``TOM_READER_MODEL`` and ``TOM_ADVISER_MODEL``.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOM_")}
    key = model.api_key.get_secret_value() if model.api_key else ""
    return kept | {
        "HOME": str(folder),
        "OH_PERSISTENCE_DIR": str(folder / "openhands"),
        "OPENHANDS_SUPPRESS_BANNER": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "TOM_HOME": str(folder / "tom"),
        "TOM_MODEL": model.name,
        "TOM_BASE_URL": model.base_url,
        "TOM_READER_MODEL": "none",
        "TOM_ADVISER_MODEL": "none",
        **({"TOM_API_KEY": key} if key else {}),
    }
