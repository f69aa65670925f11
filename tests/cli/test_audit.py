import json
import sqlite3
from pathlib import Path

from typer.testing import CliRunner

from tom_cli.main import app
from tom_swe.app import open_tom
from tom_swe.settings import load_settings
from tom_swe.testing import session_of


def test_audit_shows_each_fault_with_its_share() -> None:
    """A table with every fault, none found in two sound beliefs; with nothing known it says so."""
    run = CliRunner().invoke
    nothing = run(app, ["audit"])
    assert (nothing.exit_code, "no beliefs to audit" in nothing.output) == (0, True)
    tom = open_tom(load_settings())
    tom.add_session(
        "local", session_of("from now on use pnpm, not npm", "keep answers short, always")
    )
    tom.learn("local")
    tom.close()
    shown = run(app, ["audit"])
    assert shown.exit_code == 0
    assert "unsupported" in shown.output
    assert "None of these has a fault" in shown.output
    document = json.loads(run(app, ["audit", "--json"]).output)
    assert document["sound"] == 1.0
    assert {each["fault"] for each in document["findings"]} == {
        "unsupported",
        "junk",
        "duplicate",
        "contradictory",
        "stale",
        "secret",
    }


def test_audit_names_what_your_words_do_not_support(tom, learned_from, tmp_path: Path) -> None:
    """With why, and exits with 1; a quote that no longer stands in its message supports nothing."""
    said = tmp_path / "said.jsonl"
    lines = [{"session": each, "role": "user", "text": "from now on use pnpm"} for each in "ab"]
    said.write_text("\n".join(map(json.dumps, lines)))
    learned_from(said)
    assert tom("audit").code == 0
    with sqlite3.connect(load_settings().database) as rows:
        rows.execute("UPDATE turn SET text = 'use yarn'")
    shown = tom("audit")
    assert shown.code == 1
    assert "1 of these has a fault that tom can see" in shown.out
    assert "cannot see whether you meant a wish to last" in shown.out
    assert "the quote does not stand in its message" in shown.out
    (found,) = [each for each in tom("audit", "--json").json["findings"] if each["count"]]
    assert (found["fault"], found["samples"]) == ("unsupported", [1])
