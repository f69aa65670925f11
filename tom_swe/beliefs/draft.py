"""One belief while the log is folded: what holds it up, and what follows from that.

A belief is a candidate until a second session says it too, a third one hints at what was only
hinted at, the person says it to tom outright, or confirms it. Enough rejected advice ends it,
until it is said again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tom_swe.beliefs.confidence import confidence, newest, weigh
from tom_swe.model.belief import (
    HINTS_TO_CONFIRM,
    SESSIONS_TO_CONFIRM,
    Belief,
    Decision,
    DecisionKind,
    Evidence,
    Kind,
    Polarity,
    Scope,
    Source,
    Stance,
    Status,
    Verdict,
    in_order,
)

# Which earlier decisions a decision takes away, beside one of its own kind.
_UNDOES = {
    DecisionKind.CONFIRM: (DecisionKind.REJECT,),
    DecisionKind.REJECT: (DecisionKind.CONFIRM, DecisionKind.PIN),
    DecisionKind.UNPIN: (DecisionKind.PIN,),
}


class Draft:
    """A belief that changes; `value` is it as it stands.

    ``number`` counts beliefs in the order in which they were founded. Whenever it may have
    changed it enters itself in ``touched``.
    """

    def __init__(
        self,
        *,
        number: int,
        founded_on: str,
        kind: Kind,
        statement: str,
        dimension: str,
        value: str,
        polarity: Polarity,
        scope: Scope,
        touched: dict[int, Draft] | None = None,
    ) -> None:
        self.number = number
        self.founded_on = founded_on
        self.kind = kind
        self.learned = statement
        self.shortest = statement
        self.dimension = dimension
        self.choice = value
        self.polarity = polarity
        self.heard_in = scope
        self.evidence: list[Evidence] = []
        self.verdicts: tuple[Verdict, ...] = ()
        self.decisions: tuple[Decision, ...] = ()
        self.status = Status.CANDIDATE
        self.superseded_by: Draft | None = None
        self._touched = touched
        self.sessions: set[int] = set()
        self.first_seen = self.last_seen = datetime.min.replace(tzinfo=UTC)
        self.stated_at: datetime | None = None
        self.taken_back_at: datetime | None = None
        self._sources: set[Source] = set()

    @classmethod
    def of(cls, belief: Belief) -> Draft:
        """The draft that a belief is the value of, but for what superseded it."""
        edited, placed = (belief.decision(each) for each in (DecisionKind.EDIT, DecisionKind.SCOPE))
        draft = cls(
            number=belief.id,
            founded_on=belief.founded_on,
            kind=belief.kind,
            statement=edited.learned if edited else belief.statement,
            dimension=belief.dimension,
            value=belief.value,
            polarity=belief.polarity,
            scope=Scope.parse(placed.learned) if placed else belief.scope,
        )
        for each in belief.evidence:
            draft.hear(each)
        draft.verdicts, draft.decisions = belief.verdicts, belief.decisions
        draft.status = belief.status
        return draft

    # What it says

    @property
    def statement(self) -> str:
        """The person's own wording, else the shortest that hints gave it."""
        edited = self.decision(DecisionKind.EDIT)
        return edited.statement if edited else self.shortest

    @property
    def wordings(self) -> tuple[str, ...]:
        """The statement, and the learned one where it is another."""
        return (
            (self.statement,) if self.statement == self.learned else (self.statement, self.learned)
        )

    @property
    def scope(self) -> Scope:
        """Where the person placed it, else where it was heard."""
        placed = self.decision(DecisionKind.SCOPE)
        return placed.scope if placed and placed.scope else self.heard_in

    def holds_where(self, scope: Scope) -> bool:
        """Whether it holds in just that place."""
        return self.scope.same_as(scope)

    @property
    def is_placed(self) -> bool:
        """Whether the person said themselves where it holds."""
        return self.stated_at is not None or self.decision(DecisionKind.SCOPE) is not None

    def _touch(self) -> None:
        if self._touched is not None:
            self._touched[self.number] = self

    # What holds it up

    def hear(self, evidence: Evidence) -> None:
        """Adds evidence, the newest last."""
        self._touch()
        self.evidence.append(evidence)
        if evidence.stance is Stance.CONTRADICTS:
            return
        if not self.sessions:
            self.first_seen = evidence.at
        self.last_seen = evidence.at
        if evidence.source is not Source.HINT:
            self.taken_back_at = None
        self.sessions.add(evidence.session_id)
        self._sources.add(evidence.source)
        if evidence.source is Source.STATED:
            self.stated_at = evidence.at

    def word(self, statement: str) -> bool:
        """Takes over a shorter wording of what is only hinted at: it has less else in it."""
        shorter = len(statement) < len(self.shortest)
        if not shorter or self.choice or self._sources != {Source.HINT}:
            return False
        self._touch()
        self.shortest = statement
        return True

    def take_back(self, evidence: Evidence) -> None:
        """Ends it on words that take it back, until it is said again."""
        self.hear(evidence)
        self.taken_back_at = evidence.at
        self.end(None)

    def supporting(self) -> Iterable[Evidence]:
        """The evidence that holds it up."""
        return (each for each in self.evidence if each.stance is Stance.SUPPORTS)

    @property
    def is_hint(self) -> bool:
        """Whether hints are all that it rests on, of fewer sessions than confirm them."""
        few = len(self.sessions) < HINTS_TO_CONFIRM
        return few and self._sources == {Source.HINT} and not self.is_upheld

    @property
    def is_only_seen(self) -> bool:
        """Whether it was only seen in what the person did."""
        return self._sources == {Source.BEHAVIOUR} and not self.is_upheld

    # What the person decided

    def decision(self, kind: DecisionKind) -> Decision | None:
        """What the person decided of this kind."""
        if not self.decisions:
            return None
        return next((each for each in self.decisions if each.kind is kind), None)

    def decide(self, decision: Decision) -> bool:
        """Apply a decision, which replaces those it undoes; return whether anything changed."""
        kind, before = decision.kind, self.decision(decision.kind)
        if (
            (kind is DecisionKind.CONFIRM and before and self.status is Status.CONFIRMED)
            or (kind is DecisionKind.REJECT and self.is_rejected_by_user)
            or (kind is DecisionKind.PIN and before)
            or (kind is DecisionKind.UNPIN and not self.decision(DecisionKind.PIN))
            or (kind is DecisionKind.EDIT and decision.statement == self.statement)
            or (kind is DecisionKind.SCOPE and before and decision.scope == self.scope)
        ):
            return False
        self._touch()
        undone = {kind, *_UNDOES.get(kind, ())}
        self.decisions = tuple(each for each in self.decisions if each.kind not in undone)
        # Worded as it was learned, it is worded by nobody.
        if kind is not DecisionKind.UNPIN and not (
            kind is DecisionKind.EDIT and decision.statement == self.learned
        ):
            self.decisions = (*self.decisions, decision)
        return True

    def judge(self, verdicts: tuple[Verdict, ...]) -> None:
        """Takes these for all that is known of what became of it."""
        self._touch()
        self.verdicts = verdicts

    def absorb(self, other: Draft) -> None:
        """Takes over what holds another belief up, and what was decided and judged of it.

        That the other was confirmed or pinned holds for both, unless this one was rejected.
        """
        held = sorted((*self.evidence, *other.evidence), key=in_order)
        taken_back = [each for each in (self.taken_back_at, other.taken_back_at) if each]
        self.evidence, self.stated_at = [], None
        self.sessions, self._sources = set(), set()
        for each in held:
            self.hear(each)
        # What holds up the one was perhaps said after the other was taken back.
        self.taken_back_at = max((t for t in taken_back if t >= self.last_seen), default=None)
        self.verdicts = tuple(sorted((*self.verdicts, *other.verdicts), key=lambda v: v.at))
        if self.decision(DecisionKind.REJECT) is None:
            for kind in (DecisionKind.CONFIRM, DecisionKind.PIN):
                theirs = other.decision(kind)
                if theirs and self.decision(kind) is None:
                    self.decisions = (*self.decisions, theirs)

    @property
    def is_taken_back(self) -> bool:
        """Whether the person took back what they had said, and did not take it up since."""
        return self.taken_back_at is not None and not any(
            each.at > self.taken_back_at
            for each in self.decisions
            if each.kind in {DecisionKind.CONFIRM, DecisionKind.PIN}
        )

    @property
    def is_upheld(self) -> bool:
        """Whether the person took it up with their own hands and did not reject it."""
        return bool(self.decisions) and self.decision(DecisionKind.REJECT) is None

    @property
    def is_rejected_by_user(self) -> bool:
        """Whether the person rejected it and has not stated it outright since."""
        rejected = self.decision(DecisionKind.REJECT)
        return rejected is not None and (self.stated_at is None or self.stated_at <= rejected.at)

    @property
    def last_word(self) -> datetime:
        """When it was last said, or last taken up by the person with their own hands."""
        if not self.is_upheld:
            return self.last_seen
        return max(self.last_seen, *(each.at for each in self.decisions))

    # How it stands

    @property
    def is_live(self) -> bool:
        """Whether it is held."""
        return self.status is not Status.RETIRED

    def end(self, successor: Draft | None) -> None:
        """Retires it in favour of another belief."""
        self._touch()
        self.status, self.superseded_by = Status.RETIRED, successor

    def weigh(self) -> None:
        """Gives it the status that it has where no other belief supersedes it."""
        self._touch()
        self.superseded_by = None
        if self.is_rejected_by_user or self.is_taken_back:
            self.status = Status.RETIRED
        elif self.decision(DecisionKind.CONFIRM):
            self.status = Status.CONFIRMED
        elif self._is_outweighed():
            self.status = Status.RETIRED
        elif self.stated_at is not None or self._is_said_again():
            self.status = Status.CONFIRMED
        else:
            self.status = Status.CANDIDATE

    def _is_said_again(self) -> bool:
        """Whether enough sessions say it."""
        hinted = self._sources == {Source.HINT}
        return len(self.sessions) >= (HINTS_TO_CONFIRM if hinted else SESSIONS_TO_CONFIRM)

    def _is_outweighed(self) -> bool:
        """Whether rejected advice ends it: more is against it than for it.

        What the person says after the last rejection holds, whatever was rejected before.
        """
        rejections = [each.at for each in self.verdicts if each.stance is Stance.CONTRADICTS]
        if not rejections or self.last_seen > max(rejections):
            return False
        support, against = weigh(self.evidence, self.verdicts, newest(self.evidence))
        return against > support

    @property
    def confidence(self) -> float:
        """How sure it is, as of its newest quote."""
        return confidence(self.evidence, newest(self.evidence), self.verdicts, self.decisions)

    def value(self) -> Belief:
        """The belief as it stands; its number, and its successor's, for ids."""
        return Belief(
            id=self.number,
            founded_on=self.founded_on,
            kind=self.kind,
            statement=self.statement,
            dimension=self.dimension,
            value=self.choice,
            polarity=self.polarity,
            scope=self.scope,
            status=self.status,
            confidence=self.confidence,
            superseded_by=self.superseded_by.number if self.superseded_by else None,
            first_seen=self.first_seen,
            last_seen=self.last_seen,
            evidence=tuple(sorted(self.evidence, key=in_order)),
            verdicts=self.verdicts,
            decisions=tuple(
                self._as_learned(each)
                for each in sorted(self.decisions, key=lambda each: (each.at, each.kind))
            ),
        )

    def _as_learned(self, decision: Decision) -> Decision:
        """The decision with what it took the place of."""
        learned = {DecisionKind.EDIT: self.learned, DecisionKind.SCOPE: str(self.heard_in)}
        return decision.model_copy(update={"learned": learned.get(decision.kind, "")})
