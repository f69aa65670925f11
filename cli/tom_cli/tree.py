"""The three tiers as one tree: the user model, the sessions, what each of them showed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.tree import Tree

from tom_cli.layout import Words, joined, quoted
from tom_cli.render import TITLES, bar, notes_on, title_text
from tom_cli.times import local
from tom_swe.explain import figures
from tom_swe.model.belief import Belief, Evidence, Stance
from tom_swe.text.safe import safe

if TYPE_CHECKING:
    from tom_swe.explain.counts import CountedUser
    from tom_swe.model.event import Heard
    from tom_swe.model.memory import SessionSummary

QUOTES = 3  # of a belief, the newest


def shown_in(session_id: int, beliefs: Iterable[Belief]) -> list[tuple[Belief, Evidence]]:
    """The beliefs that a session speaks for or against, with what was said, in its order."""
    found = [
        (belief, each)
        for belief in beliefs
        for each in belief.evidence
        if each.session_id == session_id
    ]
    return sorted(found, key=lambda pair: (pair[1].ordinal, pair[0].id))


def tree(
    user: CountedUser,
    sessions: Sequence[SessionSummary],
    beliefs: Sequence[Belief],
    for_one_task: Sequence[Heard],
) -> Tree:
    """Live beliefs by kind with their quotes; these sessions with what they showed."""
    root = Tree(Words(f"{safe(user.user_id)}: the memory", style="bold"))
    known = f"user model: {figures.believed(user.counts)}", figures.habits(user.counts)
    title = "; ".join(filter(None, known))
    model = root.add(Words(title, style="bold"))
    for kind, title in TITLES.items():
        if held := [each for each in user.beliefs if each.kind is kind]:
            branch = model.add(Words(title, style="underline"))
            for belief in held:
                _add_quotes(branch.add(_belief(belief)), belief)
    kept = user.counts.kept
    title = figures.kept(user.counts)
    title += f"; the newest {len(sessions)}" if len(sessions) < kept.sessions + kept.stated else ""
    branch = root.add(Words(title, style="bold"))
    for session in sessions:
        leaf = branch.add(_session(session))
        for belief, each in shown_in(session.id, beliefs):
            leaf.add(_quote(each, f"b{belief.id}"))
        for heard in for_one_task:
            if heard.session_id == session.id:
                words = quoted(heard.observation.quote.text)
                leaf.add(Words(f"{words}  for this task only", style="dim"))
    return root


def _add_quotes(leaf: Tree, belief: Belief) -> None:
    for each in belief.evidence[-QUOTES:]:
        leaf.add(_quote(each, f"s{each.session_id}"))
    if (more := len(belief.evidence) - QUOTES) > 0:
        leaf.add(Words(f"and {more} more: tom why b{belief.id}", style="dim"))


def _belief(belief: Belief) -> Words:
    line = Words()
    line.append(f"b{belief.id} ", style="dim")
    line.append(f"{bar(belief.confidence)} ", style="cyan")
    line.append(safe(belief.statement), style="bold")
    if notes := notes_on(belief):
        line.append(f"  {joined(f'({safe(", ".join(notes))})')}", style="yellow")
    return line


def _quote(evidence: Evidence, where: str) -> Words:
    against = "against: " if evidence.stance is Stance.CONTRADICTS else ""
    line = Words()
    line.append(f"{against}{quoted(evidence.quote)}", style="italic")
    line.append(f"  {joined(f'{local(evidence.at)}, {where}')}", style="dim")
    return line


def _session(session: SessionSummary) -> Words:
    from tom_swe.explain.figures import number

    when = f"{local(session.started)} " if session.started else ""
    line = Words()
    line.append(f"s{session.id} ", style="dim")
    where = f" in {safe(session.repository)}" if session.repository else ""
    line.append(f"{when}{safe(session.host)}{where}, {number(session.turns, 'turn')}")
    line.append(f": {safe(title_text(session))}", style="dim")
    return line
