"""What the hook tells a session: its briefing, and what changed of it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hooks import (
    SHOP,
    claude,
    context,
    fire,
    logged,
    noted,
    openhands,
)

from tom_swe import LOCAL_USER, Tom
from tom_swe.model.advice import Query
from tom_swe.testing import session_of


def remote(path: Path, url: str) -> Path:
    """A checkout with this remote."""
    (path / ".git").mkdir(parents=True, exist_ok=True)
    (path / ".git" / "config").write_text(f'[remote "origin"]\n\turl = {url}\n')
    return path


@pytest.mark.parametrize("shape", [claude, openhands])
def test_a_session_is_told_its_briefing_once_and_byte_for_byte(
    shape, told: Tom, home: Path
) -> None:
    """The first prompt of a session gets the stored text as it is; later ones get nothing."""
    stored = told.brief(LOCAL_USER, "x").text
    assert stored.startswith("<tom-briefing>")
    first = fire("UserPromptSubmit", shape("UserPromptSubmit"))
    assert context(first) == stored
    for _ in range(2):
        assert fire("UserPromptSubmit", shape("UserPromptSubmit")).stdout == b""
    assert fire("UserPromptSubmit", shape("UserPromptSubmit", "s2")).stdout == first.stdout
    assert logged(home) == []


def test_a_compacted_session_is_told_again_at_once(told: Tom, home: Path) -> None:
    """The turn goes on after a compaction, so its start is answered; other starts are not."""
    first = context(fire("UserPromptSubmit", claude("UserPromptSubmit")))
    assert first
    for source in ("startup", "resume", "clear"):
        assert fire("SessionStart", claude("SessionStart", source=source)).stdout == b""
    for _ in range(2):
        again = fire("SessionStart", claude("SessionStart", source="compact"))
        assert context(again, "SessionStart") == first
        assert fire("UserPromptSubmit", claude("UserPromptSubmit")).stdout == b""
    events = [line["event"] for line in noted(home) if "told" in line]
    assert events == ["UserPromptSubmit", "SessionStart", "SessionStart"]
    assert logged(home) == []


def test_openhands_reads_no_answer_to_a_start(told: Tom) -> None:
    """Its next prompt carries what it knows already only once."""
    assert context(fire("UserPromptSubmit", openhands("UserPromptSubmit")))
    started = fire("SessionStart", openhands("SessionStart", source="compact"))
    assert started.stdout == b""


def test_a_running_session_is_told_what_changed(told: Tom, home: Path) -> None:
    """What is new by itself; all of it where something does not hold any more; else nothing."""

    def tell() -> str:
        return context(fire("UserPromptSubmit", claude("UserPromptSubmit")))

    first = tell()
    told.remember(LOCAL_USER, "always sign commits with gpg")
    added = tell()
    assert "gpg" in added
    assert "pnpm" not in added
    assert tell() == ""
    told.remember(LOCAL_USER, "use yarn, never pnpm")
    instead = tell()
    assert instead.startswith("<tom-briefing>\nThis replaces")
    assert instead.count("tom-briefing") == 2
    assert "yarn" in instead
    assert "gpg" in instead
    assert "from now on use pnpm" not in instead
    assert tell() == ""
    assert tell() != first
    assert logged(home) == []


def test_a_session_hears_that_all_was_taken_back(told: Tom) -> None:
    """An agent that goes on by a rule nobody holds any more would do wrong."""
    assert context(fire("UserPromptSubmit", claude("UserPromptSubmit")))
    told.reset(LOCAL_USER)
    gone = context(fire("UserPromptSubmit", claude("UserPromptSubmit")))
    assert "no longer holds" in gone
    assert fire("UserPromptSubmit", claude("UserPromptSubmit")).stdout == b""


def test_hosts_do_not_share_a_session_id(told: Tom) -> None:
    """The same id at two hosts is two sessions, and each gets a briefing."""
    assert context(fire("UserPromptSubmit", claude("UserPromptSubmit")))
    assert context(fire("UserPromptSubmit", openhands("UserPromptSubmit")))


def test_two_hooks_at_once_tell_a_session_once(told: Tom, home: Path) -> None:
    """Of prompts that arrive together one gets the briefing, and every one is noted."""
    with ThreadPoolExecutor(8) as pool:
        results = list(
            pool.map(lambda _: fire("UserPromptSubmit", claude("UserPromptSubmit")), range(8))
        )
    assert sum(bool(context(each)) for each in results) == 1
    assert len(noted(home)) == 8


def test_the_repository_of_the_working_directory_is_briefed(told: Tom, tmp_path: Path) -> None:
    """A checkout of acme/shop, or the folder it was used in, gets that repository's briefing."""
    checkout = tmp_path / "anywhere"
    (checkout / ".git").mkdir(parents=True)
    (checkout / ".git" / "config").write_text(
        '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:acme/shop.git\n'
    )
    (checkout / "src").mkdir()
    own = told.brief(LOCAL_USER, "acme/shop").text
    assert "vendor" in own
    for number, cwd in enumerate((str(checkout / "src"), SHOP)):
        shown = fire("UserPromptSubmit", claude("UserPromptSubmit", f"r{number}", cwd=cwd))
        assert context(shown) == own
    for number, cwd in enumerate(("/gone/other", "/gone/shop")):
        other = fire("UserPromptSubmit", claude("UserPromptSubmit", f"r9{number}", cwd=cwd))
        assert context(other) == told.brief(LOCAL_USER, "other").text != own
    assert told.brief(LOCAL_USER, "acme/shop", folder="/gone/x").text == own
    assert told.brief(LOCAL_USER, "shop", folder="/gone/shop").text != own


def test_a_folder_whose_remote_changed_keeps_what_was_said_in_it(told: Tom, tmp_path: Path) -> None:
    """As does the same repository with its owner written in other case, in another folder."""
    checkout = remote(tmp_path / "shop", "git@github.com:acme/shop.git")
    told.add_session(
        LOCAL_USER,
        session_of(
            "in this repo, never edit the generated files", host_id="9", repository="acme/shop"
        ).model_copy(update={"cwd": str(checkout / "src")}),
    )
    told.learn(LOCAL_USER)
    remote(checkout, "git@github.com:newco/store.git")
    other = remote(tmp_path / "again", "https://github.com/Acme/Shop")
    theirs = remote(tmp_path / "theirs" / "shop", "git@github.com:newco/store.git")
    for number, (cwd, tells) in enumerate(((checkout, True), (other, True), (theirs, False))):
        shown = context(
            fire("UserPromptSubmit", claude("UserPromptSubmit", f"m{number}", cwd=str(cwd)))
        )
        assert ("generated" in shown) == tells
    query = Query(text="edit the generated files", repository="newco/store", folder=str(checkout))
    assert "generated" in str(told.recall(LOCAL_USER, query).beliefs)
    query = query.model_copy(update={"folder": str(theirs)})
    assert "generated" not in str(told.recall(LOCAL_USER, query).beliefs)


def test_a_session_that_moves_is_told_what_holds_there(told: Tom, home: Path) -> None:
    """What it was told already is not said again; compaction has it all told again."""

    def tell(cwd: str) -> str:
        return context(fire("UserPromptSubmit", claude("UserPromptSubmit", "moving", cwd=cwd)))

    everywhere, shop = (told.brief(LOCAL_USER, name).text for name in ("", "acme/shop"))
    assert tell("/w/x") == everywhere
    assert tell("/w/y") == tell("/w/x") == ""
    added = tell(SHOP)
    assert "vendor" in added
    assert "pnpm" not in added
    assert tell(SHOP) == tell("/w/y") == ""
    again = fire("SessionStart", claude("SessionStart", "moving", source="compact", cwd=SHOP))
    assert context(again, "SessionStart") == shop
    assert logged(home) == []


def test_a_schema_from_before_folders_is_read(told: Tom, home: Path) -> None:
    """Until tom next opens it, a repository is known by its name alone."""
    with sqlite3.connect(home / "tom.db") as connection:
        connection.execute("ALTER TABLE briefing DROP COLUMN folders")
        connection.execute("UPDATE alembic_version SET version_num = '0008'")
    connection.close()
    shown = fire("UserPromptSubmit", claude("UserPromptSubmit", cwd="/gone/shop"))
    assert "vendor" in context(shown)
    assert logged(home) == []


def test_what_tom_says_at_a_stop_is_no_turn_of_the_person(told: Tom, home: Path) -> None:
    """If an agent sends it as a message, the hook answers nothing and notes no turn."""
    fire("UserPromptSubmit", claude("UserPromptSubmit", cwd="/w/x"))
    before = noted(home)
    sent = {**claude("UserPromptSubmit", cwd="/w/x"), "prompt": "<tom-check>npm</tom-check>"}
    assert fire("UserPromptSubmit", sent).stdout == b""
    assert noted(home) == before
