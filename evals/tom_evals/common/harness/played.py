"""A coding agent that is played by rules, behind the protocol of a language model.

It stands in for a model where a run is to show that all parts work: it knows how to mend the
`toys`, has the habits of an agent that knows nothing of its user, and does otherwise as far as
what it was given tells it to. So what it scores says what reached it, and nothing of any model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, cast

from tom_evals.common.harness.toys import Toy, toys
from tom_swe.testing import text_of
from tom_swe.testing.scripted import Turn

type Json = dict[str, Any]
type Meaning = tuple[str, bool]
type Knows = Callable[[str], frozenset[Meaning]]
"""The preferences, or their opposites (False), that a text tells."""

LOOK = "pwd && git ls-files"
EXPLORE = (
    "git log --oneline | head -3",
    "cat README.md",
    "cat {module}",
    "cat tests/test_existing.py",
)
VAGUE_QUESTION = "Could you tell me more about the problem?"
# The preferences that it can follow.
FOLLOWED = (
    "arch06",  # declares __all__
    "doc09",  # keeps the changelog
    "doc10",  # writes few comments
    "git01",  # names the branch after the change
    "git09",  # says why in the commit
    "qual02",  # writes tests with the code
    "qual06",  # annotates types
    "qual07",  # runs a linter
    "qual12",  # adds a regression test
)


class _Session(NamedTuple):
    """The session as it stands in a request: what was said, called and printed so far."""

    offered: frozenset[str]
    told: str
    calls: Sequence[tuple[str, Json]]
    printed: str
    asked: bool

    def ran(self, command: str) -> bool:
        return any(json.dumps(command)[1:-1] in json.dumps(given) for _, given in self.calls)


def nothing(_: str) -> frozenset[Meaning]:
    """What an agent knows who understands nothing of preferences."""
    return frozenset()


def agent(knows: Knows = nothing) -> Callable[[Json], Turn]:
    """What the agent does next, given a chat's request; for `ScriptedModel`."""

    def answer(body: Json) -> Turn:
        session = _session(body)
        if "ask_tom" in session.offered and not any(name == "ask_tom" for name, _ in session.calls):
            return "ask_tom", {"request": ""}
        if not session.ran(LOOK):
            return _run(LOOK)
        toy = next((each for each in toys() if each.module in session.printed), None)
        if toy is None:
            return "finish", {"message": "This is no repository that I know."}
        known = knows(session.told)
        wanted = {name for name, held in known if held} - {name for name, held in known if not held}
        return _next(session, toy, wanted)

    return answer


def _session(body: Json) -> _Session:
    messages = cast("list[Json]", body["messages"])
    names: dict[str, str] = {}
    calls: list[tuple[str, Json]] = []
    told: list[str] = []
    printed: list[str] = []
    asked = False
    for message in messages:
        match message["role"]:
            case "assistant":
                made = cast("list[Json]", message.get("tool_calls") or [])
                asked = asked or not made
                for call in made:
                    function = call["function"]
                    names[call["id"]] = function["name"]
                    calls.append((function["name"], json.loads(function["arguments"])))
            case "tool" if names.get(message.get("tool_call_id", "")) != "ask_tom":
                printed.append(text_of(message))
            case _:
                told.append(text_of(message))
    offered = frozenset(str(tool["function"]["name"]) for tool in body.get("tools", ()))
    return _Session(offered, "\n".join(told), calls, "\n".join(printed), asked)


def _run(command: str) -> Turn:
    return "terminal", {"command": command, "security_risk": "LOW", "summary": "work"}


def _next(session: _Session, toy: Toy, wanted: set[str]) -> Turn:
    knows = re.search(toy.detail, " ".join(session.told.split())) is not None
    if not knows and not session.asked:
        if "i_ask_upfront" not in wanted:
            for command in EXPLORE:
                if not session.ran(command.format(module=toy.module)):
                    return _run(command.format(module=toy.module))
        one = "i_one_question" in wanted
        return toy.question if one else f"{VAGUE_QUESTION} {toy.question}"
    for command in _work(toy, wanted, right=knows):
        if not session.ran(command):
            return _run(command)
    return "finish", {"message": _last_words(toy, wanted)}


def _work(toy: Toy, wanted: set[str], *, right: bool) -> Iterator[str]:
    if "git01" in wanted:
        yield f"git checkout -q -b {toy.title}"
    yield _written(toy.module, _module(toy, wanted, right=right))
    if wanted & {"qual02", "qual12"}:
        yield _written("tests/test_regression.py", toy.regression)
    if "doc09" in wanted:
        yield f"echo '- {toy.title.replace('-', ' ').capitalize()}.' >> CHANGELOG.md"
    if "qual07" in wanted:
        yield "ruff check . || true"
    yield "python3 -m unittest -q"
    if "git09" in wanted:
        why = "The request was about this: what came out before was wrong because nobody had\\n"
        why += "decided the odd case, so it is decided here."
        yield f"git add -A && git commit -q -m \"$(printf '{_subject(toy)}\\n\\n{why}')\""
    else:
        yield "git add -A && git commit -q -m fix"


def _module(toy: Toy, wanted: set[str], *, right: bool) -> str:
    head = toy.head
    if "arch06" in wanted:
        name = toy.signature.removeprefix("def ").partition("(")[0]
        head = f'{head}__all__ = ["{name}"]\n\n'
    signature = toy.typed if "qual06" in wanted else toy.signature
    body = toy.right if right else toy.wrong
    if "doc10" not in wanted:
        # The habit of many agents: they say in comments what the code says.
        body = "".join(f"    {each}\n" for each in toy.remarks) + body
    return f"{head}\n{signature}\n{toy.docstring}{body}"


def _written(file: str, text: str) -> str:
    return f"cat > {file} <<'END'\n{text}END"


def _subject(toy: Toy) -> str:
    return toy.title.replace("-", " ").capitalize()


def _last_words(toy: Toy, wanted: set[str]) -> str:
    if "i_concise" in wanted:
        return f"Done: {toy.title.replace('-', ' ')}."
    return (
        f"I looked at the repository first and found that {toy.module} is where this happens. "
        "I then went through the function step by step, changed how it works so that it does what "
        "was asked for, kept everything else as it was, and ran the tests, all of which pass. "
        "The reason for the fault was a case that the code had not considered. If you would like "
        "me to go further, I can add more tests, extend the documentation, or look at the other "
        "modules for the same pattern. Let me know how you would like to go on from here, and "
        "whether anything about the change is unclear, so that I can explain it in more detail."
    )
