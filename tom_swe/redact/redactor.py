"""Takes keys, tokens, passwords and connection strings out of text.

The patterns of providers come from detect-secrets; what it lacks is in ``patterns.py``,
``providers.py`` and ``passwords.py``.
Nothing found is ever printed, logged, kept or sent anywhere to be verified.
"""

import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, Protocol, cast

from tom_swe.redact.patterns import EMAIL, OWN
from tom_swe.redact.rule import RUN, Rule, Span, placeholder

_MARKER = re.compile(r"\[redacted:[a-z-]{1,30}\]")
# Long enough for any key, short enough for the slowest pattern.
WINDOW = 16_384
OVERLAP = 4_096
# What may follow of a key that a window's end has cut.
_REST = re.compile(r"[\w.+/=-]*")
_EDGES = " \t\r\n\"'=:"


class _Detector(Protocol):
    """What is used of a plugin of detect-secrets."""

    @property
    def denylist(self) -> Iterable[re.Pattern[str]]: ...


class _Plugin(NamedTuple):
    name: str
    module: str
    kind: str
    markers: tuple[str, ...]
    # Some patterns mark the secret by a group, others only a prefix or nothing.
    group: int = 0


# Left out: entropy and public IP (commit ids, hashes and addresses are not secrets),
# and Keyword, PrivateKey, BasicAuth, GitLab and JWT, which the rules of our own make good.
_PLUGINS = (
    _Plugin("artifactory", "artifactory", "ArtifactoryDetector", ("AKC", "AP")),
    _Plugin("aws-key", "aws", "AWSKeyDetector", ("AKIA", "ASIA", "ABIA", "ACCA", "A3T")),
    _Plugin("aws-key", "aws", "AWSKeyDetector", ("aws",), 1),
    _Plugin("azure-key", "azure_storage_key", "AzureStorageKeyDetector", ("accountkey=",)),
    _Plugin("cloudant-key", "cloudant", "CloudantDetector", ("cloudant", "cl_", "cl-"), 1),
    _Plugin("discord-token", "discord", "DiscordBotTokenDetector", ("discord", "bot")),
    _Plugin(
        "github-token",
        "github_token",
        "GitHubTokenDetector",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    ),
    _Plugin("ibm-key", "ibm_cloud_iam", "IbmCloudIamDetector", ("ibm", "iam"), 1),
    _Plugin("ibm-key", "ibm_cos_hmac", "IbmCosHmacDetector", ("secret",), 1),
    _Plugin("mailchimp-key", "mailchimp", "MailchimpDetector", ("-us",)),
    _Plugin("npm-token", "npm", "NpmDetector", ("_authtoken",), 1),
    _Plugin("openai-key", "openai", "OpenAIDetector", ("T3BlbkFJ",)),
    _Plugin("pypi-token", "pypi_token", "PypiTokenDetector", ("pypi-",)),
    _Plugin("sendgrid-key", "sendgrid", "SendGridDetector", ("SG.",)),
    _Plugin("slack-token", "slack", "SlackDetector", ("xox", "hooks.slack.com")),
    _Plugin(
        "softlayer-key",
        "softlayer",
        "SoftlayerDetector",
        ("softlayer", "slapi", "sl_api", "sl-api"),
        1,
    ),
    _Plugin("square-key", "square_oauth", "SquareOAuthDetector", ("sq0csp-",)),
    _Plugin("stripe-key", "stripe", "StripeDetector", ("k_live_",)),
    _Plugin("telegram-token", "telegram_token", "TelegramBotTokenDetector", ("telegram", "bot")),
    _Plugin("twilio-key", "twilio", "TwilioKeyDetector", ("AC", "SK")),
)


# Their secrets may be shorter, or are cut by other signs.
_APART = {"slack-token", "softlayer-key", "npm-token", "ibm-key", "cloudant-key"}


class Redactor:
    """Replaces secrets by ``[redacted:<kind>]``, and e-mail addresses too if asked."""

    def __init__(self, emails: bool = False) -> None:
        rules = [_wrapped(plugin) for plugin in _PLUGINS]
        rules.extend(OWN)
        if emails:
            rules.append(EMAIL)
        self._rules = tuple(rules)
        self._always = _Marked(rules, lambda rule: not rule.run)
        self._in_runs = _Marked(rules, lambda rule: rule.run)

    def redact(self, text: str) -> tuple[str, int]:
        """The text without secrets, and how many were taken out.

        Redacting the result again changes nothing: passes are repeated until one
        finds nothing, and each turns text into markers that no rule touches.
        """
        count = 0
        while found := self._pass(text):
            pieces: list[str] = []
            last = 0
            for start, end, name in found:
                pieces += (text[last:start], f"[redacted:{name}]")
                last = end
            pieces.append(text[last:])
            text = "".join(pieces)
            count += len(found)
        return text, count

    def _pass(self, text: str) -> list[tuple[int, int, str]]:
        """Where the secrets are, in order and apart from each other and from old markers."""
        folded = text.lower()
        places = self._always.of(text, folded)
        if RUN.search(text):
            places |= self._in_runs.of(text, folded)
        spans = [
            (start, end, self._rules[place].name)
            for place in sorted(places)
            for start, end in self._rules[place].find(text)
        ]
        if not spans:
            return []
        barriers = [match.span() for match in _MARKER.finditer(text)] if "[red" in folded else []
        merged: list[tuple[int, int, str]] = []
        # The longest of those that start together names the whole.
        for start, end, name in sorted(spans, key=lambda span: (span[0], -span[1])):
            if merged and start < merged[-1][1]:
                begun, ended, first = merged[-1]
                merged[-1] = (begun, max(ended, end), first)
            else:
                merged.append((start, end, name))
        return [part for span in merged for part in _outside(span, barriers, text)]


class _Marked:
    """The places of rules by what marks their secrets."""

    def __init__(self, rules: Sequence[Rule], wanted: Callable[[Rule], bool]) -> None:
        by_marker: dict[str, set[int]] = {}
        for place, rule in enumerate(rules):
            for marker in rule.markers if wanted(rule) else ():
                by_marker.setdefault(marker, set()).add(place)
        # A marker with a capital stands as it is; the others in any case.
        self._exact = [(m, places) for m, places in by_marker.items() if m != m.lower()]
        self._folded = [(m, places) for m, places in by_marker.items() if m == m.lower()]

    def of(self, text: str, folded: str) -> set[int]:
        """The places of the rules of which a text holds a marker; ``folded`` has no capitals."""
        places: set[int] = set()
        for marker, of in self._folded:
            if marker in folded:
                places |= of
        for marker, of in self._exact:
            if marker in text:
                places |= of
        return places


def _outside(
    span: tuple[int, int, str], barriers: list[tuple[int, int]], text: str
) -> Iterator[tuple[int, int, str]]:
    """The span, or where it meets markers of an earlier redaction, the parts beside them."""
    start, end, name = span
    for begun, ended in barriers:
        if ended <= start or begun >= end:
            continue
        if text[start:begun].strip():
            yield start, begun, name
        start = ended
    if start < end and text[start:end].strip():
        yield start, end, name


def _windows(length: int) -> Iterator[Span]:
    """Overlapping parts of a long text: some plugins take time by the square of its length."""
    for start in range(0, max(1, length - OVERLAP), WINDOW - OVERLAP):
        yield start, min(start + WINDOW, length)


def _wrapped(plugin: _Plugin) -> Rule:
    @cache
    def patterns() -> tuple[re.Pattern[str], ...]:
        # Imported where a text holds a marker, which few do: it takes a tenth of a second.
        module = importlib.import_module(f"detect_secrets.plugins.{plugin.module}")
        detector = cast("Callable[[], _Detector]", getattr(module, plugin.kind))()
        return tuple(p for p in detector.denylist if bool(p.groups) >= bool(plugin.group))

    def find(text: str) -> Iterator[Span]:
        for pattern in patterns():
            for begun, ended in _windows(len(text)):
                for match in pattern.finditer(text, begun, ended):
                    start, end = match.span(plugin.group)
                    if end == ended and (rest := _REST.match(text, end)):
                        end = rest.end()
                    while start < end and text[start] in _EDGES:
                        start += 1
                    while start < end and text[end - 1] in _EDGES:
                        end -= 1
                    if start < end and not placeholder(text[start:end]):
                        yield start, end

    return Rule(plugin.name, plugin.markers, find, run=plugin.name not in _APART)
