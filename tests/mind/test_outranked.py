"""What a language model read is not read by the rules in its place."""

import pytest
from with_a_model import note, opened, reading, tell

from tom_swe.app import open_tom
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Kind
from tom_swe.model.readers import by_model, following, outranks
from tom_swe.settings import Settings
from tom_swe.testing import HashEmbedder
from tom_swe.testing.scripted import ScriptedModel

ODD = "those barrel files everywhere? drop that habit"
RULE = "Do not make barrel files"
MODEL, HOST, RULES = "model-2:gpt+embedded-4", "host-1:claude-code+embedded-4", "embedded-5"


def rules_of(tom: Tom) -> set[str]:
    """What is believed without what was counted."""
    return {b.statement for b in tom.memory.beliefs.told("ada") if b.kind is not Kind.HABIT}


def without_model(settings: Settings) -> Tom:
    """Tom after the model was taken away."""
    return open_tom(settings, embedder=HashEmbedder())


@pytest.mark.parametrize("before", [MODEL, HOST, following(RULES, MODEL)])
def test_a_model_outranks_the_rules_alone(before: str) -> None:
    """However often the rules read on; a model's reading is replaced by a model's."""
    again = following("embedded-6", following(RULES, before))
    assert outranks(before, RULES)
    assert outranks(again, "embedded-7")
    assert not by_model(again)
    assert not outranks(before, MODEL)
    assert following(MODEL, again) == MODEL
    assert not outranks(RULES, "embedded-6")
    assert following("embedded-6", RULES) == "embedded-6"


def test_a_model_that_is_taken_away_leaves_what_it_read(settings: Settings) -> None:
    """Neither reading again nor a session that grows, twice, loses it; what is new is read."""
    with ScriptedModel(reading(note(ODD, RULE, against=True))) as server:
        tom = opened(settings, server, [])
        tell(tom, ODD)
        tom.learn("ada")
        tom.close()
    tom = without_model(settings)
    assert tom.reading.estimate("ada", again=True).sessions == 0
    assert tom.read("ada", again=True).sessions == 0
    assert rules_of(tom) == {RULE}
    said = [ODD]
    for more in ("from now on use pnpm, not npm", "from now on use tabs"):
        said.append(more)
        tell(tom, *said)
        tom.learn("ada")
        assert tom.read("ada", again=True).sessions == 0
        assert RULE in rules_of(tom)
    assert len(rules_of(tom)) == 3
    tom.close()
    with ScriptedModel(reading()) as server:
        tom = opened(settings, server, [])
        assert tom.reading.estimate("ada", again=True).sessions == 1
        tom.close()


def test_a_pointer_into_what_a_model_read_takes_nothing_away(settings: Settings) -> None:
    """The session is looked at again, and not read again."""
    with ScriptedModel(reading(note(ODD, RULE, against=True))) as server:
        tom = opened(settings, server, [])
        session = tell(tom, f"{ODD}. all dates in the reports are in UTC")
        tom.learn("ada")
        tom.close()
    tom = without_model(settings)
    tom.point_at("ada", "all dates in the reports are in UTC")
    job = tom.memory.queue.take_again("ada", session)
    assert job is not None
    tom.memory.queue.fail(job, "")
    tom.memory.queue.retry_failed("ada")
    tom.learn("ada")
    assert RULE in rules_of(tom)
    tom.close()
