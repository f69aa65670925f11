"""Coding agents to be asked."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from fake_agents import FakeAgent, fake_agent


@pytest.fixture
def fake(tmp_path: Path) -> Callable[..., FakeAgent]:
    """Makes an agent whose program does as it is told."""
    return partial(fake_agent, tmp_path)
