"""How sure tom is of a belief: arithmetic over its evidence, never asked of a model."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tom_swe.model.belief import Evidence, Source, Stance

# What one session's word weighs. Corrections are the best signal there is; a habit is
# read off behaviour and may have other causes.
WEIGHT = {
    Source.CORRECTION: 1.2,
    Source.INSTRUCTION: 1.0,
    Source.PREFERENCE: 1.0,
    Source.FACT: 1.0,
    Source.BEHAVIOUR: 0.6,
}
# Evidence of this age counts half.
HALF_LIFE = timedelta(days=270)
# How much is held against any belief from the start, in sessions.
DOUBT = 1.0


def confidence(evidence: Iterable[Evidence], as_of: datetime) -> float:
    """``s / (s + c + DOUBT)``, between 0 and 1.

    ``s`` and ``c`` sum, over the sessions that support and that contradict the belief,
    the weight of the session's strongest word times ``0.5 ** (age / HALF_LIFE)``, its age
    being taken at ``as_of``. A session counts once however often it says the same: said
    once today gives 0.5, in two sessions 0.67, in four 0.8; one contradiction takes
    two sessions back to 0.5.
    """
    support, against = (sum(each.values()) for each in _by_session(evidence, as_of))
    return support / (support + against + DOUBT)


def explain(evidence: Iterable[Evidence]) -> list[str]:
    """The arithmetic of `confidence`, a line a term; at the time of the newest evidence."""
    evidence = list(evidence)
    if not evidence:
        return []
    supporting, contradicting = _by_session(evidence, max(each.at for each in evidence))
    lines = [f"session s{i} counts {value:.2f} for it" for i, value in supporting.items()]
    lines += [f"session s{i} counts {value:.2f} against it" for i, value in contradicting.items()]
    support, against = sum(supporting.values()), sum(contradicting.values())
    total = support / (support + against + DOUBT)
    return [*lines, f"{support:.2f} / ({support:.2f} + {against:.2f} + {DOUBT:.0f}) = {total:.2f}"]


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
    age = max(as_of - evidence.at, timedelta())
    return WEIGHT[evidence.source] * 0.5 ** (age / HALF_LIFE)
