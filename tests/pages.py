"""What a page of docs/how-to has a reader run."""

from __future__ import annotations

import re
from pathlib import Path

HOW_TO = Path(__file__).parent.parent / "docs" / "how-to"


def commands_of(name: str) -> list[str]:
    """The blocks of shell commands on a page, in order."""
    page = (HOW_TO / f"{name}.md").read_text(encoding="utf-8")
    return re.findall(r"(?ms)^```sh\n(.*?)^```$", page)
