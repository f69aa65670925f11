"""How quickly beliefs follow from a log: what a made-up person says, folded at several sizes."""

from __future__ import annotations

import itertools
import random
import time
from datetime import timedelta

from tom_evals.common.messages import NOUNS, SEED, START, VERBS
from tom_swe import Observation, Scope
from tom_swe.beliefs.fold import fold
from tom_swe.beliefs.history import history
from tom_swe.embed.similarity import Similarity, vectors_of
from tom_swe.model.belief import EVERYWHERE, Kind, Polarity, Quote, Reach, Source
from tom_swe.model.event import Heard, heard_id
from tom_swe.testing import HashEmbedder

REPOSITORIES = tuple(f"acme/repo-{number:02d}" for number in range(20))
ON_A_SUBJECT, SAID_BEFORE, REWORDED, OF_ONE_REPOSITORY, AGAINST = 0.7, 0.5, 0.3, 0.4, 0.08
SOURCES = (Source.INSTRUCTION, Source.PREFERENCE, Source.CORRECTION, Source.HINT)
OFTEN = (9, 5, 4, 2)
WORDS = (*NOUNS, *VERBS)

VALUES = ("never", "weekly", "hourly", "twice")
# Subjects of two to four values, by words that few of them share.
SUBJECTS = {
    f"{one}-{other}": VALUES[: 2 + number % 3]
    for number, (one, other) in enumerate(
        itertools.islice(itertools.combinations(WORDS, 2), 0, 600, 10)
    )
}


def observations(count: int, seed: int = SEED) -> list[Heard]:
    """What somebody says in sessions of three observations, oldest first."""
    rng = random.Random(seed)
    free: list[str] = []
    said: list[Heard] = []
    for number in range(count):
        session, place = divmod(number, 3)
        # A session is in one repository.
        repository = random.Random(session).choice(REPOSITORIES)
        dimension = value = ""
        if rng.random() < ON_A_SUBJECT:
            dimension = list(SUBJECTS)[int(len(SUBJECTS) * rng.random() ** 2)]
            # Most of what is said on a subject names the same value.
            values = SUBJECTS[dimension]
            value = values[min(int(rng.expovariate(2.5)), len(values) - 1)]
            statement = f"{dimension} {value}"
        elif free and rng.random() < SAID_BEFORE:
            statement = rng.choice(free)
            if rng.random() < REWORDED:
                statement = f"{statement}, please"
        else:
            statement = " ".join(rng.sample(WORDS, 4))
            free.append(statement)
        only_here = rng.random() < OF_ONE_REPOSITORY
        observation = Observation(
            kind=Kind.CONSTRAINT,
            source=rng.choices(SOURCES, OFTEN)[0],
            statement=statement,
            quote=Quote(ordinal=place, text=statement.lower()),
            dimension=dimension,
            value=value,
            polarity=Polarity.AGAINST if rng.random() < AGAINST else Polarity.FOR,
            scope=Scope(reach=Reach.REPOSITORY, name=repository) if only_here else EVERYWHERE,
        )
        said.append(
            Heard(
                event=heard_id("jsonl", str(session), observation),
                observation_id=number,
                session_id=session,
                host="jsonl",
                host_id=str(session),
                repository=repository,
                at=START + timedelta(hours=5 * session, minutes=place),
                position=0,
                observation=observation,
            )
        )
    return said


def folding(count: int) -> dict[str, float]:
    """Seconds of the processor for folding this many observations, and for telling the history."""
    said = observations(count)
    vectors = vectors_of(HashEmbedder(384), {each.observation.statement for each in said})
    start = time.process_time()
    beliefs = fold(said, Similarity(vectors))
    folded = time.process_time()
    revisions = history(said, Similarity(vectors), {})
    return {
        "observations": count,
        "beliefs": len(beliefs),
        "revisions": len(revisions),
        "fold_s": folded - start,
        "history_s": time.process_time() - folded,
    }
