"""What secrets look like, beyond what detect-secrets knows."""

import base64
import re
from collections.abc import Iterator

from tom_swe.redact.passwords import PASSWORDS
from tom_swe.redact.providers import PROVIDERS
from tom_swe.redact.rule import Rule, Span, placeholder

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


# A token in the place of the user: a name of that length with so many digits is none.
_USER_ALONE = re.compile(r"https?://(?=(?:[A-Za-z_-]*\d){3})([\w-]{20,200})@(?=[\w.\[-])")


def _connection(text: str) -> Iterator[Span]:
    for match in _CONNECTION.finditer(text):
        if match[1][0] not in "${%*[(" and set(match[1]) - set("x*."):
            yield match.span(1)
    for match in _USER_ALONE.finditer(text):
        if not placeholder(match[1]):
            yield match.span(1)


_BEARER = re.compile(
    r"(?i)\bbearer[ \t]+([\w.~+/=-]{16,})"
    r"|\bauthorization[\"']?[ \t]*[:=][ \t]*[\"']?"
    r"(?:basic|token|apikey|ssws|bot|key|splunk)[ \t]+([\w.~+/=:-]{8,})"
)


# Capitals amid small letters: what was encoded may have no digit.
_BASE64 = re.compile(r"(?=[a-zA-Z]*[a-z][A-Z])[A-Za-z0-9+/]{12,}={0,2}")


def _bearer(text: str) -> Iterator[Span]:
    for match in _BEARER.finditer(text):
        group = 1 if match[1] else 2
        # Prose about a bearer of something has no digits in the next word.
        odd = re.search(r"\d", match[group]) or (group == 2 and _BASE64.fullmatch(match[group]))
        if odd and not placeholder(match[group]):
            yield match.span(group)


_ASSIGNED = re.compile(
    r"(?i)(?P<key>pass(?:word|wd|phrase)?|pwd|secret(?:_key_base)?|token|api[ _-]?key"
    r"|access[ _-]?key|secret[ _-]?key|private[ _-]?key|auth[_-]?key|credentials?)[\"'\]]{0,2}"
    r"(?:[ \t]{0,4}(?:=>|:=|[:=])[ \t]{0,4}|[ \t]is:?[ \t]"
    # A flag's value: --password, --token, --api-key.
    r"|(?<=-\w{8})[ \t]|(?<=-\w{5}|pi-key)[ \t])"
    r"(?:(?P<quote>\\?[\"'`])(?P<literal>[^\"'`\n\\]{4,1000}+)(?:(?P=quote)|(?<=[^\s]{1000}))"
    r"|(?P<bare>[^\s\"'`,;(){}\[\]<>$|&\\]{6,1000}+)"
    # A longer one is followed to its end below.
    r"(?:(?<=[^\s]{1000})|(?=$|[\s\"'`,;)}\]|&\\<>])))"
)
# What may follow of a value that is longer than the pattern sees, which bounds its time.
LONGEST = 1000
_REST = re.compile(r"[^\s\"'`,;(){}\[\]<>$|&\\]*")
_PLAIN_WORDS = re.compile(r"[A-Za-z_][A-Za-z_]*(?:[.:/-]+[A-Za-z_]*)*")
_CODE = re.compile(
    r"^[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+$|\$\{|\{\{|%[sdv]\b|%\(\w+\)[sd]|environ|getenv"
)
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PATH = re.compile(r"^(?:[~.]{0,2}/|[A-Za-z]:[\\/])|://")


def _assigned(text: str) -> Iterator[Span]:
    for match in _ASSIGNED.finditer(text):
        literal = match["literal"]
        value = literal if literal is not None else match["bare"]
        if _secret(match["key"].lower(), value, quoted=literal is not None):
            start, end = match.span("literal" if literal is not None else "bare")
            if len(value) == LONGEST and (rest := _REST.match(text, end)):
                end = rest.end()
            yield start, end


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
        if value.endswith("=") and _BASE64.fullmatch(value):
            return True
        return digits > 0 and (letters or key.startswith("password"))
    # Names and types of tokens are words; a token is long and mixed.
    letters = sum(character.isalpha() for character in value)
    return len(value) >= 16 and digits >= 2 and letters >= 2 and (quoted or digits >= 3)


_ENVIRONMENT = re.compile(
    r"(?<![\w$.-])(?P<name>[A-Z][A-Z0-9_]*)="
    r"(?P<quote>[\"']?)(?P<value>[^\s\"'$<{(`\\][^\s\"'`<>]{5,4000})(?P=quote)"
)
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:KEY|PASS|PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|AUTH|CREDENTIALS?|DSN|PAT)"
    r"(?:_(?:BASE|PROD|LIVE|TEST|DEV|STAGING|\d))?$"
)


def _environment(text: str) -> Iterator[Span]:
    for match in _ENVIRONMENT.finditer(text):
        value = match["value"]
        if not _SECRET_NAME.search(match["name"]) or "PUBLIC" in match["name"]:
            continue
        if "PASS" in match["name"] or "PWD" in match["name"]:
            secret = _secret("password", value, quoted=True) and any(map(str.isdigit, value))
        else:
            # Here even a UUID is a key: the name says what it is.
            secret = len(value) >= 12 and (
                _UUID.fullmatch(value.removeprefix("sdk-")) is not None
                or _secret("key", value, quoted=True)
            )
        if secret:
            yield match.span("value")


# A name in capitals, or a header, that is given a literal in code.
_NAMED = re.compile(
    r"(?:\b[A-Z][A-Z0-9_]*_(?:KEY|SECRET|TOKEN)|(?i:(?<![\w-])x-[\w-]{0,40}(?:key|token|secret)|_authtoken))"
    r"[\"'\]]{0,2}[ \t]{0,4}[:=][ \t]{0,4}[\"']?"
    r"(?P<value>[\w.+/=-]{16,400})(?=$|[\s\"',;)<\\])"
)


def _named(text: str) -> Iterator[Span]:
    for match in _NAMED.finditer(text):
        value = match["value"]
        if _UUID.fullmatch(value) or _secret("key", value, quoted=True):
            yield match.span("value")


_AUTH = re.compile(r"auth[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?([A-Za-z0-9+/]{12,400}={0,2})")


def _auth(text: str) -> Iterator[Span]:
    for match in _AUTH.finditer(text):
        try:
            told = base64.b64decode(match[1] + "=" * (-len(match[1]) % 4), validate=True).decode()
        except ValueError:
            continue
        # A name and a password, as Docker and npm keep them.
        if ":" in told and told.isprintable():
            yield match.span(1)


# What Kubernetes calls a secret is one, whatever it looks like.
_MANIFEST = re.compile(r"(?m)^[ \t]*kind:[ \t]*Secret[ \t]*$")
_DATA = re.compile(
    r"(?m)^(?P<in>[ \t]*)(?:data|stringData):[ \t]*\n(?P<pairs>(?:(?P=in)[ \t]+[^\n]*(?:\n|\Z))+)"
)
_DATUM = re.compile(r"(?m)^[ \t]+[\w.-]+:[ \t]+[\"']?(?P<value>[^\s\"'|<>{$][^\s\"'<>]{3,})")


def _manifest(text: str) -> Iterator[Span]:
    if not _MANIFEST.search(text):
        return
    for data in _DATA.finditer(text):
        for datum in _DATUM.finditer(text, *data.span("pairs")):
            if not placeholder(datum["value"]):
                yield datum.span("value")


_HEX_KEY = re.compile(r"(?i)\bprivate[ _-]?key\b.{0,20}?\b((?:0x)?[0-9a-f]{64})\b")


def _hex_key(text: str) -> Iterator[Span]:
    for match in _HEX_KEY.finditer(text):
        yield match.span(1)


_PARAMETER = re.compile(
    r"(?i)[?&;](?:[\w-]*(?:key|token|secret|signature|password|pwd|auth)|sig)="
    r"(?P<value>[^\s&\"'<>#;`)\]]{12,4000})"
)


def _parameter(text: str) -> Iterator[Span]:
    for match in _PARAMETER.finditer(text):
        if "%s" not in match["value"] and _secret("key", match["value"], quoted=True):
            yield match.span("value")


_COOKIE = re.compile(
    r"(?i)(?:\b(?:set-)?cookie[\"']?[ \t]{0,4}[:=][ \t]{0,4}"
    r"|\bcurl\b[^\n]{0,300}?\s(?:-b|--cookie)[ =])"
    r"(?P<pairs>[^\n]{1,4000})"
)
_PAIR = re.compile(r"[\w.-]+=(?P<value>[\w%.+/:~-]{16,4000}={0,2})")


def _cookie(text: str) -> Iterator[Span]:
    for match in _COOKIE.finditer(text):
        for pair in _PAIR.finditer(text, *match.span("pairs")):
            if _secret("key", pair["value"], quoted=True):
                yield pair.span("value")


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
    *PROVIDERS,
    *PASSWORDS,
    Rule(
        "secret",
        ("pass", "pwd", "secret", "token", "key", "credential"),
        _assigned,
    ),
    Rule(
        "secret",
        (
            "pass",
            "phrase=",
            "pwd",
            "secret",
            "token",
            "key",
            "credential",
            "auth",
            "_dsn=",
            "_pat=",
        ),
        _environment,
    ),
    Rule("secret", ("_KEY", "_SECRET", "_TOKEN", "x-", "_authtoken"), _named),
    Rule("secret", ("auth",), _auth),
    Rule("secret", ("kind:",), _manifest),
    Rule("private-key", ("private",), _hex_key),
    Rule("secret", ("?", "&"), _parameter),
    Rule("cookie", ("cookie", "curl"), _cookie),
)
EMAIL = Rule("email", ("@",), _address)
