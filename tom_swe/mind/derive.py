"""Derives what is believed from all that was heard and done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tom_swe.advise.brief import briefings
from tom_swe.beliefs.changes import changes, named
from tom_swe.beliefs.fold import fold
from tom_swe.embed.similarity import Similarity, vectors_of
from tom_swe.model.belief import Belief, DecisionKind
from tom_swe.model.event import Decided, Heard
from tom_swe.model.revision import Revision
from tom_swe.model.user import UserModel, told

if TYPE_CHECKING:
    from tom_swe.ports import ChangeOfMind, Embedder, Vector


class Deriving:
    """Derives beliefs and the briefings made from them, in the transaction of a change."""

    def __init__(self, briefing_tokens: int) -> None:
        self._briefing_tokens = briefing_tokens

    def derive(
        self,
        user_id: str,
        change: ChangeOfMind,
        embedder: Embedder | None,
        before: Sequence[Belief],
        *,
        vectors: Mapping[str, Vector] | None = None,
        reasons: Mapping[int, str] | None = None,
    ) -> list[Revision]:
        """Fold the log and store the beliefs; return the changes against ``before``.

        ``vectors`` holds the vectors of new statements. ``reasons`` says, by id, why the beliefs
        changed that the person acted on.
        """
        events = change.events()
        name = embedder.name if embedder else ""
        statements = {each.observation.statement for each in events if isinstance(each, Heard)}
        statements |= {
            each.statement
            for each in events
            if isinstance(each, Decided) and each.kind is DecisionKind.EDIT
        }
        stored = change.statement_vectors(statements, name)
        fresh = {
            text: v for text, v in (vectors or {}).items() if text in statements - stored.keys()
        }
        fresh |= vectors_of(embedder, sorted(statements - stored.keys() - fresh.keys()))
        change.keep_statement_vectors(fresh, name)
        change.drop_other_vectors(statements)
        known = stored | fresh
        found = fold(events, Similarity(known, change.relations()))
        beliefs, parts = named(found, change.owners())
        change.join(parts)
        made = changes(before, beliefs, reasons or {})
        change.apply(made, known, name)
        change.drop_all_but(belief.id for belief in beliefs)
        self.brief(user_id, change)
        return made

    def brief(self, user_id: str, change: ChangeOfMind) -> None:
        """Store the briefings."""
        user = UserModel(user_id=user_id, beliefs=told(change.beliefs()))
        change.brief(briefings(user, self._briefing_tokens))

    def rebrief(self, user_id: str, change: ChangeOfMind) -> int:
        """Store the briefings that differ; return how many did."""
        user = UserModel(user_id=user_id, beliefs=told(change.beliefs()))
        fresh = {each.repository: each for each in briefings(user, self._briefing_tokens)}
        stored = {each.repository: each for each in change.briefings()}
        names = fresh.keys() | stored.keys()
        differing = [name for name in names if fresh.get(name) != stored.get(name)]
        if differing:
            change.brief(fresh.values())
        return len(differing)
