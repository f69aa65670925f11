"""Whether a wording stands for itself in its sentence, or belongs to the task beside it."""

import re

from tom_swe.extract.cues import FoundCue, is_task
from tom_swe.model.belief import Polarity
from tom_swe.text.prose import Sentence, clauses

_SPECIFICATION = 120  # words; in a longer turn only plainly standing rules on known subjects count
_LONGEST_RULE = 30
_HERE = re.compile(r"\A.{0,12}\bin this (?:repo\w*|project|code ?base)\b", re.IGNORECASE)
_OPENING = 12  # characters before an imperative that opens its sentence
# Wording that stays the person's own beside a task.
_OF_THEMSELVES = frozenset({"convention", "liking", "ab_jetzt"})
# What goes on behind a task, and what does not end with it.
_ADDED = re.compile(r"\W*(?:and|but|also|plus|und|y|et|e)\b", re.IGNORECASE)
_IN_GENERAL = re.compile(
    r"\b(?:in (?:this|the|our|my|any|all|every) (?:repo\w*|projects?|code ?base|code)|anywhere|"
    r"everywhere|ever|from now on|in (?:the )?future|again|each|every|any|all|when(?:ever)? you|"
    r"before (?:you|any|every|each)|after (?:you|any|every|each))\b",
    re.IGNORECASE,
)
# What the agent is or has, said to it, is nothing about the person.
_ABOUT_THE_AGENT = re.compile(
    r"\A\W*(?:(?:remember|note|also|and|but|so|btw|fyi|ok|okay|please|that|now|again|well|hey)\W+)*"
    r"you(?:'re|'ve got|(?: also| now| still| already| do)* (?:have|are|were|had|own|got))"
    r"(?! (?:also |now |only |strictly )*(?:to|always|never|not to|free to|supposed|expected|"
    r"allowed|required|obliged|keep|being|doing|using|making|right|wrong|welcome|\w+ing)\b)"
    r"(?! (?:my|no|not)\b)",
    re.IGNORECASE,
)

# What is done to a repository's history now; said once, it is a step of one task.
_STEP = re.compile(
    r"\A\W*(?:(?:ok|okay|yes|now|then|and|also|so|but|please|pls|great|next|first|just|let'?s|"
    r"can you|could you|we|you|should|need to|have to|i want you to|i'd like you to|"
    r"go ahead and)\W+){0,5}"
    r"(?:git )?(?:re-?base|pull|push|merge|commit|cut|check ?out|switch|stash|squash|cherry-?pick|"
    r"fetch|reset|revert|amend|(?:start|create|make|open|use) (?:a |the |another )?(?:new |fresh |"
    r"own |separate |feature )*branch)\b",
    re.IGNORECASE,
)
_EVERY_TIME = re.compile(
    r"\b(?:always|never|don'?t|do not|stop|only|instead|rather|prefer|without|unless|until|must|"
    r"often|early|regularly|small|atomic)\b",
    re.IGNORECASE,
)


def _clause_of(cue: FoundCue, words: str) -> tuple[int, int]:
    spans = clauses(words)
    start, end = max((each for each in spans if each[0] < cue.end), default=(0, len(words)))
    return start, max(end, cue.end)


def is_of_a_task(cue: FoundCue, sentence: Sentence, turn: str) -> bool:
    """Whether a weak wording belongs to what is to be done now, or to a specification of it."""
    words = sentence.words
    if len(turn.split()) > _SPECIFICATION:
        return True
    if not is_task(words):
        return False
    start, end = _clause_of(cue, words)
    # A clause behind a task goes on with it, unless it says what the person likes or does.
    return start == 0 or is_task(words[start:end]) or cue.cue.name not in _OF_THEMSELVES


def is_direct(cue: FoundCue, words: str) -> bool:
    """Whether the wording is meant for the agent, whatever it is about.

    'Always' and 'never' further in, and what 'we' do, as often tell what a program does.
    """
    if cue.cue.name not in {"always", "never"}:
        return cue.cue.name != "habit"
    if cue.start <= _OPENING or _HERE.match(words) is not None:
        return True
    # Behind a task the wording opens a clause of its own, and says that it is no part of it.
    start, end = _clause_of(cue, words)
    opens = start > 0 and cue.start - start <= _OPENING
    added = _ADDED.match(words, start if opens else cue.start) is not None
    if _IN_GENERAL.search(words, cue.start, end):
        return opens or added
    return opens and added and cue.cue.polarity is Polarity.AGAINST


def is_added(cue: FoundCue, words: str) -> bool:
    """Whether a wording is joined to a task before it in the same clause."""
    return cue.start > _OPENING and _ADDED.match(words, cue.start) is not None


def speaks_for_itself(cue: FoundCue, sentence: Sentence, turn: str) -> bool:
    """Whether a rule on a subject the catalogue lacks is short and direct enough to be believed."""
    words = sentence.words
    start, end = _clause_of(cue, words)
    part = words[start:end] if cue.start > _OPENING and is_task(words) else words
    rule = len(part.split())
    return 4 <= rule <= _LONGEST_RULE and len(turn.split()) <= _SPECIFICATION


def is_step(words: str) -> bool:
    """Whether it asks for a step in git and says nothing of another time."""
    return (
        _STEP.search(words) is not None
        and _EVERY_TIME.search(words) is None
        and _IN_GENERAL.search(words) is None
    )


def is_about_agent(words: str) -> bool:
    """Whether it tells the agent what it is or has."""
    return _ABOUT_THE_AGENT.search(words) is not None
