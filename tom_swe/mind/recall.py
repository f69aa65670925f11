"""What memory holds on a text: for an agent at work in a repository, and for the person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tom_swe.advise.asked_again import asked_again
from tom_swe.advise.recall import Matches, on_topic, rank_beliefs, rank_turns
from tom_swe.advise.relevance import bearing, shares_enough
from tom_swe.checkout import place_of, same_repository
from tom_swe.embed.similarity import Similarity, vectors_of
from tom_swe.errors import UsageError
from tom_swe.memory.store import Store
from tom_swe.mind.parts import Mind
from tom_swe.model.advice import Query, Recalled
from tom_swe.model.belief import Belief
from tom_swe.model.recurring import Recurring
from tom_swe.model.session import Role, Turn
from tom_swe.model.user import UserModel

if TYPE_CHECKING:
    from tom_swe.explain.why_not import WhyNot

# How many candidates full text and vectors each bring before they are scored together.
CANDIDATES = 200
# Most turns like a statement are where its beliefs come from; why-not shows the others.
TURNS_LIKE_IT = 20


class Recall:
    """Looks up the beliefs and the past turns that bear on a text."""

    def __init__(
        self, memory: Store, mind: Mind, proposals: Callable[[str], Sequence[Recurring]]
    ) -> None:
        self._memory = memory
        self._mind = mind
        self._proposals = proposals

    def recall(self, user: UserModel, query: Query) -> Recalled:
        """The beliefs that apply to a query, and what the person said in its repository before
        that bears on it and that none of these beliefs rests on.
        """
        matches = self._matches(user.user_id, query.text, user.beliefs)
        beliefs = rank_beliefs(user.beliefs, matches, query)
        said = self._memory.sayings.earlier(
            user.user_id, query, place_of(query.folder), {each.id for each in beliefs}
        )
        return Recalled(beliefs=tuple(beliefs), turns=tuple(said))

    def bearing(self, user: UserModel, query: Query) -> Recalled:
        """As `recall`, but only with what bears on the query by its words; no model is loaded.

        Where a belief rests on what was said, the belief decides whether it bears.
        """
        said = self._memory.sayings.earlier(
            user.user_id, query, place_of(query.folder), {each.id for each in user.beliefs}
        )
        again = asked_again(self._proposals(user.user_id), query)
        near = [each for each in said if shares_enough(query.text, each.text)]
        turns = {each.text: each for each in (*again, *near)}
        return Recalled(beliefs=tuple(bearing(user.beliefs, query)), turns=tuple(turns.values()))

    def looked_up(self, user: UserModel, query: Query) -> Recalled:
        """What a model that advises finds: the beliefs that apply to a query, and the past turns
        like it that were said in its repository.
        """
        matches = self._matches(user.user_id, query.text, user.beliefs)
        here = [
            each for each in matches.turns if same_repository(each.repository, query.repository)
        ]
        turns = rank_turns(here, matches.turn_words, matches.turn_meaning, query, datetime.now(UTC))
        beliefs = rank_beliefs(user.beliefs, matches, query)
        return Recalled(beliefs=tuple(beliefs), turns=tuple(turns))

    def search(self, user: UserModel, query: Query) -> Recalled:
        """The beliefs on a query's topic, wherever they hold, and the past turns like it."""
        matches = self._matches(user.user_id, query.text, user.beliefs)
        turns = rank_turns(
            matches.turns, matches.turn_words, matches.turn_meaning, query, datetime.now(UTC)
        )
        beliefs = on_topic(user.beliefs, matches)[: query.limit]
        return Recalled(beliefs=tuple(beliefs), turns=tuple(turns))

    def why_not(self, user_id: str, text: str) -> WhyNot:
        """What is known on a statement, and why it is not believed. Raises UsageError."""
        from tom_swe.explain.why_not import why_not
        from tom_swe.extract.stated import plainly

        text = " ".join(text.split())
        if not any(sign.isalnum() for sign in text):
            raise UsageError("say in words what you expect tom to believe")
        memory = self._memory
        asked = plainly(text, Turn(ordinal=0, role=Role.USER, text=text))
        beliefs = memory.beliefs.all(user_id)
        tasks = memory.beliefs.for_one_task(user_id)
        matches = self._matches(user_id, text, beliefs)
        query = Query(text=text, limit=TURNS_LIKE_IT)
        words = [asked.statement, *(each.observation.statement for each in tasks)]
        words += [wording for belief in beliefs for wording in belief.wordings[1:]]
        stored = memory.vectors.of_beliefs((b.id for b in beliefs), self._mind.embedder_name)
        known = {b.statement: stored[b.id] for b in beliefs if b.id in stored}
        return why_not(
            asked,
            beliefs,
            told={belief.id for belief in memory.beliefs.told(user_id)},
            tasks=tasks,
            near={belief.id for belief in on_topic(beliefs, matches)},
            turns=rank_turns(
                matches.turns, matches.turn_words, matches.turn_meaning, query, datetime.now(UTC)
            ),
            meaning=matches.turn_meaning,
            similarity=Similarity({**known, **vectors_of(self._mind.embedder, words)}),
            sessions=memory.counts(user_id).sessions,
        )

    def _matches(self, user_id: str, text: str, beliefs: Iterable[Belief]) -> Matches:
        memory = self._memory
        words = dict(memory.search.turns(user_id, text, CANDIDATES))
        meaning: dict[int, float] = {}
        belief_meaning: dict[int, float] = {}
        if embedder := self._mind.embedder:
            vector = embedder.embed([text])[0]
            meaning = dict(self._mind.parts.index.nearest(user_id, vector, CANDIDATES))
            stored = memory.vectors.of_beliefs((b.id for b in beliefs), embedder.name)
            belief_meaning = {number: float(each @ vector) for number, each in stored.items()}
        return Matches(
            turns=memory.search.past_turns(list(words.keys() | meaning.keys())),
            turn_words=words,
            turn_meaning=meaning,
            belief_words=dict(memory.search.beliefs(user_id, text, CANDIDATES)),
            belief_meaning=belief_meaning,
        )
