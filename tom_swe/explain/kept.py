"""Whether agents follow what tom tells them, by rule, by agent and over time. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from tom_swe.advise.recall import applies
from tom_swe.checks import replayed
from tom_swe.model.advice import Adherence, Telling
from tom_swe.model.base import Value
from tom_swe.model.belief import Belief
from tom_swe.model.checks import Check, CheckHit, CheckOutcome
from tom_swe.model.memory import SessionSummary
from tom_swe.model.session import Session

# Of each rule, before and after it was first told; reading a session takes milliseconds.
REPLAYED = 50


class BreachShare(Value):
    """In how many of so many sessions a rule was breached."""

    breached: int
    sessions: int


class Became(Value):
    """How often beliefs in briefings were followed, each counted once for each session.

    ``unknown`` ones show in nothing that is kept. ``intervened`` counts the reminders, questions
    and blocks of checks.
    """

    sessions: int = 0
    obeyed: int = 0
    disobeyed: int = 0
    corrected: int = 0
    unknown: int = 0
    intervened: int = 0
    last: datetime | None = None


class RuleKept(Value):
    """How often one rule was followed or breached.

    ``before`` and ``after`` are the breaches that its check finds in the newest sessions before
    and after the first that was told it, of those where the rule held and the check had a step to
    look at; None where there is no check or no such session.
    """

    belief_id: int
    statement: str
    became: Became
    before: BreachShare | None = None
    after: BreachShare | None = None


class AgentKept(Value):
    """What one host's agent did with what it was told."""

    host: str
    became: Became


class WeekKept(Value):
    """What agents did in a week, which begins on a Monday."""

    begins: date
    became: Became


class Obedience(Value):
    """Whether agents followed what tom told them since a time, the most breached rule first."""

    rules: tuple[RuleKept, ...] = ()
    agents: tuple[AgentKept, ...] = ()
    weeks: tuple[WeekKept, ...] = ()


class _Met(NamedTuple):
    """Whether one session followed a belief."""

    belief_id: int
    host: str
    host_id: str
    at: datetime
    became: Adherence | None
    intervened: int


_WORST = (Adherence.CORRECTED, Adherence.DISOBEYED, Adherence.OBEYED)
_SAID = frozenset({CheckOutcome.REMINDED, CheckOutcome.ASKED, CheckOutcome.BLOCKED})


def obedience(
    *,
    sessions: Iterable[SessionSummary],
    beliefs: Iterable[Belief],
    tellings: Iterable[Telling],
    checks: Iterable[Check],
    since: datetime,
    look: Callable[[int], Session],
) -> Obedience:
    """What agents did with what they were told from then on; ``look`` gets a session in full.

    A rule was breached in a session if a check meets that there or commands show otherwise, and
    corrected if the person had to say it again. Where nothing else is known, the check is held
    against what is kept of the session, for the newest `REPLAYED` ones.
    """
    looked = cache(look)
    tellings = list(tellings)
    checked = {each.belief_id: each for each in checks}
    by_id = {belief.id: belief for belief in beliefs}
    met = [each for each in _met(tellings, checked, looked) if each.at >= since]
    dated = [(at, each) for each in sessions if (at := each.started or each.ended)]
    rules: list[RuleKept] = []
    for belief_id in {each.belief_id for each in met} & by_id.keys():
        belief, check = by_id[belief_id], checked.get(belief_id)
        before, after = _shares(belief, check, tellings, dated, looked) if check else (None, None)
        rules.append(
            RuleKept(
                belief_id=belief_id,
                statement=belief.statement,
                became=_became(each for each in met if each.belief_id == belief_id),
                before=before,
                after=after,
            )
        )
    hosts = {each.host for each in met}
    weeks = {_monday(each.at) for each in met}
    return Obedience(
        rules=tuple(
            sorted(rules, key=lambda r: (-r.became.disobeyed - r.became.corrected, r.belief_id))
        ),
        agents=tuple(
            AgentKept(host=host, became=_became(each for each in met if each.host == host))
            for host in sorted(hosts)
        ),
        weeks=tuple(
            WeekKept(begins=week, became=_became(each for each in met if _monday(each.at) == week))
            for week in sorted(weeks)
        ),
    )


def _met(
    tellings: Iterable[Telling], checks: Mapping[int, Check], look: Callable[[int], Session]
) -> Iterator[_Met]:
    """Each belief in each session that was told it or in which its check found a breach."""
    hits: dict[tuple[int, str, str], list[CheckHit]] = {}
    for check in checks.values():
        for hit in check.hits:
            if hit.outcome is not CheckOutcome.FALSE_ALARM:
                hits.setdefault((check.belief_id, hit.host, hit.host_id), []).append(hit)
    newest = sorted(tellings, key=lambda telling: telling.at, reverse=True)
    for place, telling in enumerate(newest):
        for belief_id in telling.belief_ids:
            here = hits.pop((belief_id, telling.host, telling.host_id), [])
            found = {telling.adherence.get(belief_id), Adherence.DISOBEYED if here else None}
            check, session_id = checks.get(belief_id), telling.session_id
            if found == {None} and check and session_id is not None and place < REPLAYED:
                found.add(Adherence.DISOBEYED if _breached(check, look(session_id)) else None)
            became = next((each for each in _WORST if each in found), None)
            yield _one(belief_id, telling.host, telling.host_id, telling.at, became, here)
    for (belief_id, host, host_id), here in hits.items():
        yield _one(belief_id, host, host_id, here[0].at, Adherence.DISOBEYED, here)


def _breached(check: Check, session: Session) -> bool | None:
    """Whether the check finds a breach in what is kept of a session; None without such steps.

    That it finds none is no proof that the rule was kept to: it may not have come up.
    """
    steps = list(replayed(check.spec, session.turns))
    return any(step.found for step in steps) if steps else None


def _one(
    belief_id: int,
    host: str,
    host_id: str,
    at: datetime,
    became: Adherence | None,
    hits: Sequence[CheckHit],
) -> _Met:
    said = sum(each.outcome in _SAID for each in hits)
    return _Met(belief_id, host, host_id, at, became, said)


def _became(met: Iterable[_Met]) -> Became:
    met = list(met)
    counts = Counter(each.became for each in met)
    return Became(
        sessions=len({(each.host, each.host_id) for each in met}),
        obeyed=counts[Adherence.OBEYED],
        disobeyed=counts[Adherence.DISOBEYED],
        corrected=counts[Adherence.CORRECTED],
        unknown=counts[None],
        intervened=sum(each.intervened for each in met),
        last=max((each.at for each in met), default=None),
    )


def _shares(
    belief: Belief,
    check: Check,
    tellings: Iterable[Telling],
    sessions: Iterable[tuple[datetime, SessionSummary]],
    look: Callable[[int], Session],
) -> tuple[BreachShare | None, BreachShare | None]:
    """In how many sessions the check finds a breach, before the rule was first told and since.

    Before the person first said it nobody could know.
    """
    told = [each.at for each in tellings if belief.id in each.belief_ids]
    if not told:
        return None, None
    first = min(told)
    here = sorted(
        (
            (at, each)
            for at, each in sessions
            if at > belief.first_seen and applies(belief, each.repository)
        ),
        key=lambda pair: (pair[0], pair[1].id),
        reverse=True,
    )
    return (
        _share(check, [each for at, each in here if at < first], look),
        _share(check, [each for at, each in here if at >= first], look),
    )


def _share(
    check: Check, sessions: Sequence[SessionSummary], look: Callable[[int], Session]
) -> BreachShare | None:
    looked = breached = 0
    for each in sessions[:REPLAYED]:
        if (found := _breached(check, look(each.id))) is not None:
            looked += 1
            breached += found
    return BreachShare(breached=breached, sessions=looked) if looked else None


def _monday(at: datetime) -> date:
    day = at.astimezone().date()
    return day - timedelta(days=day.weekday())
