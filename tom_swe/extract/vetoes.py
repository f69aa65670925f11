"""What must not be believed: hypotheticals, others' words, one-off wishes, reports."""

import re

_HYPOTHETICAL = re.compile(
    r"\b(?:what if|suppos(?:e|ing)|imagine|hypothetical\w*|let'?s say|were to|in theory|"
    r"(?:if|wenn|si|se)\b[^.?!]{0,80}\b(?:would|could|might|'d|were|had|used to|w[uü]rde\w*|"
    r"h[aä]tte\w*|poussait|hubiera|si[ée]ramos)|"
    r"(?:would|could|might)\b[^.?!]{0,60}\bif (?:we|i|you|it|the)\b|wondering|i wonder|not sure|"
    r"i guess|haven'?t (?:decided|made up))\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:(?:[Hh]e|[Ss]he|[Tt]hey|who|everyone|everybody|people|folks|somebody|someone|prof|boss|"
    r"manager|lead|colleague\w*|coworker\w*|reviewer|friend|client|customer|intern|pm|cto|upstream|"
    r"guide\w*|handbook|article|blog\w*|book|tutorial|template|poster|linter|compiler)"
    r"(?: (?!always|never|must|should)\w+){0,2}? (?:says?|said|wrote|writes|claims?|claimed|"
    r"thinks?|"
    r"thought|told|tells|reads|recommends?|suggests?|suggested|states?|insists?|prefers?|wants?|"
    r"likes?|hates?)|"
    r"(?:[A-Z][a-z]+|[Dd]ocs?|[Dd]ocumentation|README)(?: (?!always|never|must|should)\w+){0,2}? "
    r"(?:says|said|wrote|writes|claims|claimed|thinks|told|tells|recommends|suggests|states|"
    r"insists)|"
    r"\w+ (?:once|always|also|usually) (?:said|wrote|says|writes)|according to|[Aa]pparently|"
    r"supposedly|(?:says|said) (?:he|she|they|the))\b"
)
_SELF = re.compile(
    r"\b(?:i|we|you) (?:also |always |already |just |still |really )*(?:said|says?|wrote|told|"
    r"think|thought|prefer|want|like|hate|suggest\w*|recommend)\b",
    re.IGNORECASE,
)
_ONE_OFF = re.compile(
    r"\b(?:for (?:now|the moment|the time being|tonight|once|a (?:minute|moment|sec\w*|second)|"
    r"two minutes)|this (?:time|once|run|afternoon|evening|morning)|just (?:this|here|once)|"
    r"(?:only|just) (?:for|in|on|the|this|that|here)\b[^,.;]{0,30}\b(?:test|demo|one|call|once|"
    r"experiment|draft|page|file)\w*|"
    r"(?:in|for|on|with|of) (?:this|that) (?:pr|mr|branch|commit|file|function|one|call|script|"
    r"run|component|page|ticket|task|demo|experiment|case|draft|step|fix|issue|bug|change|"
    r"feature|part|section|screen|test|method|class|phase|round)s?|temporar\w+|throw-?away|"
    r"(?:not|dont|\w+n't) [^,.;]{0,40}\byet|right now|later|"
    r"(?<!do )(?<!it )until (?:i'?ve|i have|we'?ve|we have|it'?s|the|that|tomorrow|monday|friday|"
    r"[a-z]+day)|while i(?:'m| am)|while we'?re|hold off|spike|hackathon|"
    r"f[uü]r jetzt|diesmal|dieses mal|erstmal|pour l'instant|cette fois|por ahora|esta vez|"
    r"por enquanto|desta vez|prozat[ií]m|tentokr[aá]t)\b|这次|暂时|先不",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\A\W*(?:\w+\W+){0,2}?(?:can|could|would|will) (?:you|u|we)\b(?! (?:please )?(?:always|never|"
    r"stop|not|"
    r"make sure|avoid|only|keep|remember)\b)",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"\A\W*(?:(?:ok(?:ay)?|yes|now|then|and|also|so|but|please|pls|great|next|first|hey|just|"
    r"let'?s|we|i|you|"
    r"i'd|to|need to|needs? to|want(?: you)? to|like(?: you)? to|should|must|have to)\b\W*){0,5}"
    r"(?:add|create|implement|build|fix|make|update|remove|change|move|refactor|rename|show|"
    r"set ?up|set|convert|"
    r"replace|generate|delete|check|look|debug|find|integrate|include|modify|improve)\b"
    r"(?! sure\b| (?:it |this |that |them )?always\b)",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"\b(?:(?:it|this|that|which|he|she|they|the \w+(?: \w+)?|\w+\(\)|tests?|build|app|server|page|"
    r"button|function|code|hook|script|api|ui|query|user|users) (?:is |are |was |were )?"
    r"(?:also |still |just )?(?:always|never) (?:\w+s|\w+ed|\w+ing|got|gets|goes|ran|work|"
    r"happen|fail|show|return|crash|null|empty|true|false|the same|there)|"
    r"(?:i|we) (?:always|never|keep) (?:get(?:ting)?|see(?:ing)?|end up|ran|run into|had|have|"
    r"got|saw|hit|receive|find|hear|seen|been|understood|know|knew|thought|remember|notice\w*)|"
    r"never ?mind|as always|never (?:been|got|had|existed|happened|worked|seen|heard))\b",
    re.IGNORECASE,
)

PATTERNS = (_HYPOTHETICAL, _OTHERS, _SELF, _ONE_OFF, _ASKED, _TASK, _REPORT)


def is_hypothetical(words: str) -> bool:
    """Whether it supposes or is undecided rather than says."""
    return _HYPOTHETICAL.search(words) is not None


def is_hearsay(words: str) -> bool:
    """Whether it reports what someone or something else says."""
    return _OTHERS.search(words) is not None and _SELF.search(words) is None


def is_one_off(words: str) -> bool:
    """Whether it ends with the task at hand."""
    return _ONE_OFF.search(words) is not None


def is_task(words: str) -> bool:
    """Whether it sets something to be built or changed now."""
    return _TASK.search(words) is not None


def is_asked(words: str) -> bool:
    """Whether it asks for one thing to be done, with or without a question mark."""
    return _ASKED.search(words) is not None


def is_report(words: str) -> bool:
    """Whether its 'always' or 'never' tells what a program does."""
    return _REPORT.search(words) is not None
