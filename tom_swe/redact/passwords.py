"""Passwords that people tell in prose or type on a command line."""

import re
from collections.abc import Iterator

from tom_swe.redact.rule import Rule, Span, placeholder

_NAME = (
    r"(?:pass(?:word|wd|phrase|code)|pwd?|passwor[dt]|kennwort|mot de passe|mdp|contrase[nñ]a"
    r"|senha|heslo|has[lł]o|wachtwoord|l[oö]senord|parola|пароль|парола|密码|密碼|パスワード"
    r"|비밀번호)"
)
# No value holds the sign of a tag: with it a host's mark would be taken away too.
# Where it is a password for: "for the staging server".
_WHERE = (
    r"(?: (?:for|of|to|on|at|in|zu|f[uü]r|vom?|de|du|del|para|do|na)(?: [\w.'@-]{1,30}){1,4}?)?"
)
_IS = (
    r"(?:\s*[:=\uff1a]\s*|\s+(?:is|was|ist|war|lautet|est|es|é|je|jest|should be|will be|has to be"
    r"|must be|set to)\s*:?\s+|\s*(?:是|为|は|는)\s*)"
)
_VALUE = r"[\"'`]?(?P<value>[^\s\"'`,;<>()\[\]{}|]{6,200})"
_TOLD = re.compile(rf"(?i)(?<![\w.$/-]){_NAME}{_WHERE}{_IS}{_VALUE}")
# Without a joining word only what looks like nothing else is taken for a password.
_BESIDE = re.compile(rf"(?i)(?<![\w.$/-])(?:{_NAME}|(?-i:pass))[ \t]+{_VALUE}")
_LOGIN = re.compile(
    r"(?i)(?:\b(?:login|user)\s+\S{1,100}\s+password\s+|\b(?:with|using|use)\s+(?:the\s+)?password\s+"
    r"|\bcredentials?(?:\s+are)?[\s:]+[\w.@-]{1,60} / |\buser\s+\S{1,100} / pass\s+)"
    r"[\"'`]?(?P<value>[^\s\"'`<>]{6,200})"
)
_CODE = re.compile(
    r"[\w.]+\(|::|^\w+=|->|=>|==|\$\{|%[sdv]|^[$<%@/~.#&*-]|://|^\w+(?:\.[A-Za-z_]\w*)+$"
)
_SIGNS = frozenset("!?%^*+~#$&@=")


def _told(text: str) -> Iterator[Span]:
    for pattern, enough in ((_TOLD, _mixed), (_BESIDE, _strange), (_LOGIN, _mixed)):
        for match in pattern.finditer(text):
            value = match["value"].rstrip(".!?:")
            if enough(value) and not _CODE.search(value) and not placeholder(value):
                start = match.start("value")
                # A mark at the end may be the sentence's or the password's.
                end = match.end("value") if match["value"][-1] not in ".:" else start + len(value)
                yield start, end


def _mixed(value: str) -> bool:
    """Letters and at least two digits, and no algorithm, version, number or id."""
    digits = sum(sign.isdigit() for sign in value)
    letters = sum(sign.isalpha() for sign in value)
    return len(value) >= 6 and digits >= 2 and letters >= 2 and not _KNOWN.fullmatch(value)


def _strange(value: str) -> bool:
    return _mixed(value) and len(value) >= 8 and bool(_SIGNS & set(value))


_KNOWN = re.compile(
    r"(?i)(?:sha|md|utf|base|oauth|argon|aes|rsa|x|p|h|http|v|rfc|iso)[-_]?\d+[\w.-]*"
    r"|v?\d+(?:[.x:/-]\w+)+|\d+[a-z]{1,12}|[\w-]+\.[a-z]{1,4}(?::\d+)*"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)

# By the name of the program; none begins with a boundary, so that its name is found fast.
_GIVEN = r"(?P<quote>[\"']?)(?P<value>[^\s\"'<>$-][^\s\"'<>]{3,200})(?P=quote)"
_COMMANDS = (
    (("sshpass",), rf"sshpass[^\n|]{{0,80}}?\s-p\s*{_GIVEN}"),
    (("mysql",), rf"mysql[^\n|]{{0,200}}?\s-p{_GIVEN}"),
    (("mariadb",), rf"mariadb[^\n|]{{0,200}}?\s-p{_GIVEN}"),
    ((" login",), rf" login\b[^\n|]{{0,200}}?\s-p[ =]?{_GIVEN}"),
    (("redis-cli",), rf"redis-cli[^\n|]{{0,120}}?\s-a\s+{_GIVEN}"),
    (("mongo",), rf"mongo(?:sh|dump|restore|import|export)?\s[^\n|]{{0,200}}?\s-p\s+{_GIVEN}"),
    (
        ("sudo", "stdin"),
        (
            r"echo\s+(?:-n\s+)?(?P<quote>[\"']?)(?P<value>[^\s\"'|<>$][^\s\"'|<>]{3,200})(?P=quote)"
            r"\s*\|\s*(?:sudo\s[^\n|]{0,100}?-S\b|[^\n|]{0,100}?--?(?:password-)?stdin\b)"
        ),
    ),
    (
        ("curl",),
        r"curl[^\n]{0,300}?[ \t](?:-u|--user)[ \t]+[\"']?[\w.@-]+:(?P<value>[^\s\"'<>$]{4,200})",
    ),
)


def _typed(markers: tuple[str, ...], expression: str) -> Rule:
    compiled = re.compile(expression)

    def find(text: str) -> Iterator[Span]:
        for match in compiled.finditer(text):
            if not placeholder(match["value"]):
                yield match.span("value")

    return Rule("password", markers, find)


# host:port:database:user:password
_PGPASS = re.compile(r"(?m)(?<!\S)\S+:(?:543\d|6432|\*):[\w*.-]+:[\w*.-]+:([^\s<>]{4,200})(?=$|<)")


def _pgpass(text: str) -> Iterator[Span]:
    for match in _PGPASS.finditer(text):
        if not placeholder(match[1]):
            yield match.span(1)


# Twelve to twenty-four plain words, as wallets give them.
_PHRASE = re.compile(
    r"(?i)\b(?:(?:seed|recovery|secret|backup)[ -]phrase|mnemonic)(?:\s+is)?\s*[:=]?\s*[\"'`]?"
    r"((?-i:[a-z]{3,8}(?: |, ?)){11,23}(?-i:[a-z]{3,8})\b)"
)


def _phrase(text: str) -> Iterator[Span]:
    for match in _PHRASE.finditer(text):
        yield match.span(1)


_NAMES_TOLD = (
    *("passw", "passp", "passc", "/ pass", "pwd", "pw:", "pw=", "pw is", "credential"),
    *("kennwort", "mot de passe", "mdp", "contrase", "senha", "heslo", "haslo", "hasło"),
    *(
        "wachtwoord",
        "senord",
        "parola",
        "пароль",
        "парола",
        "密码",
        "密碼",
        "パスワード",
        "비밀번호",
    ),
)

PASSWORDS: tuple[Rule, ...] = (
    Rule("password", _NAMES_TOLD, _told),
    *(_typed(markers, expression) for markers, expression in _COMMANDS),
    Rule("password", (":543", ":6432:", ":*:"), _pgpass),
    Rule("seed-phrase", ("phrase", "mnemonic"), _phrase),
)
