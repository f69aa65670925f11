"""Which natural language a text is in, by its script and its commonest words."""

import re

NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese",
    "cs": "Czech", "nl": "Dutch", "it": "Italian", "zh": "Chinese", "ja": "Japanese",
    "ko": "Korean", "ru": "Russian",
}  # fmt: skip

_COMMON = {
    "en": "the and is are to of in it that for with this you not can be on we i have what how my",
    "de": "der die das und ist nicht ein eine zu mit auf für ich wir es den dem auch wie kann sind",
    "fr": "le la les et est une des pour pas que dans je il nous avec sur qui ne ce vous du au",
    "es": "el la los las y es una que para por con no en del se lo como está este pero haz",
    "pt": "o os as e é um uma que para por com não em do da se no na como está isso mas",
    "cs": "je a to se na že v s jak pro ale už když by si jsem není tak aby mi co do",
    "nl": "de het een en is niet van ik dat op te met voor zijn er aan maar ook je kan",
    "it": "il lo la gli e è un una che per non di con del della sono come questo anche ma",
}
_WORDS = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)
_ENOUGH = 2


def language_of(text: str) -> str:
    """The code of the language, or "" where the text is too short or too mixed to say."""
    letters = sum(c.isalpha() for c in text)
    for code, script in _SCRIPTS:
        if letters and len(script.findall(text)) / letters > 0.2:
            return code
    words = re.findall(r"[^\W\d_]+", text.lower())
    scores = {code: sum(w in common for w in words) for code, common in _WORDS.items()}
    first, second, *_ = sorted(scores, key=lambda code: -scores[code])
    if scores[first] < _ENOUGH or scores[first] == scores[second]:
        return ""
    return first
