"""A session as chat messages, for a model that was taught to chat."""

from __future__ import annotations

import re
from typing import NamedTuple

from tom_evals.ppp.prompts import render
from tom_evals.ppp.speech import Answer, Ask, Said, Search
from tom_evals.userville.preferences import Preference

TURNS = 8
# The last mark of a message counts: what a model thinks before it may name the others.
_MARK = re.compile(r"<(ask|search|answer)>((?:(?!<(?:ask|search|answer)>).)*)</\1>", re.DOTALL)


class Message(NamedTuple):
    """A chat message."""

    role: str
    content: str


def opened(preference: Preference, request: str) -> list[Message]:
    """What a model is told at the beginning: what it can do, and the request."""
    system = render("agent", turns=TURNS, wish=preference.wish)
    return [Message("system", system), Message("user", request)]


def said(text: str) -> Said | None:
    """What a message says; None where it holds nothing that can be done."""
    found = list(_MARK.finditer(text))
    if not found:
        return None
    kind, content = found[-1][1], found[-1][2].strip()
    if kind == "answer":
        return Answer(content)
    if not content:
        return None
    return Ask(content) if kind == "ask" else Search(content)
