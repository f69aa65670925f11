"""What went wrong between an agent and its model, in a sentence that says what to do."""

from __future__ import annotations

import re

from tom_swe.settings import Model
from tom_swe.text.safe import safe

LONGEST = 200
SHORTEST_KEY = 8
# What the libraries put before the words of a provider.
_CLASSES = re.compile(r"\b(?:litellm\.)?(?:\w+\.)*\w*(?:Error|Exception)\b(?: - |: ?)")

# By the SDK's name of the error.
_SENTENCES = {
    "LLMAuthenticationError": "the provider of {model} did not accept the key: set a valid one "
    "(TOM_API_KEY, or the provider's own variable), and come back with --resume",
    "LLMRateLimitError": "the provider of {model} allows no more requests for now: wait a minute "
    "and try again",
    "LLMServiceUnavailableError": "{model}{at} cannot be reached: check that it runs and that the "
    "address is right",
    "LLMTimeoutError": "{model}{at} took too long to answer: try again",
    "LLMContextWindowExceedError": "the conversation has become longer than {model} can read: "
    "start a new one with `tom code`",
    "LLMContextWindowTooSmallError": "{model} reads too little at a time for a coding agent: "
    "choose another with --model, or give its server a longer context",
    "LLMContentPolicyViolationError": "the provider of {model} refused to answer this: say it in "
    "other words",
    "MaxIterationsReached": "the agent has taken very many steps without being done: give it "
    "a smaller task",
}
_REFUSED = "the provider of {model} refused the request: {reason}"
_OTHER = "the agent met a fault: {reason}"
_OF_A_MODEL = ("LLM", "NotFoundError", "BadRequestError", "APIError")


def fault_sentence(code: str, detail: str, model: Model) -> str:
    """One sentence for an error that the SDK names and details."""
    form = _SENTENCES.get(code) or (_REFUSED if code.startswith(_OF_A_MODEL) else _OTHER)
    return form.format(
        model=model.name,
        at=f" at {model.base_url}" if model.base_url else "",
        reason=_reason(detail, model) or code,
    )


def _reason(detail: str, model: Model) -> str:
    """The provider's own words, on one line; they may name the key."""
    said = safe(_CLASSES.sub("", detail))
    key = model.api_key.get_secret_value() if model.api_key else ""
    # A local server's stands for none, and may be a part of any word.
    if len(key) >= SHORTEST_KEY:
        said = said.replace(key, "[key]")
    return safe(said, LONGEST)
