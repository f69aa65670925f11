"""What the agent is shown in each setting, and that no prompt holds any of the benchmark."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import tom_evals
from tom_evals.ambig_swe.data import Issue, issues
from tom_evals.ambig_swe.resolve import tasks_of
from tom_evals.ambig_swe.settings import HINTS, TERMS, Setting, Task, instructions, opening
from tom_evals.common.harness.instance import Instance, Unreadable

TASK = Task(
    Instance("a__b-1", "a/b", "c", issue="The last line is lost.\n", hints="Only on Windows.\n"),
    summary="Something is lost.\n",
)
RUN = 40  # characters in a row that nobody writes twice by chance


def prompts() -> list[Path]:
    """The files of the package that hold what models are told, and what is written for them."""
    files = Path(tom_evals.__file__).parent.rglob("*")
    return [each for each in files if each.suffix in {".jinja", ".md", ".toml", ".txt"}]


def runs(text: str) -> Iterator[str]:
    flat = " ".join(text.split())
    return (flat[at : at + RUN] for at in range(len(flat) - RUN + 1))


def held_in(prompt: str, names: Iterable[str], texts: Iterable[str]) -> set[str]:
    """The names, and the runs of the texts, that are in a prompt."""
    own = set(runs(prompt))
    return {each for each in names if each in prompt} | {
        run for text in texts for run in runs(text) if run in own
    }


def test_full_shows_the_issue_and_its_hints_and_the_others_the_summary() -> None:
    """What the summary leaves out is in no other first message than that of the full setting."""
    assert opening(Setting.HIDDEN, TASK) == "Something is lost."
    assert opening(Setting.INTERACTION, TASK) == opening(Setting.HIDDEN, TASK)
    shown = opening(Setting.FULL, TASK)
    assert shown.split("\n\n") == ["The last line is lost.", HINTS, "Only on Windows."]


def test_an_issue_without_hints_is_shown_without_their_heading() -> None:
    """Nothing is announced that does not follow."""
    task = TASK._replace(instance=TASK.instance._replace(hints=" \n"))
    assert opening(Setting.FULL, task) == "The last line is lost."


def test_only_in_interaction_the_agent_may_ask_and_it_is_told_how_often() -> None:
    """The settings differ in one paragraph of what the agent is told, and in nothing else."""
    told = {each: instructions(each).split("\n\n") for each in Setting}
    assert told[Setting.HIDDEN] == told[Setting.FULL]
    asked = told[Setting.INTERACTION]
    differing = [(a, b) for a, b in zip(asked, told[Setting.HIDDEN], strict=True) if a != b]
    ((may_ask, may_not),) = differing
    assert f"at most {TERMS[Setting.INTERACTION].answers} times" in may_ask
    assert "ask" not in may_not


def test_instances_are_joined_with_their_summaries_by_id() -> None:
    """Those of other sets are left out; where none is left the message says what is wanted."""
    known = [Issue("a__b-1", "full", "vague", "", (), 1, "full", escaped=False)]
    other = TASK.instance._replace(id="c__d-2")
    assert tasks_of([other, TASK.instance], known) == (Task(TASK.instance, "vague"),)
    with pytest.raises(Unreadable, match="SWE-bench Verified"):
        tasks_of([other], known)


def test_a_name_or_a_run_of_a_text_in_a_prompt_is_found() -> None:
    """Line breaks do not hide it; a shorter run is no finding."""
    text = "Here a sentence goes on for longer than forty characters do."
    assert held_in("Think of\na/b.", ["a/b", "c/d"], []) == {"a/b"}
    assert held_in(f"x {text[:20]}\n  {text[20:45]}", [], [text])
    assert not held_in(text[: RUN - 1], [], [text])


def test_no_prompt_holds_anything_of_the_benchmark(shared_data: Path) -> None:
    """No instance's id, no repository's name and no words of an issue, a hint or a summary."""
    released = issues(shared_data)
    repositories = {each.instance.rpartition("-")[0].replace("__", "/") for each in released}
    names = repositories | {each.instance for each in released}
    texts = [text for each in released for text in (each.full, each.summary, each.hints)]
    files = prompts()
    assert {"agent.jinja", "proxy.jinja"} <= {each.name for each in files}
    everything = "\n\n".join(each.read_text(encoding="utf-8") for each in files)
    assert held_in(everything, names, texts) == set()
