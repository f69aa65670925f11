"""Why something is not believed: what is nearest to it, and what became of that."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tom_swe.advise.recall import rank_turns
from tom_swe.beliefs.conflict import claim_of, conflicts
from tom_swe.beliefs.similarity import SAME, Similarity, vectors_of
from tom_swe.errors import UsageError
from tom_swe.extract.stated import plainly
from tom_swe.mind.parts import Mind
from tom_swe.model.advice import PastTurn, Query
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, DecisionKind, Observation, Relation, Stance, Status
from tom_swe.model.event import Heard
from tom_swe.model.session import Role, Turn
from tom_swe.ports import MemoryStore

# Less alike than this is about something else.
NEAR = 0.45
MOST = 5
CANDIDATES = 50


class Near(Value):
    """A belief similar to the statement, how the two relate, and its status."""

    belief: Belief
    relation: Relation
    why: str


class WhyNot(Value):
    """Why tom does not believe a statement; if ``believed`` is not empty, it does.

    ``near`` are beliefs that say the same but are not told, or exclude it, or are like it.
    ``for_one_task`` was said for one task only. ``said`` are past turns like it, which taught
    nothing of the kind; with all of it empty, it was never said in any of the ``sessions``.
    """

    statement: str
    believed: tuple[Belief, ...] = ()
    near: tuple[Near, ...] = ()
    for_one_task: tuple[Heard, ...] = ()
    said: tuple[PastTurn, ...] = ()
    sessions: int = 0


class WhyNots:
    """Looks up what speaks against a statement."""

    def __init__(self, memory: MemoryStore, mind: Mind) -> None:
        self._memory = memory
        self._mind = mind

    def why_not(self, user_id: str, text: str) -> WhyNot:
        """What is known on a statement, and why it is not believed. Raises UsageError."""
        text = " ".join(text.split())
        if not any(sign.isalnum() for sign in text):
            raise UsageError("say in words what you expect tom to believe")
        memory, embedder = self._memory, self._mind.embedder
        asked = plainly(text, Turn(ordinal=0, role=Role.USER, text=text))
        beliefs = memory.beliefs.all(user_id)
        tasks = memory.beliefs.for_one_task(user_id)
        stored = memory.vectors.of_beliefs((b.id for b in beliefs), self._mind.embedder_name)
        known = {b.statement: stored[b.id] for b in beliefs if b.id in stored}
        words = [asked.statement, *(each.observation.statement for each in tasks)]
        words += [wording for belief in beliefs for wording in belief.wordings[1:]]
        similarity = Similarity({**known, **vectors_of(embedder, words)})
        by_words = {i for i, _ in memory.search.beliefs(user_id, text, MOST)}
        told = {belief.id for belief in memory.beliefs.told(user_id)}
        believed, near = _nearest(asked, beliefs, told, by_words, similarity)
        quoted = {(each.session_id, each.ordinal) for belief in beliefs for each in belief.evidence}
        quoted |= {(each.session_id, each.observation.quote.ordinal) for each in tasks}
        return WhyNot(
            statement=asked.statement,
            believed=believed,
            near=near,
            for_one_task=tuple(
                each for each in tasks if _is_on(asked, each.observation, similarity)
            ),
            said=tuple(
                turn
                for turn in self._turns(user_id, text)
                if (turn.session_id, turn.ordinal) not in quoted
            )[:MOST],
            sessions=len(memory.sessions.summaries(user_id)),
        )

    def _turns(self, user_id: str, text: str) -> list[PastTurn]:
        memory, meaning = self._memory, dict[int, float]()
        words = dict(memory.search.turns(user_id, text, CANDIDATES))
        if embedder := self._mind.embedder:
            vector = embedder.embed([text])[0]
            meaning = dict(self._mind.parts.index.nearest(user_id, vector, CANDIDATES))
        turns = memory.search.past_turns(list(words.keys() | meaning.keys()))
        return rank_turns(turns, words, meaning, Query(text=text, limit=20), datetime.now(UTC))


def _nearest(
    asked: Observation,
    beliefs: Sequence[Belief],
    told: set[int],
    by_words: set[int],
    similarity: Similarity,
) -> tuple[tuple[Belief, ...], tuple[Near, ...]]:
    """The told beliefs that say it, and the others near to it, those that oppose it first."""
    held = {belief.id: belief for belief in beliefs}
    believed: list[Belief] = []
    near: list[tuple[int, float, Near]] = []
    for belief in beliefs:
        score = max(similarity(wording, asked.statement) for wording in belief.wordings)
        relation = _relation(asked, belief, score, similarity)
        if relation is Relation.CONTRADICT and belief.status is Status.RETIRED:
            relation = Relation.DIFFERENT  # what was given up speaks against nothing
        if relation is Relation.AGREE and belief.id in told:
            believed.append(belief)
        elif relation is not Relation.DIFFERENT or score >= NEAR or belief.id in by_words:
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


def _is_on(asked: Observation, said: Observation, similarity: Similarity) -> bool:
    if asked.dimension and asked.dimension == said.dimension:
        return True
    return similarity(asked.statement, said.statement) >= NEAR


def standing_of(belief: Belief, told: bool, held: Mapping[int, Belief]) -> str:
    """How a belief stands, in words: whether it is told, and if not, why."""
    rejected = belief.decision(DecisionKind.REJECT)
    if rejected and belief.is_rejected_by_user:
        return f"you rejected it on {rejected.at:%Y-%m-%d}"
    if belief.status is Status.RETIRED:
        successor = held.get(belief.superseded_by or 0)
        if successor:
            return f"superseded by b{successor.id} on {successor.last_word:%Y-%m-%d}"
        return "retired: advice that cites it was rejected"
    if told:
        against = sum(each.stance is Stance.CONTRADICTS for each in belief.evidence)
        return f"believed, with {against} against it" if against else "believed"
    if belief.is_hint:
        return "only one session hints at it, which is not enough"
    return f"said once, not again since {belief.last_seen:%Y-%m-%d}, so it faded"
