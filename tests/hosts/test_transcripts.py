"""A session's transcript is found for each host, and no other one is read."""

import json
from pathlib import Path

import pytest

from tom_swe import LOCAL_USER, Settings, open_tom
from tom_swe.hosts.transcripts import FoundSession, found
from tom_swe.ingest.importing import import_transcripts
from tom_swe.testing import HashEmbedder

DASHED = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("codex", ".codex/sessions/2026/11/29/rollout-2026-11-29T10-00-00-{id}.jsonl"),
        ("copilot-cli", ".copilot/session-state/{id}/events.jsonl"),
        ("cursor", ".cursor/projects/w-shop/agent-transcripts/{id}/{id}.jsonl"),
        ("cursor", ".cursor/projects/w-shop/agent-transcripts/{id}.txt"),
        ("vscode-copilot", ".config/Code/User/workspaceStorage/w/chatSessions/{id}.jsonl"),
    ],
)
def test_it_is_found_by_the_sessions_id(host: str, place: str, tmp_path: Path) -> None:
    """Where the host keeps it; another's is not taken for it."""
    path = tmp_path / place.format(id=DASHED)
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert found(host, DASHED, "", {}, tmp_path) == FoundSession(path)
    for other in ("b" * 32, "", "*", "../x", f"{DASHED}/x"):
        assert found(host, other, "", {}, tmp_path) is None


def test_a_conversation_of_openhands_is_found_by_its_id(tmp_path: Path) -> None:
    """The host gives the id with dashes, the folder has it without, under the importer's roots."""
    folder = tmp_path / "oh" / "conversations" / ("a" * 32)
    folder.mkdir(parents=True)
    environ = {"OH_PERSISTENCE_DIR": str(tmp_path / "oh")}
    dashed = DASHED.replace("4", "a").replace("8", "a")
    assert found("openhands", dashed, "", environ, tmp_path) == FoundSession(folder)
    assert found("openhands", "b" * 32, "", environ, tmp_path) is None


@pytest.mark.parametrize("host", ["claude-code", "codex", "gemini-cli", "copilot-cli", "cursor"])
def test_a_path_that_the_host_names_is_taken_if_it_can_be_one(host: str, tmp_path: Path) -> None:
    """A file of a transcript's kind that is there."""
    path = tmp_path / "one.jsonl"
    assert found(host, "s", str(path), {}, tmp_path) is None
    path.write_text("{}")
    assert found(host, "s", str(path), {}, tmp_path) == FoundSession(path)
    for other in (tmp_path, tmp_path / "id_rsa"):
        (tmp_path / "id_rsa").write_text("x")
        assert found(host, "s", str(other), {}, tmp_path) is None


def test_of_a_store_of_many_sessions_one_is_read(tmp_path: Path) -> None:
    """The others are still new to an import."""
    folder = tmp_path / ".local" / "share" / "opencode"
    for name, text in (("ses_one", "always use pnpm"), ("ses_two", "never use tabs")):
        info = {"id": name, "directory": "/w/shop", "time": {"created": 1_790_000_000_000}}
        message = {**info, "id": f"msg_{name}", "sessionID": name, "role": "user"}
        part = {"id": f"prt_{name}", "messageID": f"msg_{name}", "type": "text", "text": text}
        for place, what in (
            (f"session/p/{name}.json", info),
            (f"message/{name}/msg_{name}.json", message),
            (f"part/msg_{name}/prt_{name}.json", {**part, "sessionID": name}),
        ):
            path = folder / "storage" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(what))
    here = found("opencode", "ses_one", "", {}, tmp_path)
    assert here == FoundSession(folder, "ses_one")
    tom = open_tom(Settings(home=tmp_path / "tom"), embedder=HashEmbedder())
    assert import_transcripts(tom, LOCAL_USER, "opencode", here.path, only=here.only).new == 1
    assert import_transcripts(tom, LOCAL_USER, "opencode", folder, only="ses_three").new == 0
    whole = import_transcripts(tom, LOCAL_USER, "opencode", folder)
    tom.close()
    assert (whole.new, whole.unchanged) == (1, 1)
