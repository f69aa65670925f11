"""What a language model replies about the sessions that it reads."""

from typing import Annotated, Literal

from tom_swe.llm.lenient import Form, each_that_fits, or_else


class NotedForm(Form):
    """One thing that the person said and that lasts.

    ``lasts_because`` are their words that say how long; "" where none do. ``known`` is the number
    of what is believed already and ``how`` says how the words go with it; 0 for none.
    """

    session: Annotated[int, or_else(1)] = 1
    turn: Annotated[int, or_else(-1)] = -1
    quote: str
    lasts: Annotated[Literal["task", "project", "language", "always"], or_else("project")]
    lasts_because: Annotated[str, or_else("")] = ""
    language: Annotated[str, or_else("")] = ""
    way: Annotated[
        Literal["correction", "instruction", "preference", "fact"], or_else("preference")
    ] = "preference"
    kind: Annotated[
        Literal["preference", "constraint", "expertise", "goal"], or_else("preference")
    ] = "preference"
    statement: str
    against: bool
    known: Annotated[int, or_else(0)] = 0
    how: Annotated[Literal["new", "again", "differently", "no longer"], or_else("new")] = "new"


class SummedUpForm(Form):
    """What a session was about."""

    session: int
    summary: Annotated[str, or_else("")] = ""
    intent: Annotated[
        Literal[
            "debugging",
            "code_generation",
            "code_explanation",
            "optimization",
            "learning",
            "configuration",
            "testing",
            "file_management",
            "general",
        ],
        or_else("general"),
    ] = "general"


class ReadingForm(Form):
    """What the sessions show, and the numbers of the candidates that show nothing."""

    sessions: Annotated[tuple[SummedUpForm, ...], each_that_fits] = ()
    observations: Annotated[tuple[NotedForm, ...], each_that_fits]
    rejected: Annotated[tuple[int, ...], each_that_fits] = ()
