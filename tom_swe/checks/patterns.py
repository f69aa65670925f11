"""The patterns by which commands are known. Standard library only."""

from tom_swe.shell import installed, plain_words

# What short options are called in full.
_FULL = {"r": "--recursive", "f": "--force", "a": "--all", "n": "--no-verify", "v": "--verbose"}


def fits(pattern: str, words: list[str], cwd: str = "") -> bool:
    """Whether a command matches a pattern.

    Its words come in the order of the pattern; ``a|b`` is either, ``a*`` what begins so, ``a?``
    may be missing. Options stand anywhere, ``!-x`` must not. ``+x`` is the package that a
    command installs, ``@out`` a place outside the folder of the work.
    """
    plain: list[str] | None = None
    at = 0
    for part in pattern.split():
        if part.startswith("!-"):
            if _has_option(part[1:], words):
                return False
        elif part.startswith("-") and len(part) > 1:
            if not any(_has_option(each, words) for each in part.split("|")):
                return False
        elif part.startswith("+"):
            if part[1:] not in installed(words):
                return False
        elif part == "@out":
            if not any(_is_outside(each, cwd) for each in plain_words(words)[1:]):
                return False
        else:
            plain = plain_words(words) if plain is None else plain
            optional = part.endswith("?")
            there = at < len(plain) and _is_word(part.rstrip("?"), plain[at])
            if not there and not optional:
                return False
            at += there
    return True


def _is_word(part: str, word: str) -> bool:
    return any(
        word.startswith(each[:-1]) if each.endswith("*") else word == each
        for each in part.split("|")
    )


def _has_option(option: str, words: list[str]) -> bool:
    if option.startswith("--"):
        return any(word == option or word.startswith(option + "=") for word in words)
    return all(
        any(
            (word[:1] == "-" and word[1:2] != "-" and letter in word[1:].lower())
            or word == _FULL.get(letter)
            for word in words[1:]
        )
        for letter in option[1:].lower()
    )


def _is_outside(place: str, cwd: str) -> bool:
    """Whether a place lies outside the folder of the work and is not temporary."""
    if place.startswith(("~", "$HOME", "..", "/..")):
        return True
    inside = ("/tmp/", "/var/tmp/")  # noqa: S108
    if cwd and f"{place.rstrip('/')}/".startswith(f"{cwd.rstrip('/')}/"):
        return False
    return place.startswith("/") and not place.startswith(inside)
