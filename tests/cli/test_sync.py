import os
import re
from pathlib import Path

import pytest


@pytest.fixture
def repo(tom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which a person who stated two rules works."""
    folder = tmp_path / "shop"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert tom("remember", "use pnpm").code == 0
    assert tom("remember", "never commit to main").code == 0
    return folder


@pytest.mark.usefixtures("repo")
def test_a_file_gets_the_rules_and_keeps_the_rest(tom, repo: Path) -> None:
    """The diff is shown, nobody's consent is taken for granted, and again it changes nothing."""
    file = repo / "AGENTS.md"
    file.write_bytes(b"# Agents\r\nBuild with `make`.")
    asked = tom("sync")
    assert asked.code == 2
    assert "+- Use pnpm" in asked.out
    assert file.read_bytes() == b"# Agents\r\nBuild with `make`."
    assert tom("sync", "--yes").code == 0
    assert file.read_bytes().startswith(b"# Agents\r\nBuild with `make`.\r\n\r\n<!-- tom:begin")
    assert "is up to date" in tom("sync").err
    assert [each.name for each in repo.iterdir() if each.is_file()] == ["AGENTS.md"]
    assert tom("sync", "--remove", "--yes").code == 0
    assert file.read_text().strip() == "# Agents\nBuild with `make`."


def test_changes_in_the_block_are_the_persons_word(tom, repo: Path) -> None:
    """Edited, deleted and added lines become rulings, shown first, and can be taken back."""
    file = repo / "AGENTS.md"
    tom("sync", "--yes")
    text = file.read_text().replace("Use pnpm", "Use pnpm, never npm")
    text = re.sub(r"- Never commit.*\n", "- Keep endpoints thin\n", text)
    file.write_text(text)
    asked = tom("sync")
    assert asked.code == 2
    assert "edit b1: Use pnpm → Use pnpm, never npm" in asked.out
    assert "reject b2: Never commit to main" in asked.out
    assert "remember: Keep endpoints thin" in asked.out
    assert "Use pnpm, never npm" not in tom("memory", "list").out
    assert tom("sync", "--yes").code == 0
    listed = tom("memory", "list").out
    assert "Use pnpm, never npm" in listed
    assert "Never commit to main" not in listed
    assert "Keep endpoints thin" in listed
    assert "repository:shop" in listed
    assert tom("undo", "3").code == 0
    assert "Never commit to main" in tom("memory", "list").out


def test_cursor_and_links_are_served(tom, repo: Path) -> None:
    """Cursor's rule gets its head; a link to another file given is that file, written once."""
    rule = repo / ".cursor" / "rules" / "tom.mdc"
    assert tom("sync", str(rule), "--yes").code == 0
    assert rule.read_text().startswith("---\n")
    assert "alwaysApply: true" in rule.read_text()
    (repo / "AGENTS.md").write_text("# Agents\n")
    (repo / "CLAUDE.md").symlink_to("AGENTS.md")
    assert tom("sync", "AGENTS.md", "CLAUDE.md", "--yes").code == 0
    assert (repo / "CLAUDE.md").is_symlink()
    assert (repo / "AGENTS.md").read_text().count("tom:begin") == 1


def test_what_cannot_be_synced_is_told(tom, repo: Path, tmp_path: Path) -> None:
    """A folder, a broken block and binary data: one line each, and the file is as it was."""
    assert tom("sync", str(tmp_path), "--yes").code == 1
    file = repo / "AGENTS.md"
    tom("sync", "--yes")
    file.write_text(re.sub(r"<!-- tom:end.*", "", file.read_text()))
    before = file.read_text()
    broken = tom("sync", "--yes")
    assert (broken.code, "first or last line" in broken.err) == (1, True)
    assert file.read_text() == before
    file.write_bytes(b"\xff\xfe\x00")
    assert tom("sync", "--yes").code == 1


def test_nothing_known_is_said(tom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On day one there is nothing to write, and no file is made."""
    monkeypatch.chdir(tmp_path)
    assert tom("sync", "--yes").code == 2
    assert not (tmp_path / "AGENTS.md").exists()


def test_a_new_file_is_for_whoever_reads_the_repository(tom, repo: Path, tmp_path: Path) -> None:
    """Outside of one it is the person's alone."""
    before = os.umask(0o022)
    try:
        assert tom("sync", "--yes").code == 0
        assert tom("sync", str(tmp_path / "notes" / "mine.md"), "--yes").code == 0
    finally:
        os.umask(before)
    made = (repo / "AGENTS.md", tmp_path / "notes" / "mine.md")
    assert [path.stat().st_mode & 0o777 for path in made] == [0o644, 0o600]
