"""Beliefs, sessions and advice as text for a person. Stored text is never markup here."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tom_swe.advise.recall import is_idle
from tom_swe.beliefs.history import DECIDED
from tom_swe.explain.kept import Became
from tom_swe.ingest.importing import Intake
from tom_swe.model.advice import Action, Suggestion
from tom_swe.model.belief import Belief, Decision, DecisionKind, Evidence, Kind, Stance, Status
from tom_swe.model.memory import Problem, SessionSummary
from tom_swe.model.revision import Revision
from tom_swe.model.session import Role, Session
from tom_swe.model.user import UserModel
from tom_swe.text.safe import safe

QUOTE = 160
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


def console() -> Console:
    """Writes to stdout; plain and unwrapped where that is no terminal."""
    made = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not made.is_terminal:
        made.width = 160
    return made


def key_pressed(offer: str, keys: str) -> str:
    """The key that the person presses; others than these are not taken, and leaving is q."""
    import typer

    out = console()
    out.print(f"  {offer}? ", end="")
    while True:
        try:
            key = typer.getchar().lower()
        except (EOFError, KeyboardInterrupt):
            key = "q"
        if key in {"\x03", "\x04", "\x1b"}:
            key = "q"
        if key in keys:
            out.print(key)
            return key


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
        line.append(f"  ({safe(', '.join(notes))})", style="yellow")
    for each in newest_quotes(belief)[:quotes]:
        line.append("\n              ")
        line.append(f"“{safe(each.quote, QUOTE)}”", style="italic")
        line.append(f"  {each.at:%Y-%m-%d}, {safe(each.host)} s{each.session_id}", style="dim")
    return line


def notes_on(belief: Belief) -> list[str]:
    """Where a belief holds, if not everywhere, and how it stands."""
    notes = [str(belief.scope)] if str(belief.scope) != "everywhere" else []
    if belief.status is Status.CANDIDATE:
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


def show_profile(user: UserModel, *, quotes: int = 1, everything: bool = False) -> None:
    """The user model by kind, each belief with its quotes; idle habits only where asked for."""
    out = console()
    if not user.beliefs:
        out.print("There are no beliefs yet. `tom init` reads the sessions on this machine.")
        return
    shown = [b for b in user.beliefs if everything or not is_idle(b)]
    span = f", {user.since:%Y-%m-%d} to {user.until:%Y-%m-%d}" if user.since and user.until else ""
    if not shown:
        out.print("No beliefs yet that change what an agent does.")
    out.print(
        Text(
            f"{len(shown)} beliefs from {user.sessions} sessions, {user.turns} turns{span}",
            style="dim",
        )
    )
    for kind, title in TITLES.items():
        held = [b for b in shown if b.kind is kind]
        if held:
            out.print(Text(f"\n{title}", style="bold underline"))
            for belief in held:
                out.print(belief_line(belief, quotes=quotes))
    if left := len(user.beliefs) - len(shown):
        habits = "1 habit that changes" if left == 1 else f"{left} habits that change"
        out.print(Text(f"\n{habits} nothing for an agent: `tom profile --all`", style="dim"))


def show_beliefs(beliefs: Iterable[Belief]) -> None:
    """Beliefs, a line and a quote each."""
    out = console()
    for belief in beliefs:
        out.print(belief_line(belief))


def became_text(told: Became) -> str:
    """In how many sessions something was told, and what came of it there."""
    last = f", last on {told.last:%Y-%m-%d}" if told.last else ""
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
) -> None:
    """Why a belief is held: its quotes, its arithmetic and history, and what telling it did."""
    out = console()
    out.print(belief_line(belief, quotes=0))
    if belief.decisions:
        out.print(Text("\nWhat you decided", style="bold underline"))
    for decision in belief.decisions:
        out.print(Text(f"  {decided(decision)} on {decision.at:%Y-%m-%d}"))
    for stance, title in ((Stance.SUPPORTS, "Because you said"), (Stance.CONTRADICTS, "Against")):
        held = [e for e in belief.evidence if e.stance is stance]
        if held:
            out.print(Text(f"\n{title}", style="bold underline"))
        for each in held:
            line = Text(f"  “{safe(each.quote)}”", style="italic")
            where = f" in {safe(each.repository)}" if each.repository else ""
            line.append(
                f"\n      {each.at.astimezone():%Y-%m-%d %H:%M}, {safe(each.host)}{where}, "
                f"session s{each.session_id} turn {each.ordinal} ({each.source})",
                style="dim not italic",
            )
            if each.basis:
                line.append(f"\n      {safe(each.basis)}", style="dim not italic")
            out.print(line)
    out.print(Text(f"\nConfidence {belief.confidence:.2f}", style="bold underline"))
    for part in parts:
        out.print(f"  {part}")
    if told and told.sessions:
        out.print(Text("\nWhat agents did with it", style="bold underline"))
        out.print(f"  {became_text(told)}")
    out.print(Text("\nHistory", style="bold underline"))
    for revision in history:
        by = f" (session s{revision.session_id})" if revision.session_id else ""
        out.print(
            f"  {revision.at.astimezone():%Y-%m-%d %H:%M}  {revision.change:<10} "
            f"{safe(revision.reason)}"
            f"{f' by b{revision.about}' if revision.about else ''}"
            f" → {revision.status}, {revision.confidence:.2f}{by}"
        )


def decided(decision: Decision) -> str:
    """What the person decided, to go before the day on which they did."""
    did = DECIDED[decision.kind]
    match decision.kind:
        case DecisionKind.EDIT:
            return f"{did}, from “{safe(decision.learned, QUOTE)}”,"
        case DecisionKind.SCOPE:
            return f"{did}, from {safe(decision.learned)},"
        case _:
            return did


def show_sessions(sessions: Sequence[SessionSummary]) -> None:
    """Sessions, a row each."""
    table = Table(box=None, pad_edge=False)
    for title in ("id", "when", "host", "repository", "said", "turns", "shown", "about"):
        table.add_column(title, no_wrap=title != "about", overflow="fold")
    for each in sessions:
        cells = (
            f"s{each.id}",
            f"{each.started.astimezone():%Y-%m-%d %H:%M}" if each.started else "",
            each.host,
            each.repository,
            str(each.user_turns),
            str(each.turns),
            str(each.observations),
            each.summary or ("(not read yet)" if each.user_turns else "(nothing said here)"),
        )
        table.add_row(*(Text(safe(cell, 90)) for cell in cells))
    console().print(table)


def show_session(session_id: int, session: Session) -> None:
    """One session as a dialogue."""
    out = console()
    when = f", {session.started.astimezone():%Y-%m-%d %H:%M}" if session.started else ""
    where = f", {session.repository}" if session.repository else ""
    out.print(Text(f"s{session_id}: {safe(session.host)}{safe(where)}{when}", style="bold"))
    styles = {Role.USER: "bold", Role.AGENT: "", Role.TOOL: "dim", Role.COPY: "dim"}
    for turn in session.turns:
        name = turn.tool or turn.role.value
        said = safe(turn.text, 0 if turn.role is Role.USER else 300)
        line = Text(f"{turn.ordinal:>4} {safe(name):<8} ", style="dim")
        line.append(said, style=styles[turn.role])
        if turn.attachment:
            line.append(f" [+ {len(turn.attachment)} characters not written by them]", style="dim")
        out.print(line)


def show_suggestion(suggestion: Suggestion) -> None:
    """Advice: what to do, what to ask, and the beliefs behind it."""
    out = console()
    ask = suggestion.action is Action.ASK
    title = "Ask first" if ask else "Proceed"
    line = Text(title, style="bold yellow" if ask else "bold green")
    line.append(f"  confidence {suggestion.confidence:.2f}", style="dim not bold")
    out.print(line)
    for question in suggestion.questions:
        out.print(f"  ? {safe(question)}")
    for wish in suggestion.wishes:
        out.print(f"  > {safe(wish)}")
    out.print(Text(f"  {safe(suggestion.reasoning)}", style="dim"))
    if suggestion.beliefs:
        out.print(Text("\nWhat they want", style="bold underline"))
        show_beliefs(suggestion.beliefs)
    if suggestion.turns:
        out.print(Text("\nThey said before", style="bold underline"))
        for turn in suggestion.turns:
            when = f"{turn.at:%Y-%m-%d}, " if turn.at else ""
            said = Text(f"  “{safe(turn.text, QUOTE)}”", style="italic")
            said.append(f"  {when}s{turn.session_id}", style="dim not italic")
            out.print(said)
    if suggestion.consultation_id is not None:
        what = f"\nThis is advice a{suggestion.consultation_id}. Was it right? "
        line = Text(what, style="dim")
        line.append(f"tom feedback a{suggestion.consultation_id} accepted|partly|rejected")
        out.print(line)


def intake_line(host: str, intake: Intake) -> str:
    """What an import did, in one line."""
    parts = [f"{intake.new} new", f"{intake.grown} grown", f"{intake.unchanged} unchanged"]
    if intake.passed_over:
        parts.append(f"{intake.passed_over} files not changed")
    if intake.forgotten:
        parts.append(f"{intake.forgotten} stay forgotten")
    if intake.ignored:
        parts.append(f"{intake.ignored} ignored (.tomignore)")
    tally = intake.tally
    parts.append(f"{intake.words} words of yours in {intake.messages} messages")
    if tally.by_programs:
        parts.append(f"{tally.by_programs} sessions of programs left out")
    if tally.from_future:
        parts.append(f"{tally.from_future} dated in the future")
    if tally.redactions:
        parts.append(f"{tally.redactions} secrets redacted")
    if skipped := tally.lines_skipped + tally.lines_oversized:
        parts.append(f"{skipped} broken lines skipped")
    if tally.unknown_versions:
        parts.append(f"unknown format: {', '.join(sorted(tally.unknown_versions))}")
    return safe(f"{host}: {', '.join(parts)}")


def show_problems(problems: Sequence[Problem], sound: str) -> None:
    """Problems with what fixes them, or that there are none."""
    out = console()
    if not problems:
        out.print(Text(f"✓ {sound}", style="green"))
    for each in problems:
        out.print(Text(f"✗ {safe(each.what)}", style="red"))
        out.print(f"    fix: {safe(each.fix)}")
