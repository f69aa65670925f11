"""What the real programs print for a reply, as recorded from them, and for what goes wrong."""

import json
from typing import Any

REPLY = {"word": "yes"}
WORD = json.dumps(REPLY)


def lines(*events: dict[str, Any]) -> str:
    """Events, one a line."""
    return "\n".join(json.dumps(each) for each in events)


def claude(**changed: Any) -> str:
    """The one object of Claude Code 2.1."""
    told = {
        "type": "result",
        "subtype": "success",
        "is_error": False,
        "api_error_status": None,
        "result": WORD,
        "stop_reason": "tool_use",
        "total_cost_usd": 0.00014275,
        "usage": {
            "input_tokens": 100,
            "cache_creation_input_tokens": 3,
            "cache_read_input_tokens": 40,
            "output_tokens": 7,
        },
        "structured_output": REPLY,
        **changed,
    }
    return json.dumps(told)


def codex(*events: dict[str, Any]) -> str:
    """The events of Codex 0.171 around others."""
    return lines(
        {"type": "thread.started", "thread_id": "t"},
        {"type": "item.completed", "item": {"type": "error", "message": "an unknown setting"}},
        {"type": "turn.started"},
        *events,
    )


CODEX_MESSAGE = {"type": "item.completed", "item": {"type": "agent_message", "text": WORD}}
CODEX_END = {
    "type": "turn.completed",
    "usage": {
        "input_tokens": 100,
        "cached_input_tokens": 40,
        "output_tokens": 7,
        "reasoning_output_tokens": 2,
    },
}


def gemini(**changed: Any) -> str:
    """The one object of Gemini CLI 0.61, which it prints over many lines."""
    tokens = {"input": 60, "prompt": 100, "candidates": 5, "thoughts": 2, "cached": 40}
    told = {"response": WORD, "stats": {"models": {"x": {"tokens": tokens}}}, **changed}
    return json.dumps(told, indent=2)


def opencode(*parts: str, reason: str = "stop", cost: float = 0) -> str:
    """The events of opencode 1.18."""
    tokens = {"input": 60, "output": 5, "reasoning": 2, "cache": {"write": 0, "read": 40}}
    return lines(
        {"type": "step_start", "part": {"type": "step-start"}},
        *({"type": "text", "part": {"text": part}} for part in parts),
        {"type": "step_finish", "part": {"reason": reason, "tokens": tokens, "cost": cost}},
    )


def copilot(*events: dict[str, Any]) -> str:
    """The events of Copilot CLI 1.0 around others."""
    return lines(
        {"type": "session.info", "data": {"message": "Disabled tools: bash"}},
        *events,
        {"type": "result", "exitCode": 0},
    )


COPILOT_MESSAGE = {"type": "assistant.message", "data": {"content": WORD}}
COPILOT_USAGE = json.dumps(
    {
        "modelMetrics": {
            "m": {"usage": {"inputTokens": 100, "outputTokens": 7, "cacheReadTokens": 40}}
        }
    }
)
CURSOR = json.dumps(
    {
        "type": "result",
        "subtype": "success",
        "is_error": False,
        "result": WORD,
        "usage": {"inputTokens": 60, "outputTokens": 7, "cacheReadTokens": 40},
    }
)
