"""Wording that makes a sentence a standing rule, a liking or an objection, and what vetoes it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tom_swe.model.belief import Kind, Polarity, Source
from tom_swe.text.quoted import HEARSAY, OWN_SAYING

_START = (
    r"(?:\A|[,;:(\-–—]\s*|\b(?:and|but|so|please|pls|also|then|or|just|ok|okay|yes|no|und|y|et)\s+)"
)
_ACT = (
    r"(?:ask|commit|push|add|creat|touch|explain|summari[sz]e|apologi[sz]e|refactor|install|"
    r"delet|remov|run|guess|assum|us|writ|mak|chang|renam|reformat|format|includ|put|leav|do|"
    r"tell|show|giv|open|merg|rebas|invent|mock|comment|import|hard-?cod|execut|edit|generat|"
    r"modif|rewrit|skip|stop|repeat|say|start|call|return|introduc|copy|duplicat|disabl|ignor|"
    r"block|mention|praise|go|be|get|try|rely|pull|bump|upgrad|squash|tag|sign|cod|implement)"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """One kind of wording. A weak one counts only where the catalogue knows the subject."""

    name: str
    pattern: re.Pattern[str]
    source: Source
    kind: Kind
    polarity: Polarity = Polarity.FOR
    strong: bool = False
    questions: bool = False


@dataclass(frozen=True, slots=True)
class FoundCue:
    """That a cue stands at ``start:end`` of a sentence."""

    cue: Cue
    start: int
    end: int


def _cue(
    name: str,
    pattern: str,
    source: Source = Source.INSTRUCTION,
    kind: Kind = Kind.CONSTRAINT,
    polarity: Polarity = Polarity.FOR,
    *,
    strong: bool = False,
    questions: bool = False,
) -> Cue:
    compiled = re.compile(pattern, re.IGNORECASE)
    return Cue(name, compiled, source, kind, polarity, strong, questions)


CUES: tuple[Cue, ...] = (
    _cue(
        "objection",
        r"\b(?:i (?:already |just |clearly )?(?:told|asked) you (?:not to|to (?:always|never|stop)|"
        r"(?:many|several|\w+) times)|i (?:already )?said (?:not to|don'?t|never|no \w+ing)|"
        r"you (?:always|keep|constantly) (?:forget|ignor|add|creat|chang|ask|us|writ|mak|delet|"
        r"remov|do|break|go|try|assum|commit|push|guess)\w*|"
        r"i (?:did ?n'?t|never) ask(?:ed)? (?:you |for )\w+|nobody asked (?:you |for )\w+|"
        r"that'?s not how (?:we|i) \w+|(?:only|just) (?:change|touch|do) what (?:i|was|we)\b|"
        r"you should(?: not|n'?t) (?:ever )?(?:just )?" + _ACT + r"\w*)",
        Source.CORRECTION,
        strong=True,
    ),
    _cue(
        "why_did_you",
        r"\bwhy (?:did|do|are|have|would) you (?:keep |always |again |also |even |all )?\w+",
        Source.CORRECTION,
        polarity=Polarity.AGAINST,
        questions=True,
    ),
    _cue(
        "discuss_first",
        r"\b(?:(?:wait|stop|hang on|hold on|halt)\W+(?:please\W+)?(?:let'?s|can we|first)\b.{0,20}"
        r"\b(?:talk|discuss|plan)\b|(?:can|could) we (?:talk|discuss|chat)\b.{0,30}\bfirst)",
        Source.CORRECTION,
        strong=True,
        questions=True,
    ),
    _cue(
        "standing",
        r"\b(?:from now(?: on(?:wards?)?)?|from (?:here|today|this \w+) on(?:wards?)?|"
        r"from today\b|going forward|as of (?:now|today)|starting (?:now|today)|henceforth|"
        r"in (?:the )?future(?: (?:sessions?|prs?|changes|commits|tasks))|as a (?:general )?rule|"
        r"rule of thumb|standing (?:rule|order|instruction)|"
        r"(?:in|for|across|on) (?:all|any|every|each|whichever) (?:of )?(?:my|"
        r"our) (?:\w+ )?(?:projects?|repos?\w*|code|stuff|tools?|branches|services?|work|prs?|"
        r"commits?)|"
        r"in (?:all|any|every|each) (?:projects?|repos?\w*|sessions?|code ?bases?)|"
        r"(?:every|each|any) ?time (?:you|i (?:ask|say|send|give))\b|whenever (?:you|i (?:ask|say|"
        r"send|give))\b|"
        r"(?:every|each) (?:\w+ ){1,2}(?:you|i) (?:ever )?(?:cut|write|give|send|make|do|"
        r"create|ask|touch|hand|show)|"
        r"th(?:at|is|ese) (?:holds?|goes?|applies|apply) (?:for|to) (?:any|all|every|whatever|"
        r"everything)|keep that up|(?:house|team|company|studio|project) (?:rule|standard|policy|"
        r"convention|style)|(?:is|it'?s) (?:the|our|my) (?:rule|convention|standard|policy|norm|"
        r"default|way)|by convention|(?:the|our|my) convention|as everywhere|"
        r"(?:remember|keep in mind|bear in mind|make a note|"
        r"note for (?:the )?future)\W+(?:also )?(?:that |to )?"
        r"(?:i|we|you|always|never)\b|as i (?:always )?(?:said|told you) before)",
        strong=True,
    ),
    _cue(
        "ab_jetzt",
        r"\b(?:ab (?:jetzt|sofort|heute)|k[uü]nftig|in zukunft|grunds[aä]tzlich|bei uns|"
        r"d[eé]sormais|dor[eé]navant|[aà] partir de maintenant|chez nous|pour moi|"
        r"a partir de (?:ahora|agora)|de ahora en adelante|daqui (?:para|pra) frente|en adelante|"
        r"od te[dď]|u n[aá]s|p[rř][ií][sš]t[eě])\b|以后|今后|"
        r"从现在(?:开始|起)|每次都|我习惯|我喜欢|我们(?:这)?都",
    ),
    _cue(
        "never",
        _START
        + r"(?:never(?: ever)?|don'?t ever|do not ever|no \w+ ever)\s+(?!mind\b|again\b|been\b|"
        r"got\b|had\b|\w+ed\b|\w+ing\b|(?!pass|access|process|address|discuss)\w+[^s]s\b)[a-z]\w+",
        polarity=Polarity.AGAINST,
        strong=True,
    ),
    _cue(
        "always",
        _START + r"always\s+(?!been\b|got\b|had\b|\w+ed\b|\w+ing\b|the\b|true\b|false\b|a\b|"
        r"(?!pass|access|process|address|discuss)\w+[^s]s\b)[a-z]\w+",
        strong=True,
    ),
    _cue(
        "always_so",
        r"\A\W*(?!(?:the|an?|it|its|this|that|these|those|they|their|he|she|there|i|we|my|our|your|"
        r"if|when|while|what|why|how|is|are|was|were|do|does|did|can|could|would|should|no|yes)\b)"
        r"(?:[\w'/.-]++\W++){2,20}?(?<=[,;–—-] )(?:please,? )?(?:always|every time|each time|"
        r"without exception|no exceptions)(?:,? please)?\W*\Z",
        strong=True,
    ),
    _cue(
        "habit",
        r"\b(?:i|we) (?:always|never|usually|only(?: ever)?|normally|generally|don'?t ever|"
        r"typically|tend to|like to always) (?!get|see|have|had|got|end|run into|hit|assum|"
        r"thought|need|want|been)\w+",
        Source.PREFERENCE,
        Kind.PREFERENCE,
        strong=True,
    ),
    _cue(
        "prefer",
        r"\b(?:i (?:much |strongly |really |generally |usually |personally |always |do )*prefer|"
        r"my (?:strong |personal )?preference is|i(?:'m| am) (?:not )?(?:a (?:big )?(?:fan of|"
        r"stickler for)|allergic to|partial to|fond of)|i (?:really )?(?:can'?t stand|detest|"
        r"loathe))\b(?! (?:it|this|that|these|those)\b(?! way)|(?: the)? (?:first|second|third|"
        r"former|latter|last|new|old|option|other|one)\b)",
        Source.PREFERENCE,
        Kind.PREFERENCE,
        strong=True,
    ),
    _cue(
        "liking",
        r"\b(?:i(?:'d| would)? (?:really |much |rather |generally )*(?:like|love|prefer|want|hate|"
        r"dislike|rather|need|think in)(?! (?:you )?to\b)|i don'?t (?:really )?(?:like|want|need|"
        r"read|do)|i'?m (?:ok|fine|"
        r"okay) with|i(?:'d| would) (?:rather|sooner)|ich (?:mag|bevorzuge|m[oö]chte|will)|"
        r"je pr[eé]f[eè]re|j'aime|prefiero|no quiero|prefiro|preferuj\w+|rad[sš]i)\b",
        Source.PREFERENCE,
        Kind.PREFERENCE,
    ),
    _cue(
        "convention",
        r"\b(?:we (?:use|do|don'?t|keep|write|go with|have|run|put|never|only|stick|prefer|want|"
        r"test|build|deploy|always)|(?:we|this repo|this project)(?:'re| are|'s| is) (?:on|a|an|"
        r"all|"
        r"using)|our (?:\w+ ){1,2}(?:is|are|live|lives|goes|go|comes?)|we should(?:n\'t|"
        r" not)? (?:always |only )?(?:be using|use)|"
        r"(?:is|are|it'?s|that'?s) (?:what|how|where) (?:we|i|our)\b|around here|"
        r"in this (?:repo\w*|"
        r"project|code ?base)|(?:is|it'?s) how (?:we|i)|everywhere|"
        r"(?:as|like) (?:with|in) (?:the|our|all|my) (?:other|rest|\w+)|"
        r"like the (?:rest|others?)|(?:is|are) (?:the )?standard|in our \w+|of mine)\b",
    ),
    _cue(
        "quantified",
        r"\b(?:every|each|any|all|whatever|everything|anything|always|never|no \w+ without|"
        r"no more|no longer|must|has to|ever|wherever|immer|niemals|nie|toujours|jamais|"
        r"siempre|nunca|sempre|v[zž]dy|nikdy|ya no|todos?|todas?|geh[oö]r(?:t|en))\b|"
        r"总是|永远|都要|不要|"
        r"统一|必须",
    ),
    _cue(
        "prohibition",
        r"(?:" + _START + r"|\byou |\bcan you |\bcould you )(?:please |pls |just )*"
        r"(?:don'?t|do not|dont|let'?s (?:not|avoid)|stop|avoid|no need to|quit|bitte nicht|"
        r"bitte kein\w*|ne \w+ pas|"
        r"arr[eê]te de|deja de|no) (?:\w+ )?" + _ACT + r"?\w*",
        polarity=Polarity.AGAINST,
    ),
    _cue(
        "too_much",
        r"\A\W*(?:that'?s |way |your |these |still )*(?:too (?:many|much|long|verbose|wordy)\b|"
        r"(?:shorter|less|fewer)\b[^.?!]{0,20}\b(?:please|pls)\b)|"
        r"\b(?:diffs?|changes?|pr) (?:is|are|was) (?:way |much |far )?(?:too )?(?:big|large|huge)",
        Source.CORRECTION,
    ),
    _cue(
        "contrast",
        r"\A\W*(?:no[,.]? |use |please )*[\w.+-]+(?: \w+)?, not [\w.+-]+",
        Source.CORRECTION,
    ),
    _cue(
        "gatekeeping",
        r"\b(?:unless i (?:ask|say|tell)|without (?:asking|my (?:ok|okay|permission|approval|say))|"
        r"(?:ask|check with) (?:me )?(?:first|before)|let me (?:review|check|approve|"
        r"decide)\b.{0,20}"
        r"\b(?:first|before)|wait for (?:me|my (?:ok|okay|approval|go))|get my ok(?:ay)?|"
        r"i (?:decide|pick|choose)|one at a time|(?:first|before you) (?:start|commit|push|touch|"
        r"code|write|chang\w+|delet\w+|install))\b",
    ),
    _cue(
        "first",
        r"\A\W*(?:[\w'/-]+[^\w'/-]+){1,9}first(?:\W+(?:please|pls))?\W*\Z",
    ),
    _cue(
        "prefer_it",
        r"\A\W*(?:please |pls |and |also )*prefer (?!the (?:first|second)\b)\w+",
        kind=Kind.PREFERENCE,
        strong=True,
    ),
    _cue(
        "no_more",
        r"\b(?:no (?:more|longer)|not any ?more|n'?t \w+(?: \w+){0,4} any ?more|changed my mind|"
        r"(?:is|are) (?:out|gone|history)|for good|back to|new direction|decision made|"
        r"(?:we'?re|i'?m) (?:done|through) with|these days|nowadays|it is\b.{0,20}\bon|"
        r"kein\w* \w+ mehr)\b",
    ),
    _cue(
        "style",
        r"(?:\A\W*|[,;] (?=please |pls ))(?:please |pls |and |also |ok |okay |btw |fyi )*"
        r"(?:keep|be|answer|reply|respond|"
        r"explain|use|"
        r"write|give|walk|ask|show|talk|speak|antworte|schreib|r[eé]ponds|responde|odpov[ií]dej)\b",
    ),
)

OBJECTING = re.compile(
    r"\A\W*(?:no+|nope|wait|stop|hmm+ no|argh|ugh|wrong|halt|hang on|again|nein|non|"
    r"não)\b(?! problem)",
    re.IGNORECASE,
)


def _joined(wording: str) -> int:
    """How much of a wording is the joint before it."""
    return len(wording) - len(wording.lstrip(",;:(-–— \t\n"))


@lru_cache(maxsize=512)  # a sentence is asked about more than once while it is read
def heard(words: str, *, question: bool) -> tuple[FoundCue, ...]:
    """The cues in a sentence, in the order of trust."""
    return tuple(
        FoundCue(cue, found.start() + _joined(found[0]), found.end())
        for cue in CUES
        if (cue.questions or not question) and (found := cue.pattern.search(words))
    )


# Vetoes: what is supposed, wanted once, asked for now or reported is no standing rule.

_HYPOTHETICAL = re.compile(
    r"\b(?:what if|suppos(?:e|ing)|imagine|hypothetical\w*|let'?s say|were to|in theory|"
    r"(?:if|wenn|si|se)\b[^.?!]{0,80}\b(?:would|could|might|'d|were|had|used to|w[uü]rde\w*|"
    r"h[aä]tte\w*|poussait|hubiera|si[ée]ramos)|"
    r"(?:would|could|might)\b[^.?!]{0,60}\bif (?:we|i|you|it|the)\b|wondering|i wonder|not sure|"
    r"i guess|haven'?t (?:decided|made up))\b",
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

VETOES = (_HYPOTHETICAL, HEARSAY, OWN_SAYING, _ONE_OFF, _ASKED, _TASK, _REPORT)


def is_hypothetical(words: str) -> bool:
    """Whether it supposes or is undecided rather than says."""
    return _HYPOTHETICAL.search(words) is not None


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
