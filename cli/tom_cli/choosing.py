"""The model that reads: what it takes, the choice written down, the offer in `tom init`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tom_cli.common import talk
from tom_cli.keys import is_yes

if TYPE_CHECKING:
    from tom_swe.model.calls import Estimate
    from tom_swe.settings import Settings


def calls_in_words(estimate: Estimate) -> str:
    """What reading takes: calls, tokens and, where it is known, the price."""
    usage = estimate.usage
    price = "" if usage.cost is None else f", {usage.cost:.2f} USD"
    calls = f"{estimate.calls} call{'s' * (estimate.calls != 1)}"
    return f"about {calls}, {usage.tokens_in + usage.tokens_out:,} tokens{price}"


def beyond_a_day(estimate: Estimate, settings: Settings) -> bool:
    """Whether reading takes more than a day's limits allow."""
    usage = estimate.usage
    if usage.cost is None:
        return usage.tokens_in + usage.tokens_out > settings.daily_tokens
    return usage.cost > settings.daily_budget


def reading_takes(settings: Settings, model: str = "") -> Estimate | None:
    """What reading all that no model has read takes with this model, by default the chosen one.

    None where there is no memory yet.
    """
    from tom_swe.app import open_tom

    if not settings.database.exists():
        return None
    if model:
        settings = settings.model_copy(update={"model": model, "reader_model": ""})
    tom = open_tom(settings)
    try:
        return tom.reading.estimate(settings.user, again=True)
    finally:
        tom.close()


def choose(name: str) -> Path:
    """Writes the model into config.toml; where that is. Raises SettingsError, OSError."""
    from tom_swe.settings import config_file
    from tom_swe.settings_file import write_setting

    path = config_file(os.environ)
    write_setting(path, "model", name)
    return path


def offered(settings: Settings) -> Settings | None:
    """Asks once whether an agent that the person is logged in to may read; settings for it.

    None where there is nobody to ask, a choice was made before, or the answer is no, which is
    remembered.
    """
    from tom_swe.llm.agents import could_read, found_agents
    from tom_swe.settings import config_file, load_settings
    from tom_swe.settings_file import write_setting
    from tom_swe.text.safe import safe

    decided = settings.model or settings.reader_model or not settings.offer_model
    if decided or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    agents = could_read(found_agents(os.environ, Path.home()))
    takes = reading_takes(settings, agents[0].model) if agents else None
    if not takes or not takes.calls:
        return None
    agent = agents[0]
    talk("without a language model tom misses most wishes that are not worded as rules")
    talk(f"with one, your words go to it: {agent.name} is asked by its own program")
    if beyond_a_day(takes, settings):
        talk("that takes more than a day's budget: `tom learn --again` reads the rest another day")
    question = f"May tom read with {agent.draws_on} ({agent.model})? {calls_in_words(takes)}"
    typer.echo(safe(question), nl=False, err=True)
    if not is_yes(default=False):
        path = config_file(os.environ)
        write_setting(path, "offer_model", value=False)
        talk(f"tom does not ask again (offer_model in {safe(str(path))}); `tom model` shows how")
        return None
    path = choose(agent.model)
    talk(f"written to {safe(str(path))}; `tom model none` takes it back")
    return load_settings()
