"""The log of what was heard and done, read from the rows that keep it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, orm, select

from tom_swe.memory.records import decisions_on, event_of, observation_value, said_at
from tom_swe.memory.tables import (
    ComparisonRow,
    ConsultationRow,
    EvidenceRow,
    ObservationRow,
    SessionRow,
    TurnRow,
    VerdictRow,
)
from tom_swe.memory.user_edits import user_acts_of
from tom_swe.memory.vectors import statement_vectors
from tom_swe.model.advice import Outcome
from tom_swe.model.belief import DecisionKind, Judge, Reach, Relation, Stance
from tom_swe.model.event import Decided, Event, Heard, Judged, Merged, Share, order
from tom_swe.model.user_acts import Did
from tom_swe.ports import Pair

if TYPE_CHECKING:
    from tom_swe.ports import Vector


class Log(NamedTuple):
    """Everything that was heard and done, oldest first, and what it takes to fold it.

    ``owners`` says which belief each of the person's words holds up, by the event; ``relations``
    how statements go together that were compared by their meaning; ``vectors`` are those of
    statements.
    """

    events: list[Event]
    owners: dict[str, int]
    relations: dict[Pair, Relation]
    vectors: dict[str, Vector]


def read_log(transaction: orm.Session, user_id: str, model: str | None = None) -> Log:
    """The log of a user, with what it takes to fold it; the vectors are of ``model``."""
    owners = owners_of(transaction, user_id)
    events = events_of(transaction, user_id, owners)
    vectors = statement_vectors(transaction, user_id, statements_in(events), model)
    return Log(events, owners, relations_of(transaction, user_id), vectors)


def statements_in(events: Iterable[Event]) -> set[str]:
    """The statements that a fold over these compares."""
    return {
        each.observation.statement if isinstance(each, Heard) else each.statement
        for each in events
        if isinstance(each, Heard) or (isinstance(each, Decided) and each.kind is DecisionKind.EDIT)
    }


def events_of(transaction: orm.Session, user_id: str, owners: Mapping[str, int]) -> list[Event]:
    """Everything that was heard and done, oldest first.

    An act is on the oldest of the words that hold its belief up; one on words that are all gone
    is left out.
    """
    heard = heard_of(transaction, user_id)
    held: dict[int, str] = {}
    for each in heard:
        if (owner := owners.get(each.event)) is not None:
            held.setdefault(owner, each.event)
    acts = [
        *_decided(transaction, held),
        *_judged(transaction, held),
        *_merged(transaction, user_id, {each.observation_id: each.event for each in heard}),
    ]
    return sorted((*heard, *acts), key=order)


def heard_of(transaction: orm.Session, user_id: str, *, for_one_task: bool = False) -> list[Heard]:
    """What the person said, oldest first: what may last, or what was meant for one task only."""
    position = func.instr(TurnRow.text, ObservationRow.quote)
    of_task = ObservationRow.reach == Reach.TASK
    found = (
        select(ObservationRow, SessionRow, TurnRow.ordinal, position, said_at())
        .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
        .join(SessionRow, SessionRow.id == ObservationRow.session_id)
        .where(SessionRow.user_id == user_id, of_task if for_one_task else ~of_task)
    )
    heard = [
        Heard(
            event=event_of(row, session, ordinal),
            observation_id=row.id,
            session_id=session.id,
            host=session.host,
            host_id=session.host_id,
            repository=session.repository,
            at=at,
            position=place,
            observation=observation_value(row, ordinal),
        )
        for row, session, ordinal, place, at in transaction.execute(found)
    ]
    return sorted(heard, key=order)


def owners_of(transaction: orm.Session, user_id: str) -> dict[str, int]:
    """The belief that each of the person's words holds up, by the event."""
    found = (
        select(EvidenceRow.belief_id, ObservationRow, SessionRow, TurnRow.ordinal)
        .join(ObservationRow, ObservationRow.id == EvidenceRow.observation_id)
        .join(SessionRow, SessionRow.id == ObservationRow.session_id)
        .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
        .where(SessionRow.user_id == user_id, EvidenceRow.stance == Stance.SUPPORTS)
    )
    return {
        event_of(row, session, ordinal): belief_id
        for belief_id, row, session, ordinal in transaction.execute(found)
    }


def relations_of(transaction: orm.Session, user_id: str) -> dict[Pair, Relation]:
    """How statements go together that were compared by their meaning."""
    held, heard = orm.aliased(ObservationRow), orm.aliased(ObservationRow)
    found = (
        select(held.statement, heard.statement, ComparisonRow.relation)
        .join(held, held.id == ComparisonRow.held_id)
        .join(heard, heard.id == ComparisonRow.heard_id)
        .join(SessionRow, SessionRow.id == heard.session_id)
        .where(SessionRow.user_id == user_id)
        .order_by(heard.id, held.id)
    )
    return {
        Pair(held=one, heard=other): Relation(relation)
        for one, other, relation in transaction.execute(found)
    }


def _decided(transaction: orm.Session, held: Mapping[int, str]) -> Iterator[Decided]:
    for belief_id, decisions in decisions_on(transaction, list(held)).items():
        for each in decisions:
            yield Decided(
                event=f"{each.kind}:{held[belief_id]}",
                at=each.at,
                kind=each.kind,
                on=held[belief_id],
                statement=each.statement,
                scope=each.scope,
            )


def _judged(transaction: orm.Session, held: Mapping[int, str]) -> Iterator[Judged]:
    mine = (
        select(VerdictRow, ConsultationRow.outcome)
        .outerjoin(ConsultationRow, ConsultationRow.id == VerdictRow.consultation_id)
        .where(VerdictRow.belief_id.in_(held))
        .order_by(VerdictRow.id)
    )
    rows = sorted(transaction.execute(mine).all(), key=lambda row: _judgement(row[0]))
    for (at, by, advice, session), shares in groupby(rows, key=lambda row: _judgement(row[0])):
        verdicts = list(shares)
        outcome = verdicts[0][1]
        yield Judged(
            event=f"{by}:{advice}:{session}",
            at=at,
            by=Judge(by),
            shares=tuple(
                Share(on=held[each.belief_id], stance=Stance(each.stance), weight=each.weight)
                for each, _ in verdicts
            ),
            outcome=Outcome(outcome) if outcome else None,
            consultation_id=advice or None,
            session_id=session or None,
        )


def _judgement(row: VerdictRow) -> tuple[datetime, str, int, int]:
    return row.at, row.by, row.consultation_id or 0, row.session_id or 0


def _merged(transaction: orm.Session, user_id: str, there: Mapping[int, str]) -> Iterator[Merged]:
    for act in user_acts_of(transaction, user_id):
        moved = act.image.moved
        if act.did is not Did.MERGE or act.undone_at is not None or moved is None:
            continue
        kept, other = (
            next(
                (
                    there[observed]
                    for belief_id, observed, stance in moved.evidence
                    if belief_id == side and stance is Stance.SUPPORTS and observed in there
                ),
                None,
            )
            for side in (moved.kept, moved.other)
        )
        if kept and other:
            yield Merged(event=f"merge:{kept}:{other}", at=act.at, kept=kept, other=other)
