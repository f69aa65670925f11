"""Text that a person orders for somebody else to read: a bot's prompt, a tooltip, a mail. Pure.

What such a text is to say is no wish of the person's, whatever it says. One text is ordered:
how texts of a kind are to be written ("commit messages say why") is a wish. Files that tell
the agent itself how to work are no texts for others.
"""

import re
from collections.abc import Iterator

from tom_swe.text.cuts import Span

LONGEST = 400  # characters of a line that are looked at

# Files and notes for the agent: what stands there is the person's own rule.
_FOR_THE_AGENT = re.compile(
    r"\b(?:(?:claude|agents?|gemini|copilot-instructions|memory|conventions)\.md|\.?cursor ?rules?|"
    r"\.windsurfrules|(?:your|claude'?s?|agent'?s?|custom) (?:memory|instructions?|notes?|rules?|"
    r"prompt)|to (?:your )?memory|(?:for|to) yourself|make a note|"
    r"(?:rule|convention|principle|preference|habit|requirement)s?\b(?! (?:of|message|text)))\b",
    re.IGNORECASE,
)
_OF_A_KIND = re.compile(
    r"\b(?:always|never|every|each|all|any|whenever|when you|if you|from now on|everywhere)\b",
    re.IGNORECASE,
)

_ONE = r"(?:the|an?|our|my|this|that|its|their|one|another|some|\w+['’]s)"
_NOUNS = r"(?:[\w./'’-]+ ){0,4}?"
_TEXT = (
    r"(?:prompts?|instructions|e-?mails?|mails?|messages?|posts?|tweets?|newsletters?|letters?|"
    r"memos?|announcements?|notifications?|tool-?tips?|banners?|labels?|captions?|headlines?|"
    r"headings?|titles?|slogans?|footers?|headers?|notices?|disclaimers?|placeholders?|hints?|"
    r"pop-?ups?|modals?|buttons?|slides?|posters?|texts?|copy|strings?|paragraphs?|sentences?|"
    r"lines?|quotes?|guides?|handbooks?|manuals?|tutorials?|articles?|blogs?|pages?|docs?|"
    r"documents?|documentation|readme|wiki|faqs?|parod(?:y|ies)|stor(?:y|ies)|poems?|songs?|"
    r"jokes?|dialogues?|speech(?:es)?|repl(?:y|ies)|bios?|summar(?:y|ies)|descriptions?)"
)
_COMPOSE = (
    r"(?:(?:re-?)?write|draft|compose|update|add|append|insert|include|put|create|make|generate|"
    r"change|edit|extend|prepare|invent|send|post|set|give|show|display|print|need|want)"
)
_WORK_ON = (
    r"(?:translate|rephrase|reword|paraphrase|proof-?read|summari[sz]e|shorten|spell-?check|"
    r"correct the \w+|fix the (?:grammar|wording|spelling|typos?))"
)
_COLON = r"[:：](?=\s|\Z)"
_DUTY = r"(?:should|must|shall|will|can|could|has to|have to|needs? to|ought to|is to|are to)"
_MODAL = rf"(?:(?:{_DUTY}|to|now|then|just|also|it|he|she|they) )"
_NOT_HOW = r"(?! (?:why|what|how|which|when|where|whether|who|me|us)\b)"
_SAYS = (
    r"(?:says?|saying|reads|reading(?=\s*[\"'“:]| (?-i:[A-Z]))|tells|telling|states|stating|"
    r"reminds|reminding|explains|explaining|warns|warning|asks|asking|announc(?:es|ing)|advis(?:es|ing)|"
    r"claims|claiming|instructs|instructing|recommends|recommending)\b"
    rf"{_NOT_HOW}"
)
_SAY = r"(?:say|state|tell|remind|warn|advise|instruct)"
_IS_TO_SAY = rf"(?:{_MODAL}+{_SAY}|{_DUTY} (?:now )?read)\b{_NOT_HOW}"
# Who is spoken about, and is not the agent at work.
_BOT = (
    r"(?:(?:the|an?|our|my|this|its|their|\w+['’]s) (?:[\w-]+ ){0,2}?(?:chat|voice)?-?bots?|"
    r"(?:an?|our|my|its|their|\w+['’]s) (?:[\w-]+ ){0,2}?(?:assistants?|llms?|language models?|"
    r"copilots?|personas?|npcs?)|"
    r"(?:the|our) (?:[\w-]+ ){0,2}?(?:assistant|llm|model|agent|ai) (?:in|of|on|inside|behind|for) "
    r"(?:the|our|my|this)|"
    r"(?:the|our|an?) (?:support|sales|service|phone|customer|booking|[\w-]+-facing) "
    r"(?:assistant|llm|model|agent|ai)s?)\b"
)
_PEOPLE = (
    r"(?:(?:the |our |my |all |new |every |each )*(?:teams?|users?|customers?|clients?|readers?|"
    r"players?|visitors?|everyone|everybody|colleagues?|developers?|students?|employees?|staff|"
    r"boss|manager|reviewers?|contributors?|subscribers?|people)|him|them)"
)
_TASKING = r"\A\W*(?:\w+,?\s+){0,6}?"

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # As in: update the guide so that it says to
        (
            rf"\b{_ONE} (?:[\w./'’-]+ ){{1,8}}?"
            rf"(?P<says>(?:that|which|who|so|so that|and) (?:{_MODAL}*{_SAYS}|{_IS_TO_SAY}))"
        ),
        (
            rf"\b{_COMPOSE} {_ONE} [^.?!\n:]{{1,60}}?"
            rf"(?P<says>\b(?:with|to) the (?:text|words?|wording|content|message|title)\b)"
        ),
        # As in: draft an email to the team, and a colon
        (
            rf"{_TASKING}\b{_COMPOSE} (?:up |down |out |me |us )*{_ONE} {_NOUNS}{_TEXT}\b"
            rf"[^.?!\n:：]{{0,80}}(?P<says>{_COLON})"
        ),
        (
            rf"{_TASKING}\b(?:(?:re-?)?write|draft|compose|send|post|invent|prepare) "
            rf"(?:me |us |up |out )*{_ONE} [^.?!\n:：]{{1,80}}(?P<says>{_COLON})"
        ),
        (
            rf"\A[^.?!\n:：]{{0,60}} (?:for|to|of) (?:{_BOT}|(?:the |our |my )?{_PEOPLE}\b)"
            rf"[^.?!\n:：]{{0,30}}(?P<says>{_COLON})"
        ),
        (
            rf"{_TASKING}\b(?:put|write|add) (?:this|that|it|the following) "
            rf"(?:in|on|to|into|under) [^.?!\n:：]{{1,60}}(?P<says>{_COLON})"
        ),
        rf"{_TASKING}\b{_WORK_ON}\b[^.?!\n:：]{{0,60}}(?P<says>{_COLON})",
        # As in: the tooltip should read
        (
            rf"\A\W*(?:\w+[,:]? ){{0,2}}?(?:{_ONE} {_NOUNS}{_TEXT}\b[^.?!\n:：,]{{0,40}}?|it|they) "
            rf"(?P<says>{_MODAL}*(?:(?:be|is|are|becomes?|goes|contains?)(?: now)?{_COLON}|"
            rf"{_SAYS})|{_IS_TO_SAY})"
        ),
        (
            rf"\A\W*(?:here(?:'s| is| are) |this is |new |draft )*(?:{_ONE} )?{_NOUNS}{_TEXT} "
            rf"(?:for|to|of|in|on) {_ONE} [^.?!\n:：]{{1,40}}(?P<says>{_COLON})"
        ),
        # As in: in the error text, say
        (
            rf"\A\W*(?:\w+ )?(?:in|for|on) {_ONE} {_NOUNS}{_TEXT}\b,? (?:please )?"
            rf"(?P<says>(?:say|write|state|tell|mention|explain|put)\b{_NOT_HOW})"
        ),
        # As in: our assistant must never
        (
            rf"(?:\A\W*|\b(?:make|have|let|get|sure|want|need|that|so|because|and|but|if|when)\W+)"
            rf"(?P<says>{_BOT})"
        ),
        # As in: tell the team to always
        (
            rf"{_TASKING}\b(?:tell|remind|inform|notify|e-?mail|warn|advise|instruct|answer|ask|let|"
            rf"(?:reply|respond|write|explain) to) {_PEOPLE}\b[^.?!\n]{{0,30}}?"
            rf"(?P<says>\b(?:to|that|know|about|we|they)\b|{_COLON})"
        ),
    )
)
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"[.!?…][\"')\]]*\s+")
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
# Where the person speaks to the agent again.
_BACK = re.compile(
    r"(?:[,;.!?]\s*|\b(?:and|but)\s+)(?:and |but |also,? |ps:? |btw,? )*(?:in this (?:repo\w*|"
    r"project|code ?base)|(?:for )?you (?:should|must|may|yourself)|when you|before you|"
    r"i (?:always|never|prefer|want you))\b",
    re.IGNORECASE,
)


def dictated(text: str) -> Iterator[Span]:
    """The parts of a text that say what a text for others is to say, in order."""
    for line in _LINE.finditer(text):
        head = line[0][:LONGEST]
        for start, end in _sentences(head):
            sentence = head[start:end]
            if (begins := _begins(sentence)) is not None:
                first = line.start() + start + begins
                yield first, _reach(text, first, line.start() + end, line.end())


def _sentences(line: str) -> Iterator[Span]:
    start = 0
    for mark in (*_SENTENCE_END.finditer(line), None):
        end = mark.end() if mark else len(line)
        yield start, end
        start = end


def _begins(sentence: str) -> int | None:
    """From where a sentence says what a text says; None where it orders none."""
    for pattern in _PATTERNS:
        if found := pattern.search(sentence):
            says = found.start("says")
            before = sentence[:says]
            # A standing order is how texts of a kind are to be written.
            if not _OF_A_KIND.search(before) and not _FOR_THE_AGENT.search(before):
                return says
    return None


def _reach(text: str, first: int, sentence: int, line: int) -> int:
    """How far the words reach: behind a colon to the end of the paragraph, else of the sentence."""
    colon = re.compile(_COLON).search(text, first, sentence)
    end = sentence
    if colon and text[colon.end() : line].strip():
        end = line
    elif colon:
        below = re.compile(r"\S").search(text, line)
        blank = _PARAGRAPH_END.search(text, below.start()) if below else None
        end = blank.start() if blank else len(text)
    back = _BACK.search(text, first + 1, end)
    return back.start() if back else end
