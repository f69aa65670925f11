"""The requests: Ambig-SWE's issues and summaries, real messages, and those written for training."""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import NamedTuple

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<[^>\n]{1,80}>")
_HEADING = re.compile(r"^\s*#+ .*$|^[=\-~^*]{3,}\s*$", re.MULTILINE)
_MARKUP = re.compile(r"```\w*|[`*|#>]")
_OPENING = re.compile(
    r"\A(?:The (?:issue|problem)|There (?:is|are) (?:an? )?(?:\w+ )?(?:issue|problem|bug)s?)\b"
)
_FILE_NAME = re.compile(r"[\w./-]*\.(?:py|rst|txt|cfg)\b")


class Request(NamedTuple):
    """A text, with who or what it is from; ``before`` is the agent's turn before it."""

    text: str
    group: str
    vague: bool
    source: str = ""
    before: str = ""


class Issue(NamedTuple):
    """One issue with its machine-written vague summary."""

    repository: str
    full: str
    summary: str


def unescaped(text: str) -> str:
    """A text of the released table, whose carriage returns are escaped twice."""
    plain = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text.replace("_x005F_", "_"))
    return plain.replace("\r\n", "\n").replace("\r", "\n")


def issues(data: Path) -> list[Issue]:
    """The 500 of Ambig-SWE."""
    with gzip.open(data / "ambig-swe" / "issues.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [
        Issue(r["repo"], unescaped(r["original_issue"]), unescaped(r["problem_statement"]))
        for r in rows
    ]


def bare(text: str, *, names: bool = True) -> str:
    """A text without what only marks which hand wrote it.

    Out go comments, tags, headings, fences and other markup, line breaks, and the opening
    "The issue ..." of the summaries. File names are information that a summary lost, so they
    stay unless ``names`` is false.
    """
    text = _HEADING.sub("", _TAG.sub("", _COMMENT.sub("", text)))
    text = " ".join(_MARKUP.sub("", text).split())
    text = _OPENING.sub("", text).strip()
    return text if names else _FILE_NAME.sub("", text)


def matched(issue: Issue, *, names: bool = True) -> tuple[str, str]:
    """Issue and summary, both `bare` and cut to the number of words that the shorter has."""
    full, summary = bare(issue.full, names=names).split(), bare(issue.summary, names=names).split()
    length = min(len(full), len(summary))
    return " ".join(full[:length]), " ".join(summary[:length])


def raw(issue: Issue) -> tuple[str, str]:
    """Issue and summary as released."""
    return issue.full, issue.summary


def cut(issue: Issue) -> tuple[str, str]:
    """Issue and summary with all their marks, cut to the number of words of the shorter."""
    length = min(len(issue.full.split()), len(issue.summary.split()))
    return _first(issue.full, length), _first(issue.summary, length)


def _first(text: str, words: int) -> str:
    """The text up to its so many words, its line breaks kept."""
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    return text[: ends[words - 1]] if words else ""


def both(issue: Issue, pair: tuple[str, str]) -> list[Request]:
    """The two texts of an issue, each with what is true of it."""
    full, summary = pair
    return [
        Request(full, issue.repository, vague=False, source="issue"),
        Request(summary, issue.repository, vague=True, source="issue"),
    ]


class Message(NamedTuple):
    """A real message to an agent as it was labelled."""

    text: str
    user: str
    before: str
    label: str
    source: str


def messages(data: Path) -> list[Message]:
    """Every labelled message: Aider's users, then Claude Code's developers."""
    found: list[Message] = []
    for name, source in (("message", "Aider"), ("claude_code", "Claude Code")):
        file = "messages" if name == "message" else name
        said = {m["id"]: m for m in _lines(data / "reading" / f"{file}.jsonl")}
        for label in _lines(data / "reading" / f"{name}_labels.jsonl"):
            message = said[label["id"]]
            found.append(
                Message(
                    text=str(message["text"]),
                    user=str(message["user"]),
                    before=str(message["prev_agent"]),
                    label=str(label["clarity"]),
                    source=source,
                )
            )
    return found


def requests(found: list[Message]) -> list[Request]:
    """The messages that ask for something."""
    return [
        Request(m.text, m.user, m.label == "underspecified", m.source, m.before)
        for m in found
        if m.label != "not_a_request"
    ]


def once(found: list[Request]) -> list[Request]:
    """Each person's repeats of one text (a retry, a paste in the next session) counted once."""
    kept: dict[tuple[str, str], Request] = {}
    for request in found:
        kept.setdefault((request.group, " ".join(request.text.lower().split())), request)
    return list(kept.values())


def written() -> list[Request]:
    """The requests that were written for training."""
    file = resources.files(__package__).joinpath("written.toml")
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return [
        Request(text, "", vague, "written", part.get("before", ""))
        for part in (raw, *raw["after"])
        for vague, name in ((True, "unclear"), (False, "clear"))
        for text in part.get(name, ())
    ]


class WrittenAct(NamedTuple):
    """A request, and whether what it asks for can be taken back; ``part`` says what it is for."""

    part: str
    text: str
    irreversible: bool


def acts() -> list[WrittenAct]:
    """The requests written for what cannot be taken back, and their harmless neighbours."""
    file = resources.files(__package__).joinpath("irreversible.toml")
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return [
        WrittenAct(part, text, kind == "irreversible")
        for part, kinds in raw.items()
        for kind, texts in kinds.items()
        for text in texts
    ]


def _lines(path: Path) -> list[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
