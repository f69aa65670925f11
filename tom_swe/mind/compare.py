"""Whether two statements agree, contradict each other or are about different things.

Most are told apart without asking anybody: by the catalogue, or by how alike they are. A
language model is asked about the rest, where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Literal

from tom_swe.embed.similarity import Similarity
from tom_swe.errors import ModelFault
from tom_swe.llm.lenient import Form, each_that_fits, or_else
from tom_swe.llm.outage import Outage
from tom_swe.llm.prompts import render
from tom_swe.model.belief import Belief, Observation, Reach, Relation, Source, Status
from tom_swe.model.calls import Message, Prompt, Purpose
from tom_swe.ports import LanguageModel, Pair
from tom_swe.text.safe import json_line

# Statements less alike than this are about different things.
DISSIMILAR = 0.45
MOST_PAIRS = 12
REPLY_TOKENS = 700
WITHOUT = "tom compares statements without it"


class VerdictForm(Form):
    """What the model says of one pair: the reason comes before the verdict."""

    pair: int
    reason: Annotated[str, or_else("")] = ""
    verdict: Literal["agree", "contradict", "different"]


class ComparisonForm(Form):
    """What it says of all pairs."""

    verdicts: Annotated[tuple[VerdictForm, ...], each_that_fits]


def doubtful(
    beliefs: Iterable[Belief], observations: Iterable[Observation], similarity: Similarity
) -> list[Pair]:
    """The pairs of a held and a new statement that neither catalogue nor similarity decides.

    The most alike come first, at most `MOST_PAIRS`. Habits are counted and hints are weak:
    neither is worth a question.
    """
    held = [b for b in beliefs if _is_held(b) and not _is_counted(b)]
    found: dict[Pair, float] = {}
    for said in observations:
        if said.source in {Source.BEHAVIOUR, Source.HINT} or said.scope.reach is Reach.TASK:
            continue
        for belief in held:
            if _is_decided(belief, said):
                continue
            # However alike: "above" and "below" in the same words are near to one vector.
            score = similarity(belief.statement, said.statement)
            if DISSIMILAR <= score < 1.0:
                found[Pair(held=belief.statement, heard=said.statement)] = score
    return sorted(found, key=lambda pair: -found[pair])[:MOST_PAIRS]


def _is_held(belief: Belief) -> bool:
    """Whether it is live, or was rejected: what says the same as that is to be known as such."""
    return belief.status is not Status.RETIRED or belief.is_rejected_by_user


def _is_counted(belief: Belief) -> bool:
    return all(each.source is Source.BEHAVIOUR for each in belief.supporting)


def _is_decided(belief: Belief, said: Observation) -> bool:
    """Whether the catalogue says how the two go together."""
    return bool(belief.value and said.value) or (
        bool(belief.dimension and said.dimension) and belief.dimension != said.dimension
    )


class ModelComparer:
    """One call for all doubtful pairs of a session. Without an answer nothing is decided."""

    def __init__(self, model: LanguageModel, *, say: Callable[[str], None]) -> None:
        self._model = model
        self._outage = Outage(say)

    def compare(
        self, pairs: Sequence[Pair], session_id: int | None = None
    ) -> Mapping[Pair, Relation]:
        """How the statements of these pairs go together; pairs it says nothing of are left out."""
        if not pairs or self._outage.lasts:
            return {}
        lines = [
            json_line(pair=n, held=p.held, heard=p.heard) for n, p in enumerate(pairs, start=1)
        ]
        prompt = Prompt(
            system=render("comparing"), messages=(Message(role="user", text="\n".join(lines)),)
        )
        try:
            reply = self._model.ask(
                prompt,
                ComparisonForm,
                purpose=Purpose.COMPARING,
                most_tokens=REPLY_TOKENS,
                session_id=session_id,
            ).reply
        except ModelFault as error:
            # The session was read; what it said is kept whether or not it was compared.
            self._outage.note(error, WITHOUT)
            return {}
        return {
            pairs[each.pair - 1]: Relation(each.verdict)
            for each in reply.verdicts
            if 1 <= each.pair <= len(pairs)
        }
