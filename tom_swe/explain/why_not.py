"""Why something is not believed: what is nearest to it, and what became of that. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from tom_swe.advise.recall import FLOOR
from tom_swe.beliefs.conflict import claim_of, conflicts
from tom_swe.beliefs.history import is_taken_back
from tom_swe.embed.similarity import SAME, Similarity
from tom_swe.model.advice import PastTurn
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, DecisionKind, Observation, Relation, Stance, Status
from tom_swe.model.event import Heard
from tom_swe.text.terms import UNKNOWN, terms, topics

MOST = 5
# So much of what a statement is about must stand in a text that is on it, or the two be so alike.
SHARED, ALIKE = 0.33, 0.55


class Near(Value):
    """A belief similar to the statement, how the two relate, and its status."""

    belief: Belief
    relation: Relation
    why: str


class WhyNot(Value):
    """Why tom does not believe a statement; if ``believed`` is not empty, it does.

    ``near`` are beliefs that say the same but are not told, or exclude it, or are on its subject.
    ``for_one_task`` was said for one task only. ``said`` are past turns on its subject, which
    taught nothing of the kind. With all of it empty nothing like it was found in the
    ``sessions``; it may still have been said in other words.
    """

    statement: str
    believed: tuple[Belief, ...] = ()
    near: tuple[Near, ...] = ()
    for_one_task: tuple[Heard, ...] = ()
    said: tuple[PastTurn, ...] = ()
    sessions: int = 0


def why_not(
    asked: Observation,
    beliefs: Sequence[Belief],
    told: Collection[int],
    tasks: Sequence[Heard],
    near: Collection[int],
    turns: Iterable[PastTurn],
    meaning: Mapping[int, float],
    similarity: Similarity,
    sessions: int,
) -> WhyNot:
    """Why a statement is not believed.

    ``told`` and ``near`` are the ids of the beliefs that are told, and of those on its topic;
    ``turns`` are past turns like it, whose cosines are their ``meaning``, and ``tasks`` is what
    was said for one task only.
    """
    believed, others = _nearest(asked, beliefs, told, near, similarity)
    quoted = {(each.session_id, each.ordinal) for belief in beliefs for each in belief.evidence}
    quoted |= {(each.session_id, each.observation.quote.ordinal) for each in tasks}
    said = [
        turn
        for turn in turns
        if (turn.session_id, turn.ordinal) not in quoted
        and _is_of(asked.statement, turn.text, meaning.get(turn.turn_id, 0.0))
    ]
    return WhyNot(
        statement=asked.statement,
        believed=believed,
        near=others,
        for_one_task=tuple(e for e in tasks if _is_on(asked, e.observation, similarity)),
        said=tuple(said[:MOST]),
        sessions=sessions,
    )


def _nearest(
    asked: Observation,
    beliefs: Sequence[Belief],
    told: Collection[int],
    on_topic: Collection[int],
    similarity: Similarity,
) -> tuple[tuple[Belief, ...], tuple[Near, ...]]:
    """The told beliefs that say it, and the others near to it, those that oppose it first."""
    held = {belief.id: belief for belief in beliefs}
    believed: list[Belief] = []
    near: list[tuple[int, float, Near]] = []
    for belief in beliefs:
        score = max(similarity.of_one_wish(w, asked.statement) for w in belief.wordings)
        relation = _relation(asked, belief, score, similarity)
        if relation is Relation.CONTRADICT and belief.status is Status.RETIRED:
            relation = Relation.DIFFERENT  # what was given up speaks against nothing
        if relation is Relation.AGREE and belief.id in told:
            believed.append(belief)
        elif relation is not Relation.DIFFERENT or (
            belief.id in on_topic and _is_of(asked.statement, belief.statement, score)
        ):
            why = standing_of(belief, belief.id in told, held)
            order = {Relation.AGREE: 0, Relation.CONTRADICT: 1, Relation.DIFFERENT: 2}[relation]
            near.append((order, -score, Near(belief=belief, relation=relation, why=why)))
    near.sort(key=lambda each: each[:2])
    return tuple(believed), tuple(each for _, _, each in near[:MOST])


def _relation(asked: Observation, belief: Belief, score: float, similarity: Similarity) -> Relation:
    if conflicts(claim_of(asked), claim_of(belief), similarity):
        return Relation.CONTRADICT
    if asked.dimension and asked.value and belief.value and belief.dimension == asked.dimension:
        same = (belief.value, belief.polarity) == (asked.value, asked.polarity)
        return Relation.AGREE if same else Relation.DIFFERENT
    same = score >= SAME and belief.polarity is asked.polarity
    return Relation.AGREE if same else Relation.DIFFERENT


def _is_of(asked: str, text: str, score: float) -> bool:
    """Whether a text is on what was asked: in other words, or in those that say what it is about.

    That two texts share a word such as "use" says nothing.
    """
    if score >= ALIKE:
        return True
    weigh = topics()
    weights = {each: weigh.get(each, UNKNOWN) for each in terms(asked)}
    shared = sum(weights[each] for each in weights.keys() & set(terms(text)))
    return shared >= SHARED * sum(weights.values()) > 0


def _is_on(asked: Observation, said: Observation, similarity: Similarity) -> bool:
    if asked.dimension and asked.dimension == said.dimension:
        return True
    return similarity(asked.statement, said.statement) >= FLOOR


def standing_of(belief: Belief, told: bool, held: Mapping[int, Belief]) -> str:
    """How a belief stands, in words: whether it is told, and if not, why."""
    rejected = belief.decision(DecisionKind.REJECT)
    if rejected and belief.is_rejected_by_user:
        return f"you rejected it on {rejected.at.astimezone():%Y-%m-%d}"
    if belief.status is Status.RETIRED:
        successor = held.get(belief.superseded_by or 0)
        if successor:
            return f"superseded by b{successor.id} on {successor.last_word.astimezone():%Y-%m-%d}"
        if is_taken_back(belief):
            return f"you took it back on {belief.evidence[-1].at.astimezone():%Y-%m-%d}"
        return "retired: advice that cites it was rejected"
    if told:
        against = sum(each.stance is Stance.CONTRADICTS for each in belief.evidence)
        return f"believed, though you said {against} times otherwise" if against else "believed"
    if belief.is_hint:
        return "held back: you hinted at it, in too few sessions"
    return f"held back: said once, not again since {belief.last_seen.astimezone():%Y-%m-%d}"
