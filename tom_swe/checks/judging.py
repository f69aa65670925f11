"""Whether what an agent does breaches a check. Pure, and of the standard library what starts fast.

Each check carries literals of which one has to stand in what is done; only then is it looked at,
and only then is `re` imported, which costs a hook as much as it does itself.
"""

from collections.abc import Callable, Iterator, Mapping

from tom_swe.checks.patterns import fits
from tom_swe.checks.steps import (
    COMMAND,
    FILE,
    REPLY,
    Step,
    branches_of,
    fields,
    items,
    messages_of,
)
from tom_swe.shell import run_by

type Spec = Mapping[str, object]
# The repositories in which a rule gives way to another one; whoever looks up checks knows it.
NOT_IN = "not_in"

_SHOWN = 80
# What is pasted stands in the middle of a long message.
_END = 4_000
# "do not push yet" asks for no push.
_DENYING = frozenset(
    {"not", "don't", "don’t", "dont", "never", "no", "without", "before", "until", "别", "不", "勿"}
)


class Past:
    """What went before a step in its turn, of one check: what was asked for, what ran.

    ``asked`` says that the person's request asks for what the check is against. ``ran`` says
    that what has to come first ran since a file was written, ``wrote`` that one was written in
    this turn. ``named`` tells whether the person gave a name themselves.
    """

    __slots__ = ("asked", "named", "ran", "wrote")

    def __init__(
        self,
        *,
        asked: bool = False,
        ran: bool = False,
        wrote: bool = False,
        named: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.asked = asked
        self.named = named
        self.ran = ran
        self.wrote = wrote


def judge(spec: Spec, step: Step, past: Past) -> str:
    """The part of a step that breaches a check, cut short; "" if none does. Never raises."""
    if past.asked or not _is_near(spec, step):
        return ""
    match spec.get("kind"):
        case "command":
            found = _run(step, _list(spec, "runs"))
        case "order":
            found = _too_early(spec, step, past)
        case "name":
            found = _misnamed(spec, step, past)
        case "text" | "length" | "language":
            found = next(
                (
                    said
                    for kind, each in _texts(spec, step)
                    if (said := _says(spec, kind, each, whole=step.whole))
                ),
                "",
            )
        case _:
            found = ""
    return found[:_SHOWN]


def looks_at(spec: Spec, step: Step) -> bool:
    """Whether a check looks at such steps and this one shows what it needs."""
    if spec.get("kind") == "command" or (spec.get("kind") == "order" and _list(spec, "runs")):
        return step.kind == COMMAND
    if step.kind == COMMAND:
        return _is_near(spec, step) and _by_command(_list(spec, "of"))
    return _is_near(spec, step) and (step.known or spec.get("kind") == "name")


def is_close(spec: Spec, step: Step) -> bool:
    """Whether a step is similar to one that a check forbids, whatever its options are."""
    if spec.get("kind") in {"command", "order"} and step.kind == COMMAND:
        bare = (
            " ".join(part for part in pattern.split() if part[0] not in "-!@")
            for pattern in [*_list(spec, "runs"), *_list(spec, "first")]
        )
        return bool(_run(step, [pattern for pattern in bare if pattern]))
    return _is_near(spec, step)


def runs_first(spec: Spec, step: Step) -> bool:
    """Whether a step runs what has to run first."""
    return step.kind == COMMAND and bool(_run(step, _list(spec, "first")))


def unsettles(spec: Spec, step: Step) -> bool:
    """Whether a step writes something after which that has to run again."""
    ends = tuple(_list(spec, "unsettled_by"))
    return step.kind == FILE and step.path.lower().endswith(ends)


def request_words(prompt: str) -> str:
    """The words of the person's message for `is_asked_for`; of a long one, both ends."""
    if len(prompt) > 2 * _END:
        prompt = f"{prompt[:_END]} {prompt[-_END:]}"
    plain = "".join(c if c.isalnum() or c in "'’" else " " for c in prompt.lower())
    return f" {' '.join(plain.split())} "


def is_asked_for(spec: Spec, lower: str) -> bool:
    """Whether a request asks for what a check forbids."""
    for word in _list(spec, "asked"):
        # Chinese has no spaces between its words.
        sought = f" {word} " if word.isascii() else word
        at = lower.find(sought)
        while at >= 0:
            before = lower[:at]
            if _DENYING.isdisjoint(before.split()[-3:]) and _DENYING.isdisjoint(before[-3:]):
                return True
            at = lower.find(sought, at + 1)
    return False


def _is_near(spec: Spec, step: Step) -> bool:
    """Whether a check looks at such steps and this one contains one of its literals."""
    of = _list(spec, "of")
    if of and step.kind not in of and not (step.kind == COMMAND and _by_command(of)):
        return False
    if step.kind == FILE and not _is_in_place(spec, step.path):
        return False
    if spec.get("beyond_ascii") is True and step.text.isascii():
        return False
    near = _list(spec, "near")
    return not near or any(each in step.lower for each in near)


def _by_command(of: list[str]) -> bool:
    return "commit" in of or "branch" in of


def _is_in_place(spec: Spec, path: str) -> bool:
    """Whether a file has one of the folders and endings of a check."""
    lower = "/" + path.lower().replace("\\", "/").lstrip("/")
    ends, folders = _list(spec, "ends"), _list(spec, "folders")
    if ends and not lower.endswith(tuple(ends)):
        return False
    return not folders or any(f"/{folder}/" in lower for folder in folders)


# Commands


def _run(step: Step, patterns: list[str]) -> str:
    """The first command of a step that matches one of these patterns."""
    if step.kind != COMMAND:
        return ""
    for words in step.runs:
        if len(words) == 2 and words[1] in {"--version", "--help", "-h"}:
            continue
        if any(fits(pattern, words, step.cwd) for pattern in patterns):
            return " ".join(words)
    return ""


# What comes before what


def _too_early(spec: Spec, step: Step, past: Past) -> str:
    then = _list(spec, "runs")
    if not then:
        is_due = step.kind == REPLY and past.wrote and not past.ran
        return f"{spec.get('label', 'it')} did not run" if is_due else ""
    if step.kind != COMMAND:
        return ""
    first, ran = _list(spec, "first"), past.ran
    for words in step.runs:
        if any(fits(pattern, words, step.cwd) for pattern in first):
            ran = True
        elif not ran and any(fits(pattern, words, step.cwd) for pattern in then):
            return " ".join(words)
    return ""


# Names and texts


def _misnamed(spec: Spec, step: Step, past: Past) -> str:
    """The first name in a step that does not match the pattern, or matches a forbidden one."""
    if step.kind == FILE:
        if not step.is_new:
            return ""
        path = step.path.replace("\\", "/").rstrip("/")
        names = [path.rpartition("/")[2]]
    else:
        names = [name for words in step.runs for name in branches_of(words)]
    against = spec.get("against") is True
    for name in names:
        if not name or name.startswith(("$", ".")) or past.named(name):
            continue
        if "pattern" in spec and step.kind == FILE and _is_given(name):
            continue
        if _has_form(spec, name) == against:
            return name
    return ""


def _is_given(name: str) -> bool:
    """Whether a file has to be called so: README.md, Dockerfile, Cargo.toml, __init__.py."""
    stem, dot, _ = name.partition(".")
    if stem.startswith("__") and stem.endswith("__"):
        return True
    is_word = stem[:1].isupper() and stem[1:].islower() and stem.isalpha()
    return (stem.isupper() and stem.isalpha()) or (is_word and (not dot or stem == "Cargo"))


def _has_form(spec: Spec, name: str) -> bool:
    """Whether a name is of the form that a check names."""
    if isinstance(begins := spec.get("begins"), str):
        return name.startswith(begins)
    if isinstance(shape := spec.get("shape"), str):
        return len(name) >= len(shape) and all(map(_is_shaped, shape, name))
    return bool(_all(str(spec.get("pattern", "")), name))


def _is_shaped(sign: str, letter: str) -> bool:
    return letter.isdigit() if sign == "0" else letter in "-_" if sign == "_" else letter == sign


def _texts(spec: Spec, step: Step) -> list[tuple[str, str]]:
    """The texts of a step that a check looks at, each with its kind."""
    if step.kind != COMMAND:
        return [(step.kind, step.text)] if step.known else []
    if "commit" not in _list(spec, "of"):
        return []
    said = (messages_of(words, each.fed) for each in step.commands for words in run_by(each))
    return [("commit", each) for each in said if each]


def _says(spec: Spec, kind: str, text: str, *, whole: bool) -> str:
    """The part of a text, or of what is known of it, that breaches a check."""
    if spec["kind"] == "length":
        return _too_long(spec, text)
    if spec["kind"] == "language":
        return _other_language(text, str(spec.get("language")))
    return next(
        (
            found
            for test in map(fields, items(spec.get("tests")))
            # What a part of a text lacks may stand in another one.
            if (whole or "least" not in test) and (found := _fails(test, kind, text))
        ),
        "",
    )


def _fails(test: Spec, kind: str, text: str) -> str:
    of = _list(test, "of")
    if (of and kind not in of) or len(text) < _number(test, "from"):
        return ""
    if ranges := items(test.get("ranges")):
        found = [each for each in set(text) if any(_is_in(ranges, each))]
    else:
        found = _all(str(test.get("pattern", "")), text)
    if "most" in test:
        return found[0].strip() or "it" if len(found) > _number(test, "most") else ""
    return f"{len(found)} of {test.get('label', '')}" if len(found) < _number(test, "least") else ""


def _other_language(text: str, wanted: str) -> str:
    """The language of a text if it is not the wanted one; "" if that is uncertain."""
    from tom_swe.text.language import language_of

    words = "".join(_prose(text).split("`")[::2]).split()
    half = len(words) // 2
    # A few words, and names among them, are of many languages; both halves are of one.
    found = {language_of(" ".join(part)) for part in (words, words[:half], words[half:])}
    return found.pop() if len(found) == 1 and not found & {"", wanted} else ""


def _too_long(spec: Spec, text: str) -> str:
    unit = str(spec.get("unit", ""))
    if unit == "characters of the first line":
        size = len(text.strip().split("\n", 1)[0])
    else:
        size = len(text.splitlines()) if unit == "lines" else len(_prose(text).split())
    return f"{size} {unit}" if size > _number(spec, "most") else ""


def _prose(text: str) -> str:
    """A text without its fenced code."""
    parts = text.split("```")
    return "".join(parts[::2])


def _is_in(ranges: list[object], letter: str) -> Iterator[bool]:
    for each in ranges:
        bounds = [number for number in items(each) if isinstance(number, int)]
        yield len(bounds) == 2 and bounds[0] <= ord(letter) <= bounds[1]


def _all(pattern: str, text: str) -> list[str]:
    """The part of a text that matches a pattern; "" if none does."""
    import re

    try:
        return [found[0] for found in re.finditer(pattern, text, re.MULTILINE)]
    except re.error:
        return []


def _list(spec: Spec, key: str) -> list[str]:
    return [each for each in items(spec.get(key)) if isinstance(each, str)]


def _number(spec: Spec, key: str) -> int:
    value = spec.get(key, 0)
    return value if isinstance(value, int) else 0
