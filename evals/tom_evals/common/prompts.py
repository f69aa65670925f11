"""Prompts as Jinja files in a benchmark's folder ``prompts``."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


def rendered(package: str, name: str, **values: object) -> str:
    """The text of a package's prompt; a name that is used in it and not given is an error."""
    return _environment(package).get_template(f"{name}.jinja").render(**values).strip()


@cache
def _environment(package: str) -> Environment:
    # Prompts are no web pages: what goes in is marked by tags or as JSON, not escaped as HTML.
    return Environment(
        loader=PackageLoader(package, "prompts"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
    )
