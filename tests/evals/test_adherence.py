import subprocess
from pathlib import Path

import pytest

from tom_evals.common.bounded import bounded
from tom_evals.people import Exchange
from tom_evals.stateful_swe.adherence import (
    CHECKS,
    CONCISE_WORDS,
    VERBOSE_WORDS,
    By,
    Finding,
    Judgement,
    Judgements,
    Outcome,
    checked,
    findings,
    judged,
    manner,
)
from tom_evals.stateful_swe.profile import Profile, Style, Timing, Verbosity, catalogue
from tom_evals.stateful_swe.work import Changed, NoWork, Work, simple, work_of
from tom_swe.errors import BadReply
from tom_swe.model.calls import Prompt, Usage

TEST = "tests/test_cart.py"


def ran(*commands: str) -> Work:
    return Work(commands=commands)


def made(text: str, path: str = "shop/cart.py", before: str | None = None) -> Work:
    """A work that adds these lines to one file, and another one to a test if it is no test."""
    lines = tuple(text.splitlines())
    return Work(files=(Changed(path, before, f"{before or ''}{text}", lines),))


def with_a_test(text: str, code: str = "x = 1") -> Work:
    return Work(files=(*made(code).files, *made(text, TEST).files))


def said(*messages: str) -> Work:
    return Work(messages=messages)


COMMENTED = "# one\n# two\na = 1\nb = 2\nc = 3\n"
KEPT: dict[str, Work] = {
    "git01": Work(branch="fix/empty-cart-total"),
    "git02": said("Count vouchers once"),
    "git03": ran("git push origin main"),
    "git04": ran("git push", "gh pr create --fill"),
    "git07": Work(from_develop=True),
    "git08": ran("git fetch && git rebase origin/main"),
    "git09": said("Count vouchers once\n\nThey were taken off twice, because carts merge."),
    "qual01": Work(files=(*made("x = 1").files, *made("", "tests/integration/test_e2e.py").files)),
    "qual02": with_a_test("def test_total(): ..."),
    "qual05": with_a_test("cart = load('real.json')"),
    "qual06": made("class A:\n    def f(self, a: int, *b: str) -> int:\n        return a\n"),
    "qual07": made("x = 1")._replace(commands=("cd x && python -m ruff check .",)),
    "qual08": ran("pre-commit run --all-files"),
    "qual10": ran("docker compose run app pytest -q"),
    "qual12": with_a_test("def test_total():\n    assert True"),
    "arch05": made("URL = os.environ['URL']"),
    "arch06": made("__all__ = ['f']\ndef f(): ...\n"),
    "arch11": Work(files=made("x", "shop/migrations/0002.py").files),
    "arch13": made("logger.info('x')"),
    "arch14": made("with open('x') as file:\n    file.read()\n"),
    "arch16": made("async def f():\n    await g()\n"),
    "stack01": ran("poetry add httpx"),
    "stack03": ran("npx biome check"),
    "stack07": made("import httpx"),
    "stack08": made("# Hello", "docs/hello.md"),
    "stack11": ran("poetry run pyright"),
    "stack12": with_a_test("async def test_total(): ..."),
    "doc04": made('def f():\n    """Says f."""\n'),
    "doc09": made("- fixed", "CHANGELOG.md", before=""),
    "doc10": made("a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n"),
}
BROKEN: dict[str, Work] = {
    "git01": Work(branch="fix/issue-12"),
    "git02": ran("git -c user.name=x checkout -b other"),
    "git03": ran("git push && gh pr create --fill"),
    "git04": ran("git push && gh pr create --fill"),
    "git07": Work(from_develop=False),
    "git08": ran("git merge main"),
    "git09": said("They were taken off twice, because carts merge", "Fix"),
    "qual01": made("x = 1"),
    "qual02": made("x = 1"),
    "qual05": with_a_test("cart = MagicMock()"),
    "qual06": made("def f(a: int):\n    return a\n"),
    "qual07": made("x = 1"),
    "qual08": ran("git commit --no-verify -m x"),
    "qual10": ran("python -m pytest -q"),
    "qual12": with_a_test("assert True"),
    "arch05": made("API_URL = 'https://example.org'"),
    "arch06": made("def f(): ...\n"),
    "arch11": made("name = models.CharField()", "shop/models.py"),
    "arch13": made("print('x')"),
    "arch14": made("file = open('x')\n"),
    "arch16": made("requests.get('x')\n"),
    "stack01": ran("pip install httpx"),
    "stack03": ran("npx eslint ."),
    "stack07": made("import requests"),
    "stack08": made("Hello", "docs/hello.rst"),
    "stack11": ran("mypy ."),
    "stack12": with_a_test("class T(IsolatedAsyncioTestCase): ..."),
    "doc04": made("def f(): ...\n"),
    "doc09": made("x = 1")._replace(has_changelog=True),
    "doc10": made(COMMENTED),
}


@pytest.mark.parametrize("preference", CHECKS)
def test_each_check_sees_what_keeps_what_breaks_and_what_does_neither(preference: str) -> None:
    """All that code checks can be kept and broken, and nothing done shows nothing."""
    assert checked(preference, KEPT[preference]) is True
    assert checked(preference, BROKEN[preference]) is False
    assert checked(preference, Work()) is None


def test_what_has_no_check_is_not_told() -> None:
    """Every check is of a preference of the catalogue, and others give None."""
    assert CHECKS.keys() <= catalogue().keys()
    assert checked("git11", ran("git push --force")) is None


def test_only_what_is_new_counts() -> None:
    """A function, a resource or a name that was there before is not the agent's."""
    old = "def f(a):\n    return open(a)\n"
    work = made("def g(a: int) -> int:\n    return a\n", before=old)
    assert checked("qual06", work) is True
    assert checked("arch14", work) is None
    assert checked("qual06", made("def broken(:\n")) is None
    declared = made("def g(): ...\n", before="__all__ = ['f']\ndef f(): ...\n")
    assert checked("arch06", declared) is False


def test_a_command_line_is_the_commands_in_it() -> None:
    """Quotes hold together, redirections and here-documents are no commands, nor are variables."""
    line = "A=1 git commit -m 'x; git push' > log && ls\ncat > a <<'EOF'\ngit push\nEOF\ncd /x"
    assert simple(line) == [("git", "commit", "-m", "x; git push"), ("ls",), ("cat",), ("cd", "/x")]
    assert simple("echo 'open") == []


def git(folder: Path, *arguments: str) -> str:
    name = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    done = subprocess.run(["git", *name, *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "cart.py").write_text("x = 1\n")
    (tmp_path / "gone.py").write_text("y = 1\n")
    (tmp_path / "CHANGES.md").write_text("# Changes\n")
    (tmp_path / ".gitignore").write_text("*.log\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "begin")
    return tmp_path


def test_the_work_is_all_that_changed_since_the_base(checkout: Path) -> None:
    """Committed, staged, changed, new and deleted, without what is ignored; the index stays."""
    base = git(checkout, "rev-parse", "HEAD").strip()
    git(checkout, "checkout", "-qb", "develop")
    git(checkout, "checkout", "-qb", "count-vouchers-once")
    (checkout / "cart.py").write_text("x = 2\n")
    git(checkout, "commit", "-qam", "Count once\n\nbecause of merges")
    (checkout / "cart.py").write_text("x = 2\nz = 3\n")
    (checkout / "prüfung.py").write_text("new\n")
    (checkout / "out.log").write_text("no\n")
    (checkout / "gone.py").unlink()
    status = git(checkout, "status", "--porcelain")
    work = work_of(checkout, base, ["ls"], "Done.")
    assert git(checkout, "status", "--porcelain") == status
    assert work.files == (
        Changed("cart.py", "x = 1\n", "x = 2\nz = 3\n", ("x = 2", "z = 3")),
        Changed("gone.py", "y = 1\n", None, ()),
        Changed("prüfung.py", None, "new\n", ("new",)),
    )
    assert "+z = 3" in work.patch
    assert work.messages == ("Count once\n\nbecause of merges",)
    assert (work.branch, work.from_develop, work.has_changelog) == (
        "count-vouchers-once",
        True,
        True,
    )
    assert (work.commands, work.words) == (("ls",), "Done.")
    assert checked("git01", work) is checked("git07", work) is checked("git09", work) is True
    assert checked("doc09", work) is False


def test_a_checkout_that_cannot_be_read_says_so(tmp_path: Path, checkout: Path) -> None:
    """Git's own words are in the message."""
    with pytest.raises(NoWork, match="nothere"):
        work_of(checkout, "nothere")


def profile(*preferences: str, verbosity: Verbosity = Verbosity.CONCISE) -> Profile:
    return Profile("p", verbosity, Timing.UPFRONT, Style.SHORT, preferences)


def asked(text: str, events: int) -> Exchange:
    return Exchange(text, "", "answered", events)


def test_the_manner_is_kept_by_when_how_many_and_how_much() -> None:
    """Asked early and one at a time, and short last words, for who wants it so."""
    one, two = asked("Which version?", 3), asked("Which cart? Which voucher?", 12)
    assert manner(profile(), [one], "Done.") == {
        "i_concise": True,
        "i_ask_upfront": True,
        "i_one_question": True,
    }
    assert manner(profile(), [one, two], "word " * (CONCISE_WORDS + 1)) == {
        "i_concise": False,
        "i_ask_upfront": False,
        "i_one_question": False,
    }
    verbose = profile(verbosity=Verbosity.VERBOSE)
    assert manner(verbose, [], "word " * VERBOSE_WORDS)["i_detailed"] is True
    assert set(manner(profile(), [asked("I read it.", 40)], "").values()) == {None}


class Judges:
    """A model that gives these judgements, or fails."""

    name = "judges"
    used = Usage()

    def __init__(self, *judgements: Judgement, fault: Exception | None = None) -> None:
        self._judgements = judgements
        self._fault = fault
        self.prompts: list[Prompt] = []

    def ask(self, prompt: Prompt, reply: type[Judgements], *, most_tokens: int) -> Judgements:
        self.prompts.append(prompt)
        if self._fault:
            raise self._fault
        return reply(judgements=self._judgements)


def test_a_model_judges_what_code_does_not_and_shows_where() -> None:
    """A verdict whose quote is not in the work is none, and what is left out is unknown."""
    model = Judges(
        Judgement(preference="git11", verdict="kept", quote="git push  --force"),
        Judgement(preference="git05", verdict="broken", quote="never said"),
        Judgement(preference="arch15", verdict="not-applicable"),
    )
    work = ran("git rebase main && git push --force")
    found = findings(profile("git11", "git05", "arch15", "doc11", "git08"), work, [], model)
    assert found[:5] == (
        Finding("git08", Outcome.KEPT, By.CODE),
        Finding("git11", Outcome.KEPT, By.MODEL, "git push --force"),
        Finding("git05", Outcome.UNKNOWN, By.NOBODY),
        Finding("arch15", Outcome.NOT_APPLICABLE, By.MODEL),
        Finding("doc11", Outcome.UNKNOWN, By.NOBODY),
    )
    (prompt,) = model.prompts
    assert "git08" not in prompt.messages[0].text
    assert catalogue()["git05"].statement in prompt.messages[0].text


def test_without_a_usable_answer_all_is_unknown() -> None:
    """No model and a model out of form come to the same, and what code knows stays."""
    broken = Judges(fault=BadReply("no"))
    assert judged(["git11"], Work(), broken) == (Finding("git11", Outcome.UNKNOWN, By.NOBODY),)
    found = findings(profile("git11", "git08"), ran("git rebase x"), [])
    assert [each.outcome for each in found[:2]] == [Outcome.KEPT, Outcome.UNKNOWN]


def test_a_long_work_is_shown_by_its_beginning_and_end() -> None:
    """What is left out is counted; what fits is whole."""
    assert bounded("abcdefgh", 4) == "ab\n[4 characters left out]\ngh"
    assert bounded("abcd", 4) == "abcd"
