"""Claude Code's prompt history."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.ingest import IMPORTERS, Tally
from tom_swe.memory import Store
from tom_swe.model.session import Provenance, Role, Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]

HOST = "claude-history"
ID = "032523e2-38df-4c6a-b034-8851c5d83d27"
FILE = ".claude/history.jsonl"
START = datetime(2026, 3, 1, 23, 50, tzinfo=UTC)


def prompt(display: object, minute: float = 0, **more: object) -> dict[str, object]:
    """A line of a session."""
    stamp = round((START + timedelta(minutes=minute)).timestamp() * 1000)
    line = {"display": display, "pastedContents": None, "timestamp": stamp, "project": "/w/shop"}
    return {**line, "sessionId": ID, **more}


def older(display: str, minute: float = 0, project: str = "/w/shop") -> dict[str, object]:
    """A line as older versions write it."""
    line = prompt(display, minute, project=project)
    del line["sessionId"]
    return line


def words(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for each in sessions for turn in each.by(Role.USER) if turn.text]


def test_the_prompts_of_a_session_are_its_words(write: Write, read: Read) -> None:
    """With their times and the project; a mirror of the transcript, whose id it has."""
    path = write(FILE, [prompt("use tabs"), prompt("and spaces", 1)])
    (session,) = read(HOST, path)
    assert (session.host_id, session.cwd, session.repository) == (ID, "/w/shop", "shop")
    assert session.provenance is Provenance.MIRROR
    assert [(turn.text, turn.at) for turn in session.turns] == [
        ("use tabs", START),
        ("and spaces", START + timedelta(minutes=1)),
    ]


def test_lines_without_a_session_go_by_project_and_day(write: Write, read: Read) -> None:
    """Older versions do not write the session."""
    lines = [older("a"), older("b", 5), older("c", 6, project="/w/web"), older("d", 20)]
    sessions = read(HOST, write(FILE, lines))
    assert [words([each]) for each in sessions] == [["a", "b"], ["c"], ["d"]]
    assert len({each.host_id for each in sessions}) == 3


def test_pastes_are_beside_the_words(write: Write, read: Read, tmp_path: Path) -> None:
    """In the line or in a file by its hash; one that is not referred to was not sent."""
    write(".claude/paste-cache/7a012eead4019e06.txt", ["from the cache"])
    write(".claude/secret.txt", ["a secret"])
    pastes = {
        "1": {"type": "text", "content": "in the line"},
        "2": {"type": "text", "contentHash": "7a012eead4019e06"},
        "3": {"type": "text", "contentHash": "../secret"},
        "4": {"type": "text", "content": "taken out again"},
        "5": None,
    }
    shown = "fix [Pasted text #1 +9 lines], [Pasted text #2 +1 lines][Pasted text #3] [Image #5]."
    path = write(FILE, [prompt(shown, pastedContents=pastes)])
    (session,) = read(HOST, path)
    (turn,) = session.turns
    assert turn.text == "fix ,  ."
    assert turn.attachment == "in the line\n\nfrom the cache"


def test_a_prompt_that_is_all_paste_has_no_words(write: Write, read: Read) -> None:
    """Nor has one that was cut in the middle."""
    lines = [prompt("[Pasted text #1 +6 lines]"), prompt("a [...Truncated text #1 +9 lines...] b")]
    assert words(read(HOST, write(FILE, lines))) == ["a  b"]


def test_commands_are_no_words_but_their_arguments(write: Write, read: Read) -> None:
    """A path is no command, and a shell command is none of the words."""
    lines = [
        prompt("/clear "),
        prompt("/read the recent changes", 1),
        prompt("!npm test", 2),
        prompt("/w/shop/a.py is broken", 3),
    ]
    assert words(read(HOST, write(FILE, lines))) == [
        "the recent changes",
        "/w/shop/a.py is broken",
    ]


def test_the_backslash_before_a_line_break_is_the_terminals(write: Write, read: Read) -> None:
    """Others are the person's."""
    lines = [prompt("one\\\ntwo \\d\\")]
    assert words(read(HOST, write(FILE, lines))) == ["one\ntwo \\d"]


def test_the_same_at_once_is_said_once(write: Write, read: Read) -> None:
    """Claude Code sometimes writes a prompt twice; a minute later it was said again."""
    lines = [prompt("go"), prompt("go", 0.001), prompt("go", 1)]
    assert words(read(HOST, write(FILE, lines))) == ["go", "go"]


def test_an_imported_session_counts_alone(write: Write, read: Read, store: Store) -> None:
    """In either order: what the history repeats of a transcript is a copy."""
    line = {
        "type": "user",
        "uuid": "u",
        "sessionId": ID,
        "timestamp": "2026-03-01T23:50:00.040Z",
        "message": {"role": "user", "content": "use tabs"},
    }
    answer = {**line, "type": "assistant", "uuid": "v", "message": {"content": "Done."}}
    own = read("claude-code", write("projects/p/x.jsonl", [line, answer]))
    history = read(HOST, write(FILE, [prompt("use tabs"), prompt("only here", 9)]))
    assert own[0].turns[0].key == history[0].turns[0].key != ""
    for user, sessions in (("a", own + history), ("b", history + own)):
        for session in sessions:
            store.sessions.put(user, session)
        kept = [store.sessions.get(user, each.id) for each in store.sessions.summaries(user)]
        assert {each.host: words([each]) for each in kept} == {
            "claude-code": ["use tabs"],
            HOST: [],
        }


def test_broken_lines_do_not_stop_the_rest(write: Write, read: Read, tally: Tally) -> None:
    """They are counted, and values of a wrong type are nothing."""
    broken = ["{", {"x": 1}, prompt(17)]
    odd = prompt("fine", pastedContents=[], timestamp="soon", project=None)
    assert words(read(HOST, write(FILE, [*broken, odd]))) == ["fine"]
    assert tally.lines_skipped == 3


def test_histories_of_others_are_not_taken_for_it(write: Write, read: Read, tmp_path: Path) -> None:
    """In a folder only what looks like this host's counts."""
    write("a/history.jsonl", [{"session_id": "s", "ts": 1, "text": "codex"}])
    write("b/history.jsonl", [{"display": "x", "workspace": "/w", "timestamp": 1}])
    write("c/history.jsonl", [prompt("mine")])
    assert words(read(HOST, tmp_path)) == ["mine"]


def test_its_places_follow_the_environment(write: Write, tmp_path: Path) -> None:
    """Where there is a history: at home on every system, or where the variable says."""
    importer = IMPORTERS[HOST]
    (tmp_path / ".config" / "claude").mkdir(parents=True)
    assert importer.roots({}, tmp_path) == []
    write(FILE, [prompt("x")])
    write("mine/history.jsonl", [prompt("x")])
    assert importer.roots({}, tmp_path) == [tmp_path / ".claude"]
    mine = tmp_path / "mine"
    assert importer.roots({"CLAUDE_CONFIG_DIR": str(mine)}, tmp_path) == [mine]


def test_what_is_written_is_read_back(tmp_path: Path, read: Read) -> None:
    """The person's messages; the agent's are not kept."""
    messages = (Said(True, "use tabs", START), Said(False, "Done.", START), Said(True, "ok", START))
    found = read(HOST, writer_of(HOST)(tmp_path, [Conversation(ID, "/w/shop", messages)]))
    assert [(each.host_id, each.cwd, words([each])) for each in found] == [
        (ID, "/w/shop", ["use tabs", "ok"])
    ]
