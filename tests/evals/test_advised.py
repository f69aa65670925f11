"""The sheet on which real requests stand with their advice."""

import pytest

from tom_evals.advised import Advised, sheet
from tom_swe.model.advice import Action, Clarity, Suggestion


def one(*questions: str) -> Advised:
    advice = Suggestion(
        action=Action.ASK if questions else Action.PROCEED,
        text="",
        questions=questions,
        clarity=Clarity(score=0.5),
        confidence=0.5,
        reasoning="",
    )
    return Advised("ada", "s1.3", "move the\nmenu", "Done.", advice)


@pytest.mark.parametrize(
    ("questions", "line"), [((), "silent"), (("Where to?",), "- ask: Where to?")]
)
def test_it_has_all_that_a_reader_judges(questions: tuple[str, ...], line: str) -> None:
    """Whose request it is, its words, what the agent said before it, and the advice or none."""
    lines = sheet(7, one(*questions)).splitlines()
    assert lines[0] == "### 7. ada s1.3"
    assert "> move the menu" in lines
    assert "(the agent said before: …Done.)" in lines
    assert lines[-1] == line
    assert one(*questions).is_silent == (line == "silent")
