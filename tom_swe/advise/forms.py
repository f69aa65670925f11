"""What a language model may answer when it is asked for advice: one step at a time."""

from typing import Annotated, Literal

from pydantic import Field

from tom_swe.llm.lenient import Form, each_that_fits, or_else


class SearchForm(Form):
    """Looks for more in memory."""

    action: Literal["search_memory"]
    query: str


class ReadForm(Form):
    """Looks into one past session."""

    action: Literal["read_session"]
    session: int


class WishForm(Form):
    """What the person would want, and the beliefs that say so."""

    text: str
    beliefs: Annotated[tuple[int, ...], each_that_fits] = ()


class QuestionForm(Form):
    """A question to the person, with answers to pick from."""

    text: str
    options: Annotated[tuple[str, ...], each_that_fits] = ()


class ProceedForm(Form):
    """Advice to go ahead."""

    action: Literal["proceed"]
    because: Annotated[str, or_else("")] = ""
    wishes: Annotated[tuple[WishForm, ...], each_that_fits] = ()


class AskForm(Form):
    """Advice to ask first."""

    action: Literal["ask"]
    because: Annotated[str, or_else("")] = ""
    questions: Annotated[tuple[QuestionForm, ...], each_that_fits]
    wishes: Annotated[tuple[WishForm, ...], each_that_fits] = ()


class StepForm(Form):
    """Any step."""

    step: Annotated[ProceedForm | AskForm | ReadForm | SearchForm, Field(discriminator="action")]


class LastStepForm(Form):
    """A step that answers."""

    step: Annotated[ProceedForm | AskForm, Field(discriminator="action")]
