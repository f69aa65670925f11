"""Rules on the content, length and language of files, commit messages and replies."""

from __future__ import annotations

import re
from typing import Any

from tom_swe.checks.rule import RuleText, Why, listed, number_before
from tom_swe.checks.vocabulary import CheckedWord, Mention, vocabulary
from tom_swe.model.checks import Compiled
from tom_swe.text.language import NAMES

_LIMIT = re.compile(
    r"\b(?:(?:at most|under|no (?:more|longer) than|max(?:imum)?(?: of)?|up to|below|within|"
    r"less than|fewer than|limit\w* to) (?P<most>\d{1,4}) ?|(?P<also>\d{1,4}) )"
    r"(?P<unit>words?|lines?|characters?|chars?)\b"
    r"(?P<after> (?:or (?:less|fewer)|max\w*|at most))?",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\b(?:short|brief|concise|terse|succinct)(?:er|ly)?\b|简短|简洁", re.IGNORECASE
)
_LANGUAGES = {name.casefold(): code for code, name in NAMES.items()}
_IN_LANGUAGE = re.compile(rf"\bin (?:\w+ )?({'|'.join(_LANGUAGES)})\b", re.IGNORECASE)
_TALKING = re.compile(
    r"\b(?:answer|repl|respon|speak|talk|communicat|chat|explain|report)\w*\b|"
    r"\bto (?:me|the user)\b",
    re.IGNORECASE,
)
# "in logging" says that only some of it is meant.
_ELSEWHERE = re.compile(
    r"\s+(?:format )?(?:in|for|on|inside|within|between|to|of|that|which|when|where) "
    r"(?!general\b|everything|anything|any\b|all\b|every)",
    re.IGNORECASE,
)
# What stands before a form that is to be used.
_USED = re.compile(
    r"(?:\b(?:use|using|prefer|in|as|with|under|into|and|or|plus|no|not|never|without|avoid|"
    r"least|several|more|most|than|one|two|three|four|five|six|write|summari[sz]e|number|\d+)\b|[,:(])\s*"
    r"(?:(?:a|an|only|structured|hierarchical|clear|fixed|markdown|concise|simple|short|long|"
    r"compact|`?##`?|section|numbered|proper)\s+)*`?\Z",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:in|for|on|when|if|inside|within)\b[^,]*,", re.IGNORECASE)
_LITERAL = re.compile(r"[\w@#$.:()=<>!/\\ -]{2,60}\Z")
# So many characters apart two words still belong together.
_NEXT = 12
_EVERY_FILE = {"of": ["file"]}


def limits(rule: RuleText) -> Compiled | Why | None:
    """The check of a rule on length or language; None if it is about neither."""
    return _length(rule) or _language(rule)


def texts(rule: RuleText) -> Compiled | Why | None:
    """The check of what texts must or must not contain; None if a rule says nothing of that."""
    tests: list[dict[str, Any]] = []
    says: list[str] = []
    asked: list[str] = []
    why: Why | None = None
    for each in _mentioned(rule):
        if each.entry.given.get("only_for" if each.negated else "against"):
            continue
        if each.entry.given.get("governed") and not _is_used(rule, each):
            continue
        if _is_of_something_else(rule, each.end):
            why = Why(f"it means only some of {each.entry.label}, and which does not show")
            continue
        test, said = _test(rule, each)
        asked += each.entry.texts("asked") if each.negated else []
        tests.append(test)
        says.append(said)
    tests, says = _either(rule, tests, says)
    ends = list(rule.ends)
    for piece, start, end in rule.ticked:
        is_text = _LITERAL.match(piece) and not _is_of_something_else(rule, end)
        if not tests and is_text and rule.negated(start) and not rule.of("action"):
            test, said = _literal(rule, piece)
            tests.append(test)
            says.append(said)
    if not tests:
        return why
    of = list(dict.fromkeys(kind for test in tests for kind in test["of"]))
    ends = ends or list(dict.fromkeys(end for test in tests for end in test.pop("ends", ())))
    for test in tests:
        test.pop("ends", None)
    spec: dict[str, Any] = {"kind": "text", "of": of, "tests": tests, "asked": asked}
    spec |= {"ends": ends} if ends else {}
    spec |= {"folders": list(rule.folders)} if rule.folders else {}
    beyond = [test.pop("beyond_ascii", False) for test in tests]
    if all(beyond):
        spec["beyond_ascii"] = True
    near = [test.pop("near", []) for test in tests]
    if all(near):
        spec["near"] = [each for some in near for each in some]
    return Compiled(spec=spec, says=f"{_where(rule, of, ends)} {listed(says)}")


def _is_used(rule: RuleText, mention: Mention) -> bool:
    """Whether a rule says that a form is used, and not only names a thing of that word."""
    text = rule.statement
    if not text[mention.start : mention.end].isascii():
        return True
    place = _PLACE.match(text)
    if place and mention.end <= place.end():
        return False
    return _USED.search(text[: mention.start]) is not None


def _mentioned(rule: RuleText) -> list[Mention]:
    """The forms that a rule speaks of, each where it does so first."""
    return list({each.entry.id: each for each in reversed(rule.of("text"))}.values())[::-1]


def _test(rule: RuleText, mention: Mention) -> tuple[dict[str, Any], str]:
    entry = mention.entry
    subjects = _subjects(rule, entry)
    test: dict[str, Any] = {
        "of": list(dict.fromkeys(kind for each in subjects for kind in each.texts("of"))),
        "ends": entry.texts("ends")
        or list(dict.fromkeys(end for each in subjects for end in each.texts("ends"))),
        "label": entry.label,
    }
    if near := entry.texts("near"):
        test["near"] = near
    if entry.given.get("beyond_ascii"):
        test["beyond_ascii"] = True
    if mention.negated:
        looks = {"ranges": ranges} if (ranges := entry.given.get("ranges")) else {}
        looks = looks or {"pattern": entry.given["shown"]}
        return test | looks | {"most": 0}, f"with {entry.label}"
    if amiss := entry.given.get("amiss"):
        return test | {"pattern": amiss, "most": 0}, f"with {entry.label}"
    number = number_before(rule, mention.start)
    least = number or int(entry.given.get("least", 1))
    test.pop("near", None)
    test |= {"pattern": entry.given["shown"], "least": least, "from": entry.given.get("from", 0)}
    return test, f"with less than {least} {entry.label}" if least > 1 else f"without {entry.label}"


def _either(
    rule: RuleText, tests: list[dict[str, Any]], says: list[str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Tests of a rule that asks for one form or another as one test.

    A reply or document in one of several forms that a rule lists has a form.
    """
    asking = [test for test in tests if "least" in test]
    if len(asking) < 2 or re.search(r"\b(?:and|under|with|plus)\b", rule.statement):
        return tests, says
    first = asking[0]
    joined = first | {
        "pattern": "|".join(f"(?:{test['pattern']})" for test in asking),
        "of": list(dict.fromkeys(kind for test in asking for kind in test["of"])),
        "ends": list(dict.fromkeys(end for test in asking for end in test.get("ends", ()))),
        "label": listed(str(test["label"]) for test in asking),
        "least": 1,
        "from": max(int(test["from"]) for test in asking),
    }
    rest = [(test, said) for test, said in zip(tests, says, strict=True) if "least" not in test]
    return [joined, *(test for test, _ in rest)], [
        f"without {joined['label']}",
        *(said for _, said in rest),
    ]


def _subjects(rule: RuleText, entry: CheckedWord) -> list[CheckedWord]:
    """What a form is looked for in: what the rule is about, else where the form is at home."""
    about = [each for each in rule.subjects if not each.given.get("names")]
    if about:
        return about
    at_home = entry.texts("of")
    known = {each.id: each for each in vocabulary().entries if each.table == "subject"}
    every = CheckedWord("subject", "file", "a file", re.compile(r"\Z"), _EVERY_FILE)
    return [known.get(each, every) for each in at_home]


def _is_of_something_else(rule: RuleText, at: int) -> bool:
    """Whether a rule says of what ends there that only some of it is meant."""
    after = rule.statement[at:]
    if not (found := _ELSEWHERE.match(after)):
        return False
    stop = re.search(r"[,;.]", after[found.end() :])
    phrase_end = at + found.end() + (stop.start() if stop else len(after))
    placed = [
        each
        for each in rule.mentions
        if each.entry.table in {"subject", "language", "text", "name"}
        and at <= each.start < phrase_end
    ]
    return not placed and not rule.folders


def _literal(rule: RuleText, piece: str) -> tuple[dict[str, Any], str]:
    """The test for a piece of text that is never to be written."""
    start = r"(?<!\w)" if re.match(r"\w", piece) else ""
    end = r"(?!\w)" if re.search(r"\w\Z", piece) else ""
    about = [each for each in rule.subjects if not each.given.get("names")]
    # In code a word is looked for outside of texts and comments.
    in_code = rule.ends or any(each.id == "code" for each in about)
    ahead = r"^[^\"'`#/\n]*?" if in_code and piece.isalpha() else ""
    of = list(dict.fromkeys(kind for each in about for kind in each.texts("of"))) or ["file"]
    ends = [] if rule.ends else [end for each in about for end in each.texts("ends")]
    test = {
        "of": of,
        "ends": ends,
        "label": f"`{piece}`",
        "near": [piece.lower()],
        "pattern": ahead + start + re.escape(piece) + end,
        "most": 0,
    }
    return test, f"with `{piece}`"


def _where(rule: RuleText, of: list[str], ends: list[str]) -> str:
    names = {"file": "a file", "commit": "a commit message", "reply": "a reply"}
    where = listed(names[each] for each in of if each in names)
    if "file" in of and rule.folders:
        where += f" in {', '.join(f'{each}/' for each in rule.folders)}"
    return f"{where} ({', '.join(ends[:4])}{', ...' if len(ends) > 4 else ''})" if ends else where


def _length(rule: RuleText) -> Compiled | None:
    about = {each.id: each for each in rule.subjects}
    of = "commit" if "commit" in about else "reply"
    found = _LIMIT.search(rule.statement)
    if found and (found["most"] or found["after"]) and (about.keys() & {"commit", "reply"}):
        most = int(found["most"] or found["also"])
        unit = found["unit"].lower()
        unit = (
            "words" if unit.startswith("w") else "lines" if unit.startswith("l") else "characters"
        )
    elif _is_short(rule):
        most, unit = vocabulary().short[of], "characters" if of == "commit" else "words"
    else:
        return None
    if unit == "characters" and of == "commit":
        unit = "characters of the first line"
    asked = [] if of == "commit" else list(vocabulary().long)
    spec = {"kind": "length", "of": [of], "most": most, "unit": unit, "asked": asked}
    what = "a commit message" if of == "commit" else "a reply"
    return Compiled(spec=spec, says=f"{what} of more than {most} {unit}, code not counted")


def _is_short(rule: RuleText) -> bool:
    """Whether it is a reply or a commit message that is to be short."""
    shorts = [each.span() for each in _SHORT.finditer(rule.statement)]
    return any(
        abs(start - each.end) <= _NEXT or abs(each.start - end) <= _NEXT
        for each in rule.of("subject")
        if each.entry.id in {"commit", "reply"}
        for start, end in shorts
    )


def _language(rule: RuleText) -> Compiled | Why | None:
    found = _IN_LANGUAGE.search(rule.statement)
    if found is None or rule.negated(found.start()):
        return None
    about = [each for each in rule.subjects if each.id in {"commit", "reply", "document"}]
    if not about and not _TALKING.search(rule.statement):
        return Why("it does not say what is to be in that language")
    of = list(dict.fromkeys(kind for each in about for kind in each.texts("of"))) or ["reply"]
    ends = list(dict.fromkeys(end for each in about for end in each.texts("ends")))
    language = found[1].casefold()
    others = [f"in {name}" for name in _LANGUAGES if name != language]
    spec: dict[str, Any] = {"kind": "language", "of": of, "language": _LANGUAGES[language]}
    spec |= {"asked": [*others, "translate", "translation"]}
    spec |= {"ends": ends} if ends else {}
    return Compiled(
        spec=spec, says=f"{_where(rule, of, ends)} in another language than {language.title()}"
    )
