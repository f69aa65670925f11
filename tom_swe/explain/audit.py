"""How sound a user model is: what is junk, double, stale, at odds or unsupported in it. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations

from tom_swe.beliefs.conflict import claim_of, conflicts
from tom_swe.embed.similarity import SAME, Similarity
from tom_swe.extract.support import Lack, OwnMessage, flaw_in
from tom_swe.model.base import Value
from tom_swe.model.belief import (
    SESSIONS_TO_CONFIRM,
    Belief,
    Evidence,
    Observation,
    Quote,
    Status,
)

# The message that a quote stands in, where it is still kept.
type MessageOf = Callable[[Evidence], OwnMessage | None]

# A belief that nothing has borne out for so long may be somebody's who is no longer so.
STALE = timedelta(days=365)
FEWEST_WORDS = 2
SAMPLES = 5


class Fault(StrEnum):
    """What may be wrong with a belief."""

    UNSUPPORTED = "unsupported"  # no quote holds it up, or not in enough sessions
    JUNK = "junk"  # says next to nothing
    DUPLICATE = "duplicate"  # says what a surer one says, in the same place
    CONTRADICTORY = "contradictory"  # cannot hold together with another one that is told
    STALE = "stale"  # last said a year before the newest of all that was said
    SECRET = "secret"  # noqa: S105 - holds what looks like a key or a password


class Finding(Value):
    """The beliefs with one fault: how many, their share, and some of them, the surest first.

    Of unsupported ones ``samples`` holds all, and ``reasons`` says of each what is wrong.
    """

    fault: Fault
    count: int
    share: float
    samples: tuple[int, ...]
    reasons: tuple[str, ...] = ()


class Audit(Value):
    """Faults found in all that is ``believed``, held back or not; ``sound`` is the share without.

    Only whether quotes support it was asked of all of it, and the rest of the ``told`` ones.
    """

    believed: int
    told: int
    faulty: int
    sound: float | None
    findings: tuple[Finding, ...]


def audit(
    beliefs: Sequence[Belief],
    told: Sequence[Belief],
    similarity: Similarity,
    redact: Callable[[str], str],
    message_of: MessageOf,
) -> Audit:
    """The faults of live beliefs, the surest first in each.

    Whether its quotes hold it up is asked of every belief, the rest of those that are told.
    ``redact`` takes secrets out of a text.
    """
    newest = max((belief.last_seen for belief in told), default=None)
    doubles, odds = _pairs(told, similarity)
    checks: dict[Fault, Callable[[Belief], bool]] = {
        Fault.JUNK: lambda b: len(b.statement.split()) < FEWEST_WORDS,
        Fault.DUPLICATE: lambda b: b.id in doubles,
        Fault.CONTRADICTORY: lambda b: b.id in odds,
        Fault.STALE: lambda b: newest is not None and _is_stale(b, newest),
        Fault.SECRET: lambda b: any(redact(text) != text for text in (b.statement, *b.quotes)),
    }
    why = {b.id: why for b in _surest(beliefs) if (why := unsupported(b, message_of))}
    found = {Fault.UNSUPPORTED: list(why)}
    found |= {fault: [b.id for b in _surest(told) if has(b)] for fault, has in checks.items()}
    faulty = {belief_id for ids in found.values() for belief_id in ids}
    count = len(beliefs)
    return Audit(
        believed=count,
        told=len(told),
        faulty=len(faulty),
        sound=1 - len(faulty) / count if count else None,
        findings=tuple(
            Finding(
                fault=fault,
                count=len(ids),
                share=len(ids) / count if count else 0.0,
                samples=tuple(ids if fault is Fault.UNSUPPORTED else ids[:SAMPLES]),
                reasons=tuple(why.values()) if fault is Fault.UNSUPPORTED else (),
            )
            for fault, ids in found.items()
        ),
    )


def unsupported(belief: Belief, message_of: MessageOf) -> str:
    """Why its quotes do not hold a belief up, in words; empty where they do.

    What the person took up themselves needs no quote that says it. What other sessions say in
    other words holds up what one of them says in its own.
    """
    if not belief.supporting:
        return "no quote supports it"
    if belief.is_upheld:
        return ""
    flaws = [
        (each, flaw_in(_read_as(belief, each), message_of(each))) for each in belief.supporting
    ]
    wrong = [flaw for _, flaw in flaws if flaw]
    if len(wrong) == len(flaws):
        return wrong[-1].why
    if belief.is_stated or belief.status is not Status.CONFIRMED:
        return ""
    sessions = {each.session_id for each, _ in flaws}
    reworded = {Lack.ADDED, Lack.DROPPED}
    sound = {each.session_id for each, flaw in flaws if flaw is None or flaw.lack in reworded}
    if len(sound) >= min(SESSIONS_TO_CONFIRM, len(sessions)):
        return ""
    other = next(flaw for flaw in reversed(wrong) if flaw.lack not in reworded)
    return f"only {len(sound)} of its {len(sessions)} sessions supports it; else {other.why}"


def _read_as(belief: Belief, evidence: Evidence) -> Observation:
    """A belief as what its quote in one session was read as."""
    return Observation(
        kind=belief.kind,
        source=evidence.source,
        statement=belief.statement,
        quote=Quote(ordinal=evidence.ordinal, text=evidence.quote),
        dimension=belief.dimension,
        value=belief.value,
        polarity=belief.polarity,
    )


def _surest(beliefs: Iterable[Belief]) -> list[Belief]:
    return sorted(beliefs, key=lambda b: (-b.confidence, b.id))


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
    return similarity.of_one_wish(one.statement, other.statement) >= SAME


def _is_stale(belief: Belief, newest: datetime) -> bool:
    return belief.status is not Status.RETIRED and newest - belief.last_seen >= STALE
