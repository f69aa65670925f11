"""What an audit finds, on beliefs made by hand."""

from datetime import datetime, timedelta

import pytest

from tom_swe.embed.similarity import Similarity
from tom_swe.explain.audit import Fault, audit
from tom_swe.model.belief import Belief, Evidence, Kind, Polarity, Scope, Source, Stance
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
    result = audit(beliefs, Similarity({}), lambda text: text.replace("hunter2", "[redacted]"))
    return {each.fault: each.samples for each in result.findings if each.count}


def test_a_sound_model_has_no_findings() -> None:
    """Beliefs on different things, each said by its quote, are fine."""
    beliefs = [
        belief(1, "Use pnpm", "please use pnpm"),
        belief(2, "Keep diffs small", "keep the diffs small"),
    ]
    assert found(*beliefs) == {}
    assert audit(beliefs, Similarity({}), str).sound == 1.0
    assert audit([], Similarity({}), str).sound is None


@pytest.mark.parametrize(
    ("beliefs", "fault", "ids"),
    [
        ([belief(1, "Use pnpm", "")], Fault.UNSUPPORTED, (1,)),
        ([belief(1, "Pnpm", "use pnpm")], Fault.JUNK, (1,)),
        ([belief(1, "Deploy on Fridays", "fix the parser")], Fault.JUNK, (1,)),
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
