import json
import os
import stat
from pathlib import Path

import pytest


@pytest.fixture
def known(tom, tmp_path: Path) -> None:
    """A memory that learned, was corrected and asked."""
    path = tmp_path / "history.jsonl"
    said = ["from now on use pnpm", "never commit to main"]
    lines = [
        {"session": f"s{i}", "role": "user", "text": text, "at": f"2026-01-0{i + 1}T10:00:00Z"}
        for i, text in enumerate([*said, said[0]])
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    assert tom("import", "jsonl", str(path)).code == 0
    assert tom("learn").code == 0
    assert tom("memory", "edit", "b1", "use pnpm, everywhere").code == 0
    assert tom("consult", "commit it to main").code == 0
    assert tom("feedback", "a1", "rejected").code == 0


def moved(tom, export: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on it is another machine, that took the export in."""
    monkeypatch.setenv("TOM_HOME", str(home))
    assert tom("memory", "import", str(export)).code == 0


@pytest.mark.usefixtures("known")
def test_a_memory_moves_whole(tom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere every command says the same, and the export is the same document."""
    export = tmp_path / "tom.json"
    assert tom("memory", "export", "-o", str(export)).code == 0
    asked = (["profile"], ["log"], ["why", "b1"], ["brief"], ["memory", "list", "--all"])
    before = [tom(*each, "--json").json for each in asked]
    moved(tom, export, tmp_path / "elsewhere", monkeypatch)
    assert [tom(*each, "--json").json for each in asked] == before
    assert tom("memory", "export").out == export.read_text()
    assert tom("db", "check").code == 0
    assert tom("undo").code == 0


@pytest.mark.usefixtures("known")
def test_an_export_is_private_and_overwrites_nothing(tom, tmp_path: Path) -> None:
    """The file is for its owner alone, and one that is there stays as it is."""
    export = tmp_path / "tom.json"
    assert tom("memory", "export", "-o", str(export)).code == 0
    assert stat.S_IMODE(export.stat().st_mode) == 0o600
    before = export.read_text()
    again = tom("memory", "export", "-o", str(export))
    assert (again.code, "name a new file" in again.err) == (2, True)
    assert export.read_text() == before
    lost = tom("memory", "export", "-o", str(tmp_path / "none" / "tom.json"))
    assert (lost.code, "cannot be written" in lost.err) == (1, True)


@pytest.mark.usefixtures("known")
def test_a_memory_is_replaced_when_asked_to(tom, tmp_path: Path) -> None:
    """--replace asks, and then leaves no byte of what was there."""
    export = tmp_path / "tom.json"
    tom("memory", "export", "-o", str(export))
    tom("remember", "name every branch after a quokka")
    refused = tom("memory", "import", str(export))
    assert (refused.code, "--replace" in refused.err) == (2, True)
    assert tom("memory", "import", str(export), "--replace").code == 2  # nobody to ask
    assert "quokka" in tom("memory", "list").out
    assert tom("memory", "import", str(export), "--replace", "--yes").code == 0
    for path in Path(os.environ["TOM_HOME"]).rglob("*"):
        assert not path.is_file() or b"quokka" not in path.read_bytes(), path


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "tom-export"}', "\x00", "# Notes", '{"a": ' * 5000]
)
def test_what_is_no_export_is_told_so(tom, tmp_path: Path, text: str) -> None:
    """One line that says so, exit code 2, and nothing is taken in."""
    path = tmp_path / "some.json"
    path.write_text(text)
    result = tom("memory", "import", str(path))
    assert (result.code, result.out) == (2, "")
    assert "from `tom memory export`" in result.err
    assert "Traceback" not in result.err
    assert tom("memory", "import", str(tmp_path / "none.json")).code == 2


@pytest.mark.usefixtures("known")
def test_markdown_shows_the_words_as_they_are(tom) -> None:
    """Beliefs with their quotes; what somebody typed is no mark-up, link or tag."""
    tom("remember", "always `rm -rf` [the] <b>build</b>")
    text = tom("memory", "export", "--markdown").out
    assert text.startswith("# What tom knows about you\n")
    assert "**use pnpm, everywhere** (b1, " in text
    assert "“from now on use pnpm” (2026-01-03, s3, jsonl)" in text
    assert "\\`rm -rf\\` \\[the\\]" in text
    assert "<" not in text
