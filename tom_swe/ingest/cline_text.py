"""What the person typed, among what Cline and its forks give the model around it. Pure."""

import json
import re
from collections.abc import Iterator

from tom_swe.ingest.records import Record, as_dict, as_list, as_str, texts

TAGS = ("task", "feedback", "user_message", "answer")

# A result of a tool begins so; what follows is the tool's, but for these openings.
_RESULT = re.compile(r"\s*\[[^\n]{0,2000}\] Result:[ \t]*\n?")
_BEFORE_WORDS = (
    "[TASK RESUMPTION]",
    "The user denied this operation and provided the following feedback:",
    "The user has provided feedback on the results.",
    "The user provided the following feedback:",
    "The user approved this operation and provided the following context:",
    "You seem to be having trouble proceeding.",
)
_FOLDER = re.compile(r"# Current (?:Working|Workspace) Directory \(([^\n]{1,1000}?)\) Files")
_FOLDER_WINDOW = 200_000
_SUGGESTED = re.compile(r"<suggest\b[^>\n]{0,100}>([^<]{1,2000})</suggest>")
_OPTIONS = re.compile(r"<options>([^<]{1,4000})</options>")
# Put before or after the words by the host.
_ADDED = ("explicit_instructions", "file_content", "mode_notice", "user_command")


def folder_in(text: str) -> str:
    """The folder of work that the host tells the model."""
    if "<environment_details>" not in text:
        return ""
    found = _FOLDER.search(text[:_FOLDER_WINDOW])
    return found[1] if found else ""


def typed_in(content: object) -> Iterator[tuple[str, str]]:
    """The tag and the words of each passage that the person typed in a message to the model."""
    passages = texts(content)
    for block in map(as_dict, as_list(content)):
        if block.get("type") == "tool_result":
            passages += texts(block.get("content"))
    for passage in passages:
        result = _RESULT.match(passage)
        told = passage[result.end() :] if result else passage
        if not told.lstrip().startswith((*(f"<{tag}>" for tag in TAGS), *_BEFORE_WORDS)):
            continue
        opened = [(at, tag) for tag in TAGS if (at := told.find(f"<{tag}>")) >= 0]
        if not opened:
            continue
        at, tag = min(opened)
        end = told.rfind(f"</{tag}>")
        if words := _without(told[at + len(tag) + 2 : end if end > at else None]):
            yield tag, words


def typed_in_session(text: str) -> str:
    """The words in a message of Cline's newer store."""
    start = text.find("<user_input")
    if start >= 0:
        begin = text.find(">", start) + 1
        end = text.rfind("</user_input>")
        text = text[begin or start : end if end >= begin else None]
    return _without(text)


def offered_in(content: object) -> set[str]:
    """The answers that the agent offers: in a question that the person saw, or in its own call."""
    found: set[str] = set()
    for text in texts(content):
        found.update(_SUGGESTED.findall(text))
        for options in _OPTIONS.findall(text):
            found.update(_strings(options))
    blocks = [as_dict(content), *map(as_dict, as_list(content))]
    for block in blocks:
        values: Record = as_dict(block.get("input")) or block
        for key in ("options", "suggest", "follow_up"):
            found.update(_strings(values.get(key)))
    return {each.strip() for each in found}


def _strings(value: object) -> Iterator[str]:
    """The texts of a list, which may stand as JSON in a text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    for each in as_list(value):
        item = as_dict(each)
        yield as_str(each) or as_str(item.get("answer")) or as_str(item.get("text"))


def _without(text: str) -> str:
    """The text without what the host added to it."""
    for tag in _ADDED:
        kept: list[str] = []
        last = 0
        while (start := text.find(f"<{tag}", last)) >= 0:
            end = text.find(f"</{tag}>", start)
            if end < 0:
                break
            kept.append(text[last:start])
            last = end + len(tag) + 3
        text = "".join((*kept, text[last:]))
    return text.strip()
