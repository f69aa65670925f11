"""What the tools take and give: short, flat, and apart from tom's own values."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_REQUEST = 20_000
MOST_QUERY = 2_000
# Whitespace does not count towards the length of a quote, so a little more than that is taken.
MOST_QUOTE = 1_000

_Text = StringConstraints(strip_whitespace=True, min_length=1)
BeliefId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern="^[bB]?[0-9]{1,18}$"),
    Field(description='A belief\'s id, such as "b3"'),
]
AdviceId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern="^[aA]?[0-9]{1,18}$"),
    Field(description='The id that consult gave, such as "a12"'),
]
Repository = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, max_length=300),
    Field(
        description="The repository's name, \"owner/name\" or its folder's name, never a path; "
        "leave it out for the one the server was started in"
    ),
]
Sure = Annotated[float, Field(description="From 0 to 1")]


class Taken(BaseModel):
    """Arguments of a tool; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")


class ConsultArguments(Taken):
    """What `consult` takes."""

    request: Annotated[
        str,
        _Text,
        Field(max_length=MOST_REQUEST, description="What the person asked for, in their words"),
    ]
    before: Annotated[
        str,
        StringConstraints(strip_whitespace=True),
        Field(
            max_length=MOST_REQUEST,
            description="What you said to them just before it, where it is an answer or goes on",
        ),
    ] = ""
    repository: Repository = None


class ProfileArguments(Taken):
    """What `profile` takes."""

    repository: Repository = None


class SearchArguments(Taken):
    """What `search` takes."""

    query: Annotated[
        str, _Text, Field(max_length=MOST_QUERY, description="A topic, in a few words")
    ]
    limit: Annotated[int, Field(ge=1, le=20, description="How many of each at most")] = 5


class FeedbackArguments(Taken):
    """What `feedback` takes."""

    advice: AdviceId
    outcome: Annotated[
        Literal["accepted", "partly", "rejected"],
        Field(description="What the person made of what was advised, by their own reaction"),
    ]
    right: Annotated[
        list[BeliefId],
        Field(
            max_length=50,
            description="With partly: the cited beliefs that the person did want; leave it out "
            "where you do not know",
        ),
    ] = []


class RememberArguments(Taken):
    """What `remember` takes."""

    quote: Annotated[
        str,
        _Text,
        Field(
            max_length=MOST_QUOTE,
            description="One or two sentences of the person, word for word, 8 to 400 characters",
        ),
    ]
    repository: Repository = None


class BeliefArguments(Taken):
    """What `why` and `forget` take."""

    belief: BeliefId


class Cited(BaseModel):
    """A belief that the advice rests on."""

    id: str
    statement: str
    quote: Annotated[str, Field(description="The newest words of the person behind it")]


class Advice(BaseModel):
    """What to do with a request."""

    id: Annotated[str, Field(description="For feedback, once it shows what became of the advice")]
    action: Literal["proceed", "ask"]
    questions: Annotated[list[str], Field(description="To be put to the person, if action is ask")]
    advice: Annotated[str, Field(description="The whole answer as text, fenced as background")]
    beliefs: list[Cited]
    confidence: Sure


class Held(BaseModel):
    """A belief about the person."""

    id: str
    kind: Literal["preference", "constraint", "habit", "expertise", "goal"]
    statement: str
    scope: Annotated[
        str, Field(description='"everywhere", "repository:<name>" or "language:<name>"')
    ]
    status: Annotated[
        Literal["candidate", "confirmed"],
        Field(description="Shown by one session so far, or by more or stated outright"),
    ]
    confidence: Sure
    quotes: Annotated[list[str], Field(description="The person's words, newest first, up to 2")]


class Profile(BaseModel):
    """What is believed about the person and holds in a repository, the surest first."""

    repository: str
    beliefs: list[Held]
    left_out: Annotated[int, Field(description="How many less sure ones are not shown")]


class Said(BaseModel):
    """Something the person said before."""

    id: Annotated[str, Field(description="Session and turn")]
    date: Annotated[str, Field(description="YYYY-MM-DD; empty where unknown")]
    repository: str
    text: Annotated[str, Field(description="Up to 300 characters")]


class Found(BaseModel):
    """What is like a query, the most alike first."""

    beliefs: list[Held]
    turns: Annotated[list[Said], Field(description="The person's own past turns")]


class Quoted(BaseModel):
    """One quote for or against a belief."""

    quote: str
    session: str
    date: str
    host: str
    repository: str
    source: Literal[
        "stated", "correction", "instruction", "preference", "fact", "behaviour", "hint"
    ]


class Judged(BaseModel):
    """A belief as it stands after the outcome."""

    id: str
    statement: str
    status: Literal["candidate", "confirmed", "retired"]
    confidence: Sure


class Outcomes(BaseModel):
    """What the outcome of advice changed."""

    id: str
    outcome: Literal["accepted", "partly", "rejected"]
    beliefs: Annotated[list[Judged], Field(description="Those that the advice cited")]


class Remembered(BaseModel):
    """What came of pointing at words of the person."""

    state: Literal["noted", "learned"]
    beliefs: Annotated[list[str], Field(description="Ids of the beliefs on those words")]
    note: str


class Reasons(BaseModel):
    """Why a belief is held."""

    id: str
    statement: str
    status: Literal["candidate", "confirmed", "retired"]
    confidence: Sure
    supports: Annotated[list[Quoted], Field(description="Newest first, up to 20")]
    contradicts: Annotated[list[Quoted], Field(description="Newest first, up to 20")]
    arithmetic: Annotated[list[str], Field(description="How the confidence is computed")]


class Forgotten(BaseModel):
    """A belief that is gone for good."""

    id: str
    notes: Annotated[list[str], Field(description="What is still to be done, if anything")]
