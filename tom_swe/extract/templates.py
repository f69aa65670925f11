"""What a template says: less than what a person writes, and once however often it is sent."""

from collections.abc import Mapping

from tom_swe.model.belief import Observation, SessionModel, Source
from tom_swe.model.session import Session, Template
from tom_swe.text.lines import digests_of


def without_templates(session: Session, templates: Mapping[int, Template]) -> Session:
    """The session without the lines of templates that an older session holds."""
    if all(template.held for template in templates.values()):
        return session
    turns = [
        turn.model_copy(update={"text": _own(turn.text, template)})
        if (template := templates.get(turn.ordinal)) and not template.held
        else turn
        for turn in session.turns
    ]
    return session.model_copy(update={"turns": tuple(turns)})


def as_hints(
    session: Session, model: SessionModel, templates: Mapping[int, Template]
) -> SessionModel:
    """What a session showed, where what the lines of its templates say are hints."""
    texts = {turn.ordinal: turn.text for turn in session.turns}
    kept: list[Observation] = []
    for said in model.observations:
        template = templates.get(said.quote.ordinal)
        if template and _is_of(template, texts[said.quote.ordinal], said.quote.text):
            basis = f"stands in a text that was sent in {template.sessions} sessions"
            kept.append(said.model_copy(update={"source": Source.HINT, "basis": basis}))
        else:
            kept.append(said)
    return model.model_copy(update={"observations": tuple(kept)})


def _own(text: str, template: Template) -> str:
    """The lines that are not of the template."""
    kept: list[str] = []
    for line in text.split("\n"):
        told = digests_of(line)
        if not told or not template.lines.issuperset(told):
            kept.append(line)
    return "\n".join(kept)


def _is_of(template: Template, text: str, quote: str) -> bool:
    start = text.find(quote)
    return start >= 0 and stands_in(template, text, start, start + len(quote))


def stands_in(template: Template, text: str, start: int, end: int) -> bool:
    """Whether the lines that a part of a text stands in are all of the template."""
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    lines = digests_of(text[begin : stop if stop >= 0 else len(text)])
    return bool(lines) and template.lines.issuperset(lines)
