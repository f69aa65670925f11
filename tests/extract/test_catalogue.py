import tomllib
from pathlib import Path

import pytest

from tom_swe.extract.catalogue import Choice, Dimension, catalogue
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.model.belief import Observation
from tom_swe.model.session import Role, Session, Turn

UTTERANCES: dict[str, str] = tomllib.loads(
    Path(__file__).with_name("catalogue_utterances.toml").read_text(encoding="utf-8")
)
FLAT = (
    {f"{d}.{v}": text for d, values in UTTERANCES.items() for v, text in values.items()}
    if any(isinstance(v, dict) for v in UTTERANCES.values())
    else UTTERANCES
)
# How a name is used in a sentence, where its label alone would not be one.
NAMED = {
    "base_branch.develop": "Always branch off develop.",
    "base_branch.main": "Always branch from main.",
    "base_branch.master": "Always branch from master.",
    "history.rebase": "I prefer rebase over merge.",
    "history.merge": "I prefer a merge over a rebase.",
    "history.squash": "Always squash on merge.",
    "http_client.requests": "I prefer requests for HTTP, always use requests.",
    "http_client.fetch": "I prefer native fetch.",
    "backend_framework.express": "I prefer express.js.",
    "backend_framework.nestjs": "I prefer nest.js.",
    "backend_framework.spring": "I prefer Spring Boot.",
    "frontend_framework.solid": "I prefer solid.js.",
    "type_checker.ty": "I prefer ty check over mypy.",
    "bundler.parcel": "I prefer parcel.js.",
    "forge.gitlab": "We always host our repos on GitLab.",
    "forge.github": "We always host our repos on GitHub.",
    "forge.gitea": "We always use Gitea.",
    "quotes.single": "I prefer single quotes.",
    "quotes.double": "I prefer double quotes.",
    "spelling.british": "I prefer British spelling.",
    "spelling.american": "I prefer American spelling.",
    "styling.styled_components": "I prefer styled-components.",
}


def utterance(dimension: Dimension, choice: Choice) -> str:
    """The test's sentence for a value of the catalogue."""
    key = f"{dimension.id}.{choice.id}"
    if key in FLAT or key in NAMED:
        return FLAT.get(key) or NAMED[key]
    if dimension.id == "answer_language":
        return f"Always {choice.statement[0].lower()}{choice.statement[1:]}."
    name = choice.statement.split(" for ")[0]
    for verb in ("Lint and format Python with", "Lint and format with", "Write tests with",
                 "Check types with", "Build with", "Style with", "Write", "Use"):  # fmt: skip
        name = name.removeprefix(f"{verb} ")
    return f"I prefer {name}."


def read(text: str) -> tuple[Observation, ...]:
    """What is read from one turn."""
    turn = Turn(ordinal=0, role=Role.USER, text=text)
    return EmbeddedReader().read(Session(host="t", host_id="1", turns=(turn,))).observations


ENTRIES = [(d, c) for d in catalogue() for c in d.values]


@pytest.mark.parametrize(
    ("dimension", "choice"), ENTRIES, ids=[f"{d.id}.{c.id}" for d, c in ENTRIES]
)
def test_every_value_is_reached(dimension: Dimension, choice: Choice) -> None:
    """A plain sentence for each value of the catalogue is read as that value."""
    found = read(utterance(dimension, choice))
    assert (dimension.id, choice.id) in {(o.dimension, o.value) for o in found}


def test_ids_are_unique() -> None:
    """No two dimensions share an id, and no two values of a dimension do."""
    ids = [d.id for d in catalogue()]
    assert len(ids) == len(set(ids))
    for dimension in catalogue():
        values = [c.id for c in dimension.values]
        assert len(values) == len(set(values)), dimension.id


def test_every_test_utterance_belongs_to_a_value() -> None:
    """No utterance is left over from a value that is gone."""
    known = {f"{d.id}.{c.id}" for d, c in ENTRIES}
    assert (FLAT.keys() | NAMED.keys()) <= known
