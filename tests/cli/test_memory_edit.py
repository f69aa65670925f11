"""Correcting and inspecting beliefs, as a person does it in a terminal."""

import io
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pexpect
import pytest

from tom_cli.commands.memory_edit import scope_of
from tom_swe.model.belief import EVERYWHERE, Reach, Scope

SAID = (
    ("a", "from now on use pnpm, not npm", "2026-09-01T10:00:00Z"),
    ("b", "we always use pnpm here. add a chart", "2026-09-03T10:00:00Z"),
    ("c", "never commit to main", "2026-09-04T10:00:00Z"),
    ("d", "the deployment runs on an old server in Hamburg", "2026-09-05T10:00:00Z"),
)
TOM = Path(sys.executable).with_name("tom")


@pytest.fixture
def tom(tom, learned_from, tmp_path: Path):
    """Runs `tom` on a memory of four sessions."""
    path = tmp_path / "history.jsonl"
    lines = [dict(zip(("session", "text", "at"), each, strict=True)) for each in SAID]
    path.write_text("\n".join(json.dumps({**line, "role": "user"}) for line in lines))
    learned_from(path)
    return tom


def test_a_belief_is_corrected_and_says_so(tom) -> None:
    """Each ruling shows the belief as it stands, with what you decided; `why` gives the days."""
    code, out, err = tom("memory", "confirm", "b2")
    assert (code, "confirmed by you" in out) == (0, True)
    assert "tom undo" in err
    assert "pinned" in tom("memory", "pin", "b2")[1]
    assert "in your words" in tom("memory", "edit", "b2", "never push to main")[1]
    assert "(repository:acme/shop" in tom("memory", "scope", "b2", "repository:acme/shop")[1]
    why = tom("why", "b2")[1]
    assert "What you decided" in why
    assert f"you confirmed it on {datetime.now(UTC):%Y-%m-%d}" in why
    assert "reworded it, from “Never commit to main”" in why
    assert "you changed where it holds, from everywhere" in why
    assert "5.00 / (5.00 + 0.00 + 0.50) = 0.91" in why
    marks = "(repository:acme/shop, confirmed by you, pinned, in your words)"
    assert f"never push to main  {marks}" in tom("memory", "list")[1]
    brief = tom("brief", "--repository", "acme/shop")[1]
    assert "Most important:\n- never push to main (in acme/shop)\n" in brief
    assert "pinned" not in tom("memory", "unpin", "b2")[1]


def test_what_is_rejected_is_listed_as_such(tom) -> None:
    """It leaves the list and the briefing; with --all it is there, rejected by you."""
    assert "rejected by you" in tom("memory", "reject", "b1")[1]
    assert "pnpm" not in tom("memory", "list")[1]
    assert "pnpm" not in tom("brief")[1]
    assert "Use pnpm  (rejected by you)" in tom("memory", "list", "--all")[1]


def test_a_repositorys_beliefs_move_to_another_name(tom) -> None:
    """All of them and no others, and back; names that mean nothing are said."""
    for name in ("shop", "web"):
        tom("remember", f"run the {name} linter first", "--scope", f"repository:{name}")
    before = tom("memory", "list", "--json")[1]
    code, out, err = tom("memory", "move-repository", "shop", "acme/store", "--json")
    assert code == 0
    assert [each["scope"]["name"] for each in json.loads(out)] == ["acme/store"]
    assert "shop linter" in tom("brief", "--repository", "acme/store")[1]
    assert "shop linter" not in tom("brief", "--repository", "shop")[1]
    assert "web linter" in tom("brief", "--repository", "web")[1]
    assert "tom undo 1" in tom("memory", "move-repository", "web", "acme/web")[2]
    tom("undo", "2")
    assert tom("memory", "list", "--json")[1] == before
    assert tom("memory", "move-repository", "shop", "shop")[0] == 2
    code, _, err = tom("memory", "move-repository", "nowhere", "acme/store")
    assert (code, "nowhere" in err) == (2, True)


def test_two_beliefs_become_one(tom) -> None:
    """The second is gone, its quote is under the first."""
    out = tom("memory", "merge", "b2", "b1", "--json")[1]
    assert [each["session_id"] for each in json.loads(out)["evidence"]] == [1, 2, 3]
    assert "Use pnpm" not in tom("profile")[1]
    assert tom("memory", "show", "b1")[0] == 2


def test_undo_says_what_it_took_back(tom) -> None:
    """The last first, as many as asked for; with nothing left it says why."""
    before = tom("memory", "list", "--json")[1]
    tom("memory", "pin", "b1")
    tom("memory", "edit", "b2", "no pushes")
    tom("remember", "use yarn")
    code, out, err = tom("undo", "9")
    assert (code, out) == (0, "")
    told = [line.removeprefix("tom: undone: ") for line in err.splitlines()]
    assert told == [
        "remember b3",
        "edit b2 “no pushes”",
        "pin b1",
        "tom: there is nothing more to undo",
    ]
    assert tom("memory", "list", "--json")[1] == before
    code, _, err = tom("undo")
    assert code == 2
    assert "forgetting cannot be undone" in err
    assert tom("undo", "0")[0] == 2
    tom("memory", "pin", "b1")
    (done,) = json.loads(tom("undo", "--json")[1])
    assert (done["did"], done["belief_ids"]) == ("pin", [1])


def test_the_log_tells_who_did_what(tom) -> None:
    """Sessions, tom and you, in order; what was taken back is marked; one belief or a time."""
    tom("memory", "edit", "b2", "no pushes")
    tom("remember", "use yarn")
    tom("undo", "2")
    rows = json.loads(tom("log", "--json")[1])
    assert [each["at"] for each in rows] == sorted(each["at"] for each in rows)
    done = [(row["what"], row["by"], row["belief_ids"], row["taken_back"]) for row in rows]
    assert ("add", "session s1", [1], False) in done
    assert ("edit", "you", [2], True) in done
    assert ("remember", "you", [], True) in done
    assert [each[0] for each in done if each[1] == "you"][-2:] == ["undo", "undo"]
    shown = tom("log", "b2", "--since", "1d")[1]
    assert "no pushes  (undone)" in shown
    assert "b1" not in shown
    code, out, err = tom("log", "--since", "2099-01-01")
    assert (code, out) == (0, "")
    assert "nothing changed in this period" in err


def test_a_diff_shows_old_and_new(tom) -> None:
    """What was added, changed and given up since a time; since before all, all is new."""
    rows = tom("diff", "--since", "2026-01-01")[1].splitlines()
    assert [row[:4] for row in rows] == ["+ b1", "+ b2"]
    _, out, err = tom("diff", "--since", "2099-01-01")
    assert (out, "nothing changed since" in err) == ("", True)
    since = datetime.now().astimezone().isoformat()
    tom("memory", "reject", "b1")
    tom("memory", "edit", "b2", "no pushes")
    tom("memory", "confirm", "b2")
    tom("remember", "use yarn")
    shown = tom("diff", "--since", since)[1].splitlines()
    assert shown[0] == "- b1    Use pnpm  (you rejected it)"
    old_and_new = "(Never commit to main, candidate, 0.67 → no pushes, confirmed, 0.91)"
    assert shown[1] == f"~ b2    no pushes  {old_and_new}"
    assert shown[2].startswith("+ b3    Use yarn  (everywhere, confirmed")
    since = datetime.now().astimezone().isoformat()
    tom("memory", "merge", "b2", "b3")
    merged = tom("diff", "--since", since, "--json")[1]
    assert ["-", 3, "merged into b2"] in [
        [each["sign"], each["belief_id"], each["new"]] for each in json.loads(merged)
    ]


@pytest.mark.parametrize(
    ("statement", "titles"),
    [
        ("use pnpm", ["tom believes it"]),
        ("use yarn", ["Contradicted by", "Use pnpm"]),
        (
            "the server is in Hamburg",
            ["did not take it for a lasting wish", "an old server in Hamburg"],
        ),
        ("write haiku", ["Nothing like it was found in 4 sessions."]),
    ],
)
def test_why_not_says_what_is_known(tom, statement: str, titles: list[str]) -> None:
    """That it is believed, what excludes it, what was said like it, or that nothing was found."""
    code, out, _ = tom("why-not", statement)
    assert code == 0
    for title in titles:
        assert title in out


def test_why_not_tells_of_what_you_rejected(tom) -> None:
    """What was said and is not believed is shown with the day it was rejected, as JSON too."""
    tom("memory", "reject", "b1")
    out = tom("why-not", "use pnpm")[1]
    assert "Said, but not believed" in out
    assert f"you rejected it on {datetime.now(UTC):%Y-%m-%d}" in out
    found = json.loads(tom("why-not", "use pnpm", "--json")[1])
    assert [each["relation"] for each in found["near"]][:1] == ["agree"]
    assert "Contradicted by" not in tom("why-not", "use yarn")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["memory", "confirm", "b99"], "there is no belief b99"),
        (["memory", "edit", "b1", " "], "the text is empty"),
        (["memory", "scope", "b1", "somewhere"], "is not a scope"),
        (["memory", "scope", "b1", "repository:"], "is not a scope"),
        (["memory", "merge", "b1", "b1"], "name two"),
        (["memory", "merge", "b1", "s1"], "is not a valid belief id"),
        (["memory", "unpin", "b1"], "not pinned"),
        (["log", "b99"], "there is no belief b99"),
        (["log", "--since", "someday"], "is not a time that tom can read"),
        (["why-not", " "], "say in words"),
        (["review"], "needs a terminal"),
        (
            ["remember", "use yarn", "--here", "--scope", "everywhere"],
            "use either --here or --scope",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_says_what_to_do(tom, arguments: list[str], message: str) -> None:
    """Exit code 2, nothing on stdout and nothing changed."""
    before = tom("memory", "export")[1]
    code, out, err = tom(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert tom("memory", "export")[1] == before


def test_a_statement_can_be_placed(tom) -> None:
    """`remember --scope` takes the places that `memory scope` takes."""
    out = tom("remember", "use yarn", "--scope", "language:Python")[1]
    assert "(language:python" in out


def test_places_are_read_as_people_give_them() -> None:
    """By reach and name."""
    assert scope_of("everywhere") == EVERYWHERE
    assert scope_of("repository: acme/shop") == Scope(reach=Reach.REPOSITORY, name="acme/shop")


@pytest.mark.slow
def test_a_review_takes_a_key_for_each(tom, tmp_path: Path) -> None:
    """Each candidate is shown with its quote; a key is one decision, which one undo takes back."""
    tom("remember", "use yarn")
    tom("undo")
    path = tmp_path / "more.jsonl"
    more = ("always answer in German", "keep the diffs small, always", "always use tabs in Go code")
    path.write_text(
        "\n".join(
            json.dumps(
                {"session": f"m{n}", "role": "user", "text": text, "at": f"2026-09-0{n}T10:00:00Z"}
            )
            for n, text in enumerate(more, start=6)
        )
    )
    tom("import", "jsonl", str(path))
    tom("learn", "--pending")
    waiting = [
        b for b in json.loads(tom("memory", "list", "--json")[1]) if b["status"] == "candidate"
    ]
    assert len(waiting) == 4
    screen = io.StringIO()
    child = pexpect.spawn(
        str(TOM),
        ["review"],
        env={**os.environ, "TERM": "xterm"},  # pyright: ignore[reportArgumentType]
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 120),
    )
    child.logfile_read = screen
    child.expect("1 of 4")
    child.expect("q quit")
    child.send("x")
    child.expect("q quit")
    child.send("y\n")
    child.expect("2 of 4")
    child.expect("q quit")
    child.send("?")
    child.expect("never learns it again")
    child.expect("q quit")
    child.send("p")
    child.expect("3 of 4")
    child.expect("q quit")
    child.send("u")
    child.expect("2 of 4")
    child.expect("q quit")
    child.send("n")
    child.expect("3 of 4")
    child.expect("q quit")
    child.send("e")
    child.expect("in your words")
    child.sendeof()
    child.expect("3 of 4")
    child.expect("q quit")
    child.send("e")
    child.expect("in your words")
    child.sendline("small diffs")
    child.expect("4 of 4")
    child.expect("q quit")
    child.send("q")
    child.expect("3 decided")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, screen.getvalue()
    after = {b["id"]: b for b in json.loads(tom("memory", "list", "--all", "--json")[1])}
    kinds = [[r["kind"] for r in after[each["id"]]["decisions"]] for each in waiting]
    assert kinds == [["confirm"], ["reject"], ["confirm", "edit"], []]
    assert after[waiting[2]["id"]]["statement"] == "small diffs"
    tom("undo", "3")
    assert [
        b for b in json.loads(tom("memory", "list", "--json")[1]) if b["status"] == "candidate"
    ] == waiting


def test_a_review_of_nothing_says_so(tom) -> None:
    """With every candidate decided there is nothing to step through."""
    tom("memory", "confirm", "b2")
    child = pexpect.spawn(
        str(TOM),
        ["review"],
        env=dict(os.environ),
        encoding="utf-8",
        timeout=60,  # pyright: ignore[reportArgumentType]
    )
    child.expect("no beliefs to review")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
