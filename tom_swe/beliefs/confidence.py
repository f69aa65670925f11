"""How sure tom is of a belief: arithmetic over its evidence, never asked of a model."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tom_swe.model.belief import (
    Belief,
    Decision,
    DecisionKind,
    Evidence,
    Judge,
    Source,
    Stance,
    Verdict,
)

# What one session's word weighs. What is stated outright is meant to be held: once gives 0.89.
# Corrections are the best signal among the rest; a habit is read off behaviour and may have
# other causes.
WEIGHT = {
    Source.STATED: 4.0,
    Source.CORRECTION: 1.2,
    Source.INSTRUCTION: 1.0,
    Source.PREFERENCE: 1.0,
    Source.FACT: 1.0,
    Source.BEHAVIOUR: 0.6,
    Source.HINT: 0.35,
}
# Evidence of this age counts half.
HALF_LIFE = timedelta(days=270)
# How much is held against any belief from the start, in sessions. Chosen on the side that is not
# reported (`python -m tom_evals.keeping.fit`): with an oracle that misses a fifth and misreads a
# tenth the squared error is 0.14 from 0.2 to 0.4, 0.15 at 0.5 and 0.19 at 1; with the rule reader,
# which errs more, it is least at 0.7. HALF_LIFE hardly moves it; the weights were not fitted.
DOUBT = 0.5
# What all sessions that were told a belief and kept to it weigh together at most: they did what
# tom told them, which says little about the person, however often they do it.
MOST_KEPT = 0.5


def confidence(
    evidence: Iterable[Evidence],
    as_of: datetime,
    verdicts: Iterable[Verdict] = (),
    decisions: Iterable[Decision] = (),
) -> float:
    """``(s + a) / (s + a + c + r + DOUBT)``, between 0 and 1.

    ``s`` and ``c`` sum, over the sessions that support and that contradict the belief, the
    weight of the session's strongest word; ``a`` and ``r`` sum the shares of verdicts on
    advice that was accepted and rejected. To ``a`` a session that was told the belief and kept
    to it adds 0.1, all of them at most MOST_KEPT; that the person confirmed it counts to ``s``
    as a word stated outright at that time does. All count times ``0.5 ** (age / HALF_LIFE)``,
    the age being taken at ``as_of``. A session counts once however often it says the same: said
    once today gives 0.67, in two sessions 0.80, in four 0.89; one contradiction takes two
    sessions down to 0.57, and so does one rejection of advice that rested on it alone.
    """
    support, against = weigh(evidence, verdicts, as_of, decisions)
    return support / (support + against + DOUBT)


def weigh(
    evidence: Iterable[Evidence],
    verdicts: Iterable[Verdict],
    as_of: datetime,
    decisions: Iterable[Decision] = (),
) -> tuple[float, float]:
    """How much speaks for a belief and how much against it: ``s + a`` and ``c + r``."""
    confirmed = sum(
        WEIGHT[Source.STATED] * _fresh(each.at, as_of)
        for each in decisions
        if each.kind is DecisionKind.CONFIRM
    )
    sums = [sum(each.values()) for each in _by_session(evidence, as_of)]
    verdicts = list(verdicts)
    judged = {stance: [0.0] for stance in Stance}
    for verdict in verdicts:
        if verdict.by is not Judge.SESSION:
            judged[verdict.stance].append(share(verdict, as_of))
    # In one order whatever the order of judging, so that the sum is the same to the last bit.
    return (
        sums[0]
        + sum(sorted(judged[Stance.SUPPORTS]))
        + min(_kept(verdicts, as_of), MOST_KEPT)
        + confirmed,
        sums[1] + sum(sorted(judged[Stance.CONTRADICTS])),
    )


def _kept(verdicts: Iterable[Verdict], as_of: datetime) -> float:
    """What sessions that kept to a belief weigh, before MOST_KEPT bounds it."""
    return sum(sorted(share(each, as_of) for each in verdicts if each.by is Judge.SESSION))


def newest(evidence: Iterable[Evidence]) -> datetime:
    """When a belief is computed for: its newest quote. A verdict after it counts as if new."""
    return max(each.at for each in evidence)


def explain(belief: Belief) -> list[str]:
    """The arithmetic of a belief's confidence, a line a term; at the time of its newest quote."""
    evidence, verdicts = belief.evidence, belief.verdicts
    if not evidence:
        return []
    as_of = newest(evidence)
    supporting, contradicting = _by_session(evidence, as_of)
    lines = [f"session s{i} counts {value:.2f} for it" for i, value in supporting.items()]
    lines += [f"session s{i} counts {value:.2f} against it" for i, value in contradicting.items()]
    lines += [_told(verdict, verdicts, as_of) for verdict in verdicts]
    if (kept := _kept(verdicts, as_of)) > MOST_KEPT:
        lines.append(f"sessions that followed it count {MOST_KEPT:.2f} together, not {kept:.2f}")
    if confirmed := belief.decision(DecisionKind.CONFIRM):
        counts = WEIGHT[Source.STATED] * _fresh(confirmed.at, as_of)
        lines.append(
            f"you confirmed it on {confirmed.at.astimezone():%Y-%m-%d}: counts {counts:.2f} for it"
        )
    support, against = weigh(evidence, verdicts, as_of, belief.decisions)
    total = support / (support + against + DOUBT)
    return [*lines, f"{support:.2f} / ({support:.2f} + {against:.2f} + {DOUBT:.2f}) = {total:.2f}"]


def _told(verdict: Verdict, verdicts: Iterable[Verdict], as_of: datetime) -> str:
    if verdict.by is Judge.SESSION:
        where = f"session s{verdict.session_id}"
        return f"{where} followed it and you did not object: {share(verdict, as_of):.2f} for it"
    kept = verdict.consultation_id is not None
    advice = f"advice a{verdict.consultation_id}" if kept else "deleted advice, which"
    supports = verdict.stance is Stance.SUPPORTS
    halves = {v.stance for v in verdicts if kept and v.consultation_id == verdict.consultation_id}
    became = "partly accepted" if len(halves) > 1 else "accepted" if supports else "rejected"
    who = "you" if verdict.by is Judge.PERSON else "an agent says you"
    side = "for" if supports else "against"
    return f"{advice} {who} {became} counts {share(verdict, as_of):.2f} {side} it"


def _by_session(
    evidence: Iterable[Evidence], as_of: datetime
) -> tuple[dict[int, float], dict[int, float]]:
    """The strongest word of each session for a belief, and of each session against it."""
    sums: dict[Stance, dict[int, float]] = {stance: {} for stance in Stance}
    for each in evidence:
        said = sums[each.stance]
        said[each.session_id] = max(said.get(each.session_id, 0.0), weight(each, as_of))
    return sums[Stance.SUPPORTS], sums[Stance.CONTRADICTS]


def weight(evidence: Evidence, as_of: datetime) -> float:
    """What one piece of evidence weighs at a time; what is newer than that weighs as if new."""
    return WEIGHT[evidence.source] * _fresh(evidence.at, as_of)


def share(verdict: Verdict, as_of: datetime) -> float:
    """What one verdict weighs at a time; what is newer than that weighs as if new."""
    return verdict.weight * _fresh(verdict.at, as_of)


def _fresh(at: datetime, as_of: datetime) -> float:
    return 0.5 ** (max(as_of - at, timedelta()) / HALF_LIFE)
