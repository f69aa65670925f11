"""The release of Ambig-SWE as typed values, its escapes undone; broken rows are counted and told.

A field that says nothing where the release leaves it out (no hints, no files) is empty here.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from tom_evals.clarity.data import unescaped

SETTINGS = {"Hidden": "underspecified", "Interaction": "interaction", "Full": "fully-specified"}
LEVELS = {"neutral": "low", "moderate": "med", "strong": "high"}
ISSUES = "issues.jsonl.gz"
ESCAPE = "_x005F_x000D_"

_TOUCHED = re.compile(r"^diff --git ", re.MULTILINE)


class Unreadable(Exception):
    """A file of the release is not what it should be."""


class Missing(Unreadable):
    """The release, or a file of it, is not where it is looked for."""


class Model(NamedTuple):
    """What the release calls a model, in its tables and in the names of its files."""

    column: str
    file: str


MODELS = {
    "Llama 3.1 70B": Model("llama31.70b", "llama"),
    "Deepseek-v2": Model("deepseek-v2", "deepseek"),
    "Claude Haiku 3.5": Model("claude_haiku_3.5", "haiku"),
    "Claude Sonnet 3.5": Model("claude_sonnet3.5", "claude_sonnet"),
}


class Issue(NamedTuple):
    """One issue, in full and as the vague summary of it."""

    instance: str
    full: str
    summary: str
    hints: str
    files: tuple[str, ...]
    touched: int
    released: str
    """The full text with its escapes left in."""
    escaped: bool
    """Whether any field of the row held an escape."""
    patch: str = ""


class Seen(NamedTuple):
    """An instance that a model was given in full or vague, and whether it then asked."""

    instance: str
    vague: bool
    asked: bool


class Pair(NamedTuple):
    """A message of questions and the user's answer to it."""

    question: str
    answer: str


class Talk(NamedTuple):
    """What was asked and answered on one instance; nothing, where ``pairs`` is empty."""

    instance: str
    pairs: tuple[Pair, ...]


class Gain(NamedTuple):
    """The information that a pair brought, as released: 1 - cosine."""

    instance: str
    pair: Pair
    value: float


class Broken(NamedTuple):
    """How many rows of a file are not as they should be, and what became of them."""

    file: str
    what: str
    rows: int


class Release(NamedTuple):
    """All of the release. Models are named as in `MODELS`; one without data has no entry."""

    issues: tuple[Issue, ...]
    solved: Mapping[tuple[str, str], Mapping[str, bool]]
    """By model and setting: whether each instance was resolved."""
    seen: Mapping[tuple[str, str], tuple[Seen, ...]]
    """By model and level of encouragement."""
    talks: Mapping[str, tuple[Talk, ...]]
    gains: Mapping[str, tuple[Gain, ...]]
    broken: tuple[Broken, ...]


def release(data: Path) -> Release:
    """Reads every file; raises `Missing` or `Unreadable`, which name the file."""
    read = _reader(data)
    solved: dict[tuple[str, str], Mapping[str, bool]] = {}
    for setting, name in SETTINGS.items():
        for model, column in read.results(f"{name}.csv").items():
            solved[model, setting] = column
    talked = [
        model
        for model, each in MODELS.items()
        if (read.folder / "questions" / f"{each.file}_qa_pairs.json.gz").exists()
    ]
    return Release(
        issues=read.some(ISSUES, read.issues),
        solved=solved,
        seen={
            (model, level): read.some(f"interactivity/{each.file}-{name}.json", read.seen)
            for model, each in MODELS.items()
            for level, name in LEVELS.items()
        },
        talks={
            model: read.some(f"questions/{MODELS[model].file}_qa_pairs.json.gz", read.talks)
            for model in talked
        },
        gains={
            model: read.some(f"questions/{MODELS[model].file}_cosine.csv.gz", read.gains)
            for model in talked
        },
        broken=tuple(Broken(*key, rows) for key, rows in sorted(read.broken.items())),
    )


def issues(data: Path) -> tuple[Issue, ...]:
    """The issues alone; raises `Missing` or `Unreadable`, which name the file."""
    read = _reader(data)
    return read.some(ISSUES, read.issues)


def _reader(data: Path) -> _Reader:
    folder = data / "ambig-swe"
    if not folder.is_dir():
        raise Missing(
            f"no Ambig-SWE data at {folder}: set TOM_SHARED_DATA to the folder that has it"
        )
    return _Reader(folder)


class _Reader:
    """Reads files of a folder and counts what is broken in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broken: Counter[tuple[str, str]] = Counter()

    def some[T](self, file: str, rows: Callable[[str], Iterable[T]]) -> tuple[T, ...]:
        """The rows of a file that can be used, at least one."""
        found = tuple(rows(file))
        if not found:
            raise Unreadable(f"{self.folder / file} has no usable row")
        return found

    def issues(self, file: str) -> Iterator[Issue]:
        for row in self._read(file, _lines, list):
            if not all(
                isinstance(_fields(row).get(name), str)
                for name in ("instance_id", "original_issue", "problem_statement", "patch")
            ):
                self.broken[file, "a text is missing: left out"] += 1
                continue
            yield _issue(row)

    def results(self, file: str) -> dict[str, dict[str, bool]]:
        """Whether each instance was resolved, by model."""
        found: dict[str, dict[str, bool]] = {model: {} for model in MODELS}
        columns = [each.column for each in MODELS.values()]
        for row in self._rows(file, ["instance_id", *columns]):
            instance = row["instance_id"]
            for model, each in MODELS.items():
                if row[each.column] not in ("0", "1"):
                    self.broken[file, f"no 0 or 1 for {model}: left out"] += 1
                elif instance in found[model]:
                    self.broken[
                        file, f"an instance appears again for {model}: the first one counts"
                    ] += 1
                else:
                    found[model][instance] = row[each.column] == "1"
        for model, column in found.items():
            if not column:
                raise Unreadable(f"{self.folder / file} has no result of {model}")
        return found

    def seen(self, file: str) -> Iterator[Seen]:
        for instance, row in self._read(file, json.loads, dict).items():
            asked, vague = _fields(row).get("output"), _fields(row).get("gold")
            if vague not in (0, 1):
                self.broken[file, "no gold: left out"] += 1
                continue
            if asked not in (0, 1):
                self.broken[file, "no output: counted as not asked"] += 1
            yield Seen(instance, vague == 1, asked == 1)

    def talks(self, file: str) -> Iterator[Talk]:
        for row in self._read(file, json.loads, list):
            instance, raw = _fields(row).get("instance_id"), _fields(row).get("qa_pairs")
            if not isinstance(instance, str) or not isinstance(raw, list):
                self.broken[file, "no instance or no list of pairs: left out"] += 1
                continue
            pairs: list[Pair] = []
            for pair in cast("list[object]", raw):
                match pair:
                    case [str() as question, str() as answer]:
                        pairs.append(Pair(unescaped(question), unescaped(answer)))
                    case _:
                        self.broken[file, "not a question and an answer: left out"] += 1
            yield Talk(instance, tuple(pairs))

    def gains(self, file: str) -> Iterator[Gain]:
        columns = ["instance_id", "difference_score", "question", "answer"]
        for row in self._rows(file, columns):
            try:
                value = float(row["difference_score"])
            except ValueError:
                self.broken[file, "the distance is not a number: left out"] += 1
                continue
            pair = Pair(unescaped(row["question"]), unescaped(row["answer"]))
            yield Gain(row["instance_id"], pair, value)

    def _rows(self, file: str, columns: list[str]) -> Iterator[dict[str, str]]:
        """The rows of a table that has these columns."""
        for row in self._read(file, _table, list):
            if any(row.get(name) is None for name in columns):
                self.broken[file, "a column is missing: left out"] += 1
            else:
                yield row

    def _read(self, file: str, parse: Callable[[str], Any], kind: type) -> Any:
        """What a file holds: something of a kind, and not nothing."""
        path = self.folder / file
        try:
            raw = path.read_bytes()
            text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
            found = parse(text)
        except FileNotFoundError as error:
            raise Missing(f"{path} does not exist") from error
        except (OSError, EOFError, ValueError, csv.Error) as error:
            raise Unreadable(f"{path} cannot be read: {error}") from error
        if not isinstance(found, kind) or not found:
            raise Unreadable(f"{path} does not have the expected rows")
        return found


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _lines(text: str) -> list[object]:
    return [json.loads(line) for line in text.split("\n") if line]


def _fields(row: object) -> dict[str, object]:
    """The fields of a row; none, where it has none."""
    return cast("dict[str, object]", row) if isinstance(row, dict) else {}


def _issue(row: Mapping[str, str | None]) -> Issue:
    text = {name: value or "" for name, value in row.items()}
    return Issue(
        instance=text["instance_id"],
        full=unescaped(text["original_issue"]),
        summary=unescaped(text["problem_statement"]),
        hints=unescaped(text.get("hints_text", "")),
        files=tuple(name for each in text.get("files", "").split(",") if (name := each.strip())),
        touched=len(_TOUCHED.findall(text["patch"])),
        released=text["original_issue"],
        escaped=any(ESCAPE in value for value in text.values()),
        patch=unescaped(text["patch"]),
    )
