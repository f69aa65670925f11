"""What to say where no model is configured, and which servers there are on this machine."""

from __future__ import annotations

import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from pydantic import BaseModel

from tom_swe.text.safe import safe

SECONDS = 0.4
# Where these servers listen unless told otherwise, and how litellm names what they serve.
USUAL = (
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("LM Studio", "http://127.0.0.1:1234/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
    ("vLLM", "http://127.0.0.1:8000/v1"),
)


class Server(NamedTuple):
    """A local model server that answered, with the models that it offers."""

    name: str
    base_url: str
    models: tuple[str, ...]


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


def local_servers(usual: tuple[tuple[str, str], ...] = USUAL) -> list[Server]:
    """The model servers that answer on loopback; nothing leaves this machine."""
    with ThreadPoolExecutor(len(usual)) as pool:
        return [server for server in pool.map(_asked, usual) if server]


def no_model(servers: list[Server]) -> str:
    """How to give the agent a model."""
    lines = [
        "No model is configured, so there is no agent yet. Set one of these:",
        "",
        "  export TOM_MODEL=anthropic/claude-sonnet-4-5   with ANTHROPIC_API_KEY set",
        "  export TOM_MODEL=openai/gpt-5                  with OPENAI_API_KEY set",
        "  export LLM_MODEL=... LLM_API_KEY=...           as for OpenHands itself",
        "  tom model openhands-cli                        with what OpenHands' CLI is set up with",
        "  export TOM_MODEL=openai/NAME TOM_BASE_URL=http://127.0.0.1:8080/v1 TOM_API_KEY=none",
        "                                                 for a local or compatible server",
        "",
    ]
    for server in servers:
        model = safe(server.models[0]) if server.models else "NAME"
        lines.append(f"{server.name} runs on this machine, so this works right now:")
        lines.append(
            f"  export TOM_MODEL=openai/{model} TOM_BASE_URL={server.base_url} TOM_API_KEY=none"
        )
    if not servers:
        lines.append("No local server (Ollama, LM Studio, llama.cpp, vLLM) was found.")
    lines += [
        "",
        "Without a model /profile, /why, /remember and /forget work; and if you type a request,",
        "tom shows its advice on it.",
    ]
    return "\n".join(lines)


def _asked(usual: tuple[str, str]) -> Server | None:
    name, url = usual
    try:
        with urllib.request.urlopen(f"{url}/models", timeout=SECONDS) as answer:  # noqa: S310
            told = _Models.model_validate_json(answer.read(1 << 20))
    except (OSError, ValueError):
        return None
    return Server(name, url, tuple(model.id for model in told.data))
