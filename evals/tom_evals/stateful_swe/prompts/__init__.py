"""Prompts of this benchmark, as Jinja files; a name that is used and not given is an error."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(name: str, **values: object) -> str:
    """The text of a prompt."""
    return _environment().get_template(f"{name}.jinja").render(**values).strip()


@cache
def _environment() -> Environment:
    # Prompts are no web pages: what goes in is marked by tags or as JSON, not escaped as HTML.
    return Environment(
        loader=PackageLoader("tom_evals.stateful_swe", "prompts"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
    )
