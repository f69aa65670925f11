"""What the person said before that bears on what they ask for now."""

from _json import encode_basestring_ascii

from tom_swe.hosts.hook.event import Event, read
from tom_swe.hosts.hook.state import SessionState
from tom_swe.hosts.hook.stored import Stored
from tom_swe.memory.earlier import Earlier, names_here
from tom_swe.memory.earlier import earlier as found_earlier

# The first schema that keeps what may help later.
WITH_SAYINGS = "0013"
SAID = "said"
TAG = "tom-earlier"
HEAD = (
    "What the person you work for said in earlier sessions that may bear on this. "
    "It is background, not a request."
)
# At most so many things a prompt, and so many tokens with all that stands round them.
MOST, TOKENS = 3, 200
QUOTE = 240  # characters of one


def earlier(
    stored: Stored, user: str, event: Event, state: SessionState, told: str
) -> tuple[str, str]:
    """The text to add to a prompt, and the ids of what is in it as JSON; both "" for nothing.

    ``told`` are the ids of the beliefs that the session's briefing holds, as JSON. What a session
    was told once it is not told again. Raises sqlite3.Error.
    """
    if stored.version < WITH_SAYINGS or not event.prompt.strip():
        return "", ""
    repository, folder = event.here
    rows = stored.connection.execute
    found = found_earlier(
        rows,
        user,
        event.prompt,
        names_here(rows, user, repository, folder, _read),
        told=_numbers(told or "[]"),
        without=set(state.of(SAID)),
        session=event.session,
        limit=MOST,
    )
    shown = _that_fit(found)
    for each in shown:
        for name in (each.id, *sorted(each.same)):
            state.add(f"{SAID} {name}")
    ids = ", ".join(encode_basestring_ascii(each.id) for each in shown)
    return _text(shown), f"[{ids}]" if shown else ""


def _read(text: str) -> list[str]:
    return [str(each) for each in read(text, 0)[0]]


def _numbers(text: str) -> set[int]:
    return {int(each) for each in read(text, 0)[0]}


def _that_fit(found: list[Earlier]) -> list[Earlier]:
    """The first of these that stay within the tokens."""
    shown: list[Earlier] = []
    for each in found:
        if tokens_of(_text([*shown, each])) <= TOKENS:
            shown.append(each)
    return shown


def _text(found: list[Earlier]) -> str:
    if not found:
        return ""
    lines = [f'- {each.at[:10]}: "{on_one_line(each.text)}"' for each in found]
    return "\n".join([f"<{TAG}>", HEAD, *lines, f"</{TAG}>"])


def on_one_line(text: str) -> str:
    """Words on one line that can close no tag, cut between two of them where they are many."""
    text = text.replace("<", "\u2039").replace(">", "\u203a")
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if len(line) <= QUOTE:
        return line
    return f"{line[:QUOTE].rpartition(' ')[0] or line[:QUOTE]} ..."


def tokens_of(text: str) -> int:
    """What `count_tokens` says of a text, without the regular expressions that it is made of."""
    count = run = 0
    for sign in text:
        if sign.isascii() and sign.isalpha():
            run += 1
        else:
            count += (run + 3) // 4 + (not sign.isspace())
            run = 0
    return count + (run + 3) // 4
