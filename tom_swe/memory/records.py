"""Rows to values and back."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, orm, select

from tom_swe.errors import NotFound
from tom_swe.memory.tables import (
    BeliefRow,
    DecisionRow,
    EvidenceRow,
    ObservationRow,
    SessionRow,
    TurnRow,
    VerdictRow,
)
from tom_swe.model.belief import (
    Belief,
    Decision,
    DecisionKind,
    Evidence,
    Judge,
    Kind,
    Observation,
    Polarity,
    Quote,
    Reach,
    Scope,
    Source,
    Stance,
    Status,
    Verdict,
    in_order,
)
from tom_swe.model.event import digest
from tom_swe.model.session import OWN_HOST, Provenance, Role, Session, Turn


def session_value(row: SessionRow, turns: Iterable[TurnRow]) -> Session:
    """A session with its turns."""
    return Session(
        host=row.host,
        host_id=row.host_id,
        cwd=row.cwd,
        repository=row.repository,
        started=row.started_at,
        ended=row.ended_at,
        source="" if row.host == OWN_HOST else row.source,
        # A statement has no transcript: its place in the row holds where the statement holds.
        provenance=Provenance(row.provenance),
        stated_scope=Scope.parse(row.source) if row.host == OWN_HOST else None,
        turns=tuple(
            Turn(
                ordinal=turn.ordinal,
                role=Role(turn.role),
                text=turn.text,
                attachment=turn.attachment,
                at=turn.at,
                tool=turn.tool,
                key=turn.key,
            )
            for turn in turns
        ),
    )


def observation_fields(observation: Observation) -> dict[str, str | int]:
    """The columns of an observation, but for where it was made."""
    return {
        "quote": observation.quote.text,
        "kind": observation.kind,
        "source": observation.source,
        "statement": observation.statement,
        "dimension": observation.dimension,
        "value": observation.value,
        "polarity": observation.polarity,
        "reach": observation.scope.reach,
        "scope_name": observation.scope.name,
        "count": observation.count,
        "basis": observation.basis,
    }


def observation_value(row: ObservationRow, ordinal: int) -> Observation:
    """An observation; ``ordinal`` is its turn's place in the session."""
    return Observation(
        kind=Kind(row.kind),
        source=Source(row.source),
        statement=row.statement,
        quote=Quote(ordinal=ordinal, text=row.quote),
        dimension=row.dimension,
        value=row.value,
        polarity=Polarity(row.polarity),
        scope=Scope(reach=Reach(row.reach), name=row.scope_name),
        count=row.count,
        basis=row.basis,
    )


def belief_fields(belief: Belief) -> dict[str, str | float | int | datetime | None]:
    """The columns of a belief, but for its id and whose it is."""
    return {
        "kind": belief.kind,
        "statement": belief.statement,
        "dimension": belief.dimension,
        "value": belief.value,
        "polarity": belief.polarity,
        "reach": belief.scope.reach,
        "scope_name": belief.scope.name,
        "status": belief.status,
        "confidence": belief.confidence,
        "superseded_by": belief.superseded_by,
        "founded_on": belief.founded_on,
        "first_seen": belief.first_seen,
        "last_seen": belief.last_seen,
    }


def belief_values(transaction: orm.Session, rows: Iterable[BeliefRow]) -> list[Belief]:
    """Beliefs with their evidence, verdicts and decisions, each list oldest first."""
    rows = list(rows)
    decided = decisions_on(transaction, [row.id for row in rows])
    judged: dict[int, list[Verdict]] = {row.id: [] for row in rows}
    verdicts = select(VerdictRow).where(VerdictRow.belief_id.in_(judged))
    for row in transaction.scalars(verdicts.order_by(VerdictRow.at, VerdictRow.id)):
        judged[row.belief_id].append(verdict_value(row))
    held: dict[int, list[Evidence]] = {row.id: [] for row in rows}
    found = (
        select(EvidenceRow, ObservationRow, SessionRow, TurnRow.ordinal, said_at())
        .join(ObservationRow, ObservationRow.id == EvidenceRow.observation_id)
        .join(SessionRow, SessionRow.id == ObservationRow.session_id)
        .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
        .where(EvidenceRow.belief_id.in_(held))
    )
    for evidence, observed, session, ordinal, at in transaction.execute(found):
        held[evidence.belief_id].append(
            Evidence(
                event=event_of(observed, session, ordinal),
                observation_id=observed.id,
                session_id=session.id,
                host=session.host,
                repository=session.repository,
                ordinal=ordinal,
                quote=observed.quote,
                stance=Stance(evidence.stance),
                source=Source(observed.source),
                at=at,
                basis=observed.basis,
            )
        )
    for evidence in held.values():
        evidence.sort(key=in_order)
    return [
        Belief(
            id=row.id,
            founded_on=row.founded_on,
            kind=Kind(row.kind),
            statement=row.statement,
            dimension=row.dimension,
            value=row.value,
            polarity=Polarity(row.polarity),
            scope=Scope(reach=Reach(row.reach), name=row.scope_name),
            status=Status(row.status),
            confidence=row.confidence,
            superseded_by=row.superseded_by,
            first_seen=row.first_seen,
            last_seen=row.last_seen,
            evidence=tuple(held[row.id]),
            verdicts=tuple(judged[row.id]),
            decisions=decided.get(row.id, ()),
        )
        for row in rows
    ]


def no_belief(belief_id: int) -> NotFound:
    """What to raise for a belief that is not there."""
    return NotFound(f"there is no belief b{belief_id}; `tom memory list` shows them")


def event_of(row: ObservationRow, session: SessionRow, ordinal: int) -> str:
    """The id of what was heard: `heard_id`, without making an observation for it."""
    scope = f"{row.reach}:{row.scope_name}" if row.scope_name else row.reach
    said = (row.quote, row.source, row.statement, row.dimension, row.value, row.polarity, scope)
    return digest(session.host, session.host_id, str(ordinal), *said)


def verdict_value(row: VerdictRow) -> Verdict:
    """What became of advice or of a telling, as it bears on a belief."""
    return Verdict(
        consultation_id=row.consultation_id,
        stance=Stance(row.stance),
        weight=row.weight,
        by=Judge(row.by),
        at=row.at,
        session_id=row.session_id,
    )


def verdict_row(belief_id: int, verdict: Verdict) -> VerdictRow:
    """A verdict on a belief, to be kept."""
    return VerdictRow(
        belief_id=belief_id,
        consultation_id=verdict.consultation_id,
        stance=verdict.stance,
        weight=verdict.weight,
        by=verdict.by,
        at=verdict.at,
        session_id=verdict.session_id,
    )


def decisions_on(
    transaction: orm.Session, belief_ids: Collection[int]
) -> dict[int, tuple[Decision, ...]]:
    """What the person decided about these beliefs, by belief id, oldest first."""
    found: dict[int, tuple[Decision, ...]] = {}
    rows = select(DecisionRow).where(DecisionRow.belief_id.in_(belief_ids))
    for row in transaction.scalars(rows.order_by(DecisionRow.at, DecisionRow.kind)):
        decision = Decision(
            kind=DecisionKind(row.kind),
            at=row.at,
            statement=row.statement,
            scope=None if row.scope is None else Scope.parse(row.scope),
            learned=row.learned,
        )
        found[row.belief_id] = (*found.get(row.belief_id, ()), decision)
    return found


def keep_decisions(transaction: orm.Session, belief_id: int, decisions: Iterable[Decision]) -> None:
    """Keeps what the person decided about a belief, in the place of what they had decided."""
    transaction.execute(delete(DecisionRow).where(DecisionRow.belief_id == belief_id))
    transaction.add_all(
        DecisionRow(
            belief_id=belief_id,
            kind=each.kind,
            at=each.at,
            statement=each.statement,
            scope=None if each.scope is None else str(each.scope),
            learned=each.learned,
        )
        for each in decisions
    )
    transaction.flush()


def said_at() -> ColumnElement[datetime]:
    """When a turn was said: its own time, else its session's start, else its import."""
    return func.coalesce(TurnRow.at, SessionRow.started_at, SessionRow.imported_at)
