"""What each tool does. Every string given is cleaned; nothing a client sends is believed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tom_swe.advise.recall import in_force
from tom_swe.beliefs.confidence import explain
from tom_swe.checkout import repository_of
from tom_swe.hosts.mcp.mind import Mind
from tom_swe.hosts.mcp.shapes import (
    Advice,
    BeliefArguments,
    Cited,
    ConsultArguments,
    FeedbackArguments,
    Forgotten,
    Found,
    Held,
    Judged,
    Outcomes,
    Profile,
    ProfileArguments,
    Quoted,
    Reasons,
    RememberArguments,
    Remembered,
    Said,
    SearchArguments,
)
from tom_swe.hosts.mcp.text import fenced, given, shown
from tom_swe.model.advice import Outcome, PastTurn, Query
from tom_swe.model.belief import Belief, Evidence, Stance, Status

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom

MOST_BELIEFS = 50
NOTED = "stored; it counts once tom has read the session it was said in"
MOST_QUOTES = 20
QUOTE = 200
TURN = 300
CANDIDATES = 50
# A belief is on a topic when it is this much like it, or shares words and is this much.
SIMILAR, SIMILAR_WITH_WORDS = 0.35, 0.2


class Answers:
    """The tools over one mind."""

    def __init__(self, mind: Mind) -> None:
        self._mind = mind

    def consult(self, asked: ConsultArguments) -> Advice:
        """Whether to proceed with a request or ask first; tom keeps the question, redacted."""
        query = Query(
            text=given(asked.request),
            repository=_repository(asked.repository),
            before=given(asked.before),
        )
        with self._mind.held(searches=True) as (tom, user, _):
            suggestion = tom.consult(user, query)
        cited = ", ".join(f"b{belief.id}" for belief in suggestion.beliefs)
        sure = f"Confidence {suggestion.confidence:.2f}" + (f", from {cited}." if cited else ".")
        return Advice(
            id=f"a{suggestion.consultation_id}",
            action=suggestion.action.value,
            questions=[shown(question) for question in suggestion.questions],
            advice=fenced(f"{suggestion.text}\n{sure}\nAdvice a{suggestion.consultation_id}."),
            beliefs=[
                Cited(
                    id=f"b{belief.id}",
                    statement=shown(belief.statement),
                    quote=next((shown(quote, QUOTE) for quote in belief.quotes), ""),
                )
                for belief in suggestion.beliefs
            ],
            confidence=suggestion.confidence,
        )

    def profile(self, asked: ProfileArguments) -> Profile:
        """The live beliefs that hold in a repository, the surest first."""
        repository = _repository(asked.repository)
        with self._mind.held() as (tom, user, _):
            beliefs = in_force(tom.memory.beliefs.told(user), repository)
        return Profile(
            repository=shown(repository),
            beliefs=[_held(belief) for belief in beliefs[:MOST_BELIEFS]],
            left_out=max(0, len(beliefs) - MOST_BELIEFS),
        )

    def search(self, asked: SearchArguments) -> Found:
        """Live beliefs of any repository and the person's own past turns, like a query."""
        query = Query(text=given(asked.query), repository=_repository(None), limit=asked.limit)
        with self._mind.held(searches=True) as (tom, user, _):
            beliefs = _on_topic(tom, user, query)
            turns = tom.recall(user, query).turns
        return Found(
            beliefs=[_held(belief) for belief in beliefs], turns=[_said(turn) for turn in turns]
        )

    def why(self, asked: BeliefArguments) -> Reasons:
        """The quotes for and against a belief and its arithmetic. Raises NotFound."""
        with self._mind.held() as (tom, user, _):
            belief = tom.memory.beliefs.get(user, _number(asked.belief))
        terms = explain(belief)
        if left_out := max(0, len(terms) - 1 - MOST_QUOTES):
            terms = [*terms[:MOST_QUOTES], f"and {left_out} more terms", terms[-1]]
        return Reasons(
            id=f"b{belief.id}",
            statement=shown(belief.statement),
            status=belief.status.value,
            confidence=belief.confidence,
            supports=_quoted(belief.evidence, Stance.SUPPORTS),
            contradicts=_quoted(belief.evidence, Stance.CONTRADICTS),
            arithmetic=terms,
        )

    def feedback(self, asked: FeedbackArguments) -> Outcomes:
        """Judges advice on an agent's report, for half of what the person's own would count.

        Raises NotFound and UsageError.
        """
        number = int(asked.advice.lower().removeprefix("a"))
        right = [_number(each) for each in asked.right] or None
        outcome = Outcome(asked.outcome)
        with self._mind.held() as (tom, user, _):
            beliefs = tom.judge(user, number, outcome, right=right, by_agent=True)
        return Outcomes(
            id=f"a{number}",
            outcome=outcome.value,
            beliefs=[
                Judged(
                    id=f"b{belief.id}",
                    statement=shown(belief.statement),
                    status=belief.status.value,
                    confidence=belief.confidence,
                )
                for belief in beliefs
            ],
        )

    def remember(self, asked: RememberArguments) -> Remembered:
        """Notes words that the person is said to have said. Raises UsageError."""
        repository = _repository(asked.repository)
        with self._mind.held() as (tom, user, _):
            noted = tom.point_at(user, given(asked.quote), repository)
        ids = [f"b{each}" for each in noted.belief_ids]
        if ids:
            return Remembered(state="learned", beliefs=ids, note=f"learned: {', '.join(ids)}")
        return Remembered(state="pending", beliefs=[], note=NOTED)

    def forget(self, asked: BeliefArguments) -> Forgotten:
        """Deletes a belief for good; it is not learned again from those words. Raises NotFound."""
        with self._mind.held() as (tom, user, said):
            tom.forget_belief(user, _number(asked.belief))
            notes = [shown(note) for note in said]
        return Forgotten(id=f"b{_number(asked.belief)}", notes=notes)


def _repository(given_name: str | None) -> str:
    """The repository named, else that of the server's working directory."""
    return repository_of(str(Path.cwd())) if given_name is None else given(given_name)


def _number(belief: str) -> int:
    return int(belief.lower().removeprefix("b"))


def _held(belief: Belief) -> Held:
    # Retired beliefs are never shown as held.
    status = "confirmed" if belief.status is Status.CONFIRMED else "candidate"
    return Held(
        id=f"b{belief.id}",
        kind=belief.kind.value,
        statement=shown(belief.statement),
        scope=shown(str(belief.scope)),
        status=status,
        confidence=belief.confidence,
        quotes=[shown(quote, QUOTE) for quote in belief.quotes[:2]],
    )


def _said(turn: PastTurn) -> Said:
    return Said(
        id=f"s{turn.session_id}.{turn.ordinal}",
        date=f"{turn.at:%Y-%m-%d}" if turn.at else "",
        repository=shown(turn.repository),
        text=shown(turn.text, TURN),
    )


def _quoted(evidence: Iterable[Evidence], stance: Stance) -> list[Quoted]:
    newest_first = sorted((e for e in evidence if e.stance is stance), key=lambda e: e.at)[::-1]
    return [
        Quoted(
            quote=shown(each.quote, TURN),
            session=f"s{each.session_id}",
            date=f"{each.at:%Y-%m-%d}",
            host=shown(each.host),
            repository=shown(each.repository),
            source=each.source.value,
        )
        for each in newest_first[:MOST_QUOTES]
    ]


def _on_topic(tom: Tom, user: str, query: Query) -> list[Belief]:
    """The live beliefs like a query, wherever they hold; by words alone without an embedder."""
    live = tom.memory.beliefs.told(user)
    words = dict(tom.memory.search.beliefs(user, query.text, CANDIDATES))
    best = max(words.values(), default=0.0) or 1.0
    embedder = tom.embedder
    if embedder is None:
        found = [belief for belief in live if belief.id in words]
        return sorted(found, key=lambda b: -words[b.id])[: query.limit]
    vector = embedder.embed([query.text])[0]
    stored = tom.memory.vectors.of_beliefs((belief.id for belief in live), embedder.name)
    similarity = {number: float(each @ vector) for number, each in stored.items()}
    found = [
        belief
        for belief in live
        if similarity.get(belief.id, 0.0) >= (SIMILAR_WITH_WORDS if belief.id in words else SIMILAR)
    ]

    def score(belief: Belief) -> float:
        return similarity.get(belief.id, 0.0) + 0.2 * words.get(belief.id, 0.0) / best

    return sorted(found, key=score, reverse=True)[: query.limit]
