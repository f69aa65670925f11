import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tom_evals.__main__ import app
from tom_evals.ambig_swe import askers, paid
from tom_evals.ambig_swe.askers import Asker, by_model, held_out, prompts, without_each
from tom_evals.ambig_swe.data import LEVELS, Issue, Release, Seen
from tom_evals.ambig_swe.detection import Decided, decide, is_vague, report, sample
from tom_evals.common.engine import Job, Ledger, Row
from tom_evals.common.models import language
from tom_swe.advise.clarity.assess import assess, is_underspecified, shipped
from tom_swe.model.calls import Usage
from tom_swe.testing.scripted import ScriptedModel, Turn

FULL = """`Table.read` drops the unit of a column in `io/ascii/core.py`

```python
>>> Table.read("a.csv")["x"].unit
None
```
I expected `m`, which is what the header says. Version 5.1, since commit 3f00e41."""
SUMMARY = (
    "The issue concerns the handling of units during the reading of tables, where the expected "
    "behavior is not preserved in certain scenarios, leading to inconsistencies."
)


def issue(instance: str, full: str = FULL, summary: str = SUMMARY) -> Issue:
    """An issue with texts of its own."""
    return Issue(instance, f"{instance}. {full}", f"{summary} ({instance})", "", (), 1, "", False)


ISSUES = [issue(f"{repository}-{n}") for repository in ("a__b", "c__d") for n in range(6)]


def anew(jobs: Any, work: Any) -> list[Row]:
    return [Row(job.key, work(job.given)) for job in jobs]


# The draw


def test_the_draw_is_the_same_in_every_run_and_is_about_even() -> None:
    """It hangs on the instance and the level alone, and the levels are drawn apart."""
    names = [f"a__b-{n}" for n in range(1000)]
    drawn = {level: [is_vague(name, level) for name in names] for level in LEVELS}
    assert drawn == {level: [is_vague(name, level) for name in names] for level in LEVELS}
    for each in drawn.values():
        assert 430 < sum(each) < 570
    same = sum(a == b for a, b in zip(drawn["neutral"], drawn["strong"], strict=True))
    assert 430 < same < 570


@given(st.integers(0, 12), st.integers(0, 12))
def test_a_smaller_sample_is_part_of_a_larger_one(one: int, other: int) -> None:
    """So a run can be made larger later; the order of the issues is kept."""
    small, large = (sample(ISSUES, most) for most in sorted((one, other)))
    assert len(large) == max(one, other)
    assert [each for each in large if each in small] == small
    assert [each for each in ISSUES if each in large] == large


def test_all_are_taken_without_a_limit() -> None:
    """No limit is not the limit nought."""
    assert sample(ISSUES, None) == ISSUES


# Who asks


def test_an_asker_is_given_the_drawn_text_at_each_of_its_levels() -> None:
    """Vague where the draw says so, in full elsewhere."""
    given_: list[tuple[str, str]] = []

    def deciding(text: str, level: str) -> bool:
        given_.append((text, level))
        return text in {each.summary for each in ISSUES}

    found = decide(Asker("who knows", deciding), ISSUES, anew)
    assert [each.level for each in found] == list(LEVELS)
    for each in found:
        assert all(seen.vague == seen.asked for seen in each.seen)
        assert {seen.vague for seen in each.seen} == {True, False}
    assert len(given_) == 3 * len(ISSUES)


def test_the_policy_by_the_shipped_scorers_is_the_shipped_policy() -> None:
    """The out-of-fold policy differs from the product by its weights, in nothing else."""
    texts = [
        FULL,
        SUMMARY,
        "Thanks!",
        "Fix it",
        "What does this do?",
        "Either use a list or a dict, whatever you like.",
        "Rename `read` to `read_table` in io/ascii/core.py and in its tests.",
    ]
    asked = [askers._asks(text, shipped()) for text in texts]
    assert asked == [is_underspecified(assess(text)) for text in texts]
    assert set(asked) == {True, False}


def test_a_text_is_judged_by_scorers_that_saw_nothing_of_its_repository() -> None:
    """What a repository's own texts look like changes the scorers of the others alone."""
    # Here what is vague and what is clear stand the wrong way round.
    turned = [
        each if each.instance.startswith("a") else issue(each.instance, SUMMARY, FULL)
        for each in ISSUES
    ]
    one, other = without_each(ISSUES), without_each(turned)
    assert one.keys() == other.keys() == {"a__b", "c__d"}
    assert one["c__d"] == other["c__d"]
    assert one["a__b"] != other["a__b"]


def test_the_product_tells_a_report_from_its_summary_also_with_marks_hidden() -> None:
    """Out of fold it knows texts by their words; of the hidden ones it is shown the bare text."""
    scorers = without_each(ISSUES)
    for hidden in (False, True):
        asks = held_out(ISSUES, scorers, hidden=hidden)
        assert [asks(each.summary, "neutral") for each in ISSUES] == [True] * len(ISSUES)
    assert not any(held_out(ISSUES, scorers)(each.full, "strong") for each in ISSUES)


# A model


def answers(body: Mapping[str, Any]) -> Turn:
    """Asks where encouraged, works elsewhere; the yes/no question it answers with yes."""
    system = body["messages"][0]["content"]
    if prompts()["classify"].strip() in system:
        return json.dumps({"underspecified": True})
    asks = prompts()["encouragement"]["strong"].strip() in system
    return json.dumps({"kind": "message" if asks else "work", "words": "Which one?"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[ScriptedModel], ScriptedModel]:
    def serving(model: ScriptedModel) -> ScriptedModel:
        monkeypatch.setenv("TOM_API_KEY", "x")
        monkeypatch.setenv("TOM_BASE_URL", model.base_url)
        return model

    return serving


def test_a_model_is_asked_at_each_level_and_once_for_yes_or_no(
    server: Callable[[ScriptedModel], ScriptedModel],
) -> None:
    """Its encouragement reaches it, and a message to the user counts as asked."""
    with ScriptedModel(answer=answers) as scripted:
        server(scripted)
        with language("openai/scripted") as model:
            found = [d for asker in by_model(model) for d in decide(asker, ISSUES[:2], anew)]
    assert [(d.level, {s.asked for s in d.seen}) for d in found] == [
        ("neutral", {False}),
        ("moderate", {False}),
        ("strong", {True}),
        ("neutral", {True}),
    ]
    assert len(scripted.requests) == 4 * 2


def test_a_run_that_is_cut_off_asks_for_the_rest_alone_and_tells_the_whole_cost(
    tmp_path: Path, server: Callable[[ScriptedModel], ScriptedModel]
) -> None:
    """A torn last line and a case without an answer are asked again, nothing else is."""
    file = tmp_path / "rows.jsonl"

    def asked(scripted: ScriptedModel, issues: list[Issue]) -> tuple[Decided, Usage]:
        server(scripted)
        with Ledger(file, {}) as ledger, language("openai/scripted") as model:
            asker = by_model(model)[1]
            (found,) = decide(
                asker, issues, lambda jobs, work: paid.kept(jobs, work, ledger, model)
            )
            return found, paid.used(ledger, model.name)

    yes = json.dumps({"underspecified": True})
    with ScriptedModel(yes, "no form", "no form") as scripted:
        first, cost = asked(scripted, ISSUES[:1])
        assert (len(first.seen), cost.tokens_out) == (1, 5)
    file.write_bytes(file.read_bytes() + b'{"key": "to')
    with ScriptedModel(answer=lambda _: "no form") as scripted:
        second, _ = asked(scripted, ISSUES[:2])
        assert (len(second.seen), second.unanswered) == (1, ("BadReply",))
        assert len(scripted.requests) == 2
    with ScriptedModel(yes) as scripted:
        third, cost = asked(scripted, ISSUES[:2])
        assert (len(third.seen), third.unanswered) == (2, ())
        assert len(scripted.requests) == 1
        assert cost.tokens_out == 4 * 5


def test_a_model_that_answers_nothing_ends_the_run(tmp_path: Path) -> None:
    """A table without a decision would pass for a result."""

    class Silent:
        name, used = "silent", Usage()

    silent: Any = Silent()

    def failing(_: Any) -> Any:
        raise ValueError("no key")

    with (
        Ledger(tmp_path / "rows.jsonl", {}) as ledger,
        pytest.raises(paid.NoAnswer, match="silent gave no answer: ValueError: no key"),
    ):
        paid.kept([Job("one", {})], failing, ledger, silent)


# The report and the command


def test_cases_without_an_answer_are_in_no_rate_and_are_told() -> None:
    """They have a column and a note with their faults; the released models stand beside."""
    seen = (Seen("a__b-1", True, True), Seen("a__b-2", False, True))
    release = Release((), {}, {("Old", "strong"): seen}, {}, {}, ())
    found = report([Decided("New", "neutral", seen, ("BadReply", "BudgetReached"))], release)
    ours, theirs = found.tables
    assert list(ours.rows) == [
        (
            "New",
            "neutral",
            "0.500 [0.500, 0.500]",
            "1.000 [1.000, 1.000]",
            "0.000 [0.000, 0.000]",
            2,
            2,
        )
    ]
    assert [row[:2] for row in theirs.rows] == [("Old", "strong")]
    assert "New, neutral, no answer: 1 BadReply, 1 BudgetReached." in found.notes


def test_the_command_takes_one_thing_to_do() -> None:
    """None, two, or an option of a model beside the replay is a usage error."""
    runner = CliRunner()
    for options in ([], ["--detect", "--questions"], ["--replay", "--model", "openai/x"]):
        assert runner.invoke(app, ["ambig-swe", *options]).exit_code == 2


def test_the_product_out_of_fold_on_the_released_issues(shared_data: Path) -> None:
    """It tells summaries from issues of repositories that its scorer has not seen."""
    if not (shared_data / "ambig-swe").is_dir():
        pytest.skip(f"no ambig-swe in {shared_data}")
    from tom_evals.ambig_swe.data import release

    issues = sample(release(shared_data).issues, 40)
    (found, *_) = decide(Asker("product", held_out(issues, without_each(issues))), issues, anew)
    assert sum(seen.vague == seen.asked for seen in found.seen) > 0.9 * len(found.seen)
