"""How sound a user model is: what is junk, double, stale, at odds or unsupported in it. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations

from tom_swe.beliefs.conflict import claim_of, conflicts
from tom_swe.embed.similarity import SAME, Similarity
from tom_swe.extract.grounding import is_borne_out
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Source, Status

# A belief that nothing has borne out for so long may be somebody's who is no longer so.
STALE = timedelta(days=365)
FEWEST_WORDS = 2
SAMPLES = 5


class Fault(StrEnum):
    """What may be wrong with a belief."""

    UNSUPPORTED = "unsupported"  # no quote holds it up
    JUNK = "junk"  # says next to nothing, or nothing that its quotes say
    DUPLICATE = "duplicate"  # says what a surer one says, in the same place
    CONTRADICTORY = "contradictory"  # cannot hold together with another one that is told
    STALE = "stale"  # last said a year before the newest of all that was said
    SECRET = "secret"  # noqa: S105 - holds what looks like a key or a password


class Finding(Value):
    """The beliefs with one fault: how many, their share, and some of them."""

    fault: Fault
    count: int
    share: float
    samples: tuple[int, ...]


class Audit(Value):
    """Faults found in ``beliefs`` beliefs; ``sound`` is the share without a fault."""

    beliefs: int
    sound: float | None
    findings: tuple[Finding, ...]


def audit(told: Sequence[Belief], similarity: Similarity, redact: Callable[[str], str]) -> Audit:
    """The faults of the beliefs that are told, the surest first in each.

    ``redact`` takes secrets out of a text.
    """
    newest = max((belief.last_seen for belief in told), default=None)
    doubles, odds = _pairs(told, similarity)
    checks: dict[Fault, Callable[[Belief], bool]] = {
        Fault.UNSUPPORTED: lambda b: not b.supporting,
        Fault.JUNK: lambda b: _is_junk(b, similarity),
        Fault.DUPLICATE: lambda b: b.id in doubles,
        Fault.CONTRADICTORY: lambda b: b.id in odds,
        Fault.STALE: lambda b: newest is not None and _is_stale(b, newest),
        Fault.SECRET: lambda b: any(redact(text) != text for text in (b.statement, *b.quotes)),
    }
    surest = sorted(told, key=lambda b: (-b.confidence, b.id))
    found = {fault: [b.id for b in surest if has(b)] for fault, has in checks.items()}
    faulty = {belief_id for ids in found.values() for belief_id in ids}
    count = len(told)
    return Audit(
        beliefs=count,
        sound=1 - len(faulty) / count if count else None,
        findings=tuple(
            Finding(
                fault=fault,
                count=len(ids),
                share=len(ids) / count if count else 0.0,
                samples=tuple(ids[:SAMPLES]),
            )
            for fault, ids in found.items()
        ),
    )


def _pairs(told: Iterable[Belief], similarity: Similarity) -> tuple[set[int], set[int]]:
    """The less sure of each two that say the same, and all that exclude each other."""
    doubles: set[int] = set()
    odds: set[int] = set()
    for one, other in combinations(told, 2):
        if not one.scope.same_as(other.scope):
            continue
        if conflicts(claim_of(one), claim_of(other), similarity):
            odds |= {one.id, other.id}
        elif one.polarity is other.polarity and _say_the_same(one, other, similarity):
            doubles.add(min(one, other, key=lambda b: (b.confidence, -b.id)).id)
    return doubles, odds


def _say_the_same(one: Belief, other: Belief, similarity: Similarity) -> bool:
    if one.value and other.value:
        return (one.dimension, one.value) == (other.dimension, other.value)
    return similarity(one.statement, other.statement) >= SAME


def _is_junk(belief: Belief, similarity: Similarity) -> bool:
    if len(belief.statement.split()) < FEWEST_WORDS:
        return True
    # What was counted, or named by the catalogue, says it in other words than the person's.
    said = [each for each in belief.supporting if each.source is not Source.BEHAVIOUR]
    if not said or belief.value:
        return False
    return not any(
        is_borne_out(belief.statement, each.quote, each.quote, similarity) for each in said
    )


def _is_stale(belief: Belief, newest: datetime) -> bool:
    return belief.status is not Status.RETIRED and newest - belief.last_seen >= STALE
