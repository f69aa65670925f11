"""Files of other people's shapes, into which tom comes and out of which it goes."""

import os
from pathlib import Path

import pytest
from bent_json import texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tom_swe.errors import TomError
from tom_swe.hosts.install import Here, carry_out, host_named
from tom_swe.hosts.install.jsonc import parsed
from tom_swe.hosts.install.plan import installing, uninstalling

SHAPES = Path(__file__).parent / "shapes"
# The folder of a shape, and the host and the file that it is one of.
FILES = {
    "claude": ("claude-code", ".claude/settings.json"),
    "codex": ("codex", ".codex/config.toml"),
    "codex-hooks": ("codex", ".codex/hooks.json"),
    "cursor": ("cursor", ".cursor/mcp.json"),
    "cursor-hooks": ("cursor", ".cursor/hooks.json"),
    "gemini": ("gemini-cli", ".gemini/settings.json"),
    "opencode": ("opencode", ".config/opencode/opencode.json"),
    "vscode": ("copilot", ".config/Code/User/mcp.json"),
}
SHAPED = sorted(path for path in SHAPES.glob("*/*") if path.is_file())
each_shape = pytest.mark.parametrize(
    "shape", SHAPED, ids=[str(path.relative_to(SHAPES)) for path in SHAPED]
)


def put(shape: Path, home: Path) -> tuple[str, Path]:
    """A home with this file in it, and nothing else; its host and its place."""
    host, name = FILES[shape.parent.name]
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(shape.read_bytes())
    return host, path


def come_and_go(host: str, here: Here, path: Path) -> str:
    """What the file is while tom is there."""
    carry_out(installing(host_named(host), here), here.environ)
    between = path.read_bytes().decode()
    assert not installing(host_named(host), here).shown
    carry_out(uninstalling(host_named(host), here), here.environ)
    return between


def here_of(home: Path) -> Here:
    return Here({**os.environ, "TOM_HOME": str(home / "tom")}, home)


def test_there_are_sixty_of_them() -> None:
    """Of each file that tom changes."""
    assert len(SHAPED) >= 60
    assert {path.parent.name for path in SHAPED} == set(FILES)


@each_shape
def test_the_file_is_as_it_was(shape: Path, tmp_path: Path) -> None:
    """Byte for byte, mode and link too; and while tom is there nothing of it is missing."""
    linked = SHAPED.index(shape) % 3 == 0
    host, path = put(shape, tmp_path)
    if linked:
        real = tmp_path / "dotfiles" / path.name
        real.parent.mkdir()
        path.rename(real)
        path.symlink_to(real)
    path.chmod(0o640)
    between = come_and_go(host, here_of(tmp_path), path)
    assert path.read_bytes() == shape.read_bytes()
    assert (path.is_symlink(), path.stat().st_mode & 0o777) == (linked, 0o640)
    rest = iter(between)
    assert all(letter in rest for letter in shape.read_text() if not letter.isspace())
    assert "tom-hook" in between or "tom-mcp" in between


@each_shape
def test_what_changed_meanwhile_stays(shape: Path, tmp_path: Path) -> None:
    """With another line in it, the file loses what is tom's alone, and says what it said."""
    host, path = put(shape, tmp_path)
    here = here_of(tmp_path)
    carry_out(installing(host_named(host), here), here.environ)
    mark = "# mine\n" if path.suffix == ".toml" else "// mine\n"
    text = path.read_bytes().decode()
    path.write_bytes((mark + text.removeprefix("\ufeff")).encode())
    carry_out(uninstalling(host_named(host), here), here.environ)
    left = "".join(path.read_bytes().decode().split())
    before = shape.read_bytes().decode().removeprefix("\ufeff")
    assert left == "".join(f"{mark}{before if before.strip() else made_of(path)}".split())


def made_of(path: Path) -> str:
    """What is left of an empty file that tom's part was put into."""
    return "" if path.suffix == ".toml" else "{}"


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_read_only_file_is_left_alone(name: str, tmp_path: Path) -> None:
    """And so is everything else of that agent."""
    shape = next(path for path in SHAPED if path.parent.name == name and path.stat().st_size)
    host, path = put(shape, tmp_path)
    path.chmod(0o444)
    here = here_of(tmp_path)
    with pytest.raises(TomError, match="read-only"):
        carry_out(installing(host_named(host), here), here.environ)
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]


TEXTS = st.text(alphabet='ab"\\ü{}[],:/*# ', max_size=8)
ENTRY = st.fixed_dictionaries(
    {"command": TEXTS}, optional={"args": st.lists(TEXTS, max_size=2), "url": TEXTS}
)
HOOK = st.fixed_dictionaries({"type": st.just("command"), "command": TEXTS})
GROUPS = st.lists(
    st.fixed_dictionaries({"hooks": st.lists(HOOK, max_size=2)}, optional={"matcher": TEXTS})
    | HOOK,
    max_size=3,
)
EVENTS = st.sampled_from(["Stop", "PreToolUse", "BeforeAgent", "stop", "sessionStart", "Other"])
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "hooks": st.dictionaries(EVENTS, GROUPS, max_size=4),
        "mcpServers": st.dictionaries(st.sampled_from(["a", "b"]), ENTRY, max_size=2),
        "version": st.just(1),
        "env": st.dictionaries(TEXTS, TEXTS, max_size=2),
        "list": st.lists(TEXTS, max_size=3),
    },
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), DOCUMENTS, st.sampled_from(["claude", "cursor-hooks", "gemini", "codex-hooks"]))
def test_any_file_is_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    document: dict[str, object],
    name: str,
) -> None:
    """However it is written, and whatever others have in it."""
    text = data.draw(texts(document))
    home = tmp_path_factory.mktemp("home")
    host, place = FILES[name]
    path = home / place
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode())
    between = come_and_go(host, here_of(home), path)
    assert path.read_bytes() == text.encode()
    rest = iter(between)
    assert all(letter in rest for letter in text if not letter.isspace())
    parsed(between)
