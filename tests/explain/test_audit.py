"""What an audit finds, on beliefs made by hand."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from tom_swe.embed.similarity import Similarity
from tom_swe.explain.audit import Audit, Fault, audit
from tom_swe.extract.support import OwnMessage
from tom_swe.model.belief import (
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
)
from tom_swe.model.session import Role, Turn
from tom_swe.testing import START


def belief(
    number: int,
    statement: str,
    quote: str,
    *,
    confidence: float = 0.8,
    at: datetime = START,
    **changed: object,
) -> Belief:
    evidence = Evidence(
        observation_id=number,
        session_id=1,
        host="jsonl",
        repository="",
        ordinal=0,
        quote=quote,
        stance=Stance.SUPPORTS,
        source=Source.INSTRUCTION,
        at=at,
    )
    fields: dict[str, object] = {
        "id": number,
        "kind": Kind.PREFERENCE,
        "statement": statement,
        "confidence": confidence,
        "first_seen": at,
        "last_seen": at,
        "evidence": (evidence,) if quote else (),
    }
    return Belief.model_validate(fields | changed)


def found(*beliefs: Belief) -> dict[Fault, tuple[int, ...]]:
    return {each.fault: each.samples for each in audited(*beliefs).findings if each.count}


def audited(*beliefs: Belief, told: Sequence[Belief] | None = None) -> Audit:
    """An audit where each quote is a whole message of the person's."""
    return audit(
        beliefs,
        beliefs if told is None else told,
        Similarity({}),
        lambda text: text.replace("hunter2", "[redacted]"),
        lambda said: OwnMessage(Turn(ordinal=said.ordinal, role=Role.USER, text=said.quote)),
    )


def said_in(session_id: int, quote: str) -> Evidence:
    (evidence,) = belief(session_id, "", quote).evidence
    return evidence.model_copy(update={"session_id": session_id})


def test_a_sound_model_has_no_findings() -> None:
    """Beliefs on different things, each said by its quote, are fine."""
    beliefs = [
        belief(1, "Use pnpm", "please use pnpm"),
        belief(2, "Keep diffs small", "keep the diffs small"),
    ]
    assert found(*beliefs) == {}
    assert audited(*beliefs).sound == 1.0
    assert audited().sound is None


@pytest.mark.parametrize(
    ("beliefs", "fault", "ids"),
    [
        ([belief(1, "Use pnpm", "")], Fault.UNSUPPORTED, (1,)),
        ([belief(1, "Pnpm", "use pnpm")], Fault.JUNK, (1,)),
        ([belief(1, "Deploy on Fridays", "fix the parser")], Fault.UNSUPPORTED, (1,)),
        (
            [
                belief(1, "Use pnpm here", "use pnpm here", confidence=0.6),
                belief(2, "Use pnpm here", "use pnpm here"),
            ],
            Fault.DUPLICATE,
            (1,),
        ),
        (
            [
                belief(1, "Use pnpm", "use pnpm", dimension="package_manager", value="pnpm"),
                belief(2, "Use npm", "use npm", dimension="package_manager", value="npm"),
            ],
            Fault.CONTRADICTORY,
            (1, 2),
        ),
        (
            [
                belief(1, "Use pnpm", "use pnpm"),
                belief(2, "Keep diffs small", "keep diffs small", at=START + timedelta(days=365)),
            ],
            Fault.STALE,
            (1,),
        ),
        (
            [belief(1, "Log in with the key", "log in with the key hunter2")],
            Fault.SECRET,
            (1,),
        ),
    ],
)
def test_each_fault_is_found(beliefs: list[Belief], fault: Fault, ids: tuple[int, ...]) -> None:
    """And nothing else with it."""
    assert found(*beliefs) == {fault: ids}


def test_what_nobody_is_told_is_asked_for_its_quotes_alone() -> None:
    """All unsupported beliefs are named, each with why; other faults matter where one is told."""
    one, other = belief(1, "Use pnpm", "use yarn"), belief(2, "Pnpm", "use pnpm")
    many = [belief(n, f"Deploy {n}", "fix it") for n in range(3, 12)]
    found = audited(one, other, *many, told=[])
    (only,) = [each for each in found.findings if each.count]
    assert only.fault is Fault.UNSUPPORTED
    assert only.samples == (1, *range(3, 12))
    assert only.reasons[0] == "the quote does not say “pnpm”"
    assert len(only.reasons) == len(only.samples) == only.count
    assert found.sound == pytest.approx(1 / 11)


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ("from now on use pnpm in each project", ""),
        ("pnpm is what we take here, remember", ""),
        ("use pnpm for now", "only 1 of its 2 sessions supports it; else it ends with the task"),
    ],
)
def test_two_sessions_have_to_support_what_they_confirm(second: str, why: str) -> None:
    """Whatever the second one words it as; one of them alone confirms nothing."""
    confirmed = belief(
        1,
        "Use pnpm for installing",
        "use pnpm for installing",
        status=Status.CONFIRMED,
        evidence=(said_in(1, "use pnpm for installing"), said_in(2, second)),
    )
    (reason,) = audited(confirmed).findings[0].reasons or ("",)
    assert reason.startswith(why) if why else not reason


def test_what_the_person_took_up_needs_no_quote_that_says_it() -> None:
    """They decided it themselves, whatever it was read in."""
    kept = Decision(kind=DecisionKind.CONFIRM, at=START)
    assert found(belief(1, "Deploy on Fridays", "fix the parser", decisions=(kept,))) == {}


def test_what_holds_in_other_places_is_no_duplicate_and_no_contradiction() -> None:
    """A rule of one repository may differ from that of another, and be the same."""
    here = Scope.model_validate({"reach": "repository", "name": "shop"})
    there = Scope.model_validate({"reach": "repository", "name": "blog"})
    for value, polarity in (("pnpm", Polarity.FOR), ("npm", Polarity.FOR)):
        one = belief(1, "Use pnpm", "use pnpm", dimension="p", value="pnpm", scope=here)
        other = belief(
            2, f"Use {value}", f"use {value}", dimension="p", value=value, scope=there,
            polarity=polarity,
        )  # fmt: skip
        assert found(one, other) == {}
