"""What an agent's message asks: its questions, and what kind each is of. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from tom_evals.people.words import content, prose, sentences
from tom_swe.advise.ask_preferences.checks import asks_for_file

_REQUEST = re.compile(
    r"\b(?:please|could you|can you|kindly)\s+(?:also\s+)?"
    r"(?:tell|provide|share|clarify|specify|describe|give|explain|confirm|let me know|show|send)\b"
    r"|\blet me know\s+(?:what|which|where|when|how|whether|if)\b"
    r"|\b(?:I|we)(?:['\u2019]d|['\u2019]ll| would| will)?\s+(?:also\s+|still\s+)?(?:need|like)\s+"
    r"(?:to\s+(?:know|understand|clarify|ask|confirm)|more|some|additional|further|a few|"
    r"the following|clarification|answers|you\s+to)\b"
    r"|\b(?:it would|would)\s+(?:be\s+helpful|help)\s+(?:\w+\s+)?(?:to know|if you)\b",
    re.IGNORECASE,
)
# The words of a question that could be asked about anything.
_GENERIC = content(
    "please could you can would give provide share tell more further additional details detail "
    "information info context clarify clarification explain elaborate describe specify specific "
    "problem issue question questions request task bit little example want help understand "
    "requirements anything bug know expect exact exactly mean"
)


class Sort(StrEnum):
    """What a question is after."""

    GENERIC = "generic"  # anything more
    PLACE = "place"  # the file or module
    SPECIFIC = "specific"


def questions(text: str) -> list[str]:
    """The sentences of a message, outside code, that ask the reader something.

    Of a request that a list follows after a colon the items are the questions.
    """
    found: list[str] = []
    lead = ""
    for each in sentences(prose(text)):
        is_item = each.startswith(("- ", "* "))
        asks = each.rstrip("\"')*_ ").endswith("?") or _REQUEST.search(each)
        if is_item and lead in found:
            found.remove(lead)
        if asks or (is_item and lead):
            found.append(each)
        if not is_item:
            lead = each if asks and each.rstrip("*_ ").endswith(":") else ""
    return found


def sort(question: str) -> Sort:
    """What a question is after; one without a word of its own is generic."""
    if asks_for_file(question):
        return Sort.PLACE
    return Sort.SPECIFIC if content(question) - _GENERIC else Sort.GENERIC
