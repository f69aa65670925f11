"""What of their earlier words readers would want for 150 later requests of three developers.

``gold.json`` names turns by their session's host id and their place in it, and holds no words.
It was made by reading. The requests are turns that ask for something, after the first session of
their repository, evenly spaced in time. For each, a pool was judged: the ten best earlier turns by
words and by meaning, and the wishes and decisions that a reader of the whole history knew. So it
may miss what no pool held; what the product shows beyond it was read and judged, too.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("gold.json")


class Wanted(NamedTuple):
    """A request, with the earlier turns that help.

    ``wanted`` are those a reader would put before the agent, ``fine`` bear on the request and do no
    harm, ``noise`` were read and are neither.
    """

    person: str
    request: str
    digest: str
    wanted: frozenset[str]
    fine: frozenset[str]
    noise: frozenset[str]


def wanted() -> list[Wanted]:
    """All requests, in the order of time within each person."""
    people: dict[str, list[dict[str, list[str]]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return [
        Wanted(
            person,
            str(each["request"]),
            str(each["digest"]),
            frozenset(each["wanted"]),
            frozenset(each["fine"]),
            frozenset(each.get("noise", ())),
        )
        for person, all_of in people.items()
        for each in all_of
    ]


def digest_of(text: str) -> str:
    """What stands for a request's words."""
    return sha256(text.encode()).hexdigest()[:16]
