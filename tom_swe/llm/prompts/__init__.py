"""Prompts, as Jinja files whose first line numbers their version.

A name that a template uses and is not given is an error. What changes with every call goes
into a message of its own, so that what comes before it stays the same for every call.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def render(name: str, **values: object) -> str:
    """The text of a prompt, without the line that numbers it."""
    return _environment().get_template(f"{name}.jinja").render(**values).strip()


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Prompts are no web pages: what goes in is fenced as JSON, not escaped as HTML.
    return Environment(
        loader=PackageLoader("tom_swe.llm", "prompts"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
    )
