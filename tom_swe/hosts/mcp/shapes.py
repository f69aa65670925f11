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
    Field(description='The advice\'s id from consult, such as "a12"'),
]
Repository = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, max_length=300),
    Field(
        description="The repository's name, \"owner/name\" or its folder's name, never a path; "
        "by default the one the server was started in"
    ),
]
# What takes a wish back is a kind of observation, and founds no belief.
HeldKind = Literal["preference", "constraint", "habit", "expertise", "goal"]
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
            description="What you said to them just before, if the request answers or continues it",
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
    limit: Annotated[int, Field(ge=1, le=20, description="The most results of each kind")] = 5


class FeedbackArguments(Taken):
    """What `feedback` takes."""

    advice: AdviceId
    outcome: Annotated[
        Literal["accepted", "partly", "rejected"],
        Field(description="How the person reacted to what was advised"),
    ]
    right: Annotated[
        list[BeliefId],
        Field(
            max_length=50,
            description="With partly: the cited beliefs that were right; leave it out if you do "
            "not know",
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
    """A belief that the advice cites."""

    id: str
    statement: str
    quote: Annotated[str, Field(description="The person's newest words for it")]


class GivenAdvice(BaseModel):
    """What to do with a request."""

    id: Annotated[str, Field(description="Pass it to feedback later")]
    action: Literal["proceed", "ask"]
    questions: Annotated[
        list[str], Field(description="Questions to ask the person, if action is ask")
    ]
    advice: Annotated[str, Field(description="The whole answer as text, fenced as background")]
    beliefs: list[Cited]
    confidence: Sure


class Held(BaseModel):
    """A belief about the person."""

    id: str
    kind: HeldKind
    statement: str
    scope: Annotated[
        str, Field(description='"everywhere", "repository:<name>" or "language:<name>"')
    ]
    status: Annotated[
        Literal["candidate", "confirmed"],
        Field(
            description="candidate: from one session so far; confirmed: from more, or stated to tom"
        ),
    ]
    confidence: Sure
    quotes: Annotated[list[str], Field(description="The person's words, newest first, up to 2")]


class Profile(BaseModel):
    """The beliefs about the person that hold in a repository, the most confident first."""

    repository: str
    beliefs: list[Held]
    left_out: Annotated[int, Field(description="How many less confident ones are left out")]


class PastWords(BaseModel):
    """Something the person said before."""

    id: Annotated[str, Field(description="Session and turn")]
    date: Annotated[str, Field(description="YYYY-MM-DD; empty if unknown")]
    repository: str
    text: Annotated[str, Field(description="Up to 300 characters")]


class SearchResult(BaseModel):
    """What is similar to a query, the most similar first."""

    beliefs: list[Held]
    turns: Annotated[list[PastWords], Field(description="The person's own past turns")]


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


class JudgedBelief(BaseModel):
    """A belief after the outcome."""

    id: str
    statement: str
    status: Literal["candidate", "confirmed", "retired"]
    confidence: Sure


class Outcomes(BaseModel):
    """What the outcome of advice changed."""

    id: str
    outcome: Literal["accepted", "partly", "rejected"]
    beliefs: Annotated[list[JudgedBelief], Field(description="The beliefs that the advice cited")]


class Remembered(BaseModel):
    """The result of pointing at words of the person."""

    state: Literal["pending", "learned"]
    beliefs: Annotated[list[str], Field(description="Ids of the beliefs from those words")]
    note: str


class Reasons(BaseModel):
    """Why tom holds a belief."""

    id: str
    statement: str
    status: Literal["candidate", "confirmed", "retired"]
    confidence: Sure
    supports: Annotated[list[Quoted], Field(description="Newest first, up to 20")]
    contradicts: Annotated[list[Quoted], Field(description="Newest first, up to 20")]
    arithmetic: Annotated[list[str], Field(description="How the confidence is computed")]


class Forgotten(BaseModel):
    """A belief that was deleted permanently."""

    id: str
    notes: Annotated[list[str], Field(description="What is left to do, if anything")]
