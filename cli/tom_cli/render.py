"""Beliefs, sessions and advice as text for a person. Stored text is never markup here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.text import Text

from tom_cli.layout import QUOTE, joined, put, quoted
from tom_cli.times import local
from tom_swe.advise.recall import is_idle
from tom_swe.beliefs.history import DECIDED
from tom_swe.explain import figures
from tom_swe.explain.figures import number
from tom_swe.model.belief import (
    Belief,
    Decision,
    DecisionKind,
    Evidence,
    Kind,
    Source,
    Stance,
    Status,
)
from tom_swe.model.memory import Problem, SessionSummary
from tom_swe.model.revision import Revision
from tom_swe.model.session import Role, Session
from tom_swe.text.safe import safe

if TYPE_CHECKING:
    from tom_swe.explain.counts import CountedUser
    from tom_swe.explain.kept import Became
    from tom_swe.ingest.importing import Intake

# Where the statement of a belief begins, and what goes on from it.
HANG = 13
SESSION_HANG = 24
TITLES = {
    Kind.CONSTRAINT: "Rules",
    Kind.PREFERENCE: "Preferences",
    Kind.EXPERTISE: "About you",
    Kind.GOAL: "Goals",
    Kind.HABIT: "Habits",
}
MARKS = {
    DecisionKind.CONFIRM: "confirmed by you",
    DecisionKind.PIN: "pinned",
    DecisionKind.EDIT: "in your words",
}


def bar(confidence: float) -> str:
    """A confidence as five cells."""
    full = round(confidence * 5)
    return "●" * full + "○" * (5 - full)


def belief_line(belief: Belief, *, quotes: int = 1) -> Text:
    """A belief with its id, certainty and newest quotes."""
    line = Text()
    line.append(f"  b{belief.id:<4}", style="dim")
    line.append(f"{bar(belief.confidence)} ", style="cyan")
    retired = belief.status is Status.RETIRED
    line.append(safe(belief.statement), style="strike dim" if retired else "bold")
    if notes := notes_on(belief):
        line.append(f"  {joined(f'({safe(", ".join(notes))})')}", style="yellow")
    for each in newest_quotes(belief)[:quotes]:
        line.append("\n" + " " * HANG)
        line.append(quoted(each.quote), style="italic")
        origin = joined(f"{local(each.at)}, {safe(each.host)} s{each.session_id}")
        line.append(f"  {origin}", style="dim")
    return line


def notes_on(belief: Belief) -> list[str]:
    """Where a belief holds, if not everywhere, and how it stands."""
    notes = [str(belief.scope)] if str(belief.scope) != "everywhere" else []
    if belief.is_seen_once:
        notes.append("seen once")
    notes += [MARKS[each.kind] for each in belief.decisions if each.kind in MARKS]
    if belief.is_rejected_by_user:
        notes.append("rejected by you")
    elif belief.status is Status.RETIRED:
        notes.append(
            f"superseded by b{belief.superseded_by}" if belief.superseded_by else "retired"
        )
    return notes


def newest_quotes(belief: Belief) -> list[Evidence]:
    """What supports a belief, the newest first, each quote once."""
    return list({each.quote: each for each in reversed(belief.supporting)}.values())


def show_profile(user: CountedUser, *, quotes: int = 1, everything: bool = False) -> None:
    """The user model by kind, each belief with its quotes; idle habits only where asked for."""
    if not user.beliefs:
        put("There are no beliefs yet. `tom init` reads the sessions on this machine.")
    else:
        read = f"{figures.kept(user.counts)}{figures.span(user.counts)}"
        put(Text(f"{figures.believed(user.counts)} from {read}", style="dim"))
    if user.counts.beliefs:
        put(Text(f"Agents hear {safe(figures.told(user.counts))}.", style="dim"))
    elif user.beliefs:
        put("No beliefs yet that change what an agent does.")
    if unread := figures.unread(user.counts):
        put(Text(f"{unread}: `tom learn`", style="yellow"))
    for kind, title in TITLES.items():
        held = [b for b in user.beliefs if b.kind is kind and (everything or not is_idle(b))]
        if held:
            put(Text(f"\n{title}", style="bold underline"))
            for belief in held:
                put(belief_line(belief, quotes=quotes), hang=HANG)
    put("")
    if left_out := "" if everything else figures.habits(user.counts):
        put(Text(f"{left_out}: `tom profile --all`", style="dim"))
    if waiting := figures.to_review(user.counts):
        put(Text(f"{waiting}: `tom review`", style="dim"))


def show_beliefs(beliefs: Iterable[Belief]) -> None:
    """Beliefs, a line and a quote each."""
    for belief in beliefs:
        put(belief_line(belief), hang=HANG)


def became_text(told: Became) -> str:
    """In how many sessions something was told, and what came of it there."""
    last = f", last on {local(told.last)}" if told.last else ""
    sessions = f"{told.sessions} session{'s'[: told.sessions != 1]}"
    return f"in the briefing of {sessions}{last}: {counts_text(told)}"


def counts_text(became: Became) -> str:
    """How often something was followed, in a few words."""
    counts = {
        "followed": became.obeyed,
        "breached": became.disobeyed,
        "repeated by you": became.corrected,
        "unknown": became.unknown,
        "reminded or stopped": became.intervened,
    }
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count)


def show_why(
    belief: Belief,
    history: Sequence[Revision],
    parts: Sequence[str],
    told: Became | None = None,
    titles: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Why a belief is held: its quotes, its arithmetic and history, and what telling it did.

    ``titles`` are those of the sessions it was said in.
    """
    put(belief_line(belief, quotes=0), hang=HANG)
    if belief.decisions:
        put(Text("\nWhat you decided", style="bold underline"))
    for decision in belief.decisions:
        put(Text(f"  {decided(decision)} on {local(decision.at)}"))
    for stance, title in ((Stance.SUPPORTS, "Because you said"), (Stance.CONTRADICTS, "Against")):
        held = [e for e in belief.evidence if e.stance is stance]
        if held:
            put(Text(f"\n{title}", style="bold underline"))
        for each in held:
            # What a habit was counted in is the start of a message.
            quote = quoted(each.quote, QUOTE if each.source is Source.BEHAVIOUR else 0)
            line = Text(f"  {quote}", style="italic")
            where = f" in {safe(each.repository)}" if each.repository else ""
            turn = joined(f"session s{each.session_id} turn {each.ordinal} ({each.source})")
            named = titles.get(each.session_id, "")
            line.append(
                f"\n      {local(each.at, time=True)}, {safe(each.host)}{where}, {turn}"
                f"{f': {safe(named)}' if named else ''}",
                style="dim not italic",
            )
            if each.basis:
                line.append(f"\n      {safe(each.basis)}", style="dim not italic")
            put(line)
    put(Text(f"\nConfidence {belief.confidence:.2f}", style="bold underline"))
    for part in parts:
        put(f"  {part}")
    if told and told.sessions:
        put(Text("\nWhat agents did with it", style="bold underline"))
        put(f"  {became_text(told)}")
    put(Text("\nHistory", style="bold underline"))
    for revision in history:
        by = f" {joined(f'(session s{revision.session_id})')}" if revision.session_id else ""
        about = f" by b{revision.about}" if revision.about else ""
        put(
            f"  {local(revision.at, time=True)}  {revision.change:<10} "
            f"{safe(revision.reason)}{about} → {revision.status}, {revision.confidence:.2f}{by}",
            hang=20,
        )


def decided(decision: Decision) -> str:
    """What the person decided, to go before the day on which they did."""
    did = DECIDED[decision.kind]
    match decision.kind:
        case DecisionKind.EDIT:
            return f"{did}, from {quoted(decision.learned)},"
        case DecisionKind.SCOPE:
            return f"{did}, from {safe(decision.learned)},"
        case _:
            return did


def title_text(session: SessionSummary) -> str:
    """What a session is called; where the person wrote nothing in it, that."""
    return session.title or "(nothing said here)"


def show_sessions(sessions: Sequence[SessionSummary]) -> None:
    """Sessions with their titles, a line each."""
    for each in sessions:
        messages = figures.number(each.user_turns, "message")
        counts = f"{messages} of yours, {figures.number(each.turns, 'turn')}"
        line = Text()
        line.append(f"s{each.id:<4} {local(each.started, time=True):<16}  ", style="dim")
        line.append(safe(title_text(each), 90))
        about = ", ".join(filter(None, (each.repository, each.host, counts)))
        line.append(f"  ({safe(about)})", style="dim")
        put(line, hang=SESSION_HANG)


def show_session(session_id: int, session: Session, title: str = "") -> None:
    """One session as a dialogue, under its title."""
    if title:
        put(Text(safe(title), style="bold underline"))
    when = f", {local(session.started, time=True)}" if session.started else ""
    where = f", {session.repository}" if session.repository else ""
    put(Text(f"s{session_id}: {safe(session.host)}{safe(where)}{when}", style="bold"))
    styles = {Role.USER: "bold", Role.AGENT: "", Role.TOOL: "dim", Role.COPY: "dim"}
    for turn in session.turns:
        name = turn.tool or turn.role.value
        said = safe(turn.text, 0 if turn.role is Role.USER else 300)
        line = Text()
        line.append(f"{turn.ordinal:>4} {safe(name):<8} ", style="dim")
        line.append(said, style=styles[turn.role])
        if turn.attachment:
            line.append(f" [+ {len(turn.attachment)} characters not written by them]", style="dim")
        put(line, hang=14)


def intake_line(host: str, intake: Intake) -> str:
    """What an import did, in one line."""
    if not (intake.new or intake.grown or intake.unchanged) and intake.passed_over:
        return safe(f"{host}: nothing new")
    parts = [f"{intake.new} new", f"{intake.grown} grown", f"{intake.unchanged} unchanged"]
    if intake.passed_over:
        parts.append(f"{number(intake.passed_over, 'file')} passed over, as before")
    if intake.forgotten:
        parts.append(f"{intake.forgotten} stay forgotten")
    if intake.ignored:
        parts.append(f"{intake.ignored} ignored (.tomignore)")
    tally = intake.tally
    parts.append(f"{number(intake.words, 'word')} of yours in {number(intake.messages, 'message')}")
    if tally.by_programs:
        parts.append(f"{number(tally.by_programs, 'session')} of programs left out")
    if tally.from_future:
        parts.append(f"{tally.from_future} dated in the future")
    if tally.redactions:
        parts.append(f"{number(tally.redactions, 'secret')} redacted")
    if skipped := tally.lines_skipped + tally.lines_oversized:
        parts.append(f"{number(skipped, 'broken line')} skipped")
    if tally.unknown_versions:
        parts.append(f"unknown format: {', '.join(sorted(tally.unknown_versions))}")
    return safe(f"{host}: {', '.join(parts)}")


def show_problems(problems: Sequence[Problem], sound: str) -> None:
    """Problems with what fixes them, or that there are none."""
    if not problems:
        put(Text(f"✓ {sound}", style="green"))
    for each in problems:
        put(Text(f"✗ {safe(each.what)}", style="red"))
        put(f"    fix: {safe(each.fix)}")
