"""The model that reads and advises: model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli.choosing import calls_in_words, choose, reading_takes
from tom_cli.common import Json, print_json, talk
from tom_swe.errors import ModelFault, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tom_swe.llm.agents import FoundAgent
    from tom_swe.llm.chosen import ChosenModel
    from tom_swe.settings import Settings

TEST = "test"


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(model)


def model(
    name: Annotated[
        str | None,
        typer.Argument(help="The model to choose, none for none, or test to ask it for one word."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show or choose the language model that reads and advises.

    A coding agent on this machine can be it, without a key: claude-code, codex, gemini-cli,
    opencode, copilot-cli or cursor-agent, also with a model, such as claude-code/sonnet. So can
    what OpenHands has set up, and any of litellm's providers. The choice goes into config.toml.

    Example: tom model claude-code
    """
    from tom_swe.settings import load_settings

    if name is None:
        _show(load_settings(), as_json)
    elif as_json:
        raise UsageError("--json shows the models: leave NAME out")
    elif name == TEST:
        _test(load_settings())
    else:
        _choose(name)


def _show(settings: Settings, as_json: bool) -> None:
    from tom_cli.layout import put
    from tom_swe.llm.agents import could_read, found_agents
    from tom_swe.llm.chosen import chosen_models
    from tom_swe.openhands_llm import openhands_llm, openhands_names
    from tom_swe.text.safe import safe

    agents = found_agents(os.environ, Path.home())
    chosen = chosen_models(settings, os.environ, Path.home())
    theirs = {name: openhands_llm(name) for name in openhands_names()}
    reader, readable = chosen[0], could_read(agents)
    with_model = "" if reader.model else readable[0].model if readable else ""
    takes = None
    if with_model or (reader.model and not reader.fault):
        takes = reading_takes(settings, with_model)
    if as_json:
        there = [{"name": n, "model": o.model, "fault": o.fault} for n, o in theirs.items()]
        print_json(
            {
                "chosen": [each.model_dump() for each in chosen],
                "agents": [each._asdict() for each in agents],
                "openhands": there,
                "reading": takes,
            }
        )
        return
    rows = [(each.name, _how_logged_in(each)) for each in agents]
    rows += [(name, o.fault or f"{o.model}, as OpenHands is set up") for name, o in theirs.items()]
    _show_chosen(chosen)
    put("" if rows else "\nno coding agent's program is on PATH")
    width = max((len(name) for name, _ in rows), default=0)
    for name, how in rows:
        put(f"{name:<{width}}  {safe(how)}", hang=width + 2)
    if takes and takes.calls:
        whose = safe(with_model or reader.model)
        put(f"\nreading the history with {whose} takes {calls_in_words(takes)}")
    talk("`tom model NAME` chooses one, `tom model none` none; `tom model test` asks it")


def _show_chosen(models: Sequence[ChosenModel]) -> None:
    from tom_cli.layout import put
    from tom_swe.text.safe import safe

    for each in models:
        put(f"{each.task:<7}  {safe(_in_words(each))}", hang=9)


def _in_words(chosen: ChosenModel) -> str:
    """Which model it is, on what it draws, and what sets that."""
    from tom_swe.llm.agents import agent_named

    by = f"; set by {chosen.set_by}" if chosen.set_by else ""
    if not chosen.model:
        return f"no model, the rules alone{by}"
    if chosen.fault:
        return f"{chosen.fault}{by}"
    agent = agent_named(chosen.model)
    name = f"{agent[0].name}/{agent[1]}" if agent and agent[1] else chosen.model
    return f"{name}, on {chosen.draws_on}{by}"


def _how_logged_in(agent: FoundAgent) -> str:
    from tom_swe.llm.agents import LoggedIn

    match agent.logged_in:
        case LoggedIn.YES:
            return f"logged in, on {agent.draws_on}"
        case LoggedIn.NO:
            return "not logged in"
        case LoggedIn.UNKNOWN:
            return f"cannot tell whether you are logged in; on {agent.draws_on}"


def _choose(name: str) -> None:
    from tom_swe.llm.agents import AGENTS, LoggedIn, agent_named, found_agents
    from tom_swe.llm.chosen import chosen_models, fault_of
    from tom_swe.settings import NONE, load_settings
    from tom_swe.text.safe import safe

    before = load_settings()
    fault = fault_of(before.model_copy(update={"model": name}), "")
    if not name.strip() or fault:
        raise UsageError(
            f"{safe(fault) or 'the name is empty'}. A name is one of {', '.join(AGENTS)}, also "
            "with a model as in claude-code/sonnet; or openhands-cli; or PROVIDER/NAME, such as "
            "openai/gpt-5-nano; or none"
        )
    path = choose(name)
    talk(f"written to {safe(str(path))}")
    settings = load_settings()
    for variable in ("TOM_MODEL", "TOM_READER_MODEL", "TOM_ADVISER_MODEL"):
        if (named := os.environ.get(variable)) and named != name:
            talk(f"{variable}={safe(named)} wins over it: unset it")
    _show_chosen(chosen_models(settings, os.environ, Path.home()))
    for agent in found_agents(os.environ, Path.home()):
        if agent.name == name.partition("/")[0] and agent.logged_in is LoggedIn.NO:
            talk(f"you are not logged in to {agent.name}: log in with it, then `tom model test`")
    worked = before.model not in ("", NONE) and not agent_named(before.model)
    if worked and agent_named(settings.model):
        talk("`tom code` cannot work with it: give --model PROVIDER/NAME there")
    takes = reading_takes(settings) if name != NONE else None
    if takes and takes.calls:
        talk(f"`tom learn --again` reads with it: {calls_in_words(takes)}")


def _test(settings: Settings) -> None:
    from time import monotonic

    from tom_cli.layout import put
    from tom_swe.app import ask_model
    from tom_swe.settings import helper_of, reader_of
    from tom_swe.text.safe import safe

    models = [reader_of(settings), helper_of(settings, settings.adviser_model)]
    found = {each.name: each for each in models if each}
    if not found:
        raise UsageError("no model is chosen, so none was asked: `tom model NAME` chooses one")
    failed = False
    for each in found.values():
        began = monotonic()
        talk(f"asking {safe(each.name)}")
        try:
            answer = ask_model(settings, each)
        except ModelFault as error:
            talk(safe(str(error)))
            failed = True
            continue
        used = answer.usage
        price = "no price told" if used.cost is None else f"{used.cost:.4f} USD"
        put(
            safe(
                f"{each.name} answered “{answer.reply.word}”: {used.tokens_in:,} tokens in, "
                f"{used.tokens_out:,} out, {price}, {monotonic() - began:.1f} s"
            )
        )
    if failed:
        raise typer.Exit(1)
