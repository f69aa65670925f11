"""What a language model may answer when it is asked for advice: one step at a time."""

from typing import Annotated, Literal

from pydantic import Field

from tom_swe.model.base import Value


class SearchForm(Value):
    """Looks for more in memory."""

    action: Literal["search_memory"]
    query: str


class ReadForm(Value):
    """Looks into one past session."""

    action: Literal["read_session"]
    session: int


class WishForm(Value):
    """What the person would want, and the beliefs that say so."""

    text: str
    beliefs: tuple[int, ...]


class QuestionForm(Value):
    """A question to the person, with answers to pick from."""

    text: str
    options: tuple[str, ...]


class ProceedForm(Value):
    """Advice to go ahead."""

    action: Literal["proceed"]
    because: str
    wishes: tuple[WishForm, ...]


class AskForm(Value):
    """Advice to ask first."""

    action: Literal["ask"]
    because: str
    questions: tuple[QuestionForm, ...]
    wishes: tuple[WishForm, ...]


class StepForm(Value):
    """Any step."""

    step: Annotated[ProceedForm | AskForm | ReadForm | SearchForm, Field(discriminator="action")]


class LastStepForm(Value):
    """A step that answers."""

    step: Annotated[ProceedForm | AskForm, Field(discriminator="action")]
