"""The public names as a caller uses them; pyright checks this file, nothing runs it."""

from pathlib import Path

from tom_swe import (
    LOCAL_USER,
    Outcome,
    Query,
    Scope,
    Settings,
    Suggestion,
    Tom,
    import_transcripts,
    load_settings,
    open_tom,
)


def advise(request: str) -> str:
    """Asks for advice and accepts it."""
    settings: Settings = load_settings()
    tom: Tom = open_tom(settings)
    import_transcripts(tom, LOCAL_USER, "codex", Path("sessions"))
    failed: tuple[str, ...] = tom.learn(LOCAL_USER).failed
    suggestion: Suggestion = tom.consult(LOCAL_USER, Query(text=request))
    if suggestion.consultation_id is not None:
        tom.judge(LOCAL_USER, suggestion.consultation_id, Outcome.ACCEPTED)
    tom.remember(LOCAL_USER, "keep answers short", Scope())
    quotes: list[str] = [quote for belief in suggestion.beliefs for quote in belief.quotes]
    tom.close()
    return "\n".join([suggestion.text, *quotes, *failed])
