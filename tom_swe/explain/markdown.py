"""The user model as Markdown, with untrusted text escaped. Pure."""

import re
from collections.abc import Iterable, Iterator

from tom_swe.explain.counts import CountedUser
from tom_swe.explain.figures import number
from tom_swe.model.belief import EVERYWHERE, Belief, Kind
from tom_swe.text.safe import plain

_SPECIAL = re.compile(r"([\\`*_\[\]#|~!&$])")
_ESCAPED = re.compile(r"\\([\\`*_\[\]#|~!&$])")
TITLES = {
    Kind.CONSTRAINT: "Rules",
    Kind.PREFERENCE: "Preferences",
    Kind.EXPERTISE: "What you know",
    Kind.GOAL: "Goals",
    Kind.HABIT: "Habits",
}


def escaped(text: str) -> str:
    """Text on one line that shows as it is: no mark-up, no link, no tag."""
    return _SPECIAL.sub(r"\\\1", plain(text))


def unescaped(text: str) -> str:
    """What was escaped, but for what `plain` takes out."""
    return _ESCAPED.sub(r"\1", text)


def document(user: CountedUser) -> str:
    """All live beliefs, by kind, each with its quotes, where and when they were said."""
    lines = ["# What tom knows about you", ""]
    lines.append(
        f"{number(user.counts.kept.sessions, 'session')}, {number(user.counts.beliefs, 'belief')}."
    )
    for kind, title in TITLES.items():
        beliefs = [belief for belief in user.beliefs if belief.kind is kind]
        if beliefs:
            lines += ["", f"## {title}", "", *_listed(beliefs)]
    return "\n".join([*lines, ""])


def _listed(beliefs: Iterable[Belief]) -> Iterator[str]:
    for belief in beliefs:
        where = "" if belief.scope == EVERYWHERE else f", {escaped(str(belief.scope))}"
        decided = "".join(f", {each.kind}" for each in belief.decisions)
        yield (
            f"- **{escaped(belief.statement)}** (b{belief.id}, {belief.status}, "
            f"{belief.confidence:.2f}{where}{decided})"
        )
        for each in belief.evidence:
            yield (
                f"  - {each.stance}: “{escaped(each.quote)}” "
                f"({each.at.astimezone():%Y-%m-%d}, s{each.session_id}, {escaped(each.host)}"
                f"{f', {escaped(each.repository)}' if each.repository else ''})"
            )
