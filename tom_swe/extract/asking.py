"""Wording of requests, questions, approvals and vagueness: patterns alone."""

import re

_VERBS = (
    r"(?:have a look|take (?:a|another)|come up|complete|break out|restructure|force|try|respond|"
    r"respect|double check|"
    r"leave|inplement|implment|refine|rerun|re-run|remember|prefer|separate|address|answer|attach|"
    r"add|adjust|align|allow|analy[sz]e|apply|archive|build|bump|bring|change|check|clean|clone|"
    r"close|comment|commit|compare|compress|configure|connect|continue|convert|copy|create|cut|"
    r"debug|delete|deploy|describe|disable|display|do|document|double-check|draft|draw|drop|edit|"
    r"enable|ensure|execute|exit|expand|explain|explore|export|extend|extract|file|fill|find|"
    r"finish|"
    r"fix|follow|format|generate|get|give|go|group|handle|help|hide|implement|import|improve|"
    r"include|"
    r"increase|insert|inspect|install|integrate|investigate|invoke|keep|link|list|log|look|make|"
    r"mark|"
    r"merge|migrate|mock|modify|move|note|open|optimi[sz]e|paste|pin|plan|polish|port|print|"
    r"proceed|"
    r"profile|pull|push|put|read|rebase|reduce|refactor|reformat|release|reload|remove|rename|"
    r"reply|"
    r"replace|report|reproduce|research|reset|resolve|restart|restore|retry|return|revert|review|"
    r"rewrite|rework|roll|rotate|run|save|scaffold|scan|search|send|set|shorten|show|simplify|"
    r"skip|sort|speed|split|squash|start|stash|stop|strip|style|suggest|summari[sz]e|support|swap|"
    r"switch|sync|tell|test|tidy|translate|trim|tweak|undo|update|upgrade|use|validate|verify|walk|"
    r"wire|work on|wrap|write|"
    r"cache|crop|decrypt|download|encrypt|fetch|filter|ignore|initiali[sz]e|load|lock|lower|"
    r"normali[sz]e|override|paginate|parse|prevent|publish|query|raise|record|register|render|"
    r"reorder|repair|scale|select|serve|solve|store|submit|throttle|toggle|track|transform|"
    r"treat|trigger|turn|understand|unify|upload|watch|wipe)"
)
_LEAD = (
    r"(?:(?:ok(?:ay)?|yes|yep|yeah|no|now|then|and|also|so|but|please|pls|great|cool|next|first|"
    r"hey|hi|"
    r"alright|right|perfect|thanks|just|actually|maybe|wait|hmm+|again|instead|finally|"
    r"good|nice|let'?s|sure|one more thing|great work|go ahead and)\b[\s,.:;!-]*)*"
)
IMPERATIVE = re.compile(
    rf"\A\W*{_LEAD}(?:{_VERBS}\b(?!\s+(?:is|was|are|were)\b)|(?:can|could|would|will) (?:you|u|"
    rf"we)\b|"
    r"(?:do not|don'?t)\b|i(?:'d| would)? (?:want|need|like|love|wish)\b|we (?:need|want|should|"
    r"must|have) to\b|"
    r"you (?:should|need|must|can|have)\b|make sure)",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"\b(?:please|pls|(?:can|could|would) (?:you|u|we) (?!see|tell|explain|confirm)\w+|i(?:'d|"
    r" would) like (?:to|you)|"
    r"i (?:want|need) (?:you|to|it|the|a|an)|we (?:need|should|must)|should (?:be|have|also|not|"
    r"only|show|return)|"
    r"let'?s (?!see|think|discuss|talk|leave|keep)|needs? to be|help me|(?:do|does) not|"
    r"just (?:do|use|fix|make|remove|go|"
    r"need|keep|reset|delete|add|put))\b",
    re.IGNORECASE,
)
WANTS_CHANGE = re.compile(
    rf"\A\W*{_LEAD}(?:can|could|would|will) (?:you|u|we) (?:please |pls |also |just |now |maybe |"
    rf"still )*"
    rf"(?:{_VERBS}|have|be|try|take|not|avoid|stick|figure|dig)\b",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"\A\W*(?:(?:ok(?:ay)?|so|and|but|hmm+|wait|also|q:|well|yeah|or|oh)\W+)*(?:what|why|how|"
    r"where|when|who|"
    r"which|whose|is|are|was|were|does|do|did|has|have|should|would|isn'?t|aren'?t|don'?t|"
    r"doesn'?t|didn'?t|"
    r"am|will|any|could (?:it|this|that|there)|can (?:i|it|this|that|there|these))\b",
    re.IGNORECASE,
)
BROKEN = re.compile(
    r"\b(?:broken|(?:does|do|did|is|are|has|can|wo|was)n'?t (?:\w+ ){0,2}(?:work|show|load|"
    r"display|open|save|"
    r"start|update|render|respond|appear|click|run|compile|build|change|do)\w*|not working|"
    r"still (?:not|fails|doesn'?t|"
    r"broken|wrong)|stopped working|fails?|failing|crash\w*|bug|hangs?|freezes?|wrong|messed up|"
    r"issue|problem|"
    r"(?:do|does|did|is|are|has|was)n'?t (?:follow|get|pull|seem|find|change|prompt)\w*|(?:do|"
    r"does) not \w+|missing|"
    r"not seeing|gets? confused|no (?:click|response)|error|errors)\b",
    re.IGNORECASE,
)
APPROVAL = re.compile(
    r"\A\W*(?:(?:yes|yep|yeah|yup|no|nope|ok(?:ay)?|sure|great|good|nice|cool|perfect|thanks?|"
    r"thank you|thx|"
    r"lgtm|looks good|done|correct|exactly|right|agreed|go|awesome|hello|hi|hey|please|works|"
    r"it works|"
    r"that works|fine|got it|makes sense|sounds good|you decide|whatever|both|neither|go ahead|"
    r"do it|"
    r"do that|continue|proceed|go on|keep going|carry on|let'?s (?:do it|go|continue|proceed)|"
    r"then|and|now|just|"
    r"yess+|yea|hmm+)\b\W*)+\Z",
    re.IGNORECASE,
)
GO_ON = re.compile(
    r"\A\W*(?:(?:ok(?:ay)?|yes|yep|please|and|now|then|great|just)\W+)*(?:try again|retry|commit|"
    r"run|push|"
    r"force[- ]push|pull|rebase|merge|undo|revert)\b.{0,40}\Z",
    re.IGNORECASE,
)
TASTE = re.compile(
    r"\b(?:better|nicer|cleaner|faster|modern|sleek|professional|prettier|robust|advanced|"
    r"user[- ]friendly|"
    r"more (?:\w+ly )?(?:readable|efficient|elegant|maintainable|intuitive|responsive|performant|"
    r"scalable)|"
    r"improve\w*|optimi[sz]e|polish|clean ?up|clean (?:it|this|that|\w+) up|tidy|refactor|enhance|"
    r"best practices?|production[- ]ready|properly|nice|beautiful|cool)\b",
    re.IGNORECASE,
)
CHOOSE = re.compile(
    r"\b(?:or (?:something|similar|whatever|so)|somehow|some (?:kind|sort) of|one of (?:the|them)|"
    r"either|"
    r"vice ?versa|viceversa|maybe|a few|some (?:tests|features|examples|library|way)|etc)\b",
    re.IGNORECASE,
)
VAGUE_VERB = re.compile(
    r"\b(?:make|change|update|improve|clean|refactor|optimi[sz]e|adjust|handle|redo|rework|finish|"
    r"tidy|"
    r"implement|add|use|modify|tweak|polish|simplify|do something)\b",
    re.IGNORECASE,
)
POINTER = re.compile(
    r"\b(?:it|this|that|these|those|them|the (?:other|same|first|last|new|old) (?:one|thing)|"
    r"thing|stuff)\b",
    re.IGNORECASE,
)
_SMALL_WORDS = """
    the a an to of in on for and or but with it this that these those them is are be do does
    did make get please can could you we i me my our so now then just also all some any more
    up as at by from not no if there here want need would like should have has was will into
    out its one thing things stuff code app project file files better fix broken work works
    working issue problem bug error improve clean update change add help everything something
    anything site page program script
"""
SMALL = frozenset(_SMALL_WORDS.split())
ABSTRACT = re.compile(
    r"\A\W*(?:the issue|there (?:is|are) (?:an? )?(?:issue|problem|bug|inconsistenc)|an issue|"
    r"users? (?:are|is) )|"
    r"\b(?:unexpected (?:behaviou?r|results?|errors?)|leading to|resulting in|certain (?:cases|"
    r"conditions|"
    r"scenarios|types?)|specific (?:cases|conditions|scenarios)|inconsistent\w*|potential(?:ly)?|"
    r"causing confusion|the (?:issue|problem) (?:involves|arises|occurs|discusses|is related))\b",
    re.IGNORECASE,
)
