"""The two ends of a session: the briefing goes in at its start, what was said comes out."""

import os
from pathlib import Path

from openhands.sdk import AgentContext

from tom_swe.checkout import kept_out, repository_of
from tom_swe.ingest.importing import Intake, import_transcripts
from tom_swe.mind.tom import Tom


def briefed_context(
    tom: Tom, user_id: str, working_dir: Path | str, context: AgentContext | None = None
) -> AgentContext:
    """An agent context whose system message ends in the user's briefing for this folder.

    ``context`` keeps all else it has. Where nothing is known it is returned as it is, so
    that an agent without a user model costs no token more, and where tom is switched off.
    """
    given = context or AgentContext()
    folder = str(Path(working_dir).absolute())
    if kept_out(str(tom.memory.path.parent), os.environ, folder):
        return given
    briefing = tom.brief(user_id, repository_of(folder), folder=folder).text
    if not briefing:
        return given
    suffix = "\n\n".join(part for part in (given.system_message_suffix, briefing) if part)
    return given.model_copy(update={"system_message_suffix": suffix})


def learn_from(tom: Tom, user_id: str, persistence_dir: Path | str) -> Intake:
    """Reads the persisted conversation in a folder into memory and learns from it.

    Only what the person wrote counts; what tom injected is dropped. Nothing is read where
    the person has switched tom off. Raises SourceError where the folder holds no conversation.
    """
    if kept_out(str(tom.memory.path.parent), os.environ):
        return Intake()
    intake = import_transcripts(tom, user_id, "openhands", Path(persistence_dir))
    tom.learn(user_id)
    return intake
