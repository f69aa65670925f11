"""What the adapters of coding agents have in common: a question in, a command, a reply out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from tom_swe.model.calls import Usage

type Table = dict[str, Any]

_BEGIN = re.compile(r"^\{", re.MULTILINE)


class Asked(NamedTuple):
    """One question to a coding agent.

    ``folder`` is empty, this question's own, and gone once it is answered; the agent works in an
    empty one beside it. ``environ`` and ``home`` are the person's. ``most_tokens`` is the most
    that the reply may take, with what the model thinks before it.
    """

    model: str
    system: str
    text: str
    schema: Mapping[str, Any]
    most_tokens: int
    folder: Path
    environ: Mapping[str, str]
    home: Path

    def file(self, name: str, text: str) -> str:
        """Writes a file of this question's own; where it is."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def link(self, name: str, to: Path) -> None:
        """Links a file of the person's into the folder, if there is one."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if to.is_file():
            path.symlink_to(to)


class Said(NamedTuple):
    """What an agent's output means.

    ``usage`` is None where it does not say. ``fault`` is what went wrong in its own words, with
    the HTTP ``status`` where it names one.
    """

    text: str = ""
    usage: Usage | None = None
    fault: str = ""
    status: int = 0
    refused: bool = False


class AgentHost:
    """One coding agent's program: how it is asked without tools, hooks, MCP or a kept session.

    ``small`` is the model that is asked where none is named; "" leaves it to the program.
    ``overhead`` is about how many tokens the program adds to a question.
    """

    name: str
    program: str
    small: str = ""
    overhead: int = 0
    # Whether the program passes a JSON schema on; otherwise the prompt says the form.
    takes_schema: bool = False
    # Whether the program has another way for the system prompt than what it reads.
    takes_system: bool = True
    # USD for a million tokens in and out, by what a model's name contains.
    prices: Mapping[str, tuple[float, float]] = MappingProxyType({})

    def command(self, asked: Asked) -> list[str]:
        """What stands behind the program's name."""
        raise NotImplementedError

    def environ(self, asked: Asked) -> dict[str, str]:  # noqa: ARG002 - most need nothing
        """What the program's environment has beside the person's."""
        return {}

    def stdin(self, asked: Asked) -> str:
        """What the program reads: the question, headed by the system prompt if it must be."""
        return asked.text if self.takes_system else f"{asked.system}\n\n{asked.text}"

    def said(self, out: str, folder: Path) -> Said | None:
        """What its output or a file in the folder says; None where neither says how it went."""
        raise NotImplementedError

    def price(self, model: str) -> tuple[float, float] | None:
        """What is set aside for a million tokens in and out, by the family in the model's name."""
        return next((price for family, price in self.prices.items() if family in model), None)


def lines_of(out: str) -> Iterator[Table]:
    """The JSON objects in an output, one a line; what else it prints is passed over."""
    for line in out.splitlines():
        if line.lstrip().startswith("{"):
            try:
                found: object = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict):
                yield cast("Table", found)


def object_in(out: str) -> Table:
    """The first JSON object that begins a line, whatever stands around it; {} where none does."""
    for begin in _BEGIN.finditer(out):
        try:
            found: object = json.JSONDecoder().raw_decode(out, begin.start())[0]
        except (ValueError, RecursionError):
            continue
        return cast("Table", found)
    return {}


def table(value: object) -> Table:
    """The value if it is an object, else an empty one."""
    return cast("Table", value) if isinstance(value, dict) else {}


def number(source: Mapping[str, object], *names: str) -> int:
    """The sum of the whole numbers under these names."""
    values = (source.get(name) for name in names)
    return sum(int(each) for each in values if isinstance(each, int | float))


def text(value: object) -> str:
    """The value if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def disabled(option: str, names: Sequence[str]) -> list[str]:
    """An option once for each name."""
    return [part for name in names for part in (option, name)]
