"""Rules on the names of files and branches."""

from __future__ import annotations

import re

from tom_swe.checks.rule import RuleText
from tom_swe.model.checks import Compiled

# A beginning that is written out: "feature/", "wip-".
_BEGINNING = re.compile(r"[\w.-]{1,30}[/_-]\Z")
_PREFIX = re.compile(r"prefix|begin|start|前缀", re.IGNORECASE)


def name(rule: RuleText) -> Compiled | None:
    """The check of a rule on names; None if it is about no names."""
    about = [each for each in rule.subjects if each.given.get("names")]
    if not about:
        return None
    is_branch = any(each.id == "branch" for each in about)
    what = "branch" if is_branch else "file"
    forms = rule.of("name")
    if forms:
        form = forms[0]
        given, against = form.entry.given, form.negated
        looks = {key: given[key] for key in ("pattern", "shape") if key in given}
        label = form.entry.label
    else:
        piece = next((p for p, *_ in rule.ticked if _BEGINNING.match(p)), "")
        if not piece or not _PREFIX.search(rule.statement):
            return None
        at = next(start for p, start, _ in rule.ticked if p == piece)
        looks, against = {"begins": piece}, rule.negated(at)
        label = f"begins with `{piece}`"
    spec = {"kind": "name", "of": [what], "against": against, **looks}
    where = ""
    if is_branch:
        spec |= {"near": ["branch", "checkout", "switch", "worktree"]}
    else:
        spec |= {"folders": list(rule.folders), "ends": list(rule.ends)}
        where = f" in {', '.join(f'{each}/' for each in rule.folders)}" if rule.folders else ""
        where += f" ({', '.join(rule.ends)})" if rule.ends else ""
    verdict = label if against else f"not one that {label}"
    says = (
        f"a {what}{where} with a name that {verdict}"
        if against
        else (f"a {what}{where} whose name is {verdict}")
    )
    return Compiled(spec=spec, says=says + ", unless you named it so")
