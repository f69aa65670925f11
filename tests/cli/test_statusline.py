"""The line that `tom statusline` prints."""

import io
import sys
from pathlib import Path

import pytest

from tom_cli.commands.mcp import statusline


def test_without_input_the_line_is_about_this_folder(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A script that pipes nothing in gets a line, too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOM_OFF", "")
    (tmp_path / ".tomignore").touch()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    statusline()
    assert capfd.readouterr().out == "tom: off\n"
