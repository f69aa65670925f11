"""How each belief came to be what it is: the fold over the log, told step by step. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tom_swe.beliefs.draft import Draft
from tom_swe.beliefs.feedback import BECAME
from tom_swe.beliefs.fold import Fold
from tom_swe.beliefs.names import ids_of
from tom_swe.embed.similarity import Similarity
from tom_swe.model.advice import Outcome
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Change,
    Decision,
    DecisionKind,
    Judge,
    Scope,
    Stance,
    Status,
    Verdict,
    in_order,
)
from tom_swe.model.event import Decided, Event, Heard, Judged, Merged, order
from tom_swe.model.revision import Revision

# What the person did by each decision.
DECIDED = {
    DecisionKind.CONFIRM: "you confirmed it",
    DecisionKind.REJECT: "you rejected it",
    DecisionKind.PIN: "you pinned it",
    DecisionKind.UNPIN: "you unpinned it",
    DecisionKind.EDIT: "you reworded it",
    DecisionKind.SCOPE: "you changed where it holds",
}


class _State(NamedTuple):
    """What of a belief a revision tells of."""

    status: Status
    successor: int | None
    scope: Scope
    statement: str
    sessions: int
    quotes: int
    decisions: tuple[Decision, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def is_live(self) -> bool:
        return self.status is not Status.RETIRED


def history(
    events: Iterable[Event],
    similarity: Similarity,
    owners: Mapping[str, int],
    belief_id: int | None = None,
) -> list[Revision]:
    """Every change of every belief, or just of one, that the log leads to, in the log's order.

    Beliefs have the ids that `named` gives them. What was merged into a belief is told as its own.
    """
    log = sorted(events, key=order)
    folding = Fold(similarity)
    folding.prepare(log)
    # Which drafts become the one belief shows at the end only. To fold twice takes far less time
    # than to weigh every other belief at each of its changes.
    id_of = {} if belief_id is None else _ids(log, similarity, owners)
    states: dict[int, _State] = {}
    founded: dict[int, str] = {}
    told: list[Revision] = []
    for event in log:
        folding.step(event)
        for draft in folding.touched():
            if belief_id is not None and id_of[draft.number] != belief_id:
                continue
            before, now = states.get(draft.number), _state(draft)
            states[draft.number] = now
            founded.setdefault(draft.number, draft.founded_on)
            if (found := _told(event, before, now, draft)) is None:
                continue
            change, reason = found
            told.append(
                Revision(
                    belief_id=draft.number,
                    at=event.at,
                    change=change,
                    reason=reason,
                    status=now.status,
                    confidence=draft.confidence,
                    session_id=None if isinstance(event, Decided | Merged) else event.session_id,
                    host=event.host if isinstance(event, Heard) else "",
                    about=now.successor if change is Change.RETIRE else None,
                )
            )
    if belief_id is None:
        id_of = _named(folding, founded, owners)
    return [
        each.model_copy(
            update={
                "belief_id": id_of[each.belief_id],
                "about": id_of[each.about] if each.about else None,
            }
        )
        for each in told
    ]


def _ids(log: Iterable[Event], similarity: Similarity, owners: Mapping[str, int]) -> dict[int, int]:
    """The id of the belief that each draft becomes, by the draft's number."""
    folding = Fold(similarity)
    founded: dict[int, str] = {}
    for event in log:
        folding.step(event)
        for draft in folding.touched():
            founded.setdefault(draft.number, draft.founded_on)
    return _named(folding, founded, owners)


def _named(folding: Fold, founded: Mapping[int, str], owners: Mapping[str, int]) -> dict[int, int]:
    ids, _ = ids_of(folding.beliefs(), owners)
    return {number: ids[folding.under(event) or number] for number, event in founded.items()}


def _state(draft: Draft) -> _State:
    return _State(
        status=draft.status,
        successor=draft.superseded_by.number if draft.superseded_by else None,
        scope=draft.scope,
        statement=draft.statement,
        sessions=len(draft.sessions),
        quotes=sum(1 for _ in draft.supporting()),
        decisions=draft.decisions,
        verdicts=draft.verdicts,
    )


def _told(
    event: Event, before: _State | None, now: _State, draft: Draft
) -> tuple[Change, str] | None:
    """What happened to a belief, and why; None where nothing is to be told."""
    if before is None:
        return (Change.ADD, "first seen") if now.is_live else (Change.RETIRE, why_ended(draft))
    if isinstance(event, Decided) and before.decisions != now.decisions:
        where = f": {event.scope}" if event.kind is DecisionKind.SCOPE else ""
        return Change.DECIDE, DECIDED[event.kind] + where
    if isinstance(event, Merged) and before.quotes != now.quotes:
        return Change.DECIDE, "you merged another belief into it"
    if not now.is_live and (before.is_live or before.successor != now.successor):
        return Change.RETIRE, why_ended(draft)
    if isinstance(event, Judged) and before.verdicts != now.verdicts:
        return _judgement(event, before, now)
    if now.is_live and not before.is_live:
        said = isinstance(event, Heard) and before.quotes != now.quotes
        reason = "said again after it was retired" if said else "what replaced it was retired"
        return Change.STRENGTHEN, reason
    if before.scope != now.scope == EVERYWHERE:
        return Change.WIDEN, f"holds beyond {before.scope}"
    if before.sessions < now.sessions:
        return Change.STRENGTHEN, "seen in another session"
    if before.status is not now.status:
        return Change.STRENGTHEN, "seen again in the same session"
    return None


def is_taken_back(belief: Belief | Draft) -> bool:
    """Whether what ended a belief is that the person took it back."""
    said = max(belief.evidence, key=in_order, default=None)
    return (
        belief.status is Status.RETIRED
        and belief.superseded_by is None
        and said is not None
        and said.stance is Stance.CONTRADICTS
    )


def why_ended(belief: Belief | Draft) -> str:
    """Why a belief is retired."""
    if belief.superseded_by is not None:
        return "superseded"
    if belief.is_rejected_by_user:
        return DECIDED[DecisionKind.REJECT]
    if is_taken_back(belief):
        return "you took it back"
    return "advice that cites it was rejected"


def _judgement(judged: Judged, before: _State, now: _State) -> tuple[Change, str]:
    fresh = [each for each in now.verdicts if each not in before.verdicts]
    better = all(each.stance is Stance.SUPPORTS for each in fresh)
    change = Change.STRENGTHEN if better else Change.WEAKEN
    if judged.by is Judge.SESSION:
        return change, "an agent followed it or did not"
    outcome = judged.outcome or (Outcome.ACCEPTED if better else Outcome.REJECTED)
    return change, f"advice that cites it was {BECAME[outcome]}"
