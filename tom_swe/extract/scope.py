"""Where something that was said holds."""

import re

from tom_swe.model.belief import EVERYWHERE, Reach, Scope
from tom_swe.model.session import Session

_PROJECT = re.compile(
    r"\b(?:(?:in|for|on|of|to|across) (?:this|the|our) (?:repo(?:sitory)?|project|code ?base|"
    r"mono-?repo|app|package|workspace)|this (?:repo(?:sitory)?|project|code ?base)|here|"
    r"we|our|ours|us|the team|my team|bei uns|unser\w*|wir|chez nous|nous|notre|aqu[ií]|nuestr\w+|"
    r"noss[oa]s?|aqui|u n[aá]s|na[sš]\w*)\b|我们|这个(?:项目|仓库)",
    re.IGNORECASE,
)
_THIS_PROJECT = re.compile(
    r"\b(?:this|the) (?:repo(?:sitory)?|project|code ?base)\b", re.IGNORECASE
)
_ALL_MINE = re.compile(
    r"\b(?:all (?:of )?my (?:\w+ )?(?:projects?|repos?|repositories|code|stuff|tools)|(?:any|"
    r"every|each|"
    r"whichever|whatever) (?:of my )?(?:projects?|repos?|session)|all (?:projects|repos|sessions)|"
    r"en todos mis|em todos os meus|in all meinen|tous mes)\b|所有项目",
    re.IGNORECASE,
)
_WIDE = re.compile(
    r"\b(?:everywhere|wherever|in general|generally|my own|with me|for me|of mine|[uü]berall|"
    r"partout)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:i|i'm|i'd|me|my|mine|myself|ich|mir|mein\w*|je|moi|yo|mi|eu|meu|j[aá])\b", re.IGNORECASE
)
# "I told you" speaks of the saying, not of the person.
_REMINDER = re.compile(
    r"\bi (?:already |just )?(?:told|asked|said)(?: (?:you|it))?\b", re.IGNORECASE
)
_LANGUAGES: dict[str, re.Pattern[str]] = {
    name: re.compile(
        rf"\b(?:in|for|with|of|my|all) (?:all |my |any |our )*(?:{spelt})\b(?! docs)", re.IGNORECASE
    )
    for name, spelt in {
        "python": "python",
        "typescript": "typescript|ts",
        "javascript": "javascript|js",
        "go": "(?:golang|go)(?=[ ,.;:!]*(?:code|files?|projects?|tests|[,.;:!]|$))",
        "rust": "rust",
        "java": "java",
        "c++": r"c\+\+",
        "c#": "c#",
        "ruby": "ruby",
        "php": "php",
        "kotlin": "kotlin",
        "swift": "swift",
        "sql": "sql",
        "bash": "(?:bash|shell)",
    }.items()
}


def names_place(words: str) -> bool:
    """Whether the words say themselves where they hold: in this project, or in a language."""
    return _THIS_PROJECT.search(words) is not None or any(
        pattern.search(words) for pattern in _LANGUAGES.values()
    )


def names_everywhere(words: str) -> bool:
    """Whether the words say themselves that they hold in all projects."""
    return _ALL_MINE.search(words) is not None


def scope_of(words: str, session: Session, *, about_person: bool) -> Scope:
    """Where ``words`` hold.

    What the words name comes first: all projects, a language, this project. How to
    deal with the person holds everywhere; a rule on the code holds in the session's
    repository, unless the person speaks of themselves.
    """
    if _ALL_MINE.search(words):
        return EVERYWHERE
    if about_person:
        named = re.search(r"\bin this (?:repo|project|code ?base)", words, re.IGNORECASE)
        return _repository(session) if named else EVERYWHERE
    for name, pattern in _LANGUAGES.items():
        if pattern.search(words):
            return Scope(reach=Reach.LANGUAGE, name=name)
    if _PROJECT.search(words):
        if session.cwd and not session.repository and _THIS_PROJECT.search(words):
            # A sandbox's folder, or a home: which project is not known, and it is not all of them.
            return Scope(reach=Reach.TASK)
        return _repository(session)
    if _WIDE.search(words) or _PERSON.search(_REMINDER.sub(" ", words)):
        return EVERYWHERE
    return _repository(session)


def _repository(session: Session) -> Scope:
    if not session.repository:
        return EVERYWHERE
    return Scope(reach=Reach.REPOSITORY, name=session.repository)
