"""From a person's clause to a rule: filler leaves, nothing comes in."""

import re

LONGEST = 160

_FILLER = re.compile(
    r"\A(?:please|pls|plz|ok(?:ay)?|and|but|so|btw|by the way|also|hey|hi|well|oh|yes|no|nope|yeah|"
    r"right|just|fyi|again|actually|really|um+|hmm+|argh|ugh|uff|then|wait|note(?: that)?|"
    r"remember(?: that| to)?|keep in mind(?: that)?|from now on|going forward|in (?:the )?future|"
    r"as a rule|as of (?:now|today)|make sure(?: that)?(?: you)?|be sure to|i(?:'d|"
    r" would) like you to|"
    r"i want you to|i need you to|can you|could you|would you|can we|could we|you should|you must|"
    r"you need to|you have to|let'?s|one thing|bitte|por favor|s'il te pla[iî]t|ab jetzt|"
    r"d[eé]sormais|"
    r"a partir de ahora)\b(?!['-])[\s,:.!-]*",
    re.IGNORECASE,
)


def tidy(clause: str) -> str:
    """The clause as a rule: one line, without leading filler, its first letter upper."""
    text = " ".join(clause.split())
    while (filler := _FILLER.match(text)) and len(text) > filler.end() + 3:
        text = text[filler.end() :]
    text = text.strip(' \t,;:.!-–—()*"')
    return shorten(text[:1].upper() + text[1:], LONGEST)


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words and marked with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return cut[: space if space > limit // 2 else None].rstrip(" ,;:.-") + "…"
