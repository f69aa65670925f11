"""What a person typed of an expanded custom prompt of Codex.

Codex writes the whole text of the prompt into the message, and what was typed replaces
``$ARGUMENTS``. Two openings show where that is::

    ## User Input                              The user input to you can be provided directly by
                                               the agent or as a command argument - you **MUST**
    ```text                                    consider it ...
    <typed>
    ```                                        User input:

    You **MUST** consider the user input ...   <typed>

                                               Given that feature description, do this: ...

Front matter may stand before either.
"""

import re

_FRONT_MATTER = re.compile(r"\s*---[^\S\n]*\n(?:[^\n]*\n){0,40}?---[^\S\n]*(?:\n|\Z)")
_FENCE = re.compile(r"\s*## User Input[^\S\n]*\n\n?```(?:text)?[^\S\n]*\n")
_FENCE_END = re.compile(r"(?:\A|\n)```[^\S\n]*\n\n?You \*\*MUST\*\* consider the user input\b")
_OLDER = "The user input to you can be provided directly by the agent or as a command argument"
_OLDER_INPUT = re.compile(r"^User input:[^\S\n]*\n\n?", re.MULTILINE)
# The older prompts have no mark after the typed text. These are how their own text goes on.
_OLDER_END = re.compile(
    r"^(?:Given th(?:at|e) |The text the user typed after `|Goal: |## |1\. Run `"
    r"|You are updating the project constitution)",
    re.MULTILINE,
)
_NOTHING = {"", "$ARGUMENTS"}


def typed(text: str) -> str | None:
    """What was typed of an expanded prompt, "" for nothing; None where the text is no such one."""
    text = text.replace("\r\n", "\n")
    front = _FRONT_MATTER.match(text)
    described = bool(front) and "\ndescription:" in text[: front.end() if front else 0]
    body = text[front.end() :] if front and described else text
    if opening := _FENCE.match(body):
        rest = body[opening.end() :]
        if end := _FENCE_END.search(rest):
            return _given(rest[: end.start()])
    elif body.lstrip().startswith(_OLDER) and (given := _OLDER_INPUT.search(body)):
        rest = body[given.end() :]
        if end := _OLDER_END.search(rest):
            return _given(rest[: end.start()])
        # No known mark: the first paragraph is the person's for certain.
        return _given(rest.partition("\n\n")[0])
    return "" if described else None


def _given(text: str) -> str:
    given = text.strip()
    return "" if given in _NOTHING else given
