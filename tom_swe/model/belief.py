"""Tiers 2 and 3: what one session showed, and what tom holds across sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from tom_swe.checkout import same_repository
from tom_swe.model.base import Value


class Kind(StrEnum):
    """What sort of thing is known about the person."""

    PREFERENCE = "preference"  # how they like code and work to be
    CONSTRAINT = "constraint"  # what must or must not be done
    HABIT = "habit"  # what they do, counted from behaviour
    EXPERTISE = "expertise"  # what they know, use or are
    GOAL = "goal"  # what they are working towards
    TAKEN_BACK = "taken_back"  # what need not be so any longer; of observations alone


class Polarity(StrEnum):
    """Whether the statement asks for something or against it."""

    FOR = "for"
    AGAINST = "against"


class Source(StrEnum):
    """How an observation came about. The order is the order of trust."""

    STATED = "stated"  # the person said it to tom itself, to be held
    CORRECTION = "correction"  # the person objected to what the agent did
    INSTRUCTION = "instruction"  # a standing rule, said as such
    PREFERENCE = "preference"  # a liking, said as such
    FACT = "fact"  # something about the person, said by them
    BEHAVIOUR = "behaviour"  # computed from what they did, with its count
    HINT = "hint"  # reads like a wish, by a model's score; alone it is told to nobody


class Reach(StrEnum):
    """How far a belief holds."""

    EVERYWHERE = "everywhere"
    REPOSITORY = "repository"
    LANGUAGE = "language"
    TASK = "task"


class Scope(Value):
    """Where a belief holds: everywhere, in one repository or language, in one task."""

    reach: Reach = Reach.EVERYWHERE
    name: str = ""

    def __str__(self) -> str:
        return f"{self.reach.value}:{self.name}" if self.name else self.reach.value

    @classmethod
    def parse(cls, text: str) -> Scope:
        """The scope that a text stands for."""
        reach, _, name = text.partition(":")
        return cls(reach=Reach(reach), name=name)

    def same_as(self, other: Scope) -> bool:
        """Whether both hold in the same place."""
        if self.reach is not other.reach:
            return False
        if self.reach is Reach.REPOSITORY:
            return same_repository(self.name, other.name)
        return self.name == other.name


EVERYWHERE = Scope()


class Quote(Value):
    """Where something was said: an exact substring of one turn's ``text``."""

    ordinal: int
    text: str


class Observation(Value):
    """One atomic thing the person said or did, true in one session.

    ``statement`` is canonical English or the person's own words made a rule;
    ``dimension`` names the catalogue entry it is about ("" where none fits) and
    ``value`` the choice on it, so that two observations on one dimension with
    different values contradict each other. ``count`` is how many turns a
    behaviour was computed from, 1 for what was said. What is taken back makes no belief and ends
    those that say what its statement says. ``basis`` tells the person which of
    their words made it one.
    """

    kind: Kind
    source: Source
    statement: str
    quote: Quote
    dimension: str = ""
    value: str = ""
    polarity: Polarity = Polarity.FOR
    scope: Scope = EVERYWHERE
    count: int = 1
    basis: str = ""


class Relation(StrEnum):
    """How two statements go together."""

    AGREE = "agree"
    CONTRADICT = "contradict"
    DIFFERENT = "different"


class Related(Value):
    """How a statement that was heard goes with one that is believed."""

    held: str
    heard: str
    relation: Relation


class Saying(Value):
    """A sentence of the person's that may help with a later request.

    ``useful`` says how likely that is, as log-odds that are compared with each other.
    ``everywhere`` is true of one that says itself that it holds in all projects.
    """

    quote: Quote
    useful: float
    everywhere: bool = False


class SessionModel(Value):
    """Tier 2: what one session showed. ``reader`` names what made it, with its version.

    ``faint`` are sentences that are hints of a wish if they come again in other sessions, in
    whatever words. ``sayings`` are those that may help with later requests; None where nobody
    looked. ``related`` says how what was heard goes with the beliefs that the reader was shown.
    """

    intent: str
    summary: str
    observations: tuple[Observation, ...] = ()
    faint: tuple[Quote, ...] = ()
    sayings: tuple[Saying, ...] | None = None
    reader: str = ""
    related: tuple[Related, ...] = ()


# So many sessions that say it confirm a belief. Where all only hint at it, it takes one more: of
# the hints in real messages one of three is right.
SESSIONS_TO_CONFIRM = 2
HINTS_TO_CONFIRM = 3


class Status(StrEnum):
    """A belief starts as a candidate; a second session confirms it, or the person outright."""

    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    RETIRED = "retired"


class Stance(StrEnum):
    """Whether evidence holds a belief up or speaks against it."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"


class Evidence(Value):
    """One quote for or against a belief, and where it was said."""

    observation_id: int
    session_id: int
    host: str
    repository: str
    ordinal: int
    quote: str
    stance: Stance
    source: Source
    at: datetime
    basis: str = ""
    event: str = ""


def in_order(evidence: Evidence) -> tuple[datetime, int, str]:
    """What evidence is sorted by: when and where it was said, whenever that was read."""
    return evidence.at, evidence.ordinal, evidence.event


class Judge(StrEnum):
    """Who said what became of advice, or of a belief that a session was told."""

    PERSON = "person"
    AGENT = "agent"  # reports of the person; half as much is made of it
    SESSION = "session"  # what the agent did and the person let stand; little is made of it


class Verdict(Value):
    """A belief's share of the outcome of advice that cited it.

    ``weight`` is this belief's share. ``consultation_id`` is None once the advice is no
    longer kept, and where the judge is a session: one that was told the belief and kept to
    it, ``session_id``. A verdict moves a belief's confidence; it is no quote, so it neither
    makes a belief nor confirms one.
    """

    consultation_id: int | None
    stance: Stance
    weight: float
    by: Judge
    at: datetime
    session_id: int | None = None


class DecisionKind(StrEnum):
    """What the person decided about a belief."""

    CONFIRM = "confirm"  # it holds, whatever was heard before
    REJECT = "reject"  # it does not hold, and no words but a statement bring it back
    PIN = "pin"  # it is always told, and first
    UNPIN = "unpin"  # takes a pin away
    EDIT = "edit"  # it is worded so
    SCOPE = "scope"  # it holds just there


class Decision(Value):
    """What the person decided about a belief; it outranks what tom infers.

    ``statement`` is of an edit and ``scope`` of a scope; ``learned`` is what it took the place
    of, as it was learned: the statement, or the scope as text.
    """

    kind: DecisionKind
    at: datetime
    statement: str = ""
    scope: Scope | None = None
    learned: str = ""


class Belief(Value):
    """What tom believes about the person across sessions, with its evidence, oldest first.

    ``statement`` and ``scope`` are the person's own where they decided them. ``founded_on`` is
    the id of the event that founded it.
    """

    id: int
    founded_on: str = ""
    kind: Kind
    statement: str
    dimension: str = ""
    value: str = ""
    polarity: Polarity = Polarity.FOR
    scope: Scope = EVERYWHERE
    status: Status = Status.CANDIDATE
    confidence: float = 0.0
    superseded_by: int | None = None
    first_seen: datetime
    last_seen: datetime
    evidence: tuple[Evidence, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def quotes(self) -> tuple[str, ...]:
        """The supporting quotes, newest first, each once."""
        return tuple(dict.fromkeys(each.quote for each in reversed(self.supporting)))

    @property
    def said(self) -> str:
        """The quote to tell it with: the newest, none where the person worded it themselves."""
        return "" if len(self.wordings) > 1 or not self.quotes else self.quotes[0]

    @property
    def supporting(self) -> tuple[Evidence, ...]:
        """The evidence that holds it up, oldest first."""
        return tuple(each for each in self.evidence if each.stance is Stance.SUPPORTS)

    @property
    def is_stated(self) -> bool:
        """Whether the person said it to tom outright."""
        return any(each.source is Source.STATED for each in self.supporting)

    @property
    def is_hint(self) -> bool:
        """Whether hints are all that it rests on, of fewer sessions than confirm them."""
        few = 0 < len({each.session_id for each in self.supporting}) < HINTS_TO_CONFIRM
        hinted = all(each.source is Source.HINT for each in self.supporting)
        return few and hinted and not self.is_upheld

    def decision(self, kind: DecisionKind) -> Decision | None:
        """What the person decided of this kind; None where they decided nothing."""
        return next((each for each in self.decisions if each.kind is kind), None)

    @property
    def is_upheld(self) -> bool:
        """Whether the person took it up with their own hands and did not reject it."""
        return bool(self.decisions) and self.decision(DecisionKind.REJECT) is None

    @property
    def is_seen_once(self) -> bool:
        """Whether it waits for a second session, or for the person to decide on it."""
        return self.status is Status.CANDIDATE and not self.is_upheld

    @property
    def is_pinned(self) -> bool:
        """Whether it is always told, for as long as it is not given up."""
        return self.decision(DecisionKind.PIN) is not None

    @property
    def is_rejected_by_user(self) -> bool:
        """Whether the person rejected it and has not stated it outright since."""
        rejected = self.decision(DecisionKind.REJECT)
        return rejected is not None and not any(
            each.source is Source.STATED and each.at > rejected.at for each in self.supporting
        )

    @property
    def wordings(self) -> tuple[str, ...]:
        """The statement, and the one that was learned where the person worded it anew."""
        edited = self.decision(DecisionKind.EDIT)
        return (self.statement, edited.learned) if edited else (self.statement,)

    @property
    def last_word(self) -> datetime:
        """When it was last said, or last taken up by the person with their own hands."""
        hands = [each.at for each in self.decisions] if self.is_upheld else []
        return max([self.last_seen, *hands])

    @property
    def borne_out(self) -> datetime:
        """When it was last said, last taken up by the person, or last found right."""
        return max([self.last_word, *(v.at for v in self.verdicts if v.stance is Stance.SUPPORTS)])


class Change(StrEnum):
    """The ways in which a belief changes."""

    ADD = "add"
    STRENGTHEN = "strengthen"
    WEAKEN = "weaken"
    WIDEN = "widen"  # it holds in more places
    RETIRE = "retire"
    DECIDE = "decide"  # the person did it
