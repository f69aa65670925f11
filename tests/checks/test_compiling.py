"""Which rules compile, and what of a session each lets through and meets."""

import pytest

from tom_swe.checks.compiling import compiled, compiled_among, compiled_rule
from tom_swe.checks.judging import Past, judge
from tom_swe.checks.rule import Why, read
from tom_swe.checks.steps import COMMAND, FILE, REPLY, Step
from tom_swe.model.belief import Belief, Kind, Polarity, Reach, Scope, Status
from tom_swe.model.checks import Compiled
from tom_swe.testing.builders import START


def belief(statement: str, **more: object) -> Belief:
    given = {"id": 1, "kind": Kind.PREFERENCE, "status": Status.CONFIRMED, **more}
    return Belief.model_validate(
        {"statement": statement, "first_seen": START, "last_seen": START, **given}
    )


def check(statement: str) -> Compiled:
    made = compiled_rule(read(statement))
    assert isinstance(made, Compiled), f"{statement}: {made}"
    return made


def met(statement: str, step: Step, past: Past | None = None) -> bool:
    return bool(judge(check(statement).spec, step, past or Past()))


def command(text: str) -> Step:
    return Step(COMMAND, text)


def file(path: str, text: str = "") -> Step:
    return Step(FILE, text, path, known=bool(text))


LONG = "word " * 120


@pytest.mark.parametrize(
    ("rule", "breach", "clean"),
    [
        ("Use pnpm", "cd web && npm ci", "pnpm install"),
        ("Use pnpm, not npm", "yarn add x", "pnpm dlx npm-check"),
        ("Do not use npm", "npm ci", "yarn add x"),
        ("Use uv for Python packages", "python -m pip install x", "uv pip install x"),
        ("Write tests with pytest", "python -m unittest", "npx vitest run"),
        ("Use httpx for HTTP calls", "uv add requests", "uv add httpx"),
        ("Do not commit or push without being asked", "git -C web commit -m a", "git status"),
        ("Only commit when I ask", "git commit -m a", "git log"),
        ("Ask before committing or pushing", "git push", "git pull"),
        ("Never force push", "git push -f", "git push"),
        ("Never git push unasked", "git push", "git pull"),
        ("Never sudo", "sudo make install", "make install"),
        ("Do not amend commits", "git commit --amend", "git commit -m a"),
        ("Never use `git add .`", "git add .", "git add src/a.py"),
        ("Do not use rm -rf", "rm -fr build", "rm build/a"),
        ("Never delete anything outside the project folder", "rm -rf ~/x", "rm -rf build /tmp/x"),
        ("Open pull requests as drafts", "gh pr create --fill", "gh pr create --draft"),
        ("Never skip hooks with --no-verify", "git commit -n -m a", "git commit -m a"),
        ("Do not start the dev server; I run it.", "npm run dev", "npm run build"),
        ("Do not run fly commands", "fly deploy", "ls"),
        ("Prefix branches with `feature/`", "git switch -c fix/a", "git switch -c feature/a"),
        ("Name branches by ticket number only", "git branch tidy", "git branch ABC-12"),
        ("No emoji in commit messages", "git commit -m 'add ✨'", "git commit -m 'add'"),
        (
            "Do not add Co-Authored-By to commits",
            "git commit -m 'a\n\nCo-Authored-By: Bot <b@x>'",
            "git commit -m 'thank the authors'",
        ),
        ("Use conventional commits", "git commit -m 'Add a page'", "git commit -m 'feat: a page'"),
        ("Keep commit messages short", f"git commit -m '{LONG}'", "git commit -m a"),
        (
            "Write commit messages in English",
            "git commit -m 'nicht mit der das'",
            "git commit -m a",
        ),
    ],
)
def test_commands(rule: str, breach: str, clean: str) -> None:
    """What a rule is against is met wherever it stands in a command line, and nothing else."""
    assert met(rule, command(breach))
    assert met(rule, command(f"cd x && ( {breach} )"))
    assert not met(rule, command(clean))
    assert not met(
        rule, command(f"echo {breach.split(maxsplit=1)[0]} # {breach}"[:40].replace("\n", " "))
    )


@pytest.mark.parametrize(
    ("rule", "breach", "clean"),
    [
        (
            "Name files in docs/ with a YYYY-MM-DD_ date prefix",
            file("/w/docs/plan.md"),
            file("docs/2026-01-02_plan.md"),
        ),
        (
            "Name files in docs/ with a YYYY-MM-DD_ date prefix",
            file("docs/plan.json"),
            file("src/plan.md"),
        ),
        ("Use kebab-case for file names", file("src/myFile.ts"), file("src/my-file.ts")),
        ("No emoji", file("a.py", "x = '🚀'"), file("a.py", "x = 'é — ü'")),
        (
            "Never use `var` in JavaScript",
            file("a.js", "  var x = 1"),
            file("a.js", "// var x\nlet y = 'var'"),
        ),
        ("Never use `var` in JavaScript", file("a.ts", "var x"), file("a.py", "var = 1")),
        (
            "Structure documents with at least three ## headings",
            file("a.md", f"## a\n{LONG}"),
            file("a.md", f"## a\n## b\n## c\n{LONG}"),
        ),
        (
            "Structure documents with at least three ## headings",
            file("a.md", f"# a\n{LONG}"),
            file("a.md", "# short"),
        ),
        ("Never leave TODO comments in code", file("a.go", "// TODO: x"), file("a.md", "TODO")),
        ("No semicolons", file("a.ts", "let a = 1;"), file("a.ts", "let a = ';b'")),
        ("Indent with tabs", file("a.py", "if a:\n    b"), file("a.py", "if a:\n\tb")),
        (
            "Write every date in ISO 8601",
            file("a.md", "due March 3, 2026"),
            file("a.md", "due 2026-03-03"),
        ),
        (
            "Cite code locations as filename:line_number",
            file("a.md", "`core/a.py` line 7"),
            file("a.md", "`core/a.py:7`"),
        ),
        (
            "Executive summary first, evidence after it",
            file("a.md", f"## Evidence\n{LONG}\n## Summary"),
            file("a.md", f"# T\n\n## Summary\n{LONG}"),
        ),
        (
            "Write the documentation in English",
            file("a.md", "Das ist nicht mit der Hand"),
            file("a.md", "this is not by the hand"),
        ),
    ],
)
def test_files(rule: str, breach: Step, clean: Step) -> None:
    """Names and texts of files are met where a rule is about such files."""
    assert met(rule, breach)
    assert not met(rule, clean)


@pytest.mark.parametrize(
    ("rule", "breach", "clean"),
    [
        ("Answer in German", "This is not what it is for, and I have it.", "Das ist nicht so."),
        ("Keep answers short", "word " * 200, "word " * 100),
        ("Keep answers under 50 words", "word " * 60, "```\n" + "word " * 60 + "\n```\ndone"),
        ("No flattery or apologies", "You're absolutely right! Fixed.", "Fixed. You're set."),
        ("Use lists, not long prose", "word " * 200, "- a\n" + "word " * 100),
    ],
)
def test_replies(rule: str, breach: str, clean: str) -> None:
    """A reply is met by its language, its length and its form."""
    assert met(rule, Step(REPLY, breach))
    assert not met(rule, Step(REPLY, clean))


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("Never push to main", "only some"),
        ("Never commit secrets", "only some"),
        ("Do not use Docker to run or debug", "only some"),
        ("Do not run npm install when it is installed", "only in cases"),
        ("Use pnpm for now", "for good"),
        ("Do not use emoji in logging", "only some"),
        ("Reuse the existing table", "nothing"),
        ("List the files that changed", "nothing"),
        ("Write tests before the code", "nothing"),
        ("Use React with Tailwind, and tell me in French words", "say what"),
        ("Keep functions small", "nothing"),
        ("Never append `cat` to commands", "nothing"),
        ("Run the tests before lunch", "does not show"),
    ],
)
def test_what_does_not_show_is_not_checked(rule: str, why: str) -> None:
    """A rule that means only some of what can be seen is none to be checked; it says why."""
    made = compiled_rule(read(rule))
    assert isinstance(made, Why)
    assert why in made


def test_the_folder_of_the_work_is_inside() -> None:
    """A place below it may be written in full."""
    spec = check("Never delete anything outside the project folder").spec
    for place, breach in (("/w/x/build", False), ("/w/xy", True), ("../y", True), ("/w/x", False)):
        assert bool(judge(spec, Step(COMMAND, f"rm -r {place}", cwd="/w/x"), Past())) is breach


def test_an_order_is_kept_by_what_ran_since_the_last_file() -> None:
    """A push before the linter is met, after it is not, and neither is one in the same command."""
    rule = "Run the linter before pushing"
    assert met(rule, command("git push"))
    assert met(rule, command("git push && ruff check"))
    assert not met(rule, command("make lint && git push"))
    assert not met(rule, command("git push"), Past(ran=True))


def test_the_end_of_the_work_is_met_where_a_file_was_written_and_nothing_ran() -> None:
    """A reply that ends no work is none."""
    rule = "Run the tests before saying it is done"
    assert met(rule, Step(REPLY, "done"), Past(wrote=True))
    assert not met(rule, Step(REPLY, "done"), Past(wrote=True, ran=True))
    assert not met(rule, Step(REPLY, "hello"))


def test_what_the_person_asks_for_or_names_is_no_breach() -> None:
    """Their newest words count."""
    assert not met("Never force push", command("git push -f"), Past(asked=True))
    named = Past(named={"plan.md"}.__contains__)
    assert not met(
        "Name files in docs/ with a YYYY-MM-DD_ date prefix", file("docs/plan.md"), named
    )


def test_what_is_no_rule_is_not_checked() -> None:
    """Habits, and what holds for one task, ask for nothing that could be breached later."""
    assert isinstance(compiled(belief("Writes in English", kind=Kind.HABIT)), Why)
    task = Scope(reach=Reach.TASK)
    assert isinstance(compiled(belief("Use pnpm", scope=task)), Why)


def test_a_scope_of_a_language_is_of_its_files() -> None:
    """What holds in Python is looked for in Python files."""
    made = compiled(belief("Indent with tabs", scope=Scope(reach=Reach.LANGUAGE, name="python")))
    assert isinstance(made, Compiled)
    assert made.spec["ends"] == [".py"]


def test_a_belief_against_something_is_a_rule_against_it() -> None:
    """Where its statement does not say so itself."""
    made = compiled(belief("Use `any` in TypeScript", polarity=Polarity.AGAINST))
    assert isinstance(made, Compiled)
    assert judge(made.spec, file("a.ts", "let a: any"), Past())


def test_only_what_is_confirmed_is_checked() -> None:
    """A candidate waits for its second session."""
    beliefs = [
        belief("Use pnpm"),
        belief("No emoji", id=2, status=Status.CANDIDATE),
        belief("Keep functions small", id=3),
    ]
    assert list(compiled_among(beliefs)) == [1]
