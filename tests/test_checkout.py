"""Which repository a working directory belongs to."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.checkout import (
    located,
    name_among,
    place_of,
    repository_from_url,
    repository_of,
    same_repository,
)

GONE = [
    ("", ""),
    ("/", ""),
    ("~", ""),
    ("/home/someone", ""),
    ("/Users/someone/", ""),
    ("C:\\Users\\someone", ""),
    ("/Users/someone/src/app", "app"),
    ("C:\\src\\app", "app"),
    ("/Users/someone/src/app/.worktrees/fix/one", "app"),
    ("/Users/someone/src/app/.claude/worktrees/fix-two", "app"),
    ("/Users/someone/src/app/worktrees/3", "app"),
    ("//server/share/app", "app"),
    ("\\\\server\\share\\app", "app"),
    ("C:", ""),
    ("/gone/app/.claude/worktrees/fix-1/src", "app"),
    ("/home/mira/worktrees/app", "app"),
    ("/gone/../x/y", "y"),
    ("/gone//app/./", "app"),
    ("relative/app", "app"),
    ("/nul\0byte", ""),
]
NO_REPOSITORY = [
    "/workspace",
    "/workspace/project",
    "/workspace/project/src/api",
    "/workspaces",
    "/app",
    "/app/src",
    "/tmp",
    "/tmp/tmp.h2X1",
    "/var/tmp/scratch",
    "/private/tmp/x",
    "/var/folders/ab/cd/T/x",
    "C:\\Users\\someone\\AppData\\Local\\Temp\\x",
    "C:\\WINDOWS\\system32",
    "C:\\Windows\\System32",
    "/home/someone/Desktop",
    "/Users/someone/Documents",
    "C:\\Users\\someone\\Downloads",
    "/home/someone/.codex",
    "/home/someone/.claude/plugins",
    "/root/.cache/x",
    "/home/someone/.codex/worktrees/ab10",
    "~/.claude/plugins",
]
IN_A_TOOLS_FOLDER = [
    ("/workspaces/shop", "shop"),
    ("/workspaces/shop/src", "shop"),
    ("/workspace/shop", "shop"),
    ("/home/someone/Documents/shop", "shop"),
    ("/home/someone/.codex/worktrees/ab10/shop", "shop"),
    ("/home/someone/.codex/worktrees/ab10/shop/src", "shop"),
    ("~/.codex/worktrees/ab10/shop", "shop"),
    ("C:\\Users\\someone\\.codex\\worktrees\\ab10\\shop", "shop"),
    ("/home/someone/.cursor/worktrees/shop/x0", "shop"),
    ("/home/someone/.cursor/worktrees/shop/x0/src", "shop"),
    ("/var/tmp/vibe-kanban/worktrees/ab10-mend/shop", "shop"),
    ("/home/someone/.local/share/kanban/worktrees/ab10/shop", "shop"),
    ("/home/someone/Library/Application Support/Tool/worktrees/ab10/shop", "shop"),
    ("/home/someone/.codex/worktrees/ab10/shop/.claude/worktrees/x", "shop"),
]
REMOTES = [
    ("git@github.com:owner/name.git", "owner/name"),
    ("https://github.com/owner/name", "owner/name"),
    ("https://user:token@gitlab.com/group/sub/name.git", "sub/name"),
    ("ssh://git@host.example:2222/owner/name.git", "owner/name"),
    ("/srv/git/name.git", ""),
    ("file:///srv/git/name.git", ""),
    ("file:/srv/git/name.git", ""),
    ("ssh://git@host:2222/acme/shop/", "acme/shop"),
    ("https://user:pw@example.com/group/sub/tool.git?x=1", "sub/tool"),
    ("C:/git/shop.git", ""),
    ("host:shop", "shop"),
    ("C:\\git\\name", ""),
    ("", ""),
]


def checkout(path: Path, url: str = "git@github.com:owner/name.git") -> Path:
    """A folder that looks like a checkout with this origin."""
    (path / ".git").mkdir(parents=True)
    remote = f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {url}\n' if url else ""
    (path / ".git" / "config").write_text(remote)
    return path


@pytest.mark.parametrize(("cwd", "name"), GONE)
def test_a_directory_that_is_not_here_is_told_by_its_name(cwd: str, name: str) -> None:
    """Homes and root have no repository; worktrees belong to the folder above them."""
    assert repository_of(cwd) == name


@pytest.mark.parametrize("cwd", NO_REPOSITORY)
def test_a_folder_that_says_nothing_of_what_is_in_it_is_no_repository(cwd: str) -> None:
    """A sandbox's, a temporary one, one for everything, one of a program."""
    assert located(cwd) == ("", "")


@pytest.mark.parametrize(("cwd", "name"), IN_A_TOOLS_FOLDER)
def test_what_a_tool_keeps_in_a_folder_of_its_own_stands_for_its_repository(
    cwd: str, name: str
) -> None:
    """A worktree by the repository's name beside its id, a devcontainer's by its first folder."""
    assert repository_of(cwd) == name


def test_a_sandboxs_checkout_is_told_by_its_remote_alone(tmp_path: Path, monkeypatch) -> None:
    """Its folder is the same for whatever is in it, so neither its name nor its place counts."""
    sandbox = tmp_path / "project"
    monkeypatch.setattr("tom_swe.checkout._SANDBOXES", (str(sandbox),))
    checkout(sandbox, "")
    assert located(str(sandbox / "src")) == ("", "")
    (sandbox / ".git" / "config").write_text('[remote "origin"]\nurl = git@h.org:acme/shop\n')
    assert located(str(sandbox / "src")) == ("acme/shop", "")


def test_a_place_is_that_of_the_whole_checkout(tmp_path: Path) -> None:
    """For its folders and its worktrees, here or gone; a tool's own folder tells no place."""
    root = checkout(tmp_path / "shop")
    inner = root / ".git" / "worktrees" / "fix"
    inner.mkdir(parents=True)
    tree = tmp_path / "elsewhere"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {inner}\n")
    for folder in (root, root / "src" / "gone", root / ".worktrees" / "gone", tree):
        assert place_of(str(folder)) == str(root)
    assert place_of("/gone/shop/.claude/worktrees/x") == "/gone/shop"
    assert place_of("/gone/shop") == "/gone/shop"
    assert place_of("/home/someone/.codex/worktrees/ab10/shop") == ""


@pytest.mark.parametrize(("url", "name"), REMOTES)
def test_a_remote_names_owner_and_repository(url: str, name: str) -> None:
    """The last two parts of an address elsewhere; nothing for a path on this machine."""
    assert repository_from_url(url) == name


def test_a_checkout_is_told_by_its_origin(tmp_path: Path) -> None:
    """From any folder inside it, also one that has been deleted."""
    root = checkout(tmp_path / "local")
    assert repository_of(str(root)) == "owner/name"
    assert repository_of(str(root / "src" / "gone")) == "owner/name"


def test_a_checkout_without_origin_is_told_by_its_folder(tmp_path: Path) -> None:
    """No remote, or one on this machine: the folder's name."""
    assert repository_of(str(checkout(tmp_path / "plain", ""))) == "plain"
    assert repository_of(str(checkout(tmp_path / "bare", "/srv/git/x.git"))) == "bare"


def test_a_worktree_belongs_to_its_repository(tmp_path: Path) -> None:
    """The .git file of a worktree is followed to the configuration of the whole."""
    root = checkout(tmp_path / "local")
    inner = root / ".git" / "worktrees" / "fix"
    inner.mkdir(parents=True)
    tree = tmp_path / "elsewhere"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {inner}\n")
    assert repository_of(str(tree)) == "owner/name"


def test_the_configuration_is_read_as_git_does(tmp_path: Path) -> None:
    """The origin's address, not another remote's, whatever the case of the keys."""
    root = checkout(tmp_path / "local")
    (root / ".git" / "config").write_text(
        '[remote "upstream"]\n url = x:y/z\n[REMOTE "origin"]\n fetch = +a:b\n URL = "h.org:a/b"\n'
    )
    assert repository_of(str(root)) == "a/b"


def test_a_submodule_is_a_repository_of_its_own(tmp_path: Path) -> None:
    """Its .git file names a folder inside that of the whole, relative to it."""
    root = checkout(tmp_path / "local")
    module = root / ".git" / "modules" / "part"
    module.mkdir(parents=True)
    (root / "deep" / "part").mkdir(parents=True)
    (root / "deep" / "part" / ".git").write_text("gitdir: ../../.git/modules/part\n")
    assert repository_of(str(root / "deep" / "part")) == "part"
    (module / "config").write_text('[remote "origin"]\nurl = git@github.com:owner/part.git\n')
    assert repository_of(str(root / "deep" / "part")) == "owner/part"


def test_a_name_without_an_owner_means_any_owner() -> None:
    """Two owners' repositories differ, where nothing is known but the names."""
    assert same_repository("acme/shop", "shop")
    assert same_repository("acme/shop", "Acme/Shop")
    assert not same_repository("acme/shop", "other/shop")
    assert not same_repository("", "shop")


@pytest.mark.parametrize(
    ("known", "repository", "folder", "name"),
    [
        # Names alone: the very same goes before one that only means it.
        ({"acme/shop": [], "shop": []}, "shop", "", "shop"),
        ({"": [], "acme/shop": []}, "shop", "", "acme/shop"),
        ({"": [], "acme/shop": []}, "web", "", ""),
        ({"": []}, "", "/src/x", ""),
        # Letter case of the owner.
        ({"acme/shop": ["/src/shop"]}, "Acme/Shop", "/c/shop", "acme/shop"),
        # A bare name, and another folder.
        ({"acme/shop": ["/src/shop"]}, "shop", "/z/shop", ""),
        ({"app": ["/a/app"]}, "app", "/b/app", ""),
        ({"app": ["/a/app"]}, "acme/app", "/b/app", ""),
        # The same folder, or one in the other.
        ({"app": ["/b/app", "/a/app"]}, "app", "/a/app", "app"),
        ({"app": ["/a/app"]}, "acme/app", "/a/app", "app"),
        ({"app": ["/a/app/x/y"]}, "app", "/a/app", "app"),
        ({"src": ["/a/src"]}, "blog", "/a/src/blog", ""),
        # No folder known on one side.
        ({"app": []}, "app", "/b/app", "app"),
        ({"app": ["/a/app"]}, "app", "", "app"),
        ({"app": []}, "acme/app", "/b/app", "app"),
        # The folder's remote is another one now.
        ({"acme/shop": ["/src/shop"]}, "newco/store", "/src/shop", "acme/shop"),
        ({"acme/shop": ["/src/shop"], "newco/shop": []}, "newco/shop", "/src/shop", "newco/shop"),
        ({"acme/shop": ["/src/shop"]}, "newco/shop", "/other/shop", ""),
    ],
)
def test_a_repository_is_known_by_its_owner_then_its_folder_then_its_last_name(
    known: dict[str, list[str]], repository: str, folder: str, name: str
) -> None:
    """A last name alone does not make two folders one."""
    assert name_among(known.items(), repository, folder) == name


def test_a_broken_git_file_is_survived(tmp_path: Path) -> None:
    """Nonsense in .git leaves the folder's name."""
    tree = tmp_path / "odd"
    tree.mkdir()
    (tree / ".git").write_bytes(b"\xff\xfe\0 gitdir")
    assert repository_of(str(tree)) == "odd"


@given(st.text(max_size=60) | st.text(st.sampled_from("/.~aworktes"), max_size=40))
def test_no_directory_raises(cwd: str) -> None:
    """Whatever a transcript says its directory is."""
    assert all(isinstance(each, str) for each in located(cwd))
    assert isinstance(repository_from_url(cwd), str)
