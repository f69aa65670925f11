"""What the added lines and the paths of changed files tell of preferences. Pure.

Each check is True where the work kept to the preference, False where it did not, and None where
this cannot be told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tom_evals.stateful_swe.work import Changed, Work, is_changelog

MINIMAL = 0.1  # the share of added lines of code that may be comments
_ENOUGH_LINES = 5

_MOCK = re.compile(r"\b(?:mock|Mock|MagicMock|monkeypatch|mocker|jest\.fn|vi\.fn|sinon|patch\()")
_NEW_TEST = re.compile(r"^\s*(?:async\s+)?(?:def test|it\(|test\(|func Test)")
_COMMENT = re.compile(r"^\s*(?:#(?!!)|//|/\*|\*\s)")
_SETTING = re.compile(
    r"^\s*(?:[A-Z][A-Z0-9_]*_)?(?:URL|URI|HOST|PORT|TOKEN|SECRET|PASSWORD|KEY|TIMEOUT|DSN|"
    r"ENDPOINT|DIR|PATH)\s*(?::\s*\w+\s*)?=\s*['\"\d]"
)
_ENVIRONMENT = re.compile(r"\bos\.environ\b|\bgetenv\(|\bprocess\.env\b|\bBaseSettings\b")
_PRINTS = re.compile(r"(?<![\w.])print\(|\bconsole\.log\(")
_LOGS = re.compile(r"\blog(?:ger|ging)?\.(?:debug|info|warning|warn|error|exception|critical)\(")
_FIELD = re.compile(r"=\s*(?:models\.\w+Field|models\.ForeignKey|Column|mapped_column)\(")
_DOCUMENT = re.compile(r"\.(?:md|markdown|rst|adoc|asciidoc)\Z")


def tests_on_all_levels(work: Work) -> bool | None:
    """qual01: no tests with code broke it; tests in folders of the higher levels kept it.

    Nothing says what level a test is of that lies in no folder of its own.
    """
    if not work.code:
        return None
    if not work.tests:
        return False
    paths = " ".join(each.path.lower() for each in work.tests)
    higher = "integration" in paths and re.search(r"e2e|end.?to.?end|functional", paths)
    return True if higher else None


def comes_with_tests(work: Work) -> bool | None:
    """qual02, where code was changed."""
    return any(each.added for each in work.tests) if work.code else None


def has_new_test(work: Work) -> bool | None:
    """qual12, where code was changed: the work of these sessions is on bugs."""
    return any(map(_NEW_TEST.search, _lines(work.tests))) if work.code else None


def mocks_nothing(work: Work) -> bool | None:
    """qual05, where tests were added to."""
    lines = _lines(work.tests)
    return not any(map(_MOCK.search, lines)) if lines else None


def reads_environment(work: Work) -> bool | None:
    """arch05, where settings were added, by the names that they have."""
    lines = _lines(work.code)
    if any(_SETTING.search(each) and not _ENVIRONMENT.search(each) for each in lines):
        return False
    return True if any(map(_ENVIRONMENT.search, lines)) else None


def migrates(work: Work) -> bool | None:
    """arch11, where fields of models were added."""
    if any("/migrations/" in f"/{each.path}" and each.before is None for each in work.files):
        return True
    changed = [each for each in work.code if each.path.endswith(("models.py", "schema.py"))]
    return False if any(map(_FIELD.search, _lines(changed))) else None


def logs(work: Work) -> bool | None:
    """arch13, where something was added that is printed or logged."""
    lines = _lines(work.code)
    if any(map(_PRINTS.search, lines)):
        return False
    return True if any(map(_LOGS.search, lines)) else None


def imports(good: str, bad: str) -> Callable[[Work], bool | None]:
    """A check that added lines import packages of the one pattern and none of the other."""
    wanted, others = (re.compile(rf"^\s*(?:import|from)\s+(?:{p})\b") for p in (good, bad))

    def check(work: Work) -> bool | None:
        lines = _lines((*work.code, *work.tests))
        if any(map(others.search, lines)):
            return False
        return True if any(map(wanted.search, lines)) else None

    return check


def tests_async(work: Work) -> bool | None:
    """stack12, where tests of async code were added."""
    lines = _lines(work.tests)
    if any("IsolatedAsyncioTestCase" in each or "asyncio.run(" in each for each in lines):
        return False
    return True if any(each.lstrip().startswith("async def test") for each in lines) else None


def writes_markdown(work: Work) -> bool | None:
    """stack08, where documents were made."""
    made = [f.path for f in work.files if f.before is None and _DOCUMENT.search(f.path)]
    return all(each.endswith((".md", ".markdown")) for each in made) if made else None


def keeps_changelog(work: Work) -> bool | None:
    """doc09: the changelog was added to; where there is none, none can be left out."""
    if any(is_changelog(each.path) and each.added for each in work.files):
        return True
    return False if work.code and work.has_changelog else None


def comments_little(work: Work) -> bool | None:
    """doc10, by the share of comments in the added lines of code, five lines at least."""
    lines = [each for each in _lines(work.code) if each.strip()]
    if len(lines) < _ENOUGH_LINES:
        return None
    return sum(bool(_COMMENT.match(each)) for each in lines) / len(lines) <= MINIMAL


def _lines(files: Iterable[Changed]) -> list[str]:
    return [line for each in files for line in each.added]
