"""Facts about the person, said by themselves: role, knowledge, machine, aims."""

import re
from dataclasses import dataclass

from tom_swe.model.belief import Kind

_ROLE = (
    r"(?:engineer|developer|dev|scientist|designer|student|analyst|biologist|manager|researcher|"
    r"teacher|founder|admin|sysadmin|consultant|freelancer|intern|architect|physicist|"
    r"mathematician|beginner|newbie|noob|programmer|professor|economist|statistician|chemist|"
    r"hobbyist|maintainer|musician|journalist|doctor|lawyer|accountant|sre|cto|ceo|pm|dba)"
)
_TOOL = r"[A-Za-z][\w+#.-]*"
_LEVEL = (
    r"(?:new to|unfamiliar with|not (?:very |really |too |that )?(?:familiar|good) with|"
    r"a beginner (?:in|at|with)|no expert in)"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact in a sentence, at ``start:end``."""

    kind: Kind
    dimension: str
    value: str
    statement: str
    start: int
    end: int


_NAMED: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "operating_system",
        (
            r"\b(?:i(?:'m| am) (?:on|using|running)|i (?:use|run|work on)|my (?:machine|laptop|"
            r"computer|os|"
            r"pc|box) (?:is|runs)(?: on)?)(?: an?| my)? (?P<name>{names})\b(?! (?:server|container|"
            r"image|vm|api))"
        ),
        "Works on {}",
        {
            "windows": "Windows",
            "wsl2?": "WSL",
            "mac(?:os|book)?|os ?x": "macOS",
            "arch(?: linux)?": "Arch Linux",
            "ubuntu": "Ubuntu",
            "debian": "Debian",
            "fedora": "Fedora",
            "nixos": "NixOS",
            "linux": "Linux",
            "freebsd": "FreeBSD",
        },
    ),
    (
        "editor",
        (
            r"\b(?:i(?:'m| am) (?:on|using|in)|i (?:use|work (?:in|with)|live in|code in)|"
            r"my (?:editor|ide) "
            r"is)(?: an?| my)? (?P<name>{names})\b(?! (?:plugin|extension|api|theme))"
        ),
        "Uses {}",
        {
            "vs ?code|visual studio code": "VS Code",
            "neovim|nvim": "Neovim",
            "vim": "Vim",
            "emacs": "Emacs",
            "pycharm": "PyCharm",
            "intellij": "IntelliJ",
            "webstorm": "WebStorm",
            "zed": "Zed",
            "helix": "Helix",
            "sublime(?: text)?": "Sublime Text",
            "cursor": "Cursor",
        },
    ),
    (
        "shell",
        r"\b(?:i(?:'m| am) (?:on|using|in)|i use|my shell is) (?P<name>{names})\b",
        "Uses {}",
        {
            "fish": "fish",
            "zsh": "zsh",
            "bash": "bash",
            "nushell": "Nushell",
            "powershell": "PowerShell",
        },
    ),
)
_NAMED_PATTERNS = tuple(
    (dimension, re.compile(pattern.replace("{names}", "|".join(names)), re.IGNORECASE), say, names)
    for dimension, pattern, say, names in _NAMED
)

_SAID: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            Kind.EXPERTISE,
            (
                rf"\bi(?:'m| am|ch bin| was trained as)(?: also| only| just| mainly| really)? an? "
                rf"(?:[\w/+#.-]+ ){{0,3}}{_ROLE}\b(?! (?:problem|issue|mode|build|server|question))"
                r"|\bi work as an? (?:\w+ ){1,3}"
            ),
        ),
        (
            Kind.EXPERTISE,
            (
                rf"\bi(?:'m| am) (?:completely |totally |quite |pretty |still |very |rather |"
                rf"fairly )*{_LEVEL} "
                rf"(?!this (?:code|repo|project|file)|the\b|it\b|that\b|this\b)(?:using )?{_TOOL}"
            ),
        ),
        (
            Kind.EXPERTISE,
            (
                rf"\b(?!this\b|that\b|it\b|all\b|code\b|which\b){_TOOL} is (?:still |pretty |"
                rf"quite |completely |all )*new to me\b"
                rf"|\Astill (?:pretty |quite |very )?new to {_TOOL}"
            ),
        ),
        (
            Kind.EXPERTISE,
            (
                r"\bi(?: really| still)? (?:don'?t|do not) know (?:any |much |"
                r"a lot of )?(?:about )?"
                r"(?:python|rust|go|golang|javascript|typescript|react|docker|kubernetes|sql|css|"
                r"java|"
                r"git|"
                r"c\+\+|bash|linux|html|haskell|ruby|php)\b"
            ),
        ),
        (
            Kind.EXPERTISE,
            rf"\bi come from (?:a )?(?!the\b|a\b){_TOOL}\b(?: background)?(?=[,.;]|\Z)",
        ),
        (
            Kind.EXPERTISE,
            rf"\bi(?:'ve| have) (?:been )?(?:\w+ing )?(?:{_TOOL} )?for (?:\d+|\w+) years\b",
        ),
        (Kind.EXPERTISE, rf"\bi have (?:\d+|\w+) years of {_TOOL}(?: experience)?"),
        (
            Kind.GOAL,
            (
                r"\bmy (?:long[- ]term |main |overall )?(?:goal|aim|ambition) is\b[^,.;]{5,}"
                r"|\bi(?:'m| am) (?:trying|aiming|hoping) to (?:learn|become|"
                r"get better at)\b[^,.;]{2,}"
                r"|\bi want to (?:learn|get better at|become)\b[^,.;]{2,}"
                r"|\bin the long (?:run|term),? (?:i|we) want\b[^,.;]{5,}"
            ),
        ),
    )
)


def facts(words: str) -> tuple[Fact, ...]:
    """The facts a sentence states about the person who says it."""
    found: list[Fact] = []
    for dimension, pattern, say, names in _NAMED_PATTERNS:
        if hit := pattern.search(words):
            named = hit.group("name")
            label = next(
                full for spelt, full in names.items() if re.fullmatch(spelt, named, re.IGNORECASE)
            )
            value = label.lower().replace(" ", "_")
            statement = say.format(label)
            found.append(Fact(Kind.EXPERTISE, dimension, value, statement, *hit.span()))
    for kind, pattern in _SAID:
        if hit := pattern.search(words):
            found.append(Fact(kind, "", "", "", *hit.span()))
    return tuple(found)
