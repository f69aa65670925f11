import json
from html.parser import HTMLParser
from typing import Any

import pytest
from pydantic import ValidationError

from tom_evals.common.harness.instance import Instance
from tom_evals.common.harness.session import Ended, Episode, Part
from tom_evals.common.models import language
from tom_evals.common.report import as_json, as_markdown
from tom_evals.people import Exchange
from tom_evals.stateful_swe import judge, scores
from tom_evals.stateful_swe.adherence import By, Finding, Outcome
from tom_evals.stateful_swe.judge import RULES, Marks, Satisfaction, Unjudged, by_rules
from tom_evals.stateful_swe.page import page
from tom_evals.stateful_swe.profile import Profile, Style, Timing, Verbosity
from tom_evals.stateful_swe.scores import Row
from tom_evals.stateful_swe.tables import report
from tom_swe.errors import BadReply
from tom_swe.model.calls import Prompt, Usage
from tom_swe.testing.scripted import ScriptedModel

PROFILE = Profile("p0", Verbosity.CONCISE, Timing.UPFRONT, Style.SHORT, ("stack07",))
KEPT = Finding("qual02", Outcome.KEPT, By.CODE)
BROKEN = Finding("git05", Outcome.BROKEN, By.MODEL, "x")
UNKNOWN = Finding("doc04", Outcome.UNKNOWN, By.NOBODY)


def marks(overall: int = 4, **others: int) -> Marks:
    four = {"communication": 4, "approach": 4, "efficiency": 4, "alignment": 4}
    return Marks(overall=overall, **{**four, **others})


def exchange(manner: str, said: str = "Which?", answer: str = "That.") -> Exchange:
    return Exchange(said, answer, manner, 1)


def row(arm: str = "tom", profile: str = "p0", instance: str = "i0", **changed: Any) -> Row:
    base = Row(
        profile=profile,
        instance=instance,
        arm=arm,
        resolved=True,
        exchanges=(),
        findings=(),
        satisfaction=Satisfaction(marks(), "a judge"),
        parts=(),
        seconds=10.0,
        ended=Ended.DONE,
    )
    return base._replace(**changed)


def table(rows: list[Row], title: str) -> list[dict[str, Any]]:
    """The rows of one table of the report, by column."""
    document = json.loads(as_json(report(rows), "x"))
    return next(each["rows"] for each in document["tables"] if each["title"].startswith(title))


def episode(*exchanges: Exchange, patch: str = "+x", ended: Ended = Ended.DONE) -> Episode:
    return Episode("Fix it.", exchanges, patch, ("ls",), 0, 3, ended, "", 1.0, ())


class Judge:
    """A model that gives these marks, or fails."""

    name = "a judge"
    used = Usage()

    def __init__(self, said: Marks | Exception) -> None:
        self._said = said
        self.prompts: list[Prompt] = []

    def ask(self, prompt: Prompt, reply: type[Marks], *, most_tokens: int) -> Marks:
        self.prompts.append(prompt)
        if isinstance(self._said, Exception):
            raise self._said
        return reply.model_validate(self._said.model_dump())


def test_a_judge_sees_profile_issue_words_commands_and_patch() -> None:
    """Long ones by their beginning and end."""
    model = Judge(marks())
    found = episode(exchange("answered", said="Which cart?"), patch="+" * 99_999)
    instance = Instance("i", "r", "c", "The whole issue.")
    assert judge.judge(PROFILE, instance, found, model) == Satisfaction(marks(), "a judge")
    shown = model.prompts[0].messages[0].text
    for each in ("httpx", "The whole issue.", "Which cart?", "That.", "ls", "characters left out"):
        assert each in shown
    assert len(shown) < 40_000


def test_who_gives_no_marks_leaves_a_reason() -> None:
    """A reply out of form is a value, and marks are from 1 to 5."""
    found = judge.judge(PROFILE, Instance("i", "r", "c", ""), episode(), Judge(BadReply("odd")))
    assert found == Unjudged("BadReply: odd", "a judge")
    with pytest.raises(ValidationError):
        marks(6)


def test_marks_of_no_scale_are_asked_again_and_then_unjudged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over the protocol: six is none of one to five, the second time as well."""
    wrong = json.dumps({**marks().model_dump(), "overall": 6})
    instance = Instance("i", "r", "c", "")
    with ScriptedModel(wrong, marks(2).model_dump_json(), wrong, wrong) as server:
        monkeypatch.setenv("TOM_API_KEY", "x")
        monkeypatch.setenv("TOM_BASE_URL", server.base_url)
        with language("openai/scripted") as model:
            first = judge.judge(PROFILE, instance, episode(), model)
            assert first == Satisfaction(marks(2), "openai/scripted")
            second = judge.judge(PROFILE, instance, episode(), model)
            assert isinstance(second, Unjudged)
            assert second.reason.startswith("BadReply")


def test_the_rules_marks_fall_by_what_went_wrong() -> None:
    """Five all over for a session without fault; each fault costs where it belongs."""
    best = by_rules(episode(), resolved=True, found=[KEPT])
    assert best == (marks(5, communication=5, approach=5, efficiency=5, alignment=5), RULES)
    refused = [exchange("refused", "Which?"), exchange("answered", "Which?")]
    worse = by_rules(episode(*refused, patch=""), resolved=False, found=[KEPT, BROKEN]).marks
    assert worse == marks(3, communication=3, approach=1, efficiency=4, alignment=3)
    left = by_rules(episode(ended=Ended.LEFT), resolved=True).marks
    assert (left.overall, left.communication) == (2, 1)


def test_each_arm_has_its_share_resolved_and_its_endings() -> None:
    """A failed session counts, as not resolved."""
    rows = [
        row(instance="i0"),
        row(instance="i1", resolved=False, ended=Ended.FAILED),
        row(arm="none", resolved=False, ended=Ended.STEPS),
    ]
    tom, none = table(rows, "Resolved")
    assert (tom["episodes"], tom["resolved"], tom["done"], tom["failed"]) == (2, 0.5, 1, 1)
    assert (none["arm"], none["resolved"], none["steps"]) == ("none", 0.0, 1)


def test_an_interval_draws_profiles_not_episodes() -> None:
    """Many episodes of one person are one draw; of two persons that differ the interval is all."""
    one = [row(instance=f"i{n}", resolved=n < 5) for n in range(10)]
    assert scores.resolved(one) == (0.5, 0.5, 0.5)
    two = [row(profile=p, instance=f"i{n}", resolved=p == "p0") for p in ("p0", "p1") for n in "ab"]
    assert scores.resolved(two) == (0.5, 0.0, 1.0)


def test_the_unjudged_are_counted_beside_the_mean_of_the_others() -> None:
    """Each judge has a row of its own, and the reasons are told."""
    rows = [
        row(instance="i0", satisfaction=Satisfaction(marks(2), "a judge")),
        row(instance="i1", satisfaction=Unjudged("BadReply: odd", "a judge")),
        row(instance="i2", satisfaction=Satisfaction(marks(5), RULES)),
        row(arm="none", satisfaction=Unjudged("BadReply: odd", "a judge")),
    ]
    found = table(rows, "Satisfaction")
    assert [(e["arm"], e["by"], e["judged"], e["unjudged"], e["overall"]) for e in found] == [
        ("tom", "a judge", 1, 1, 2.0),
        ("tom", RULES, 1, 0, 5.0),
        ("none", "a judge", 0, 1, None),
    ]
    notes = report(rows).notes
    assert sum("BadReply: odd" in each for each in notes) == 1
    assert sum(RULES in each for each in notes) == 1


def test_what_was_asked_fits_unless_it_was_refused() -> None:
    """Messages that ask nothing are none of them."""
    manners = ["answered", "answered-cut", "no-information", "refused", "go-on", "done"]
    (tom,) = table([row(exchanges=tuple(map(exchange, manners)))], "Messages")
    assert (tom["messages"], tom["fitted"], tom["answered"], tom["refused"]) == (4, 0.75, 2, 1)
    (silent,) = table([row()], "Messages")
    assert (silent["messages"], silent["fitted"]) == (0, None)


def test_the_share_kept_is_of_what_could_be_told() -> None:
    """By code, by a model and on talking apart; the unknown are counted and in no share."""
    talking = Finding("i_concise", Outcome.BROKEN, By.CODE)
    (tom,) = table([row(findings=(KEPT, KEPT, BROKEN, UNKNOWN, talking))], "Preferences")
    assert (tom["kept"], tom["broken"], tom["share"], tom["unknown"]) == (2, 2, 0.5, 1)
    assert (tom["coding, by code"], tom["coding, by a model"], tom["talking"]) == (1.0, 0.0, 0.0)


def test_a_part_without_a_price_is_told_and_not_free() -> None:
    """The mean cost is of the sessions whose price is known; a session without the part is free."""
    rows = [
        row(instance="i0", parts=(Part("agent", 100, 10, 1.0), Part("user", 5, 5, None))),
        row(instance="i1", parts=(Part("agent", 300, 30, 3.0), Part("tom", 8, 2, 0.5))),
        row(instance="i2", parts=(Part("agent", 200, 20, None),)),
    ]
    used = scores.spent(rows)
    assert used["agent"] == (200.0, 20.0, 2.0, 1)
    assert used["user"].cost is None
    assert used["tom"].cost == pytest.approx(0.5 / 3)


def test_arms_are_compared_on_the_pairs_that_both_have() -> None:
    """By profile and instance, whatever their order; an unjudged one is in no pair of marks."""
    plain = [row("none", instance=f"i{n}", resolved=False) for n in range(8)]
    tom = [row("tom", instance=f"i{n}") for n in reversed(range(7))]
    tom[0] = tom[0]._replace(satisfaction=Unjudged("odd", "a judge"))
    found = {name: test for name, _, _, test in scores.pairs(scores.by_arm([*plain, *tom]))}
    assert (found["resolved"].pairs, found["resolved"].gains, found["resolved"].losses) == (7, 7, 0)
    assert found["resolved"].p < 0.05
    assert found["satisfaction, overall"].pairs == 6
    assert found["preferences kept"].pairs == 0


class Tags(HTMLParser):
    """The tags of a page, with what is open at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        refers = {"src", "href", "xlink:href", "action"}
        self.outside += [v for k, v in attrs if k in refers and v and not v.startswith("#")]


HOSTILE = "<script>alert(1)</script> & $x$"


def test_the_page_stands_alone_escapes_and_is_the_same_again() -> None:
    """No script, nothing fetched, a plot for each measure, and no date in it."""
    rows = [
        row("none", satisfaction=Unjudged(HOSTILE, HOSTILE), parts=(Part("agent", 10, 1, 0.1),)),
        row(HOSTILE, findings=(KEPT,), parts=(Part("agent", 10, 1, None),)),
    ]
    made = page(rows, name=HOSTILE, origin=HOSTILE)
    assert made == page(rows, name=HOSTILE, origin=HOSTILE)
    tags = Tags()
    tags.feed(made)
    assert tags.seen.count("svg") == 4
    assert tags.seen.count("table") == len(report(rows).tables)
    assert "script" not in tags.seen
    assert not tags.outside
    assert "&lt;script&gt;" in made


def test_nothing_measured_is_a_page_and_a_report_all_the_same() -> None:
    """Without rows the tables are empty."""
    assert "<table>" in page([])
    assert "Resolved" in as_markdown(report([]), "x")
