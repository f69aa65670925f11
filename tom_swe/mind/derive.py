"""Derives what is believed from all that was heard and done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tom_swe.advise.brief import briefings, repositories
from tom_swe.advise.recall import yields
from tom_swe.beliefs.fold import fold
from tom_swe.beliefs.names import named
from tom_swe.embed.similarity import Similarity, vectors_of
from tom_swe.memory.log import statements_in
from tom_swe.model.belief import Belief, Reach
from tom_swe.model.checks import Compiled
from tom_swe.model.user import UserModel, told

if TYPE_CHECKING:
    from tom_swe.memory.learning import ChangeOfMind
    from tom_swe.ports import Embedder, Vector


class Deriving:
    """Derives beliefs and the briefings made from them, in the transaction of a change."""

    def __init__(self, embedder: Callable[[], Embedder | None], briefing_tokens: int) -> None:
        self._embedder = embedder
        self._briefing_tokens = briefing_tokens

    def derive(
        self, user_id: str, change: ChangeOfMind, *, vectors: Mapping[str, Vector] | None = None
    ) -> int:
        """Fold the log, and store the beliefs and briefings; return how many beliefs changed.

        ``vectors`` holds the vectors of new statements.
        """
        embedder = self._embedder()
        name = embedder.name if embedder else ""
        log = change.beliefs.log(name)
        said = statements_in(log.events)
        missing = said - log.vectors.keys()
        fresh = {text: vector for text, vector in (vectors or {}).items() if text in missing}
        fresh |= vectors_of(embedder, sorted(missing - fresh.keys()))
        change.beliefs.keep_vectors(fresh, name, said)
        change.wishes.drop_lost()
        known = log.vectors | fresh
        beliefs, parts = named(fold(log.events, Similarity(known, log.relations)), log.owners)
        change.beliefs.join(parts)
        changed = change.beliefs.believe(beliefs, known, name)
        self.brief(user_id, change)
        return changed

    def brief(self, user_id: str, change: ChangeOfMind) -> None:
        """Store the briefings and the checks."""
        user = UserModel(user_id=user_id, beliefs=told(change.beliefs.all()))
        change.checks.keep(_checks(user.beliefs))
        folders = change.beliefs.folders(repositories(user.beliefs))
        change.beliefs.brief(briefings(user, self._briefing_tokens, folders), folders)
        change.sayings.spread()

    def rebrief(self, user_id: str, change: ChangeOfMind) -> int:
        """Store the checks, and the briefings that differ; return how many did."""
        user = UserModel(user_id=user_id, beliefs=told(change.beliefs.all()))
        change.checks.keep(_checks(user.beliefs))
        folders = change.beliefs.folders(repositories(user.beliefs))
        made = briefings(user, self._briefing_tokens, folders)
        fresh = {each.repository: each for each in made}
        stored = {each.repository: each for each in change.beliefs.briefings()}
        names = fresh.keys() | stored.keys()
        differing = [name for name in names if fresh.get(name) != stored.get(name)]
        if differing:
            change.beliefs.brief(made, folders)
        return len(differing)


def _checks(beliefs: Sequence[Belief]) -> dict[int, tuple[Compiled, str]]:
    """The checks of these beliefs, each where the belief gives way to none that says otherwise."""
    from tom_swe.checks.compiling import compiled_among
    from tom_swe.checks.judging import NOT_IN

    by_id = {belief.id: belief for belief in beliefs}
    kept: dict[int, tuple[Compiled, str]] = {}
    for belief_id, (made, quote) in compiled_among(beliefs).items():
        belief = by_id[belief_id]
        others = [other for other in beliefs if yields(belief, other)]
        if others and belief.scope.reach is not Reach.EVERYWHERE:
            continue
        narrow = (o.scope.name for o in others if o.scope.reach is Reach.REPOSITORY)
        names = sorted(set(narrow))
        spec = {**made.spec, NOT_IN: names} if names else made.spec
        kept[belief_id] = made.model_copy(update={"spec": spec}), quote
    return kept
