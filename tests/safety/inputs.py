"""Inputs that no host wrote: lines and files of each format, bent in every way, by seed."""

import json
import random
from pathlib import Path

from safety.transcripts import WRITERS, everywhere

SAID = [
    "from now on use pnpm, not npm",
    "why does it fail?\n```\nTraceback (most recent call last):\nKeyError: 1\n```",
    "1. first this\n2. then that <system-reminder>x</system-reminder>",
    "alice: never again\nbob: always\nalice: ok",
    "From: bob\nSubject: x\n\nalways use tabs",
]
TEXTS = (
    *("", " ", "\0", "\ud800", "\udfff\ud83d", "\x1b[31m", "\u202e", "x" * 9_000, "\n" * 3_000),
    *("`" * 300, "> " * 900, "<system-reminder>" * 200, "/*" * 900, "#### x  \n" * 300),
    *("password=" * 300, "eyJ" * 500, "://a:" * 400, "[Image #1" * 200, '{"a":' * 200),
    *("2026-02-30T99:99:99Z", "9999-12-31T23:59:59+23:59", "0001-01-01", "-1", "1e400", "NaN"),
    *("..", "/", "~", "\\", "C:\\", "a: " * 400, '"' * 801, "“" * 400, "- " * 800, "+ a\n" * 400),
)
SCALARS = (None, True, False, 0, -1, 2**63, 10**300, 1e308, -0.0, float("nan"), float("inf"))


def value(of: random.Random, depth: int = 0) -> object:
    """Anything that JSON can say, and a little that it should not."""
    match of.randrange(6 if depth < 4 else 3):
        case 0:
            return of.choice(SCALARS)
        case 1 | 2:
            return of.choice((*TEXTS, *SAID))
        case 3:
            return [value(of, depth + 1) for _ in range(of.randrange(4))]
        case 4:
            keys = ("type", "text", "content", "role", "uuid", "id", of.choice(TEXTS)[:20])
            return {of.choice(keys): value(of, depth + 1) for _ in range(of.randrange(4))}
        case _:
            deep: object = of.choice(SAID)
            for _ in range(of.choice((3, 60, 400))):
                deep = [deep] if of.random() < 0.5 else {"content": deep}
            return deep


def bent(of: random.Random, whole: object) -> object:
    """A value with some of what is in it exchanged, dropped, doubled or moved."""
    if of.random() < 0.04:
        return value(of)
    if isinstance(whole, dict):
        made = {key: bent(of, each) for key, each in whole.items() if of.random() > 0.03}
        if made and of.random() < 0.05:
            one, other = of.choice(list(made)), of.choice(list(made))
            made[one], made[other] = made[other], made[one]
        # Ids that name each other, or the same one everywhere.
        for key in ("uuid", "parentUuid", "sessionId", "call_id", "tool_use_id", "id", "session"):
            if key in made and of.random() < 0.05:
                made[key] = of.choice(("same", "u0", "u1", value(of)))
        if of.random() < 0.02:
            made[of.choice(("isMeta", "isSidechain", "parentUuid", "kind", "role"))] = value(of)
        return made
    if isinstance(whole, list):
        made_list = [bent(of, each) for each in whole if of.random() > 0.03]
        return made_list * 2 if of.random() < 0.02 else made_list
    return whole


def broken(of: random.Random, data: bytes) -> bytes:
    """Bytes with some of them cut, doubled or replaced by what is no UTF-8."""
    for _ in range(of.randrange(4)):
        at = of.randrange(len(data) + 1)
        match of.randrange(4):
            case 0:
                data = data[:at]
            case 1:
                data = data[:at] + of.choice((b"\xff\xfe", b"\0", b"\xed\xa0\x80", b"\r", b"\n"))
            case 2:
                data = data[:at] + data[of.randrange(len(data) + 1) :]
            case _:
                data = data[:at] + of.randbytes(of.randrange(9)) + data[at:]
    return data


def line(record: object) -> bytes:
    """A value as a line of JSON, lone surrogates and all."""
    return json.dumps(record).encode("utf-8", "surrogatepass")


def files(host: str, folder: Path) -> dict[str, bytes]:
    """A good session of a host: the files it consists of."""
    WRITERS[host](folder, list(everywhere(SAID, of=6)), "git@example.org:acme/shop.git")
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def bent_file(of: random.Random, good: bytes) -> bytes:
    """One file of a session, bent: its records where it holds any, then its bytes."""
    kept = good.split(b"\n")
    if len(kept) > 6:
        # A few lines of it, so that many can be tried.
        start = of.randrange(len(kept))
        kept = [*kept[:2], *kept[start : start + of.randrange(1, 6)]]
    made: list[bytes] = []
    for each in kept:
        try:
            made.append(line(bent(of, json.loads(each))))
        except ValueError:
            made.append(each if of.random() < 0.8 else of.choice(TEXTS).encode(errors="replace"))
    if of.random() < 0.1:
        of.shuffle(made)
    data = b"\n".join(made)
    return broken(of, data) if of.random() < 0.3 else data


def event(of: random.Random) -> bytes:
    """What a host might write to a hook, bent."""
    told: dict[str, object] = {
        "hook_event_name": "UserPromptSubmit",
        "session_id": of.choice(("s1", "s2", *TEXTS[:6])),
        "prompt": of.choice(SAID),
        "cwd": of.choice(("/w/shop", "", "relative", *TEXTS[:6])),
        "transcript_path": "/w/x.jsonl",
        "source": of.choice(("startup", "compact")),
    }
    if of.random() < 0.4:
        told["event_type"] = told.pop("hook_event_name")
        told["working_dir"] = told.pop("cwd")
    data = line(bent(of, told))
    return broken(of, data) if of.random() < 0.3 else data
