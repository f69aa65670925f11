"""One setting written into config.toml."""

import stat
import tomllib
from pathlib import Path

import pytest

from tom_swe.errors import SettingsError
from tom_swe.settings import load_settings
from tom_swe.settings_file import write_setting


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tom" / "config.toml"


def written(file: Path, before: str, value: str = "codex") -> str:
    """What the file holds afterwards, to the byte."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(before.encode())
    write_setting(file, "model", value)
    return file.read_bytes().decode()


def test_a_file_is_made_that_nobody_else_may_read(file: Path) -> None:
    """The folder as well."""
    write_setting(file, "offer_model", value=False)
    assert file.read_text() == "offer_model = false\n"
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)]
    assert modes == [0o600, 0o700]
    assert [*file.parent.iterdir()] == [file]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'model = "codex"\n'),
        ("# mine\r\nuser = 'ada'\r\n", "# mine\r\nuser = 'ada'\r\nmodel = \"codex\"\r\n"),
        ("keep_days  =  9", 'keep_days  =  9\nmodel = "codex"\n'),
        ("model = 'none' # for now\nuser = 'ada'\n", "model = \"codex\"\nuser = 'ada'\n"),
        ("  \"model\"='x'\r\n\r\n#  end", 'model = "codex"\r\n\r\n#  end'),
        ("reader_model = 'x'\n", "reader_model = 'x'\nmodel = \"codex\"\n"),
        ("\ufeffmodel = 'x'\r\n", '\ufeffmodel = "codex"\r\n'),
        ("# model = 'x'\n", "# model = 'x'\nmodel = \"codex\"\n"),
        ("[other]\nmodel = 'x'\n", "model = \"codex\"\n[other]\nmodel = 'x'\n"),
        ("model = 'a'\n[other]\nmodel = 'x'\n", "model = \"codex\"\n[other]\nmodel = 'x'\n"),
        ("a = '''\nmodel = 1\n'''\nmodel = 'x'", "a = '''\nmodel = 1\n'''\nmodel = \"codex\""),
    ],
)
def test_every_other_line_stays_as_it_was(file: Path, before: str, after: str) -> None:
    """Comments, spaces, line ends, tables and what only looks like the setting."""
    assert written(file, before) == after


def test_what_a_name_contains_does_no_harm(file: Path) -> None:
    """Quotation marks and line ends stay within the value."""
    name = 'a"b\\c\nuser = "eve"'
    assert tomllib.loads(written(file, "", name)) == {"model": name}


def test_a_file_that_cannot_be_changed_stays(file: Path) -> None:
    """The person is told what to write."""
    before = 'model = """\nx"""\n[a]\n'
    with pytest.raises(SettingsError, match='write model = "codex" there'):
        written(file, before)
    assert file.read_text() == before


def test_a_file_that_cannot_be_read_stays(file: Path) -> None:
    """It is named."""
    with pytest.raises(SettingsError, match=r"config\.toml cannot be read"):
        written(file, "model = ")
    assert file.read_text() == "model = "


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """People keep their settings in a repository of their own."""
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "config.toml").symlink_to(tmp_path / "dotfiles" / "tom.toml")
    write_setting(tmp_path / "config.toml", "model", "codex")
    assert (tmp_path / "dotfiles" / "tom.toml").read_text() == 'model = "codex"\n'
    assert (tmp_path / "config.toml").is_symlink()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x = 1", "'x' is no setting; see docs/reference/settings.md"),
        ('briefing_tokens = "many"', "'briefing_tokens' must be a whole number"),
        ("briefing_tokens = 3", "'briefing_tokens' must be greater than"),
        ("model = 3", "'model' must be text, in quotes"),
    ],
)
def test_a_setting_that_is_wrong_is_named_in_plain_words(file: Path, line: str, said: str) -> None:
    """With the file that it stands in."""
    file.parent.mkdir(parents=True)
    file.write_text(line)
    with pytest.raises(SettingsError, match=rf"config\.toml: {said}"):
        load_settings({"TOM_HOME": str(file.parent)})
