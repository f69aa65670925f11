"""What the command does: sets up tasks, people and policies, and runs them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

import typer

from tom_evals.common.engine import Job, Ledger
from tom_evals.common.engine import run as run_jobs
from tom_evals.common.models import Language, language
from tom_evals.common.options import tell
from tom_evals.common.real_data import shared_data
from tom_evals.common.report import Report
from tom_evals.userville import demo, run
from tom_evals.userville.evaluate import Setup
from tom_evals.userville.index import checkout, of_checkout, of_tasks
from tom_evals.userville.options import RULES, Options
from tom_evals.userville.policies import Embedded, remembered
from tom_evals.userville.preferences import BY_ID, PREFERENCES, Preference
from tom_evals.userville.simulator import Simulator, by_rules
from tom_evals.userville.simulator_by_model import by_model
from tom_evals.userville.task import Task, of_issues, of_toys, spread
from tom_evals.userville.vagueniser import by_model as vague_by_model
from tom_evals.userville.vagueniser import faults
from tom_swe.embed import MiniLM, Remembering

DEMO = "detail_question"


def people(named: Sequence[str]) -> tuple[Preference, ...]:
    """The preferences of these ids, all for none. Raises BadParameter."""
    unknown = [each for each in named if each not in BY_ID]
    if unknown:
        raise typer.BadParameter(f"no preference {unknown[0]}: choose from {', '.join(BY_ID)}")
    return tuple(BY_ID[each] for each in dict.fromkeys(named)) or PREFERENCES


def _tasks(options: Options) -> tuple[Task, ...]:
    return of_toys() if options.toys else of_issues(shared_data())


def shown(options: Options, named: str) -> Iterator[str]:
    """The lines of one session: of a task by its id, else of the first."""
    every = _tasks(options)
    found = [each for each in every if each.id == named] if named else every[:1]
    if not found:
        raise typer.BadParameter(f"no task {named}")
    task, index = found[0], of_tasks(every)[found[0].repository]
    of = BY_ID[DEMO] if options.people is PREFERENCES else options.people[0]
    with _person(options) as player, remembered([of], Remembering(MiniLM())) as toms:
        yield from demo.shown(task, of, index, Embedded(toms), _simulator(player))


def evaluated(options: Options) -> Report:
    """The report on all policies. Raises EngineFault, and what reading the data raises."""
    every = _tasks(options)
    indexes, some = of_tasks(every), spread(every, options.most)
    if repos := options.repos:
        some = tuple(each for each in some if checkout(repos, each).is_dir())
        if not some:
            raise typer.BadParameter(f"{repos} has no checkout of a task's repository")
        indexes |= {each.repository: of_checkout(checkout(repos, each)) for each in some}
    notes = _notes(options, len(some))
    if options.writer:
        some, told = _rewritten(some, options)
        notes.append(told)
    passing = sum(not faults(each.vague, each) for each in some)
    notes.append(
        f"{passing} of the {len(some)} vague requests pass the checks of the vagueniser: no name "
        "of the solution, no code, nothing new, shorter than the precise request."
    )
    embedder = Remembering(MiniLM())
    with _person(options) as player:
        setup = Setup(some, options.people, indexes, _simulator(player))
        if not options.model:
            return run.offline(setup, embedder, notes)
        with language(options.model, budget=options.budget) as agent:
            return run.with_models(
                setup,
                embedder,
                run.Players(agent, player),
                options.work,
                at_once=options.at_once,
                again=options.again,
                tell=lambda row: tell(f"{row.key}: {row.failed or 'done'}"),
                notes=notes,
            )


def _rewritten(tasks: Sequence[Task], options: Options) -> tuple[tuple[Task, ...], str]:
    """The tasks with vague requests by a model, each kept as it comes; and how that went."""
    by_id = {each.id: each for each in tasks}
    with (
        language(options.writer, budget=options.budget) as writer,
        Ledger(options.work / "vague.jsonl", {"writer": writer.name}) as ledger,
    ):
        done = run_jobs(
            [Job(each, {"task": each}) for each in by_id],
            lambda given: vague_by_model(by_id[given["task"]], writer)._asdict() | {"faults": []},
            ledger,
            at_once=options.at_once,
            again=options.again,
        )
    written = {row.key: row.result for row in done if not row.failed and row.result["by_model"]}
    rewritten = tuple(
        each._replace(vague=written[each.id]["text"]) if each.id in written else each
        for each in tasks
    )
    return rewritten, (
        f"{len(written)} of {len(tasks)} vague requests are by {options.writer}. The others "
        "are the tasks' own, because the model's text did not pass the checks or the model did "
        "not answer."
    )


def _person(options: Options) -> AbstractContextManager[Language | None]:
    if options.person == RULES:
        return nullcontext()
    return language(options.person, budget=options.budget)


def _simulator(player: Language | None) -> Simulator:
    return by_model(player) if player else by_rules


def _notes(options: Options, tasks: int) -> list[str]:
    people = "played by rules, offline" if options.person == RULES else f"by {options.person}"
    where = (
        f"the checkouts in {options.repos}"
        if options.repos
        else (
            "an index of everything that the tasks of a repository change, which is smaller "
            "than the repository"
        )
    )
    source = "the included tasks" if options.toys else "Ambig-SWE's"
    return [f"{tasks} tasks, spread over {source}; people {people}; agents search {where}."]
