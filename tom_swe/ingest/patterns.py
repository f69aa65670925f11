"""What secrets look like, beyond what detect-secrets knows."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

type Span = tuple[int, int]


class Rule(NamedTuple):
    """One kind of secret: where it is in a text that holds one of the markers.

    A marker without capitals is looked for in any case.
    """

    name: str
    markers: tuple[str, ...]
    find: Callable[[str], Iterable[Span]]


def placeholder(value: str) -> bool:
    """Whether a value only stands for a secret: all of a kind, as in ``sk-xxxxxxxx``."""
    tail = value.rsplit("-", 1)[-1].rsplit("_", 1)[-1] or value
    lowered = value.lower()
    return len(set(tail.lower())) < 5 or any(word in lowered for word in _STANDINS)


_STANDINS = (
    "example",
    "your-",
    "your_",
    "xxxx",
    "placeholder",
    "redacted",
    "changeme",
    "dummy",
    "...",
    "****",
)


def _pattern(name: str, markers: tuple[str, ...], pattern: str) -> Rule:
    compiled = re.compile(pattern)
    group = 1 if compiled.groups else 0

    def find(text: str) -> Iterator[Span]:
        for match in compiled.finditer(text):
            if not placeholder(match[group]):
                yield match.span(group)

    return Rule(name, markers, find)


_PREFIXED = (
    # The part before the first underscore or dash is how the provider marks its keys.
    ("anthropic-key", ("sk-ant-",), r"\bsk-ant-[\w-]{20,}"),
    ("openai-key", ("sk-",), r"\bsk-(?:proj|svcacct|admin|or-v1)-[\w-]{20,}"),
    ("openai-key", ("sk-",), r"\bsk-(?=[A-Za-z]*\d)[A-Za-z0-9]{32,}"),
    ("huggingface-token", ("hf_",), r"\bhf_(?=\w*[A-Z])[A-Za-z0-9]{30,}"),
    ("github-token", ("github_pat_",), r"\bgithub_pat_\w{22,}"),
    ("gitlab-token", ("glpat-",), r"\bglpat-[\w.-]{20,}"),
    ("google-key", ("AIza",), r"\bAIza[\w-]{35}"),
    ("google-token", ("ya29.",), r"\bya29\.[\w-]{20,}"),
    ("slack-token", ("xox", "xapp-"), r"\b(?:xox[a-z]|xapp)-[\w-]{10,}"),
    ("groq-key", ("gsk_",), r"\bgsk_[A-Za-z0-9]{40,}"),
    ("xai-key", ("xai-",), r"\bxai-[A-Za-z0-9]{40,}"),
    ("perplexity-key", ("pplx-",), r"\bpplx-[A-Za-z0-9]{40,}"),
    ("replicate-token", ("r8_",), r"\br8_[A-Za-z0-9]{30,}"),
    ("npm-token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}"),
    ("linear-key", ("lin_api_",), r"\blin_(?:api|oauth)_[A-Za-z0-9]{30,}"),
    ("stripe-key", ("k_live_", "k_test_", "whsec_"), r"\b(?:[rs]k_(?:live|test)|whsec)_\w{20,}"),
    ("digitalocean-token", ("_v1_",), r"\bdo[opr]_v1_[a-f0-9]{64}"),
    ("shopify-token", ("shp",), r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("supabase-token", ("sbp_",), r"\bsbp_[a-f0-9]{40}"),
    ("figma-token", ("figd_",), r"\bfigd_[\w-]{40,}"),
    ("notion-token", ("secret_", "ntn_"), r"\b(?:secret|ntn)_(?=[A-Za-z]*\d)[A-Za-z0-9]{40,}"),
    # Also one that was cut: whether it would be valid cannot be told.
    ("jwt", ("eyJ",), r"\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,}(?:\.[\w-]*)?"),
    ("age-key", ("age-secret-key-",), r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    ("telegram-token", ("/bot",), r"/bot(\d{8,10}:[\w-]{35})"),
    (
        "discord-webhook",
        ("/api/webhooks/",),
        r"discord(?:app)?\.com/api/webhooks/\d+/([\w-]{60,})",
    ),
)

_PRIVATE = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?P<body>.{0,9000}?)-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
    # Cut off before its end: as many lines as look like a key's.
    r"|(?P<open>(?:(?:\s|\\+[nr])*[A-Za-z0-9+/=]{16,})+(?:\n[A-Za-z0-9+/=]+(?=\s*\Z))?))"
    r"|PuTTY-User-Key-File-\d.{0,9000}?Private-MAC: \w+",
    re.DOTALL,
)
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=]{16,}")


def _private(text: str) -> Iterator[Span]:
    for match in _PRIVATE.finditer(text):
        body = match["body"]
        # Code that only names the header and footer holds no key.
        if body is None or _KEY_BODY.search(body):
            yield match.span()


_CONNECTION = re.compile(
    r"://[^\s:/@\"'<>`|]{0,100}:([^\s/\"'<>`|]{1,200}?)@(?=[\w.\[-])(?![^\s/\"'<>`|]*@)"
)


def _connection(text: str) -> Iterator[Span]:
    for match in _CONNECTION.finditer(text):
        if match[1][0] not in "${%*[(" and set(match[1]) - set("x*."):
            yield match.span(1)


_BEARER = re.compile(
    r"(?i)\bbearer[ \t]+([\w.~+/=-]{16,})"
    r"|\bauthorization[\"']?[ \t]*[:=][ \t]*[\"']?(?:basic|token|apikey)[ \t]+([\w.~+/=:-]{8,})"
)


def _bearer(text: str) -> Iterator[Span]:
    for match in _BEARER.finditer(text):
        group = 1 if match[1] else 2
        # Prose about a bearer of something has no digits in the next word.
        if re.search(r"\d", match[group]) and not placeholder(match[group]):
            yield match.span(group)


_ASSIGNED = re.compile(
    r"(?i)(?P<key>pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key"
    r"|secret[_-]?key|private[_-]?key|auth[_-]?key|credentials?)[\"'\]]{0,2}"
    r"(?:[ \t]{0,4}(?:=>|:=|[:=])[ \t]{0,4}|[ \t]is:?[ \t]"
    # A flag's value: --password, --token, --api-key.
    r"|(?<=-\w{8})[ \t]|(?<=-\w{5}|pi-key)[ \t])"
    r"(?:(?P<quote>\\?[\"'`])(?P<literal>[^\"'`\n\\]{4,300})(?P=quote)"
    r"|(?P<bare>[^\s\"'`,;(){}\[\]<>$|&\\]{6,300})(?=$|[\s\"'`,;)}\]|&\\]))"
)
_PLAIN_WORDS = re.compile(r"[A-Za-z_][A-Za-z_]*(?:[.:/-]+[A-Za-z_]*)*")
_CODE = re.compile(r"^[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+$|\$\{|\{\{|%[sdv(]|environ|getenv")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PATH = re.compile(r"^(?:[~.]{0,2}/|[A-Za-z]:[\\/])|://")


def _assigned(text: str) -> Iterator[Span]:
    for match in _ASSIGNED.finditer(text):
        literal = match["literal"]
        value = literal if literal is not None else match["bare"]
        if _secret(match["key"].lower(), value, quoted=literal is not None):
            yield match.span("literal" if literal is not None else "bare")


def _secret(key: str, value: str, quoted: bool) -> bool:
    """Whether a value given to a name like ``password`` is a literal secret, not code or prose."""
    if placeholder(value) or value[0] in "$<{%@#*[(&" or _CODE.search(value) or _UUID.search(value):
        return False
    if _PATH.search(value) or (" " in value.strip() and key != "passphrase"):
        return False
    digits = sum(character.isdigit() for character in value)
    if key == "pass" and not quoted:
        # As in a test's report.
        return False
    if key.startswith(("pass", "pwd")):
        if quoted:
            return len(value) >= 6 and (digits > 0 or not _PLAIN_WORDS.fullmatch(value))
        letters = any(character.isalpha() for character in value)
        return digits > 0 and (letters or key.startswith("password"))
    # Names and types of tokens are words; a token is long and mixed.
    letters = sum(character.isalpha() for character in value)
    return len(value) >= 16 and digits >= 2 and letters >= 2 and (quoted or digits >= 3)


_ENVIRONMENT = re.compile(
    r"(?m)^[ \t>+]*(?:export |set |ENV )?[A-Z][A-Z0-9_]*_(?:KEY|PASS|AUTH|CREDENTIALS?|DSN)="
    r"[\"']?([^\s\"'$<{(`\\]{12,300})"
)


def _environment(text: str) -> Iterator[Span]:
    for match in _ENVIRONMENT.finditer(text):
        if _secret("key", match[1], quoted=True):
            yield match.span(1)


_USERINFO = re.compile(
    r"(?<=curl)[^\n]{0,300}?[ \t](?:-u|--user)[ \t]+[\"']?[\w.@-]+:([^\s\"'$]{4,200})"
)


def _userinfo(text: str) -> Iterator[Span]:
    for match in _USERINFO.finditer(text):
        if not placeholder(match[1]):
            yield match.span(1)


_ADDRESS = re.compile(r"(?<![\w.+:/-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b")


def _address(text: str) -> Iterator[Span]:
    for match in _ADDRESS.finditer(text):
        # git@host: is where a repository is, nobody's address.
        if not match[0].startswith("git@"):
            yield match.span()


OWN: tuple[Rule, ...] = (
    Rule("private-key", ("private key", "putty-user-key"), _private),
    Rule("connection-password", ("://",), _connection),
    Rule("bearer-token", ("bearer", "authorization"), _bearer),
    *(_pattern(name, markers, pattern) for name, markers, pattern in _PREFIXED),
    Rule(
        "secret",
        ("passw", "passp", "pass=", "pass:", "pwd", "secret", "token", "key", "credential"),
        _assigned,
    ),
    Rule("secret", ("_key=", "_pass=", "_auth=", "_credential", "_dsn="), _environment),
    Rule("password", ("curl",), _userinfo),
)
EMAIL = Rule("email", ("@",), _address)
