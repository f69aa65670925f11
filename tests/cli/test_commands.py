import json
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from tom_cli.main import app

SAID = (
    ("a", "user", "from now on use pnpm, not npm", "2026-09-01T10:00:00Z"),
    ("a", "agent", "Noted.", "2026-09-01T10:01:00Z"),
    ("b", "user", "we always use pnpm here. add a chart", "2026-09-03T10:00:00Z"),
)
JSONL = [dict(zip(("session", "role", "text", "at"), each, strict=True)) for each in SAID]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in JSONL))
    return path


@pytest.fixture
def learned(tom, learned_from, history: Path):
    learned_from(history)
    return tom


def walk(command: object, path: str) -> list[str]:
    if not isinstance(command, TyperGroup):
        return [path]
    return [
        found for name, each in command.commands.items() for found in walk(each, f"{path} {name}")
    ]


COMMANDS = walk(typer.main.get_command(app), "tom")


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_help_with_an_example(path: str) -> None:
    """Whoever asks any command for help is shown what it does and how it is called."""
    result = CliRunner().invoke(app, [*path.split()[1:], "--help"])
    assert result.exit_code == 0
    assert f"Example: {path}" in result.output


def test_from_a_transcript_to_a_briefing(learned) -> None:
    """Import, learn, profile, why, brief and consult each show the belief and its quotes."""
    profile = learned("profile")
    assert "Use pnpm" in profile.out
    assert "“from now on use pnpm”" in learned("profile", "--quotes", "2").out
    why = learned("why", "b1")
    assert "Because you said" in why.out
    assert "1.99 / (1.99 + 0.00 + 0.50) = 0.80" in why.out
    assert "Use pnpm" in learned("brief").out
    assert "Use pnpm" in learned("consult", "install the chart library").out


def test_what_became_of_advice_is_told_and_explained(learned) -> None:
    """`consult` prints the advice's id, `feedback` takes it, and `why` shows what it counts."""
    assert "This is advice a1" in learned("consult", "install the chart library").out
    judged = learned("feedback", "a1", "partly", "--right", "b1", "--json")
    assert (judged.code, judged.err) == (0, "")
    (belief,) = judged.json
    assert [each["stance"] for each in belief["verdicts"]] == ["supports"]
    why = learned("why", "b1").out
    assert "advice a1 you accepted counts 1.00 for it" in why
    assert "2.99 / (2.99 + 0.00 + 0.50) = 0.86" in why
    assert "advice that cites it was partly accepted" in why
    assert learned("feedback", "a1", "rejected").code == 0
    assert "advice a1 you rejected counts 1.00 against it" in learned("why", "b1").out
    assert learned("feedback", "a1", "accepted", "--right", "b1").code == 2
    assert "does not cite b9" in learned("feedback", "a1", "partly", "--right", "b9").err
    assert learned("memory", "export").json["tables"]["consultation"][0]["outcome"] == "rejected"


def test_feedback_on_advice_without_beliefs_says_so(tom) -> None:
    """With nothing known there is nothing to change; the outcome is kept."""
    tom("consult", "do it")
    result = tom("feedback", "a1", "accepted")
    assert (result.code, result.out) == (0, "")
    assert "cites no belief" in result.err


def test_what_is_stated_is_printed_with_its_id(
    tom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`remember` shows the belief; --here keeps it to the folder's repository."""
    monkeypatch.chdir(tmp_path / "person")
    stated = tom("remember", "my endpoints stay thin")
    assert stated.code == 0
    assert "b1" in stated.out
    assert "My endpoints stay thin" in stated.out
    assert "b1" in tom("remember", "my  endpoints stay thin").out
    assert "b2" not in tom("memory", "list").out
    assert tom("remember", "use pnpm", "--here").code == 2
    (tmp_path / "person" / "shop" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "person" / "shop")
    assert "repository:shop" in tom("remember", "use pnpm", "--here").out


def test_importing_twice_changes_nothing(learned, history: Path) -> None:
    """The second import passes the unchanged file over; a touched one is unchanged inside."""
    before = learned("memory", "export").out
    learned("import", "jsonl", str(history))
    assert learned("import", "jsonl", str(history), "--json").json["imports"][0]["passed_over"] == 1
    history.write_text(history.read_text() + "\n")
    again = learned("import", "jsonl", str(history), "--json").json["imports"][0]
    assert (again["new"], again["grown"], again["unchanged"]) == (0, 0, 2)
    assert learned("memory", "export").out == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["profile"],
        ["why", "b1"],
        ["consult", "do it"],
        ["remember", "my endpoints stay thin"],
        ["brief"],
        ["memory", "list"],
        ["memory", "list", "--sessions"],
        ["memory", "show", "b1"],
        ["memory", "show", "s1"],
        ["learn"],
        ["doctor"],
    ],
    ids=" ".join,
)
def test_json_is_one_document_alone_on_stdout(learned, arguments: list[str]) -> None:
    """With --json stdout parses as one document, whatever is said beside it."""
    result = learned(*arguments, "--json")
    assert result.code == 0, result.err
    assert result.json is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["why", "b99"], "there is no belief b99"),
        (["why", "b" + "9" * 30], "there is no belief with an id of 30 digits"),
        (["why", "nonsense"], "'nonsense' is not a valid belief id"),
        (["memory", "show", "s99"], "there is no session s99"),
        (["memory", "show", "7"], "neither a belief nor a session"),
        (["import", "emacs"], "no importer for 'emacs': use one of claude-code"),
        (["import", "codex"], "give a PATH"),
        (["consult", "  "], "the request is empty"),
        (["feedback", "a9", "accepted"], "there is no advice a9"),
        (["feedback", "b1", "accepted"], "'b1' is not a valid advice id"),
        (["feedback", "a1", "great"], "use one of accepted, partly, rejected"),
        (["remember", "  "], "there is nothing to remember"),
        (["memory", "reset"], "add --yes"),
        (["brief", "--tokens", "3"], "50"),
        (["nonsense"], "No such command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(
    learned, arguments: list[str], message: str
) -> None:
    """Exit code 2, one line on stderr, nothing on stdout, and nothing lost."""
    result = learned(*arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert "Traceback" not in result.err
    assert "Use pnpm" in learned("profile").out


def test_a_path_that_is_not_there_is_a_failure(tom, tmp_path: Path) -> None:
    """Exit code 1, and the message names the path."""
    result = tom("import", "codex", str(tmp_path / "nowhere"))
    assert result.code == 1
    assert "nowhere" in result.err


def test_a_setting_that_cannot_be_used_is_named(tom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad variable and a bad configuration file are each named, with exit code 2."""
    monkeypatch.setenv("TOM_BRIEFING_TOKENS", "many")
    result = tom("profile")
    assert result.code == 2
    assert "TOM_BRIEFING_TOKENS" in result.err


def test_init_finds_reads_and_shows(tom, tmp_path: Path) -> None:
    """`tom init` reads what the hosts left in the home directory and shows it with quotes."""
    log = tmp_path / "person" / "project" / ".aider.chat.history.md"
    log.parent.mkdir(parents=True)
    log.write_text(
        "# aider chat started at 2026-09-01 10:00:00\n\n"
        "#### from now on use pnpm, not npm  \n\nNoted.\n"
    )
    refused = tom("init")
    assert refused.code == 2
    assert "found aider: 1 file" in refused.err
    assert "add --yes" in refused.err
    result = tom("init", "--yes")
    assert result.code == 0
    assert "Use pnpm" in result.out
    assert "from now on use pnpm" in result.out


def test_init_with_nothing_to_read_says_so(tom) -> None:
    """An empty home directory is no failure."""
    result = tom("init")
    assert result.code == 0
    assert "no transcripts found" in result.err


def test_forget_takes_it_out_and_it_stays_out(learned, history: Path) -> None:
    """A forgotten belief is gone from every view and does not come back with a new import."""
    assert learned("memory", "forget", "b1", "--yes").code == 0
    assert "pnpm" not in learned("profile").out
    assert learned("brief").out == ""
    history.write_text(history.read_text() + "\n")
    learned("import", "jsonl", str(history))
    learned("learn")
    assert "pnpm" not in learned("profile").out


def test_reset_leaves_nothing(learned) -> None:
    """After a reset the export holds no session and no belief."""
    assert learned("memory", "reset", "--yes").code == 0
    exported = learned("memory", "export").json["tables"]
    assert (exported["belief"], exported["session"]) == ([], [])


def test_checks_find_a_sound_memory_sound(learned) -> None:
    """`db check` after `db reindex` finds nothing, and neither does `doctor`."""
    assert learned("db", "reindex").code == 0
    assert "every index is up to date" in learned("db", "check").out
    assert "no problems found" in learned("doctor").out
    assert "up to date" in learned("db", "upgrade").err


def test_stored_text_cannot_drive_the_terminal(tom, tmp_path: Path) -> None:
    """Control characters and markup in a message are shown as text, or not at all."""
    path = tmp_path / "evil.jsonl"
    evil = "from now on use pnpm \x1b[2J\x1b]0;owned\x07 [red]not npm[/red]"
    path.write_text(json.dumps({"session": "a", "role": "user", "text": evil}))
    tom("import", "jsonl", str(path))
    tom("learn")
    for shown in (tom("profile").out, tom("memory", "show", "s1").out, tom("brief").out):
        assert "\x1b" not in shown
        assert "\x07" not in shown
    assert "[red]" in tom("memory", "show", "s1").out


def test_doctor_names_a_session_from_the_future(tom, tmp_path: Path) -> None:
    """With what to do about it; its words are the oldest there are."""
    said = {"session": "late", "role": "user", "text": "from now on use npm, never pnpm"}
    path = tmp_path / "late.jsonl"
    path.write_text(json.dumps({**said, "at": "2095-01-01T00:00:00Z"}) + "\n")
    tom("import", "jsonl", str(path))
    tom("learn")
    tom("remember", "use pnpm, never npm")
    assert "Use npm" not in tom("brief").out
    shown = tom("doctor")
    assert shown.code == 1
    assert "dated in the future: s1" in shown.out
    assert "tom remember" in shown.out


def test_doctor_says_how_hooks_and_models_stand(
    tom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which agents call tom, which models read and advise; a hook that calls nothing is named."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    monkeypatch.setenv("TOM_MODEL", "openai/scripted")
    monkeypatch.setenv("TOM_ADVISER_MODEL", "none")
    (tmp_path / "claude").mkdir()
    facts = tom("doctor", "--json").json["facts"]
    assert facts["claude-code plugin"] == "not installed"
    assert facts["reader"] == "openai/scripted, no key set for tom"
    assert facts["adviser"] == "rules only, no model"
    monkeypatch.setenv("TOM_MODEL", "codex")
    assert (
        tom("doctor", "--json").json["facts"]["reader"] == "codex, asked by its own program codex"
    )
    assert tom("plugin", "install", "claude-code", "--yes").code == 0
    assert tom("doctor", "--json").json["facts"]["claude-code plugin"] == "installed"
    settings = tmp_path / "claude" / "settings.json"
    settings.write_text(settings.read_text().replace("/hosts/bin/", "/none/"))
    broken = tom("doctor")
    assert (broken.code, "/none/tom-hook is gone" in broken.out) == (1, True)
    assert tom("off").code == 0
    assert "switches tom on" in tom("doctor").out


def test_habits_that_change_nothing_are_shown_on_request(tom, learned_from, tmp_path: Path) -> None:
    """The profile says how to see them; the list of beliefs and the JSON hold them."""
    said = ("fix the tests and then push it", "now the docs please", "it is in the log", "go on")
    times = (f"2026-09-01T10:0{minute}:00Z" for minute in range(len(said)))
    lines = [
        {"session": "a", "role": "user", "text": text, "at": at}
        for text, at in zip(said, times, strict=True)
    ]
    history = tmp_path / "habits.jsonl"
    history.write_text("\n".join(map(json.dumps, lines)))
    learned_from(history)
    profile = tom("profile")
    assert "No beliefs yet that change what an agent does" in profile.out
    assert "`tom profile --all`" in profile.out
    for arguments in (("profile", "--all"), ("profile", "--json"), ("memory", "list")):
        shown = tom(*arguments).out
        assert "Writes short messages" in shown
        assert "Works in the" in shown
    assert "Writes short messages" not in profile.out
    assert "Writes short messages" not in tom("brief").out


@pytest.mark.parametrize(
    "command",
    [
        *(
            "checks",
            "checks --all",
            "stats",
            "log",
            "log --told",
            "brief",
            "profile",
            "review --json",
        ),
        *("memory list", "plugin status", "plugin uninstall --all", "doctor", "learn", "audit"),
    ],
)
def test_an_empty_home_crashes_no_command(tom, command: str) -> None:
    """Each says that there is nothing, or what to do."""
    done = tom(*command.split())
    assert done.code == 0
    assert "Traceback" not in done.err
