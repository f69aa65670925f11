"""A model whose replies lie in a folder: prompts are compared where no model is at hand.

A prompt without a reply is written to ``KEY.prompt.txt``; whoever answers it, a person or a model
without an API, puts the reply into ``KEY.reply.json`` and the same run goes on. The folder holds
real messages, so it stays out of the repository.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel

from tom_swe.errors import BadReply
from tom_swe.llm.structured import Unfit, instructions, parse
from tom_swe.model.calls import Prompt, Purpose, Usage
from tom_swe.ports import Answer
from tom_swe.text import count_tokens


class RecordedModel:
    """A `LanguageModel` of a folder. ``missing`` counts the prompts that have no reply yet."""

    name = "recorded"
    at_once = 1

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.missing = 0
        self.used = Usage()
        folder.mkdir(parents=True, exist_ok=True)

    def usage(self, prompt: Prompt, reply: type[BaseModel], tokens_out: int) -> Usage:
        """The tokens of the prompt as it is written down."""
        return Usage(tokens_in=count_tokens(_text(prompt, reply)), tokens_out=tokens_out)

    def ask[Reply: BaseModel](
        self,
        prompt: Prompt,
        reply: type[Reply],
        *,
        purpose: Purpose,
        most_tokens: int,
        session_id: int | None = None,
    ) -> Answer[Reply]:
        """The reply that lies there. Raises BadReply where there is none, or none in form."""
        del purpose, most_tokens, session_id
        text = _text(prompt, reply)
        key = hashlib.sha256(text.encode()).hexdigest()[:16]
        file = self._folder / f"{key}.reply.json"
        if not file.is_file():
            self.missing += 1
            (self._folder / f"{key}.prompt.txt").write_text(text, encoding="utf-8")
            raise BadReply(f"no reply to {key} is recorded yet")
        said = file.read_text(encoding="utf-8")
        used = Usage(tokens_in=count_tokens(text), tokens_out=count_tokens(said))
        self.used += used
        try:
            return Answer(parse(said, reply), used)
        except Unfit as error:
            raise BadReply(f"the reply to {key} does not fit: {error}") from error


def _text(prompt: Prompt, reply: type[BaseModel]) -> str:
    said = "\n\n".join(each.text for each in prompt.messages)
    return f"{prompt.system}\n\n{instructions(reply)}\n\n---\n\n{said}\n"
