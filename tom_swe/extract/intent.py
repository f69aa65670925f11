"""What a session is about, and its one-line summary, from the person's words."""

import re

from tom_swe.model.session import Role, Session
from tom_swe.text.prose import sentences, shorten

LINE = 120

_INTENTS: tuple[tuple[str, str], ...] = (
    (
        "debugging",
        (
            r"fix(?:es|ed|ing)?|bugs?|errors?|crash\w*|fail(?:s|ed|ing|ure)?|broken?|debug\w*|"
            r"traceback|"
            r"exception|why (?:is|does|do|are)n?'?t?\b.{0,30}(?:work|fail|break)|doesn'?t work|"
            r"not working|"
            r"regression|fehler\w*|erreur|falla|error"
        ),
    ),
    (
        "testing",
        r"(?:unit |integration |e2e |regression )?tests?|coverage|pytest|jest|mock\w*|fixtures?",
    ),
    (
        "optimization",
        (
            r"faster|slow(?:er|ly)?|optimi[sz]\w+|performance|speed ?up|latency|memory (?:leak|"
            r"usage)|"
            r"profil(?:e|ing)|n\+1"
        ),
    ),
    (
        "code_explanation",
        (
            r"explain|what does|how does|what is|what are|where (?:is|do|does|are)|why (?:is|does|"
            r"did|are)|"
            r"understand|walk me through|describe|summari[sz]e"
        ),
    ),
    (
        "configuration",
        (
            r"config\w*|set ?up|install\w*|deploy\w*|docker\w*|compose|ci|pipeline|workflow|"
            r"env(?:ironment)?|"
            r"\.env|devcontainer|upgrade|dependenc\w+|nginx|kubernetes"
        ),
    ),
    (
        "file_management",
        (
            r"rename|move (?:the |all )?files?|delete (?:the |all |these )?(?:files?|folders?|"
            r"branch\w*)|"
            r"folders?|director(?:y|ies)|git|commit|push|rebase|merge|branch\w*|cherry-pick"
        ),
    ),
    (
        "learning",
        (
            r"teach|learn\w*|tutorial|best practice\w*|difference between|new to|how (?:do|can|"
            r"would) i"
        ),
    ),
    (
        "code_generation",
        (
            r"add|create|implement\w*|build|write|make|generate|new|support|feature|refactor\w*|"
            r"change|replace|update|convert|extend|page|component|endpoint|script|function"
        ),
    ),
)
_PATTERNS = tuple((name, re.compile(rf"\b(?:{cues})\b", re.IGNORECASE)) for name, cues in _INTENTS)
_FIRST = 3  # the first request says more of the session than any later one
_CHATTER = re.compile(
    r"\A\W*(?:hi|hey|hello|thanks?|thx|ok(?:ay)?|yes|no|continue|go on|go ahead|good morning|"
    r"test|ping|hallo|salut|hola|ol[aá])\b[\w ,!.]{0,12}\Z",
    re.IGNORECASE,
)


def intent_of(session: Session) -> str:
    """What the session is about: the intent with the most of the person's turns behind it."""
    scores = dict.fromkeys((name for name, _ in _PATTERNS), 0)
    weight = _FIRST
    for words in _requests(session):
        for name, pattern in _PATTERNS:
            if pattern.search(words):
                scores[name] += weight
        weight = 1
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else "general"


def summary_of(session: Session) -> str:
    """One line: the first thing the person asked for, in their words."""
    for turn in session.by(Role.USER):
        for sentence in sentences(turn.text):
            line = " ".join(turn.text[sentence.start : sentence.end].split())
            if len(line.split()) >= 3 and not _CHATTER.match(line):
                return shorten(line, LINE)
    for turn in session.by(Role.USER):
        if line := " ".join(turn.text.split()):
            return shorten(line, LINE)
    return ""


def _requests(session: Session) -> list[str]:
    said = (" ".join(s.words for s in sentences(t.text)) for t in session.by(Role.USER))
    return [words for words in said if words and not _CHATTER.match(words)]
