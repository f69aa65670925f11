"""Habits: what the person does in a session, counted, never what they say."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from statistics import median

from tom_swe.model.belief import EVERYWHERE, Kind, Observation, Quote, Source
from tom_swe.model.session import Role, Session, Turn
from tom_swe.text.attribution import AgentWords, own_sentences
from tom_swe.text.language import NAMES, language_of
from tom_swe.text.line_kinds import UNSPACED

ENOUGH = 4  # fewer turns show no habit
# Words a message, by the median of a session. Of 925 sessions of 122 people the shortest fifth
# has up to 8 and the longest fifth from 30 on.
SHORT, LONG = 8, 30
SAMPLE = 160

_WAVED_OFF = re.compile(
    r"\A\W*(?:(?:just|please|ok|okay|yes|no|idk|dunno)\W+)*(?:do it|go ahead|whatever|you decide|"
    r"up to you|your call|(?:i )?don'?t care|doesn'?t matter|don'?t ask|stop asking|surprise me|"
    r"decide (?:for )?yourself|mach einfach|egal|peu importe|da igual|tanto faz)\b",
    re.IGNORECASE,
)
_ANSWERED = re.compile(
    r"\A\W*(?:yes|yep|yeah|no|nope|nah|option|both|neither|the (?:first|second|third|last)|"
    r"\(?[a-d1-5][).:,]|[a-d1-5]\b|ja|nein|oui|non|s[ií]|n[aã]o|ano|ne)\b",
    re.IGNORECASE,
)
_TOOLS: dict[str, str] = {
    "Python": r"python|\w+\.py|```python", "TypeScript": r"typescript|\w+\.tsx?|```tsx?",
    "JavaScript": r"javascript|\w+\.jsx?(?!on)|```jsx?", "Go": r"golang|\w+\.go|```go",
    "Rust": r"rust|cargo|\w+\.rs|```rust", "Java": r"java(?!script)|\w+\.java",
    "C++": r"c\+\+|\w+\.(?:cpp|hpp)", "C#": r"c#|\w+\.cs", "Ruby": r"ruby|\w+\.rb",
    "PHP": r"php|\w+\.php", "Docker": r"docker\w*", "Kubernetes": r"kubernetes|k8s|kubectl|helm",
    "PostgreSQL": r"postgres\w*|psql", "React": r"react(?:\.js)?", "Next.js": r"next\.?js",
    "Vue": r"vue(?:\.js)?", "Svelte": r"svelte\w*", "Django": r"django", "FastAPI": r"fastapi",
    "Flask": r"flask", "pytest": r"pytest", "Tailwind": r"tailwind\w*", "Terraform": r"terraform",
    "Linear": r"linear\.app\S*|linear (?:issue|ticket|doc)\w*", "Streamlit": r"streamlit",
    "Laravel": r"laravel", "Godot": r"godot", "Unity": r"unity",
}  # fmt: skip
_TOOL_PATTERNS = {
    n: re.compile(rf"(?<![\w-])(?:{p})(?!\w)", re.IGNORECASE) for n, p in _TOOLS.items()
}
_HOURS = ((6, "night"), (12, "morning"), (18, "afternoon"), (24, "evening"))


def habits(
    session: Session, agent: AgentWords, zone: tzinfo | None = None
) -> Iterator[Observation]:
    """The habits that enough of the session's turns show.

    ``zone`` is where the person is, by default where this machine is.
    """
    turns = [turn for turn in session.by(Role.USER) if turn.text.strip()]
    if len(turns) < ENOUGH:
        return
    yield from _length(turns)
    yield from _language(turns, agent)
    yield from _questions(session)
    yield from _tools(turns)
    yield from _hours(turns, zone)


def _habit(statement: str, dimension: str, value: str, turn: Turn, count: int) -> Observation:
    return Observation(
        kind=Kind.HABIT,
        source=Source.BEHAVIOUR,
        statement=statement,
        quote=Quote(ordinal=turn.ordinal, text=turn.text.strip()[:SAMPLE].rstrip()),
        dimension=f"habit.{dimension}",
        value=value,
        scope=EVERYWHERE,
        count=count,
        basis=f"counted over {count} of your messages in that session",
    )


def _length(turns: Sequence[Turn]) -> Iterator[Observation]:
    """How long the person's messages are; of what sessions say of it most sessions decide.

    A session of ordinary length says so, or two short ones among many would stand unopposed.
    """
    middle = median(words_in(turn.text) for turn in turns)
    sample = min(turns, key=lambda turn: abs(words_in(turn.text) - middle))
    length = "short" if middle <= SHORT else "long" if middle >= LONG else "ordinary"
    said = "messages of ordinary length" if length == "ordinary" else f"{length} messages"
    yield _habit(f"Writes {said}", "message_length", length, sample, len(turns))


_SIGN = re.compile(f"[{UNSPACED}]")
_WORD = re.compile(rf"(?:(?![{UNSPACED}])\S)+")


def words_in(text: str) -> int:
    """How many words a text has; of scripts without blanks two signs make one."""
    return len(_WORD.findall(text)) + (len(_SIGN.findall(text)) + 1) // 2


def _language(turns: Sequence[Turn], agent: AgentWords) -> Iterator[Observation]:
    own = ((" ".join(each.words for each in own_sentences(turn, agent)), turn) for turn in turns)
    told = [(code, turn) for words, turn in own if (code := language_of(words))]
    if len(told) < ENOUGH:
        return
    code, count = Counter(code for code, _ in told).most_common(1)[0]
    if count / len(told) >= 0.8:
        sample = next(turn for found, turn in told if found == code)
        # English is what agents answer in anyway.
        answer = "" if code == "en" else ": answer in it"
        statement = f"Writes in {NAMES[code]}{answer}"
        yield _habit(statement, "written_language", code, sample, count)


def _questions(session: Session) -> Iterator[Observation]:
    waved: list[Turn] = []
    answered: list[Turn] = []
    asked = False
    for turn in session.turns:
        if turn.role is Role.AGENT and turn.text.strip():
            asked = turn.text.rstrip().endswith("?")
        elif turn.role is Role.USER and turn.text.strip():
            if asked and _WAVED_OFF.match(turn.text):
                waved.append(turn)
            elif asked and _ANSWERED.match(turn.text):
                answered.append(turn)
            asked = False
    count = len(waved) + len(answered)
    if count < ENOUGH:
        return
    if len(waved) / count >= 0.6:
        yield _habit(
            "Waves the agent's questions off", "questions", "waves_off", waved[0], len(waved)
        )
    elif len(answered) / count >= 0.8:
        sample = answered[0]
        yield _habit("Answers the agent's questions", "questions", "answers", sample, len(answered))


def is_waved_off(reply: str) -> bool:
    """Whether a reply to a question only says to go on without an answer."""
    return _WAVED_OFF.match(reply) is not None


def _tools(turns: Sequence[Turn]) -> Iterator[Observation]:
    for name, pattern in _TOOL_PATTERNS.items():
        using = [turn for turn in turns if pattern.search(turn.text)]
        if len(using) >= ENOUGH:
            value = name.lower()
            yield _habit(f"Works with {name}", f"works_with.{value}", value, using[0], len(using))


def _hours(turns: Sequence[Turn], zone: tzinfo | None) -> Iterator[Observation]:
    # A time without its zone says nothing of the day's part, so only aware times count.
    timed = [(_part(_hour(turn.at, zone)), turn) for turn in turns if turn.at and turn.at.tzinfo]
    if len(timed) < ENOUGH:
        return
    part, count = Counter(part for part, _ in timed).most_common(1)[0]
    if count / len(timed) >= 0.8:
        sample = next(turn for found, turn in timed if found == part)
        yield _habit(f"Works in the {part}", "hours", part, sample, count)


def _hour(at: datetime, zone: tzinfo | None) -> int:
    """The hour on the person's clock: the one that the time was written by, or the zone's."""
    # Programs write UTC wherever they are.
    return (at if at.utcoffset() else at.astimezone(zone)).hour


def _part(hour: int) -> str:
    return next(name for until, name in _HOURS if hour < until)
