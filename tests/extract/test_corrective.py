import base64
import hashlib
import json
import re
import zlib
from importlib import resources

import numpy as np
import pytest

import tom_swe.extract
from tom_swe.extract.corrective import BITS, SHIPPED, CorrectiveTurns, Spoken, features, spoken_in
from tom_swe.model.session import Role, Session, Turn

DONE = "Done. All tests pass and the page now shows the totals."


def spoken(text: str, before: str = DONE) -> Spoken:
    return Spoken(text, before, "add the totals to the page", 1, after_tool=False)


def session(*said: tuple[Role, str]) -> Session:
    turns = tuple(Turn(ordinal=n, role=role, text=text) for n, (role, text) in enumerate(said))
    return Session(host="codex", host_id="1", turns=turns)


@pytest.mark.parametrize(
    "text",
    [
        "no, that's not what I asked for. undo it",
        "still doesn't work, I see the same error",
        "why did you delete the tests? put them back",
        "the totals are wrong, it doesn't count refunds",
        "that is not correct, you didn't update the header",
    ],
)
def test_objections_are_found(text: str) -> None:
    """Rejecting, undoing, saying that it does not work and that it was not asked for."""
    model = CorrectiveTurns()
    assert model.score(spoken(text)) >= model.threshold


@pytest.mark.parametrize(
    "text",
    ["thanks, commit it", "now add a page for the invoices", "yes", "how do I run the server?"],
)
def test_the_next_task_is_no_correction(text: str) -> None:
    """Approvals, questions and new tasks correct nothing."""
    model = CorrectiveTurns()
    assert model.score(spoken(text)) < model.threshold


def test_a_turn_is_judged_once_the_agent_did_something() -> None:
    """The first message and a prompt without an answer are not; copies and tools are no turns."""
    found = list(
        spoken_in(
            session(
                (Role.USER, "add the totals"),
                (Role.USER, "to the invoices page"),
                (Role.AGENT, DONE),
                (Role.COPY, "add the totals"),
                (Role.TOOL, "npm test"),
                (Role.USER, "no, undo that"),
            )
        )
    )
    ((ordinal, one),) = found
    assert (ordinal, one.before, one.nth, one.after_tool) == (5, "", 3, True)


def test_what_cannot_be_read_is_not_judged() -> None:
    """A language outside those that the model is good at counts as not judged, not as fine."""
    judge = CorrectiveTurns().judge
    korean = session((Role.AGENT, DONE), (Role.USER, "아니요 그건 틀렸어요 다시 고쳐 주세요"))
    assert judge(korean).judged == 0
    english = session((Role.AGENT, DONE), (Role.USER, "no, that's not what I asked for. undo it"))
    assert judge(english).judged == 1
    assert [each.ordinal for each in judge(english).corrective] == [1]
    assert judge(session((Role.USER, "no, undo that"))).judged == 0


def test_the_features_of_a_turn_are_the_same_everywhere() -> None:
    """The weights were trained on these; another number means that they must be trained again."""
    places, values = features(spoken("no, undo that"))
    digest = hashlib.sha256(np.sort(places).astype("<u4").tobytes()).hexdigest()[:16]
    assert (digest, len(places)) == ("ad185570eaf6d490", 79)
    assert values.dtype == np.float32


@pytest.mark.parametrize("text", ["", " ", "\ud83d\ude00", "```\nx = 1\n```", "?" * 5000])
def test_any_turn_has_features(text: str) -> None:
    """Nothing but marks, pasted code or a very long turn: each has a score."""
    assert 0 <= CorrectiveTurns().score(spoken(text, before="")) <= 1


def test_what_ships_is_numbers_and_as_it_was_made() -> None:
    """The weights have the digest beside them; no word is in the file, and it is small."""
    file = resources.files(tom_swe.extract).joinpath(SHIPPED)
    text = file.read_text(encoding="utf-8")
    facts = json.loads(text)
    packed = zlib.decompress(base64.b85decode(facts.pop("weights")))
    assert hashlib.sha256(packed).hexdigest() == facts["sha256"]
    assert len(packed) == 1 << BITS == 1 << facts["bits"]
    assert len(text) < 1_500_000
    kept = {key for key in facts if key not in {"sha256", "trained_on", "languages"}}
    assert all(isinstance(facts[key], int | float) for key in kept)
    assert all(re.fullmatch("[a-z]{2}", each) for each in facts["languages"])
