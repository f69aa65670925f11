import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.checks.steps import branches_of, messages_of
from tom_swe.shell import installed, run_by, simple_commands


def runs(text: str) -> list[list[str]]:
    return [words for command in simple_commands(text) for words in run_by(command)]


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("cd web && npm i", [["cd", "web"], ["npm", "i"]]),
        ("CI=1 npm test; ls | wc -l", [["npm", "test"], ["ls"], ["wc", "-l"]]),
        ("echo 'git push' \"&& npm i\"", [["echo", "git push", "&& npm i"]]),
        ("echo a\\ b # git push", [["echo", "a b"]]),
        ("if true; then git push; fi", [["true"], ["git", "push"], ["fi"]]),
        ("(cd a; make) 2>&1 | tee x", [["cd", "a"], ["make"], ["tee", "x"]]),
        (
            "echo $(git push) `npm i`",
            [["git", "push"], ["npm", "i"], ["echo", "$(git push)", "`npm i`"]],
        ),
        ("bash -lc 'git push'", [["bash", "-lc", "git push"], ["git", "push"]]),
        (
            "uv run python -m pytest",
            [["uv", "run", "python", "-m", "pytest"], ["python", "-m", "pytest"], ["pytest"]],
        ),
        ("npx -y eslint@9 .", [["npx", "-y", "eslint@9", "."], ["eslint", "."]]),
        ("/usr/bin/git push", [["git", "push"]]),
        ("timeout 60 git push", [["timeout", "60", "git", "push"], ["git", "push"]]),
        ("sudo -u bob npm i", [["sudo", "-u", "bob", "npm", "i"], ["npm", "i"]]),
        ("env -u A B=1 npm i", [["env", "-u", "A", "B=1", "npm", "i"], ["npm", "i"]]),
        ("eval 'npm i'", [["eval", "npm i"], ["npm", "i"]]),
        ("bash <<E\nnpm i\nE", [["bash"], ["npm", "i"]]),
        (
            "find . -exec rm -r {} +",
            [["find", ".", "-exec", "rm", "-r", "{}", "+"], ["rm", "-r", "{}", "+"]],
        ),
        ("command -v npm", [["command", "-v", "npm"]]),
        ("git \\\n push", [["git", "push"]]),
        ("", []),
    ],
)
def test_what_a_command_line_runs(text: str, run: list[list[str]]) -> None:
    """Each program with its words, in order; what is quoted or stands behind a sign is none."""
    assert runs(text) == run


def test_what_a_command_is_fed_and_writes() -> None:
    """A heredoc is what it is fed, and no command; a redirection names a file, but not 2>&1."""
    first, second = simple_commands("cat > docs/a.md 2>&1 <<'EOF'\ngit push\nit's\nEOF\nls >> log")
    assert (first.words, first.writes, first.fed) == (["cat"], ["docs/a.md"], "git push\nit's")
    assert (second.words, second.writes) == (["ls"], ["log"])


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("git commit -m 'a' -m b", "a\n\nb"),
        ("git -C web commit -am a", "a"),
        ("git commit --message=a", "a"),
        ("git commit -m'a b'", "a b"),
        ("git commit -am'a b'", "a b"),
        ("A=1 timeout 9 git commit -m a", "a"),
        ("git commit -C main -F notes.md", ""),
        ("git commit -F - <<E\nit's\nE\n", "it's"),
        ("git commit -m \"$(cat <<'EOF'\ndon't\n\nbye\nEOF\n)\"", "don't\n\nbye"),
        ("git commit", ""),
        ("git log -m a", ""),
    ],
)
def test_the_message_of_a_commit(command: str, message: str) -> None:
    """However it is given; agents give it by a heredoc within a substitution."""
    said = [
        messages_of(words, each.fed) for each in simple_commands(command) for words in run_by(each)
    ]
    assert [each for each in said if each] == [message] * bool(message)


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("git checkout -b fix", ["fix"]),
        ("git -C web switch --create fix main", ["fix"]),
        ("git branch fix", ["fix"]),
        ("git branch -m old new", ["new"]),
        ("git branch -D fix", []),
        ("git worktree add ../x -b fix", ["fix"]),
        ("git checkout main", []),
        ("git push", []),
    ],
)
def test_the_branches_that_a_command_makes(command: str, names: list[str]) -> None:
    """Those that are new, not those that it goes to or deletes."""
    assert [name for words in runs(command) for name in branches_of(words)] == names


def test_the_packages_that_a_command_installs() -> None:
    """Without their versions, and without options."""
    assert [installed(words) for words in runs("pip install -U 'httpx[http2]>=1' ruff==1")] == [
        ["httpx", "ruff"]
    ]
    assert installed(["uv", "pip", "install", "black"]) == ["black"]
    assert installed(["npm", "run", "install"]) == []


WORDS = st.lists(
    st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=6).filter(
        lambda word: word not in {"if", "then", "else", "elif", "do", "while", "until", "time"}
    ),
    min_size=1,
    max_size=5,
)


@given(
    st.lists(WORDS, min_size=1, max_size=5), st.sampled_from(["; ", " && ", " || ", " | ", "\n"])
)
def test_what_is_joined_is_split_again(commands: list[list[str]], joint: str) -> None:
    """However commands are joined, each has its own words."""
    text = joint.join(" ".join(f"'{word}'" for word in words) for words in commands)
    assert [each.words for each in simple_commands(text)] == commands


@given(st.text(st.sampled_from(list("ab '\"\\`$(){}<>|&;#\n=-EOF")), max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    """Whatever a command line holds, it is split, and into no more than it has."""
    held = "".join(word for each in simple_commands(text) for word in each.words)
    assert len(held) <= 8 * len(text) + 8
    assert list(runs(text)) is not None


def test_no_row_of_programs_is_too_long() -> None:
    """Where programs run one another without end, the first of them are found."""
    assert runs("sudo " * 9_000)[0][0] == "sudo"
