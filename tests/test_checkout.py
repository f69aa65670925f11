"""Which repository a working directory belongs to."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.checkout import name_among, repository_from_url, repository_of, same_repository

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
    """Two owners' repositories differ; the very same name goes before one that only means it."""
    assert same_repository("acme/shop", "shop")
    assert not same_repository("acme/shop", "other/shop")
    assert not same_repository("", "shop")
    assert name_among(["acme/shop", "shop"], "shop") == "shop"
    assert name_among(["", "acme/shop"], "shop") == "acme/shop"
    assert name_among(["", "acme/shop"], "web") == ""


def test_a_broken_git_file_is_survived(tmp_path: Path) -> None:
    """Nonsense in .git leaves the folder's name."""
    tree = tmp_path / "odd"
    tree.mkdir()
    (tree / ".git").write_bytes(b"\xff\xfe\0 gitdir")
    assert repository_of(str(tree)) == "odd"


@given(st.text(max_size=60))
def test_no_directory_raises(cwd: str) -> None:
    """Whatever a transcript says its directory is."""
    assert isinstance(repository_of(cwd), str)
    assert isinstance(repository_from_url(cwd), str)
