"""Replies that lie in a folder instead of coming from a model."""

import json
from pathlib import Path

import pytest

from tom_evals.reading.recorded import RecordedModel
from tom_swe.errors import BadReply
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt, Purpose


class Verdict(Value):
    """A reply."""

    lasts: bool


PROMPT = Prompt(system="Does it last?", messages=(Message(role="user", text="use tabs"),))


def ask(model: RecordedModel) -> Verdict:
    return model.ask(PROMPT, Verdict, purpose=Purpose.MEASURING, most_tokens=9).reply


def test_what_has_no_reply_is_written_down_and_then_answered(tmp_path: Path) -> None:
    """The same prompt finds the reply that somebody put beside it."""
    model = RecordedModel(tmp_path)
    with pytest.raises(BadReply, match="no reply"):
        ask(model)
    (written,) = tmp_path.glob("*.prompt.txt")
    assert "Does it last?" in written.read_text()
    assert "use tabs" in written.read_text()
    assert model.missing == 1
    reply = tmp_path / written.name.replace(".prompt.txt", ".reply.json")
    reply.write_text(json.dumps({"lasts": True}))
    assert ask(RecordedModel(tmp_path)) == Verdict(lasts=True)


def test_a_reply_out_of_form_is_none(tmp_path: Path) -> None:
    """It counts as no answer, and says why."""
    with pytest.raises(BadReply):
        ask(RecordedModel(tmp_path))
    (written,) = tmp_path.glob("*.prompt.txt")
    (tmp_path / written.name.replace(".prompt.txt", ".reply.json")).write_text("perhaps")
    with pytest.raises(BadReply, match="does not fit"):
        ask(RecordedModel(tmp_path))
