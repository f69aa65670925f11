"""Beliefs as lines of a list: all of them in a few queries, and in full only those on a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Row, and_, case, func, orm, select

from tom_swe.memory.records import belief_values, said_at
from tom_swe.memory.tables import (
    BeliefRow,
    BriefingRow,
    CheckHitRow,
    DecisionRow,
    EvidenceRow,
    ObservationRow,
    SessionRow,
    TellingRow,
    ToldRow,
    TurnRow,
    VerdictRow,
)
from tom_swe.model.advice import Adherence
from tom_swe.model.belief import (
    HINTS_TO_CONFIRM,
    Belief,
    DecisionKind,
    Kind,
    Reach,
    Scope,
    Source,
    Stance,
    Status,
)
from tom_swe.model.checks import CheckOutcome
from tom_swe.model.listing import BeliefLine

if TYPE_CHECKING:
    from tom_swe.memory.database import Database

_SUPPORTS = EvidenceRow.stance == Stance.SUPPORTS
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class _Held(NamedTuple):
    """What holds a belief up: in how many sessions it was said, and whether only hinted at."""

    sessions: int = 0
    only_hints: bool = False


class BeliefListing:
    """Reads beliefs for lists; what one rests on is read where it is shown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lines(self, user_id: str) -> list[BeliefLine]:
        """Every belief, retired ones too, by id."""
        # Not as objects that follow changes: making those is most of the time it takes.
        mine = select(*BeliefRow.__table__.columns).where(BeliefRow.user_id == user_id)
        with self._database.read() as transaction:
            held, stated = _held(transaction, user_id), _stated(transaction, user_id)
            decided, right = _decided(transaction, user_id), _found_right(transaction, user_id)
            rows = transaction.execute(mine.order_by(BeliefRow.id)).all()
            scopes = {
                (reach, name): Scope(reach=Reach(reach), name=name)
                for reach, name in {(row.reach, row.scope_name) for row in rows}
            }
            return [
                _line(
                    row,
                    scopes[row.reach, row.scope_name],
                    held.get(row.id, _Held()),
                    decided.get(row.id, {}),
                    stated.get(row.id, _LONG_AGO),
                    right.get(row.id, _LONG_AGO),
                )
                for row in rows
            ]

    def full(self, user_id: str, belief_ids: Sequence[int]) -> list[Belief]:
        """These beliefs with all that is under them, in this order; ids that are gone left out."""
        mine = select(BeliefRow).where(BeliefRow.user_id == user_id, BeliefRow.id.in_(belief_ids))
        with self._database.read() as transaction:
            found = belief_values(transaction, transaction.scalars(mine))
        by_id = {belief.id: belief for belief in found}
        return [by_id[each] for each in belief_ids if each in by_id]

    def of_session(self, user_id: str, session_id: int) -> list[int]:
        """The ids of the beliefs that a session speaks for or against."""
        found = (
            select(EvidenceRow.belief_id)
            .join(ObservationRow, ObservationRow.id == EvidenceRow.observation_id)
            .join(SessionRow, SessionRow.id == ObservationRow.session_id)
            .where(SessionRow.user_id == user_id, SessionRow.id == session_id)
        )
        with self._database.read() as transaction:
            return sorted(set(transaction.scalars(found)))

    def quotes(self, user_id: str) -> dict[int, str]:
        """The quotes of each belief as one text, to be searched."""
        said = func.group_concat(ObservationRow.quote, "\n")
        found = (
            select(EvidenceRow.belief_id, said)
            .join(ObservationRow, ObservationRow.id == EvidenceRow.observation_id)
            .join(BeliefRow, BeliefRow.id == EvidenceRow.belief_id)
            .where(BeliefRow.user_id == user_id, _SUPPORTS)
            .group_by(EvidenceRow.belief_id)
        )
        with self._database.read() as transaction:
            return {belief_id: text or "" for belief_id, text in transaction.execute(found)}

    def briefed(self, user_id: str) -> dict[str, int]:
        """How many tokens the briefing of each repository has; "" is that of all others."""
        mine = select(BriefingRow.repository, BriefingRow.tokens)
        with self._database.read() as transaction:
            return dict(iter(transaction.execute(mine.where(BriefingRow.user_id == user_id))))

    def kept(
        self, user_id: str, since: datetime
    ) -> list[tuple[datetime, Counter[Adherence | None]]]:
        """Whether sessions since then kept to the beliefs in their briefing, with its time.

        A breach that a check met counts where the person did not say the rule again.
        """
        mine = TellingRow.user_id == user_id, TellingRow.at >= since
        times = select(TellingRow.id, TellingRow.at).where(*mine).order_by(TellingRow.at)
        met = (
            select(CheckHitRow.id)
            .join(
                TellingRow,
                and_(
                    CheckHitRow.host == TellingRow.host, CheckHitRow.host_id == TellingRow.host_id
                ),
            )
            .where(
                TellingRow.id == ToldRow.telling_id,
                CheckHitRow.belief_id == ToldRow.belief_id,
                CheckHitRow.outcome != CheckOutcome.FALSE_ALARM,
            )
            .exists()
        )
        breached = case(
            (ToldRow.adherence == Adherence.CORRECTED, ToldRow.adherence),
            (met, Adherence.DISOBEYED.value),
            else_=ToldRow.adherence,
        )
        found: dict[int, tuple[datetime, Counter[Adherence | None]]] = {}
        with self._database.read() as transaction:
            # Most memories have none, and looking for them takes most of the time.
            is_met = transaction.scalar(select(CheckHitRow.id).limit(1)) is not None
            became = breached if is_met else ToldRow.adherence
            told = (
                select(ToldRow.telling_id, became, func.count())
                .where(ToldRow.telling_id.in_(select(TellingRow.id).where(*mine)))
                .group_by(ToldRow.telling_id, became)
            )
            for telling_id, at in transaction.execute(times):
                found[telling_id] = at, Counter()
            for telling_id, kept, count in transaction.execute(told):
                found[telling_id][1][Adherence(kept) if kept else None] += count
        return list(found.values())


def _held(transaction: orm.Session, user_id: str) -> dict[int, _Held]:
    hinted = func.min(case((ObservationRow.source == Source.HINT, 1), else_=0))
    found = (
        select(EvidenceRow.belief_id, func.count(ObservationRow.session_id.distinct()), hinted)
        .join(ObservationRow, ObservationRow.id == EvidenceRow.observation_id)
        .join(BeliefRow, BeliefRow.id == EvidenceRow.belief_id)
        .where(BeliefRow.user_id == user_id, _SUPPORTS)
        .group_by(EvidenceRow.belief_id)
    )
    return {each: _Held(count, bool(hints)) for each, count, hints in transaction.execute(found)}


def _stated(transaction: orm.Session, user_id: str) -> dict[int, datetime]:
    """When each belief was last said to tom itself."""
    found = (
        select(EvidenceRow.belief_id, said_at())
        .join(ObservationRow, ObservationRow.id == EvidenceRow.observation_id)
        .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
        .join(SessionRow, SessionRow.id == ObservationRow.session_id)
        .where(SessionRow.user_id == user_id, _SUPPORTS)
        .where(ObservationRow.source == Source.STATED)
    )
    latest: dict[int, datetime] = {}
    for belief_id, at in transaction.execute(found):
        latest[belief_id] = max(at, latest.get(belief_id, at))
    return latest


def _decided(transaction: orm.Session, user_id: str) -> dict[int, dict[DecisionKind, datetime]]:
    found = (
        select(DecisionRow.belief_id, DecisionRow.kind, DecisionRow.at)
        .join(BeliefRow, BeliefRow.id == DecisionRow.belief_id)
        .where(BeliefRow.user_id == user_id)
    )
    decided: dict[int, dict[DecisionKind, datetime]] = {}
    for belief_id, kind, at in transaction.execute(found):
        decided.setdefault(belief_id, {})[DecisionKind(kind)] = at
    return decided


def _found_right(transaction: orm.Session, user_id: str) -> dict[int, datetime]:
    """When each belief was last borne out by advice that was accepted, or by a session."""
    found = (
        select(VerdictRow.belief_id, func.max(VerdictRow.at, type_=VerdictRow.at.type))
        .join(BeliefRow, BeliefRow.id == VerdictRow.belief_id)
        .where(BeliefRow.user_id == user_id, VerdictRow.stance == Stance.SUPPORTS)
        .group_by(VerdictRow.belief_id)
    )
    return dict(iter(transaction.execute(found)))


def _line(
    row: Row[Any],
    scope: Scope,
    held: _Held,
    decided: Mapping[DecisionKind, datetime],
    stated: datetime,
    right: datetime,
) -> BeliefLine:
    rejected = decided.get(DecisionKind.REJECT)
    is_upheld = bool(decided) and rejected is None
    hands = decided.values() if is_upheld else ()
    return BeliefLine(
        id=row.id,
        kind=Kind(row.kind),
        statement=row.statement,
        dimension=row.dimension,
        value=row.value,
        scope=scope,
        status=Status(row.status),
        confidence=row.confidence,
        superseded_by=row.superseded_by,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        borne_out=max(row.last_seen, right, *hands),
        sessions=held.sessions,
        is_hint=held.only_hints and 0 < held.sessions < HINTS_TO_CONFIRM and not is_upheld,
        is_rejected_by_user=rejected is not None and stated <= rejected,
        decided=frozenset(decided),
    )
