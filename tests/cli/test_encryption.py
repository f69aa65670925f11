import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sqlcipher3", reason="needs tom-swe[encryption]")
pytest.importorskip("keyring", reason="needs tom-swe[encryption]")

import file_keyring

from tom_swe.extras import install_command
from tom_swe.hosts import hook as hosts_hook

SAID = (
    ("a", "user", "from now on use pnpm, not npm", "2026-09-01T10:00:00Z"),
    ("a", "agent", "Noted.", "2026-09-01T10:01:00Z"),
    ("b", "user", "we always use pnpm here. add a chart", "2026-09-03T10:00:00Z"),
    ("c", "user", "call the project Zinnober", "2026-09-04T10:00:00Z"),
)
KEY = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring of this test's own."""
    file = tmp_path / "ring.json"
    file_keyring.use(monkeypatch, file)
    return file


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.jsonl"
    names = ("session", "role", "text", "at")
    path.write_text("\n".join(json.dumps(dict(zip(names, each, strict=True))) for each in SAID))
    return path


@pytest.fixture
def home() -> Path:
    return Path(os.environ["TOM_HOME"])


@pytest.fixture
def encrypted(tom, learned_from, history: Path):
    """A memory that learned before it was encrypted."""
    learned_from(history)
    assert tom("db", "encrypt", "--yes").code == 0
    return tom


def files_with(folder: Path, words: bytes) -> list[str]:
    return [
        each.name
        for each in folder.rglob("*")
        if each.is_file() and words.lower() in each.read_bytes().lower()
    ]


def database_with(home: Path, words: bytes) -> list[str]:
    return [name for name in files_with(home, words) if name.startswith("tom.db")]


def test_a_memory_learns_from_the_start_encrypted(tom, home: Path, history: Path) -> None:
    """Encrypted while empty, it takes in, learns and tells as ever; no file holds a word of it."""
    assert tom("db", "encrypt", "--yes").code == 0
    assert tom("import", "jsonl", str(history)).code == 0
    assert tom("learn", "--pending").code == 0
    assert "Use pnpm" in tom("profile").out
    assert "from now on use pnpm" in tom("why", "b1").out
    assert "pnpm" in tom("brief").out
    assert tom("consult", "add a login page").code == 0
    assert tom("remember", "keep answers short").code == 0
    assert tom("db", "check").code == 0
    assert files_with(home, b"pnpm") == []
    assert files_with(home, b"Zinnober") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("profile", "--json"),
        ("why", "b1", "--json"),
        ("brief", "--json"),
        ("memory", "list", "--sessions"),
        ("memory", "export"),
        ("log", "--json"),
        ("cost", "--json"),
    ],
    ids=" ".join,
)
def test_it_says_encrypted_what_it_said_before(
    tom, learned_from, history: Path, arguments: tuple[str, ...]
) -> None:
    """Each command prints the same, byte for byte; decrypted again, too."""
    learned_from(history)
    before = tom(*arguments)
    assert before.code == 0
    assert tom("db", "encrypt", "--yes").code == 0
    assert tom(*arguments) == before
    assert tom("db", "decrypt", "--yes").code == 0
    assert tom(*arguments) == before


def test_looking_after_it_works_encrypted(encrypted, home: Path) -> None:
    """Checks, reindexing, upgrading, the doctor and a second encryption find all well."""
    assert encrypted("db", "check").code == 0
    assert encrypted("db", "reindex").code == 0
    assert "up to date" in encrypted("db", "upgrade").err
    assert encrypted("doctor", "--json").json["facts"]["encrypted"] == "yes"
    again = encrypted("db", "encrypt", "--yes")
    assert (again.code, "is encrypted already" in again.err) == (0, True)
    assert database_with(home, b"pnpm") == []


def test_what_is_forgotten_is_gone(encrypted, home: Path) -> None:
    """A phrase is found in the encrypted text and taken out; decrypted, no byte of it is left."""
    gone = encrypted("memory", "forget", "--phrase", "zinnober", "--yes")
    assert gone.code == 0
    assert encrypted("db", "decrypt", "--yes").code == 0
    assert database_with(home, b"pnpm") == ["tom.db"]
    assert files_with(home, b"zinnober") == []


@pytest.mark.slow
def test_an_export_goes_into_another_encrypted_memory(
    encrypted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds no key, and what takes it in is the same memory under a key of its own."""
    file = tmp_path / "tom.json"
    assert encrypted("memory", "export", "-o", str(file)).code == 0
    before = encrypted("profile", "--json").json
    keys = json.loads((tmp_path / "ring.json").read_text()).values()
    assert not any(key in file.read_text() for key in keys)
    monkeypatch.setenv("TOM_HOME", str(tmp_path / "other"))
    assert encrypted("db", "encrypt", "--yes").code == 0
    assert encrypted("memory", "import", str(file), "--yes").code == 0
    assert encrypted("profile", "--json").json == before
    assert len(json.loads((tmp_path / "ring.json").read_text())) == 2


def test_it_says_what_stays_outside(tom, learned_from, history: Path, home: Path) -> None:
    """Encrypting names the places that hold something of the person still, and no key."""
    learned_from(history)
    (home / "index").mkdir(mode=0o700, exist_ok=True)
    (home / "history").write_text("typed")
    said = tom("db", "encrypt", "--yes")
    assert f"not encrypted: {home / 'history'}" in said.err
    assert f"not encrypted: {home / 'index'}" in said.err
    assert "transcripts of your agents" in said.err
    ring = json.loads(Path(os.environ["FILE_KEYRING"]).read_text())
    assert [key for key in ring.values() if key in said.out + said.err] == []


def test_there_is_no_index_beside_it(
    encrypted, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An encrypted memory is scanned, since an index would be files that anybody can read."""
    monkeypatch.setenv("TOM_INDEX_ABOVE", "0")
    (home / "index").mkdir(mode=0o700, exist_ok=True)
    assert encrypted("db", "reindex").code == 0
    assert not (home / "index").exists()


def test_nobody_is_asked_where_nobody_is(tom, home: Path) -> None:
    """Without a terminal it wants --yes, and changes nothing."""
    refused = tom("db", "encrypt")
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert not (home / "tom.db.encrypted").exists()


def test_a_key_from_the_environment_opens_it(
    tom, home: Path, history: Path, ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With TOM_DATABASE_KEY no keyring is used, and no file holds the key; a bad one is refused."""
    file_keyring.choose(monkeypatch, "keyring.backends.fail.Keyring")
    monkeypatch.setenv("TOM_DATABASE_KEY", "hunter2hunter2")
    refused = tom("db", "encrypt", "--yes")
    assert (refused.code, "64 hexadecimal" in refused.err) == (2, True)
    assert "hunter2" not in refused.err
    monkeypatch.setenv("TOM_DATABASE_KEY", KEY)
    assert tom("db", "encrypt", "--yes").code == 0
    assert tom("import", "jsonl", str(history)).code == 0
    assert tom("learn", "--pending").code == 0
    assert "Use pnpm" in tom("profile").out
    assert files_with(home, KEY.encode()) == []
    assert not ring.exists()
    monkeypatch.setenv("TOM_DATABASE_KEY", KEY[::-1])
    wrong = tom("profile")
    assert (wrong.code, wrong.err.count("\n")) == (1, 1)
    assert "TOM_DATABASE_KEY is not the key" in wrong.err
    monkeypatch.delenv("TOM_DATABASE_KEY")
    none = tom("profile")
    assert (none.code, none.err.count("\n")) == (1, 1)
    assert "no keyring found" in none.err


def test_a_key_in_the_configuration_is_refused(tom, home: Path) -> None:
    """A key does not lie beside what it opens."""
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(f'database_key = "{KEY}"\n')
    refused = tom("profile")
    assert (refused.code, "TOM_DATABASE_KEY" in refused.err) == (2, True)
    assert KEY not in refused.err


def test_without_the_extra_it_says_what_to_install(encrypted, home: Path, tmp_path: Path) -> None:
    """One message and exit 1, and the memory is as it was."""
    missing = tmp_path / "missing"
    missing.mkdir()
    (missing / "sqlcipher3.py").write_text("raise ImportError")
    before = (home / "tom.db").read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "tom_cli", "profile"],
        env={**os.environ, "PYTHONPATH": f"{missing}:{os.environ['PYTHONPATH']}"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"run {install_command('encryption')}" in done.stderr
    assert (home / "tom.db").read_bytes() == before


def hook(
    event: str, command: list[str] | None = None, **environ: str
) -> subprocess.CompletedProcess[bytes]:
    told = {"hook_event_name": event, "session_id": "s1", "prompt": "x", "cwd": "/w/x"}
    return subprocess.run(
        [*(command or [sys.executable, "-m", "tom_swe.hosts.hook"]), event],
        input=json.dumps(told).encode(),
        env={**os.environ, **environ},
        capture_output=True,
        timeout=20,
    )


def test_the_hook_tells_the_briefing_of_an_encrypted_memory(encrypted, home: Path) -> None:
    """The same words, with the key from the keyring."""
    told = hook("UserPromptSubmit")
    assert (told.returncode, told.stderr) == (0, b"")
    assert not (home / "hosts" / "hook.log").exists()
    context = json.loads(told.stdout)["hookSpecificOutput"]["additionalContext"]
    assert "Use pnpm" in context


def test_the_isolated_hook_unlocks_as_well(encrypted, ring: Path) -> None:
    """As agents start it, without the site packages, which the key then needs."""
    start = str(Path(hosts_hook.__file__).with_name("__main__.py"))
    (key,) = json.loads(ring.read_text()).values()
    told = hook("UserPromptSubmit", [sys.executable, "-IS", start], TOM_DATABASE_KEY=key)
    assert b"Use pnpm" in told.stdout


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}, "no keyring found"),
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}, "the keyring has no key"),
        ({"PYTHON_KEYRING_BACKEND": "file_keyring.SilentKeyring"}, "does not answer"),
        ({"TOM_DATABASE_KEY": KEY}, "is not the key"),
        ({"TOM_DATABASE_KEY": "hunter2"}, "64 hexadecimal"),
    ],
)
def test_a_hook_without_the_key_holds_nobody_up(
    encrypted, home: Path, environ: dict[str, str], why: str
) -> None:
    """Exit 0, nothing told, one line in the log, and the session noted all the same."""
    told = hook("UserPromptSubmit", **environ)
    assert (told.returncode, told.stdout, told.stderr) == (0, b"", b"")
    (line,) = (home / "hosts" / "hook.log").read_text().splitlines()
    assert why in line
    assert KEY not in line
    assert "hunter2" not in line
    assert len((home / "hosts" / "inbox.jsonl").read_text().splitlines()) == 1


@pytest.mark.slow
def test_a_silent_keyring_is_waited_for_once_a_session(encrypted, home: Path) -> None:
    """The next prompt of a session does not ask it again; another session does."""
    silent = {"PYTHON_KEYRING_BACKEND": "file_keyring.SilentKeyring"}
    for _ in range(2):
        assert hook("UserPromptSubmit", **silent).stdout == b""
    (line,) = (home / "hosts" / "hook.log").read_text().splitlines()
    assert "does not answer" in line


@pytest.mark.slow
def test_a_learner_without_the_key_leaves_its_work(encrypted, home: Path) -> None:
    """What was noted waits for one that has the key."""
    hook("UserPromptSubmit")
    done = subprocess.run(
        [sys.executable, "-m", "tom_swe.hosts.learner"],
        env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        timeout=60,
    )
    assert done.returncode == 1
    assert (home / "hosts" / "inbox.jsonl").exists()
    assert "no keyring found" in (home / "hosts" / "learner.log").read_text()


def test_an_agent_is_told_over_mcp_that_there_is_no_key(
    encrypted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call is an error that says why; with the key again, the same server answers."""
    pytest.importorskip("mcp", reason="needs tom-swe[mcp]")
    from tom_swe.hosts.mcp.answers import Answers
    from tom_swe.hosts.mcp.mind import ServedMind
    from tom_swe.hosts.mcp.server import _call, tools

    mind = ServedMind()
    (profile,) = (tool for tool in tools(Answers(mind)) if tool.name == "profile")
    file_keyring.choose(monkeypatch, "keyring.backends.fail.Keyring")
    failed = _call(profile, {})
    assert failed.isError
    assert "no keyring found" in str(failed.content)
    file_keyring.choose(monkeypatch, "file_keyring.FileKeyring")
    answered = _call(profile, {})
    mind.close()
    assert not answered.isError
    assert "Use pnpm" in str(answered.content)


def test_a_damaged_one_is_saved_and_restored_without_a_word_in_the_open(
    encrypted, home: Path
) -> None:
    """What a repair copies aside and saves is encrypted with the same key, and opens again."""
    data = bytearray((home / "tom.db").read_bytes())
    # A page of rows: without the page of the schema nothing could be saved.
    page = len(data) * 3 // 4 // 4096 * 4096
    data[page : page + 4096] = os.urandom(4096)
    (home / "tom.db").write_bytes(data)
    repaired = encrypted("db", "check", "--repair")
    assert repaired.code == 1
    saved = next((home / "backups").glob("damaged-*/saved.db"))
    assert str(saved) in repaired.out.replace("\n", "")
    assert files_with(home, b"pnpm") == []
    assert encrypted("db", "restore", str(saved), "--yes").code == 0
    assert encrypted("db", "check", "--repair").code == 0
    assert encrypted("learn").code == 0
    assert files_with(home, b"pnpm") == []
    assert encrypted("db", "decrypt", "--yes").code == 0
    refused = encrypted("db", "restore", str(saved), "--yes")
    assert (refused.code, "is encrypted" in refused.err) == (1, True)
