import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sqlcipher3", reason="needs tom-swe[encryption]")
pytest.importorskip("keyring", reason="needs tom-swe[encryption]")

import file_keyring
import killed_conversion
from pydantic import SecretStr

import tom_migrations
from tom_swe.errors import MemoryBusy, MemoryFault, SettingsError
from tom_swe.memory.encryption import cipher, converting
from tom_swe.memory.engine import driver_of, open_engine, revision_of
from tom_swe.memory.store import Store
from tom_swe.settings import Settings
from tom_swe.testing import session_of

KEY = "0123456789abcdef" * 4
OTHER = "f" * 64
FIRST = Path(__file__).parent.parent / "migrations" / "first_revision.sql"


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring of this test's own."""
    file = tmp_path / "ring.json"
    file_keyring.use(monkeypatch, file)
    return file


@pytest.fixture
def path(settings: Settings) -> Path:
    """A memory in which the name Zinnober stands, with a copy that an upgrade left."""
    store = Store(settings.database)
    store.sessions.put("ada", session_of("call it Zinnober, please", host_id="1"))
    store.close()
    backups = settings.backups
    backups.mkdir(mode=0o700)
    shutil.copyfile(settings.database, backups / "tom-0006-20260901.db")
    (backups / "tom-0006-20260901.db").chmod(0o600)
    return settings.database


def said(store: Store) -> list[str]:
    return [turn.text for turn in store.sessions.get("ada", 1).turns]


def files_with(folder: Path, words: bytes) -> list[str]:
    return [
        each.name for each in folder.rglob("*") if each.is_file() and words in each.read_bytes()
    ]


def test_an_encrypted_memory_is_the_same_and_shows_nothing(path: Path, ring: Path) -> None:
    """All is there and sound, and no word of it nor the key stands in any file of the memory."""
    assert files_with(path.parent, b"Zinnober") == ["tom.db", "tom-0006-20260901.db"]
    name = converting.encrypt(path, "", 5)
    assert not path.read_bytes().startswith(b"SQLite format 3")
    store = Store(path)
    store.sessions.put("ada", session_of("Zinnober it is", host_id="2"))
    assert said(store) == ["call it Zinnober, please"]
    assert len(store.search.turns("ada", "Zinnober", 5)) == 2
    assert store.check() == []
    assert {"tom.db-wal", "tom.db-shm"} <= {each.name for each in path.parent.iterdir()}
    assert files_with(path.parent, b"Zinnober") == []
    store.close()
    kept = driver_of(path).secret[2:-1]
    assert len(kept) == 64
    assert kept in ring.read_text()
    assert files_with(path.parent, kept.encode()) == []
    assert files_with(path.parent, bytes.fromhex(kept)) == []
    assert cipher.marker(path).read_text() == f"{name}\n"
    assert not any(stat.S_IMODE(each.stat().st_mode) & 0o077 for each in path.parent.rglob("*"))


def test_decrypted_it_is_as_it_was(path: Path) -> None:
    """Any SQLite opens it again, in WAL mode, and nothing is left beside it."""
    converting.encrypt(path, "", 5)
    converting.decrypt(path, driver_of(path), 5)
    with contextlib.closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT text FROM turn").fetchall() == [("call it Zinnober, please",)]
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert {each.name for each in path.parent.iterdir()} == {
        "tom.db",
        "tom.upgrade-lock",
        "backups",
    }
    store = Store(path)
    assert store.check() == []
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("which", ["encrypt", "decrypt"])
def test_killed_at_any_line_it_opens_in_one_form_or_the_other(path: Path, which: str) -> None:
    """Nothing is lost and nothing left over, wherever the conversion was killed."""
    script = [sys.executable, killed_conversion.__file__, str(path.parent), which]
    done = subprocess.run(script, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


@pytest.mark.slow
def test_what_another_process_has_open_is_not_converted(path: Path, ring: Path) -> None:
    """It is said who is in the way, and neither the memory nor the keyring has changed."""
    code = (
        "import sqlite3, sys\n"
        f"held = sqlite3.connect({str(path)!r})\n"
        "held.execute('SELECT * FROM turn').fetchall()\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
        "held.execute('UPDATE turn SET text = text')\n"
        "held.commit()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(MemoryBusy, match="open in another process"):
            converting.encrypt(path, "", 5)
        other.stdin.close()
        assert other.wait() == 0
    assert not cipher.is_encrypted(path)
    assert ring.read_text() == "{}"
    store = Store(path)
    assert said(store) == ["call it Zinnober, please"]
    store.close()


def test_who_opened_it_before_cannot_write_into_what_was_replaced(path: Path) -> None:
    """A connection from before the conversion fails, instead of writing where nobody reads."""
    code = (
        "import sqlite3, sys\n"
        f"held = open({str(path)!r}, 'rb')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
        "held.seek(0)\n"
        "sys.exit(any(held.read()))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        converting.encrypt(path, "", 5)
        other.stdin.close()
        assert other.wait() == 0


@pytest.mark.slow
def test_processes_share_an_encrypted_memory(path: Path) -> None:
    """Four processes write at once, and all that they wrote is there."""
    converting.encrypt(path, "", 5)
    code = (
        "import sys\nfrom pathlib import Path\nfrom tom_swe.memory.store import Store\n"
        "from tom_swe.testing import session_of\n"
        f"store = Store(Path({str(path)!r}))\n"
        "for number in range(5):\n"
        "    session = session_of('more', host_id=f'{sys.argv[1]}-{number}')\n"
        "    store.sessions.put('ada', session)\n"
        "store.close()\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(each)]) for each in range(4)]
    assert [each.wait() for each in started] == [0, 0, 0, 0]
    store = Store(path)
    assert store.sizes().sessions == 21
    assert store.check() == []
    store.close()


def test_an_older_schema_is_upgraded_encrypted_and_so_is_its_copy(tmp_path: Path) -> None:
    """The copy made aside is encrypted, is named so, and opens with the same key."""
    path = tmp_path / "old" / "tom.db"
    path.parent.mkdir(mode=0o700)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST.read_text())
    path.chmod(0o600)
    converting.encrypt(path, "", 5)
    assert revision_of(path, driver_of(path)) == "0001"
    open_engine(path).dispose()
    assert revision_of(path, driver_of(path)) == tom_migrations.HEAD
    (copy,) = (path.parent / "backups").glob("*.db")
    assert revision_of(copy, driver_of(copy)) == "0001"
    assert files_with(path.parent, b"use pnpm please") == []


def test_a_key_of_ones_own_is_kept_nowhere(path: Path, ring: Path) -> None:
    """Given a key, the keyring is not asked; the same key opens it, another does not."""
    converting.encrypt(path, KEY.upper(), 5)
    assert not ring.exists()
    store = Store(path, key=SecretStr(KEY))
    assert said(store) == ["call it Zinnober, please"]
    store.close()
    before = path.read_bytes()
    with pytest.raises(MemoryFault, match="TOM_DATABASE_KEY is not the key"):
        Store(path, key=SecretStr(OTHER))
    with pytest.raises(SettingsError, match="64 hexadecimal digits") as refused:
        Store(path, key=SecretStr("hunter2hunter2"))
    assert "hunter2" not in str(refused.value)
    with pytest.raises(MemoryFault, match="the keyring has no key"):
        Store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("backend", ["fail", "null"])
def test_without_a_keyring_nothing_changes(
    backend: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that cannot be used or keeps nothing is found out before anything is written."""
    file_keyring.choose(monkeypatch, f"keyring.backends.{backend}.Keyring")
    before = path.read_bytes()
    with pytest.raises(MemoryFault, match="no keyring found"):
        converting.encrypt(path, "", 5)
    assert path.read_bytes() == before
    assert not cipher.is_encrypted(path)


def test_a_keyring_that_waits_for_a_person_is_not_waited_for(
    path: Path, ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks says for how long."""
    converting.encrypt(path, "", 5)
    file_keyring.use(monkeypatch, ring, "SilentKeyring")
    with pytest.raises(MemoryFault, match="does not answer"):
        cipher.driver_of(path, wait=0.1)


def test_a_damaged_encrypted_memory_is_told_from_a_locked_one(path: Path) -> None:
    """With the right key, what does not open is damaged, and is left as it is."""
    converting.encrypt(path, "", 5)
    path.write_bytes(os.urandom(8192))
    before = path.read_bytes()
    with pytest.raises(MemoryFault, match="is damaged"):
        Store(path)
    assert path.read_bytes() == before


def test_a_memory_that_lost_its_file_begins_again_encrypted(path: Path) -> None:
    """What is made where an encrypted one was is encrypted with the same key."""
    converting.encrypt(path, "", 5)
    path.unlink()
    store = Store(path)
    store.sessions.put("ada", session_of("Zinnober again", host_id="1"))
    store.close()
    assert files_with(path.parent, b"Zinnober") == []


def test_a_plain_memory_loads_neither_sqlcipher_nor_a_keyring(path: Path) -> None:
    """Who does not encrypt does not pay for it."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom tom_swe.memory.store import Store\n"
        f"Store(Path({str(path)!r})).close()\nprint(*sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "sqlalchemy" in loaded
    assert not {"sqlcipher3", "keyring"} & loaded
