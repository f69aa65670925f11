"""Advice as text for a person: what to do, why, and what they said that bears on it."""

from rich.text import Text

from tom_cli.layout import joined, put, quoted
from tom_cli.render import show_beliefs
from tom_cli.times import local
from tom_swe.advise.embedded import NOTHING_OPEN
from tom_swe.model.advice import Action, Suggestion
from tom_swe.text.safe import safe


def show_suggestion(suggestion: Suggestion) -> None:
    """What to do, what to ask, and what of the person's words bears on it; nothing else."""
    ask = suggestion.action is Action.ASK
    put(Text("Ask first" if ask else "Proceed", style="bold yellow" if ask else "bold green"))
    for question in suggestion.questions:
        put(f"  ? {safe(question)}", hang=4)
    if suggestion.when_stuck:
        put("  They want you to try first. If you get stuck, ask:")
        for question in suggestion.when_stuck:
            put(f"  ? {safe(question)}", hang=4)
    for wish in suggestion.wishes:
        put(f"  > {safe(wish)}", hang=4)
    if suggestion.reasoning not in {"", NOTHING_OPEN} and not ask:
        put(Text(f"  {safe(suggestion.reasoning)}", style="dim"))
    if suggestion.beliefs:
        put(Text("\nWhat they want", style="bold underline"))
        show_beliefs(suggestion.beliefs)
    if suggestion.turns:
        put(Text("\nThey said before", style="bold underline"))
        for turn in suggestion.turns:
            origin = joined(f"{f'{local(turn.at)}, ' if turn.at else ''}s{turn.session_id}")
            said = Text(f"  {quoted(turn.text)}", style="italic")
            said.append(f"  {origin}", style="dim not italic")
            put(said)
    if suggestion.consultation_id is not None and _says_something(suggestion):
        line = Text(f"\nThis is advice a{suggestion.consultation_id}. Was it right? ", style="dim")
        line.append(f"tom feedback a{suggestion.consultation_id} accepted|partly|rejected")
        put(line)


def _says_something(suggestion: Suggestion) -> bool:
    return bool(suggestion.questions or suggestion.wishes or suggestion.beliefs or suggestion.turns)
