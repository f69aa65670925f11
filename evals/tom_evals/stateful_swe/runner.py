"""A run of Stateful SWE: histories, memories, requests, sessions; each kept as it is made.

A run that is interrupted goes on where it was, and gives what it would have given.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple

from tom_evals.common import engine
from tom_evals.common.engine import Engine, Job, Json, Ledger
from tom_evals.common.harness.instance import Instance
from tom_evals.common.harness.running import Tell, run_sessions
from tom_evals.common.harness.session import Ended
from tom_evals.common.models import language
from tom_evals.keeping.material import Utterance
from tom_evals.stateful_swe import subjects
from tom_evals.stateful_swe.episodes import work as session
from tom_evals.stateful_swe.given import RULES, Given, given_as_json, row_of
from tom_evals.stateful_swe.history import TOKENS, history, read_history, write_history
from tom_evals.stateful_swe.judge import Unjudged
from tom_evals.stateful_swe.memories.arms import remembered
from tom_evals.stateful_swe.memories.memory import Arm
from tom_evals.stateful_swe.profile import SEED, Profile, described
from tom_evals.stateful_swe.profile import write as write_profiles
from tom_evals.stateful_swe.rewriting import ByModel
from tom_evals.stateful_swe.scores import Row
from tom_evals.stateful_swe.sources import real_pieces
from tom_evals.stateful_swe.vague import Vague, by_model, by_rules
from tom_evals.stateful_swe.washing import written_utterances
from tom_swe.embed import MiniLM, Remembering


class Plan(NamedTuple):
    """All that decides what a run gives.

    ``model`` is the agent's; ``writer``, ``user`` and ``judge`` are a model's name or
    ``rules``. ``served_at`` is a server that takes the place of the model's own.
    """

    pairs: tuple[tuple[Profile, Instance], ...]
    arms: tuple[Arm, ...]
    model: str
    served_at: str = ""
    tokens: int = TOKENS
    writer: str = RULES
    user: str = RULES
    judge: str = RULES
    image: str = ""
    dataset: str = ""
    steps: int = 100
    budget: float = 1.0

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """The people, each once."""
        return tuple(dict.fromkeys(profile for profile, _ in self.pairs))

    def as_json(self) -> Json:
        """What a ledger says of its run. Where a server listens changes nothing."""
        pairs = [f"{described(p)} | {i.id} | {i.base_commit}" for p, i in self.pairs]
        rest = self._replace(pairs=(), served_at="", arms=())._asdict()
        return {**rest, "pairs": pairs, "arms": [arm.value for arm in self.arms]}


class Place(NamedTuple):
    """Where a run reads and writes."""

    data: Path
    work: Path
    repos: Path


def assigned(
    profiles: Sequence[Profile], instances: Sequence[Instance], seed: int = SEED
) -> tuple[tuple[Profile, Instance], ...]:
    """One person for each instance, drawn at random, as TOM-SWE has it."""
    random = Random(f"assigned/{seed}")
    return tuple((random.choice(profiles), instance) for instance in instances)


def crossed(
    profiles: Iterable[Profile], instances: Iterable[Instance]
) -> tuple[tuple[Profile, Instance], ...]:
    """Every person with every instance."""
    return tuple(product(profiles, instances))


def run(
    plan: Plan,
    place: Place,
    *,
    on: Engine = Engine.LOCAL,
    at_once: int = 2,
    again: bool = False,
    tell: Tell = lambda _: None,
) -> list[Row]:
    """The rows of all sessions, those that failed too. Raises EngineFault and ModelFault."""
    # Held from the start: no other process, nor a run with other options, writes here meanwhile.
    with Ledger(place.work / "sessions.jsonl", plan.as_json()) as ledger:
        prepare(plan, place, tell)
        requests = _requests(plan, place, tell)
        jobs = [
            Job(_key(arm, *pair), given_as_json(_given(plan, place, arm, pair, requests)))
            for pair in plan.pairs
            for arm in plan.arms
        ]
        rows = run_sessions(
            jobs, session, row_of, ledger, on=on, at_once=at_once, again=again, tell=tell
        )
    return [_scored(job, row) for job, row in zip(jobs, rows, strict=True)]


def prepare(plan: Plan, place: Place, tell: Tell = lambda _: None) -> None:
    """Makes every person's history and what each arm keeps of it, as far as not there yet."""
    place.work.mkdir(parents=True, exist_ok=True)
    write_profiles(plan.profiles, place.work / "profiles.jsonl")
    pieces = real_pieces(place.data, place.work / "pieces")
    utterances = written_utterances(place.data)
    # By rules alone: tom's sentence scorer was trained on the very words that are planted.
    embedder = Remembering(MiniLM(None, threads=1))
    for profile in plan.profiles:
        told = _history(place, profile)
        tell(f"{profile.id}: history")
        _write(plan, told, profile, pieces, utterances)
        for arm in plan.arms:
            tell(f"{profile.id}: memory of {arm.value}")
            remembered(
                arm, _memory(place, profile), profile, lambda at=told: read_history(at), embedder
            ).close()


def _write(
    plan: Plan,
    told: Path,
    profile: Profile,
    pieces: Sequence[Path],
    utterances: Sequence[Utterance],
) -> None:
    if plan.writer == RULES:
        write_history(told, history(profile, pieces, utterances, tokens=plan.tokens))
        return
    with language(plan.writer, budget=plan.budget) as writer:
        write_history(
            told, history(profile, pieces, utterances, tokens=plan.tokens, writer=ByModel(writer))
        )


def _requests(plan: Plan, place: Place, tell: Tell) -> Mapping[str, str]:
    """The vague request of each pair, the same for every arm."""
    quotes = subjects.quotes(place.data)
    with Ledger(place.work / "requests.jsonl", plan.as_json()) as ledger:
        done = {key: str(row.result["text"]) for key, row in ledger.rows().items()}
        left = [(p, i) for p, i in plan.pairs if _pair(p, i) not in done]
        if not left:
            return done
        tell(f"{len(left)} requests to write")

        def keep(pair: tuple[Profile, Instance], vague: Vague) -> None:
            leaks = [each.what for each in vague.leaks]
            result = {"text": vague.text, "by": vague.by.value, "leaks": leaks}
            ledger.add(engine.Row(_pair(*pair), result))
            done[_pair(*pair)] = vague.text

        if plan.writer == RULES:
            for profile, instance in left:
                keep((profile, instance), by_rules(instance, profile, quotes))
            return done
        with language(plan.writer, budget=plan.budget) as writer:
            for profile, instance in left:
                keep((profile, instance), by_model(instance, profile, writer, quotes))
        return done


def _given(
    plan: Plan,
    place: Place,
    arm: Arm,
    pair: tuple[Profile, Instance],
    requests: Mapping[str, str],
) -> Given:
    profile, instance = pair
    return Given(
        arm=arm,
        profile=profile,
        instance=instance,
        request=requests[_pair(profile, instance)],
        memory=str(_memory(place, profile).absolute()),
        repos=str(place.repos.absolute()),
        model=plan.model,
        base_url=plan.served_at,
        user=plan.user,
        judge=plan.judge,
        image=plan.image,
        dataset=plan.dataset,
        steps=plan.steps,
        budget=plan.budget,
    )


def _history(place: Place, profile: Profile) -> Path:
    return place.work / "histories" / profile.id


def _memory(place: Place, profile: Profile) -> Path:
    return place.work / "memories" / profile.id


def _pair(profile: Profile, instance: Instance) -> str:
    return f"{profile.id}/{instance.id}"


def _key(arm: Arm, profile: Profile, instance: Instance) -> str:
    return f"{arm.value}/{_pair(profile, instance)}"


def _scored(job: Job, row: engine.Row) -> Row:
    """The row of a session; of one that failed, that nothing came of it."""
    if not row.failed:
        return row_of(row.result)
    arm, profile, instance = job.key.split("/", 2)
    return Row(
        profile=profile,
        instance=instance,
        arm=arm,
        resolved=False,
        exchanges=(),
        findings=(),
        satisfaction=Unjudged("the session failed", "nobody"),
        parts=(),
        seconds=0.0,
        ended=Ended.FAILED,
    )


def processors() -> int:
    """How many sessions run at once where nothing is said of it: as many as processors."""
    return os.cpu_count() or 1
