"""Aider's logs and their traps."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tom_swe.ingest import IMPORTERS
from tom_swe.ingest.aider import LOG, spoken
from tom_swe.model.session import Role, Session

type Read = Callable[..., list[Session]]

HEADER = "# aider chat started at 2026-01-05 15:25:10"
QUESTION = "Add lib/utils.ts to the chat? (Y)es/(N)o/(A)ll/(S)kip all"
EDIT = "Edit the files? (Y)es/(N)o [Yes]"
PLAN = "I would first rename the function and then move it into its own module, with a test."


def log(folder: Path, text: str) -> Path:
    """Writes a log into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LOG).write_text(text)
    return folder / LOG


def said(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for session in sessions for turn in session.by(Role.USER) if turn.text]


def test_a_log_is_read(tmp_path: Path, read: Read) -> None:
    """Words of several lines, the agent's reply and the tool's lines."""
    text = f"\n{HEADER}\n\n> Aider v0.70.0  \n\n#### fix it  \n####   \n#### and test  \n\nSure.\n"
    (tmp_path / "app" / ".git").mkdir(parents=True)
    path = log(tmp_path / "app", text + "\n#### Heading\n\nMore.\n> Applied edit to a.py  \n")
    (session,) = read("aider", tmp_path)
    assert [(turn.role, turn.text) for turn in session.turns] == [
        ("tool", "Aider v0.70.0"),
        ("user", "fix it\n\nand test"),
        ("agent", "Sure.\n\n#### Heading\n\nMore."),
        ("tool", "Applied edit to a.py"),
    ]
    assert (session.cwd, session.repository) == (str(path.parent), "app")
    assert session.started is not None


TRAPS: dict[str, tuple[str, list[str]]] = {
    "an echo after /ask": (
        "#### /ask what is this?  \n\n#### what is this?  \n\nA test.\n",
        ["what is this?"],
    ),
    "the same question asked again": (
        "#### /ask why?  \n\n#### why?  \n\nSo.\n\n#### why?  \n\nSo!\n",
        ["why?", "why?"],
    ),
    "an answer for a group": (
        f"#### {QUESTION} [Yes]: all  \n> {QUESTION} [Yes]: a  \n",
        [],
    ),
    "an architect's plan": (
        f"#### /architect improve it  \n\n{PLAN}\n\n> {EDIT}: y  \n\n#### {PLAN}  \n\nDone.\n",
        ["improve it"],
    ),
    "a heading in a reply": ("#### go on  \n\n#### Step 1\n\nText\n", ["go on"]),
    "trailing spaces taken away": (
        "#### go on\n\nReply\n\n#### Step 1\n\n> Tokens: 3k sent\n\n#### thanks\n",
        ["go on", "thanks"],
    ),
    "a lost mark of the tool": ("#### hi  \n\nHello\nTokens: 3.6k sent, 644 received.\n", ["hi"]),
    "a retry after an interruption": (
        "#### run it  \n\nI\n\n> ^C again to exit  \n\n#### run it  \n\nRan.\n",
        ["run it"],
    ),
    "words in /add": (
        "#### /add the button that we have on the page  \n",
        ["the button that we have on the page"],
    ),
    "a mistyped command": (
        "#### /Modify the function to add history  \n",
        ["/Modify the function to add history"],
    ),
    "commands": (
        "#### /add a.py  \n\n#### /clear  \n\n#### !ls  \n\n#### /cle  \n\n#### <blank>  \n",
        [],
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_only_the_persons_words_count(tmp_path: Path, read: Read, trap: str) -> None:
    """Each form in which something else than the person's words looks like them, or hides them."""
    text, words = TRAPS[trap]
    log(tmp_path, f"{HEADER}\n\n{text}")
    assert said(read("aider", tmp_path)) == words


def test_sessions_have_names_that_stay(tmp_path: Path, read: Read) -> None:
    """By log, start and place among equals; headers without a message make no session."""
    talk = f"{HEADER}\n\n#### one  \n\n{HEADER}\n\n#### two  \n\n"
    log(tmp_path, talk)
    first = read("aider", tmp_path / LOG)
    log(tmp_path, f"{talk}# aider chat started at 2026-01-06 10:00:00\n\n> Aider v1\n\n")
    assert [session.host_id for session in read("aider", tmp_path)] == [
        session.host_id for session in first
    ]
    assert len({session.host_id for session in first}) == 2


def test_a_log_without_a_header_is_one_session(tmp_path: Path, read: Read) -> None:
    """Its time is unknown, its words are not lost."""
    log(tmp_path, "> Running git init  \n\n#### clean the readme  \n\nDone.\n")
    (session,) = read("aider", tmp_path)
    assert said([session]) == ["clean the readme"]
    assert session.started is None


def test_logs_are_found_in_the_first_levels_of_home(tmp_path: Path) -> None:
    """Not in hidden folders, not deep down, and where the environment says."""
    near = log(tmp_path / "src" / "app", HEADER)
    log(tmp_path / ".cache" / "x", HEADER)
    log(tmp_path / "node_modules" / "x", HEADER)
    log(tmp_path / "a" / "b" / "c" / "d" / "e" / "f", HEADER)
    named = log(tmp_path / ".cache" / "y", HEADER)
    importer = IMPORTERS["aider"]
    assert importer.roots({}, tmp_path) == [near]
    assert importer.roots({"AIDER_CHAT_HISTORY_FILE": str(named)}, tmp_path) == [named, near]


def test_commands_are_told_from_words() -> None:
    """The arguments of commands that talk to the agent are words."""
    assert spoken("/code make it faster") == ("make it faster", "/code")
    assert spoken("/run make test") == ("", "/run make test")
    assert spoken("/Users/me/a.html") == ("", "/Users/me/a.html")
    assert spoken("plain words") == ("plain words", "")
