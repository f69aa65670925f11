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
    strongest: dict[tuple[Stance, int], float] = {}
    for each in evidence:
        key = (each.stance, each.session_id)
        strongest[key] = max(strongest.get(key, 0.0), weight(each, as_of))
    support = sum(v for (stance, _), v in strongest.items() if stance is Stance.SUPPORTS)
    against = sum(v for (stance, _), v in strongest.items() if stance is Stance.CONTRADICTS)
    return support / (support + against + DOUBT)


def weight(evidence: Evidence, as_of: datetime) -> float:
    """What one piece of evidence weighs at a time; what is newer than that weighs as if new."""
    age = max(as_of - evidence.at, timedelta())
    return WEIGHT[evidence.source] * 0.5 ** (age / HALF_LIFE)


def explain(evidence: Iterable[Evidence]) -> list[str]:
    """The arithmetic of `confidence` in words, a line a term."""
    evidence = list(evidence)
    as_of = max((e.at for e in evidence), default=None)
    if as_of is None:
        return []
    lines: list[str] = []
    sums = dict.fromkeys(Stance, 0.0)
    for stance, sign in ((Stance.SUPPORTS, "for"), (Stance.CONTRADICTS, "against")):
        sessions: dict[int, float] = {}
        for each in evidence:
            if each.stance is stance:
                value = weight(each, as_of)
                sessions[each.session_id] = max(sessions.get(each.session_id, 0.0), value)
        for session_id, value in sessions.items():
            lines.append(f"session s{session_id} counts {value:.2f} {sign} it")
        sums[stance] = sum(sessions.values())
    support, against = sums[Stance.SUPPORTS], sums[Stance.CONTRADICTS]
    total = support / (support + against + DOUBT)
    lines.append(f"{support:.2f} / ({support:.2f} + {against:.2f} + {DOUBT:.0f}) = {total:.2f}")
    return lines
