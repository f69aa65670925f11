"""A word means the same number wherever a person meets it."""

import io
import json
import re
import shutil
import sys
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from starlette.testclient import TestClient

from tom_cli.commands.mcp import statusline
from tom_cli.web.app import make_app
from tom_cli.web.guard import Keys
from tom_swe.app import open_tom
from tom_swe.explain.counts import Counts, counts
from tom_swe.ingest.importing import import_transcripts
from tom_swe.settings import Settings, load_settings

PORT, USER = 8124, "mira"
SAID = (
    ("a", "acme/shop", "from now on use pnpm, not npm"),
    ("b", "acme/shop", "we always use pnpm here. add a chart of the sales to the page"),
    ("c", "acme/shop", "never commit to main"),
    ("d", "acme/web", "never commit to main, I told you. fix the footer then"),
    ("e", "acme/web", "always answer in one sentence"),
    ("f", "acme/till", "keep the tests beside the code in this repository, always"),
    ("g", "", "go on"),
)


def several(folder: Path) -> Path:
    """A made-up history of several repositories, and of a session without a word of theirs."""
    lines = [
        {
            "session": name,
            "repository": repository,
            "role": role,
            "text": text,
            "at": f"2026-09-{day:02}T{hour}:00:00Z",
        }
        for day, (name, repository, said) in enumerate(SAID, start=1)
        for hour, role, text in ((10, "user", said), (11, "agent", "Done."), (12, "user", "thanks"))
    ]
    lines.append({"session": "h", "role": "agent", "text": "Hello.", "at": "2026-09-20T10:00:00Z"})
    history = folder / "several.jsonl"
    history.write_text("\n".join(map(json.dumps, lines)))
    return history


@pytest.fixture(scope="module", params=["demo", "several", "empty"])
def learned(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, demo_memory: Path
) -> Path:
    """A memory of a history, with one thing that was told to tom itself unless it is empty."""
    folder = tmp_path_factory.mktemp(request.param)
    home = folder / "memory"
    if request.param == "demo":
        shutil.copytree(demo_memory, home)
    tom = open_tom(Settings(home=home, user=USER))
    if request.param == "several":
        import_transcripts(tom, USER, "jsonl", several(folder))
        assert tom.learn(USER).failed == ()
    if request.param != "empty":
        tom.remember(USER, "never use emojis")
    tom.close()
    return home


@pytest.fixture
def held(learned: Path, monkeypatch: pytest.MonkeyPatch) -> Counts:
    """The counts of the memory that the command and the page are given."""
    monkeypatch.setenv("TOM_HOME", str(learned))
    monkeypatch.setenv("TOM_USER", USER)
    tom = open_tom(settings := load_settings())
    recurring = len(tom.recurrence.all(settings.user))
    found = counts(tom.memory, settings.user, proposals=recurring)
    tom.close()
    return found


def page(path: str) -> str:
    """A page's text, without its tags."""
    keys = Keys()
    client = TestClient(make_app(load_settings(), keys, PORT), base_url=f"http://127.0.0.1:{PORT}")
    client.get(f"{keys.place}/?token={keys.token}")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", client.get(keys.place + path).text))


def numbers(pattern: str, text: str) -> set[int]:
    """What stands before a word, wherever it stands."""
    return {int(each.replace(",", "")) for each in re.findall(rf"\b(\d[\d,]*) {pattern}", text)}


def test_the_words_mean_the_same_on_the_command_line_and_the_page(held: Counts, tom) -> None:
    """Beliefs, sessions, messages, habits and what waits, wherever one of them is named."""
    words = {
        r"beliefs?\b(?! wait)": held.beliefs,
        r"confirmed": held.confirmed,
        r"seen once": held.seen_once,
        r"sessions? with": held.kept.sessions,
        r"messages? of yours": held.kept.messages,
        r"habits?": held.habits,
        r"beliefs? waits? for your review": held.to_review,
        r"requests? of yours recurs?": held.proposals,
    }
    shown = {
        "profile": tom("profile").out,
        "memory": tom("memory", "--sessions", "0").out,
        "doctor": tom("doctor").out,
        "audit": tom("audit").out.split("none of")[0],
        "page": page("/profile").split("Words", 1)[0],
        "health": page("/health").partition("The memory")[2],
        "home": page("/").partition("How it goes")[2],
    }
    for name, text in shown.items():
        for word, count in words.items():
            assert numbers(word, text) <= {count}, (name, word, text)
    if held.beliefs:
        for name, text in shown.items():
            assert numbers(r"beliefs?\b(?! wait)", text), name
            assert numbers("sessions? with", text) or name == "audit", name


def test_json_lists_as_many_as_are_counted(held: Counts, tom) -> None:
    """The counts of `tom profile --json` are those of its lists and of the other commands'."""
    profile = tom("profile", "--json").json
    assert profile["counts"] == held.model_dump(mode="json")
    assert len(profile["beliefs"]) == held.beliefs + held.habits
    assert len(tom("memory", "list", "--json").json) == held.believed
    assert len(tom("memory", "list", "--all", "--json").json) == held.believed + held.retired
    review = tom("review", "--json").json
    assert len(review["beliefs"]) == held.to_review
    assert len(review["recurring"]) == held.proposals
    sessions = tom("memory", "list", "--sessions", "--json").json
    agents = [each for each in sessions if each["host"] != "tom"]
    assert len(agents) == held.kept.sessions
    assert len(sessions) - len(agents) == held.kept.stated
    assert sum(each["user_turns"] for each in agents) == held.kept.messages
    assert sum(not each["user_turns"] for each in agents) == held.kept.unwritten
    stats = tom("stats", "--days", "3650", "--json").json
    assert stats["sessions"] == held.kept.sessions
    assert stats["corrected"]["corrections"] == held.kept.corrections
    assert stats["corrected"]["readable"] == held.kept.judged
    assert tom("audit", "--json").json["believed"] == held.believed


def test_a_briefing_tells_as_many_as_the_profile_says(held: Counts, tom) -> None:
    """In each repository with beliefs of its own, and in any other."""
    for place in held.places:
        told = tom("brief", "--repository", place.repository or "acme/other", "--json").json
        lines = [each for each in told["text"].splitlines() if each.startswith("- ")]
        assert len(lines) == len(told["belief_ids"]) == place.briefed <= place.hold
    if held.beliefs:
        assert f"{held.everywhere.briefed or 'none'} in " in tom("profile").out


def test_the_status_line_counts_what_the_review_asks(
    held: Counts, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hook counts in SQL of its own what `tom review` asks about."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    statusline()
    said = capfd.readouterr().out
    assert numbers("to review", said) <= {held.to_review}
    assert bool(numbers("to review", said)) == bool(held.to_review)
