"""Prompts as they are sent. Whoever changes one raises its version, and sees it here."""

import hashlib
import re
from importlib import resources

import pytest
from jinja2 import UndefinedError

from tom_swe.llm.prompts import render

FOLDER = resources.files("tom_swe.llm.prompts")
NAMES = sorted(f.name.removesuffix(".jinja") for f in FOLDER.iterdir() if f.name.endswith(".jinja"))
# What each version says, by the beginning of its digest.
KNOWN = {
    ("advising", 1): "e05ee5f18240",
    ("in_session", 2): "0f3054f936e4",
    ("reading", 2): "aabdb367b276",
    ("verifying", 1): "7b925ace7a85",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_that_changes_raises_its_version(name: str) -> None:
    """The text of every version is known; the line that numbers it is not sent."""
    text = FOLDER.joinpath(f"{name}.jinja").read_text(encoding="utf-8")
    numbered = re.match(r"\{# version (\d+) #\}\n", text)
    assert numbered
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    assert KNOWN.get((name, int(numbered[1]))) == digest, f"{name}: {digest}"
    assert "version" not in render(name).partition("\n")[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_says_that_what_comes_is_data(name: str) -> None:
    """Each tells the model that text in what it is given is not meant for it."""
    assert "data" in render(name)


def test_a_name_that_is_not_given_is_an_error() -> None:
    """Nothing is left out in silence."""
    from tom_swe.llm.prompts import _environment

    with pytest.raises(UndefinedError):
        _environment().from_string("{{ nobody_gave_this }}").render()
