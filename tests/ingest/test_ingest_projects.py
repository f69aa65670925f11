"""What hosts keep inside projects."""

from pathlib import Path

from tom_swe.ingest.projects import in_projects


def test_several_names_are_found_in_one_walk(tmp_path: Path) -> None:
    """Files and folders; whoever looks next does not walk again."""
    (tmp_path / "app" / ".crush").mkdir(parents=True)
    (tmp_path / "app" / ".crush" / "crush.db").touch()
    (tmp_path / "web" / "deep" / ".notes" / "history").mkdir(parents=True)
    names = [".crush/crush.db", ".notes/history"]
    found = [tmp_path / "app" / names[0], tmp_path / "web" / "deep" / names[1]]
    assert in_projects(tmp_path, names) == found
    (tmp_path / "later" / names[1]).mkdir(parents=True)
    assert in_projects(tmp_path, names[1:]) == found[1:]


def test_the_walk_is_bounded(tmp_path: Path) -> None:
    """Hidden folders, those of packages, links and what lies deep are left out."""
    for place in (".cache/x", "node_modules/x", "a/b/c/d/e"):
        (tmp_path / place / ".crush").mkdir(parents=True)
    (tmp_path / "a" / "b" / "link").symlink_to(tmp_path / "a" / "b" / "c" / "d" / "e")
    assert in_projects(tmp_path, [".crush"]) == []
    assert in_projects(tmp_path / "none", [".crush"]) == []
